"""The ledger: canonical text, a chain from entry to entry, and the schema that describes it."""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mien import resources
from mien.errors import SourceError
from mien.release.chain import chain_faults
from mien.release.ledger import (
    FIRST,
    Entry,
    Ledger,
    entry_digest,
    head_digest,
    parse_ledger,
    write_entry,
    write_ledger,
)
from mien.semver import is_version, precedence
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml

DIGESTS = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")
FILES = st.sampled_from(
    ["bank.yaml", "rules.json", "emotions/joy.yaml", "emotions/no.yml", "rigs/arkit52.yaml"]
)


@st.composite
def ledgers(draw: st.DrawFn, least: int = 0) -> Ledger:
    """An unbroken row of releases of two banks."""
    minors = {"tiny": 0, "null": 0}
    ledger = Ledger()
    for bank in draw(st.lists(st.sampled_from(sorted(minors)), min_size=least, max_size=6)):
        minors[bank] += draw(st.integers(1, 3))
        entry = Entry(
            bank=bank,
            version=f"1.{minors[bank]}.0",
            engine=draw(st.integers(1, 3)),
            lock=draw(DIGESTS),
            artifact=draw(DIGESTS),
            sources=draw(st.dictionaries(FILES, DIGESTS, min_size=1)),
            previous=head_digest(ledger),
        )
        ledger = Ledger(entries=(*ledger.entries, entry))
    return ledger


def codes(entries: list[Entry]) -> list[str]:
    faults = chain_faults(Ledger(entries=tuple(entries)), (), "ledger.yaml")
    return [fault.code for fault in faults]


@given(ledgers())
def test_it_reads_back_as_itself_and_its_chain_holds(ledger: Ledger) -> None:
    text = write_ledger(ledger)
    assert parse_ledger(text.encode(), "ledger.yaml") == ledger
    assert chain_faults(ledger, (), "ledger.yaml") == ()


@given(ledgers())
def test_it_is_yaml_that_its_schema_accepts(ledger: Ledger) -> None:
    text = (resources.schemas() / "ledger.schema.json").read_text("utf-8")
    schema = cast("dict[str, Any]", json.loads(text))
    Draft202012Validator.check_schema(schema)
    data = plain(require_yaml(write_ledger(ledger), "ledger.yaml"))
    validator = cast("Any", Draft202012Validator(schema))
    assert list(validator.iter_errors(data)) == []


@given(ledgers(least=1))
def test_an_entry_pins_the_bytes_of_the_lines_before_it(ledger: Ledger) -> None:
    """As the schema says it, so that anyone can check the chain with standard tools."""
    _, *chunks = write_ledger(ledger).split("\n- bank: ")
    lines = [f"- bank: {chunk}".rstrip("\n") + "\n" for chunk in chunks]
    pinned = [FIRST, *(hashlib.sha256(chunk.encode()).hexdigest() for chunk in lines)]
    assert [entry.previous for entry in ledger.entries] == pinned[:-1]
    assert "".join(lines) == "".join(map(write_entry, ledger.entries))


@given(ledgers(least=2), st.data())
def test_any_changed_byte_before_the_last_entry_breaks_it(
    ledger: Ledger, data: st.DataObject
) -> None:
    """What the last entry says is compared with the files of its release, not here."""
    text = write_ledger(ledger).encode()
    end = len(text) - len(write_entry(ledger.entries[-1]).encode())
    at = data.draw(st.integers(0, end - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[at]))
    try:
        changed = parse_ledger(text[:at] + bytes([byte]) + text[at + 1 :], "ledger.yaml")
    except SourceError:
        return
    assert codes(list(changed.entries)) != []


@given(ledgers(least=2), st.data())
def test_a_removed_entry_is_noticed(ledger: Ledger, data: st.DataObject) -> None:
    entries = list(ledger.entries)
    del entries[data.draw(st.integers(0, len(entries) - 2))]
    assert codes(entries)


@given(ledgers(least=2), st.data())
def test_reordered_entries_are_noticed(ledger: Ledger, data: st.DataObject) -> None:
    entries = data.draw(st.permutations(ledger.entries))
    assert bool(codes(list(entries))) == (tuple(entries) != ledger.entries)


@given(ledgers(least=2), st.data())
def test_an_entry_appended_out_of_turn_is_named(ledger: Ledger, data: st.DataObject) -> None:
    """It pins some entry, but not the newest one."""
    pinned = data.draw(st.sampled_from(ledger.entries[:-1]))
    late = evolve(ledger.entries[-1], version="9.0.0", previous=entry_digest(pinned))
    faults = chain_faults(Ledger(entries=(*ledger.entries, late)), (), "ledger.yaml")
    assert [fault.code for fault in faults] == ["ledger-out-of-turn"]
    assert late.name in faults[0].message
    assert pinned.name in faults[0].message


def test_versions_of_a_bank_only_grow() -> None:
    first = Entry(
        bank="tiny", version="1.1.0", engine=1, lock=FIRST, artifact=FIRST,
        sources={"bank.yaml": FIRST}, previous=FIRST,
    )  # fmt: skip
    older = evolve(first, version="1.0.9", previous=entry_digest(first))
    again = evolve(first, version="1.1.0+build", previous=entry_digest(first))
    other = evolve(first, bank="other", version="0.1.0", previous=entry_digest(first))
    assert codes([first, older]) == ["ledger-order"]
    assert codes([first, again]) == ["ledger-order"]
    assert codes([first, other]) == []


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("schema: mien/ledger/1", "schema: mien/ledger/2", 2),
        ("engine: 1", "engine: 01", 6),
        ("  engine: 1\n", "", 4),
        ("engine: 1", "engine: 0", 4),
        ("bank.yaml:", "../bank.yaml:", 10),
        ("bank.yaml:", "emotions/../bank.yaml:", 10),
        ("bank.yaml:", "emotions/./bank.yaml:", 10),
        ("bank.yaml:", "emotions//bank.yaml:", 10),
        ("bank.yaml:", "bank.yaml/..:", 10),
        ("bank: tiny", "bank: ../tiny", 4),
        ("  sources:\n", "  sources: \n", 9),
        ("engine: 1", "engine: 1\n  note: x", 7),
    ],
)
def test_text_that_mien_does_not_write_is_refused_by_its_line(
    before: str, after: str, line: int
) -> None:
    entry = Entry(
        bank="tiny", version="1.0.0", engine=1, lock="1" * 64, artifact="2" * 64,
        sources={"bank.yaml": "3" * 64, "rules.yaml": "4" * 64}, previous=FIRST,
    )  # fmt: skip
    text = write_ledger(Ledger(entries=(entry,)))
    assert before in text
    with pytest.raises(SourceError) as refused:
        parse_ledger(text.replace(before, after, 1).encode(), "ledger.yaml")
    assert str(refused.value.faults[0].place) == f"ledger.yaml:{line}:1"


def test_versions_are_ordered_as_semver_says() -> None:
    order = [
        "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
        "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.9.0", "1.10.0", f"1.{'9' * 5000}.0",
    ]  # fmt: skip
    assert sorted(set(order), key=precedence) == order
    assert precedence("1.0.0+a") == precedence("1.0.0+b")
    assert not any(map(is_version, ["1.0", "01.0.0", "1.0.0-", "1.0.0-01", "v1.0.0", "1.0.0\n"]))


@given(ledgers(least=1))
def test_a_merge_conflict_is_named_as_one(ledger: Ledger) -> None:
    text = write_ledger(ledger)
    last = write_entry(ledger.entries[-1])
    marked = text.replace(last, f"<<<<<<< HEAD\n{last}=======\n{last}>>>>>>> release\n")
    with pytest.raises(SourceError) as caught:
        parse_ledger(marked.encode(), "ledger.yaml")
    (fault,) = caught.value.faults
    assert fault.code == "merge-conflict"
    assert fault.place.line == marked[: marked.index("<<<<<<<")].count("\n") + 1
    assert fault.message == "a merge conflict starts here (<<<<<<< HEAD)"
    assert "run `mien release` again" in fault.hint
