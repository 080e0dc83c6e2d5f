"""Comparisons obey their laws, need the right version, and know what artifacts tell."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from mien.artifact.write import artifact_bytes
from mien.authored.reader import read_bank
from mien.diff import (
    BankDiff,
    Category,
    Side,
    compare,
    is_enough,
    load_side,
    needed_version,
    side_of_bank,
    side_of_tables,
)
from mien.diff.pair import BankPair
from mien.diff.rules.lists import moved
from mien.diff.rules.run import RULES
from mien.diff.surface import CHANNEL, MEAN, weigh
from mien.errors import SourceError
from mien.text.node import Node, ScalarNode, SequenceNode
from mien.text.yaml_nodes import require_yaml

HERE = Path(__file__).parent
TINY = HERE / "banks" / "tiny"
FILES = sorted(path.relative_to(TINY).as_posix() for path in TINY.rglob("*.yaml"))
KEEP = {"schema", "version"}
"""The version is compared, but it is no change; the schema cannot change yet."""


@cache
def tiny() -> Side:
    return side_of_bank(read_bank(TINY), "tiny")


def scalars(node: Node) -> Iterator[ScalarNode]:
    """Every value of a document that an edit may change."""
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from scalars(item)
    else:
        for entry in node.entries:
            if entry.name not in KEEP:
                yield from scalars(entry.value)


VALUES = [
    (name, node)
    for name in FILES
    for node in scalars(require_yaml((TINY / name).read_text(), name))
]
NUMBERS = st.integers(-1000, 2000).map(lambda value: value / 1000)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tiny bank to write into."""
    folder = tmp_path_factory.mktemp("edited") / "bank"
    shutil.copytree(TINY, folder)
    return folder


def with_file(folder: Path, name: str, text: str) -> Side | None:
    """The bank with one file replaced, or None where it is no bank then."""
    (folder / name).write_text(text)
    try:
        return side_of_bank(read_bank(folder), "edited")
    except SourceError:
        return None
    finally:
        shutil.copyfile(TINY / name, folder / name)


def value_edit(folder: Path, where: tuple[str, ScalarNode], number: float) -> Side:
    """The bank with another number, or another word, in one place."""
    name, node = where
    text = (TINY / name).read_text()
    is_number = isinstance(node.value, int | float)
    assume(not is_number or node.value != number)
    value = f"{number:g}" if is_number else f"{node.source}x"
    side = with_file(folder, name, text[: node.span.start] + value + text[node.span.end :])
    assume(side is not None)
    assert side is not None
    return side


@given(where=st.sampled_from(VALUES), number=NUMBERS)
def test_any_edit_of_a_value_is_found(
    edited: Path, where: tuple[str, ScalarNode], number: float
) -> None:
    found = compare(tiny(), value_edit(edited, where, number))
    assert found.findings
    assert found.verdict in ("patch", "minor", "major")
    assert not is_enough("1.0.0", "1.0.0", found.verdict)


@given(where=st.sampled_from(VALUES), number=NUMBERS)
def test_the_way_back_is_the_way_there_reversed(
    edited: Path, where: tuple[str, ScalarNode], number: float
) -> None:
    new = value_edit(edited, where, number)
    there, back = compare(tiny(), new), compare(new, tiny())
    assert changes(there) == {(*key, before, after) for *key, after, before in changes(back)}
    assert [(one.label, one.mean, one.largest) for one in there.visible] == [
        (one.label, one.mean, one.largest) for one in back.visible
    ]


def changes(diff: BankDiff) -> set[tuple[object, ...]]:
    return {
        (finding.label, finding.at, change.name, change.before, change.after)
        for finding in diff.findings
        for change in finding.changes
    }


@given(
    name=st.sampled_from(FILES),
    lines=st.sets(st.integers(0, 40), min_size=1),
    comment=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    blank=st.booleans(),
)
def test_comments_and_spacing_are_no_change(
    edited: Path, name: str, lines: set[int], comment: str, blank: bool
) -> None:
    source = (TINY / name).read_text().splitlines()
    text = "".join(
        f"{line}  # {comment}\n{chr(10) * blank}" if number in lines else f"{line}\n"
        for number, line in enumerate(source)
    )
    side = with_file(edited, name, text)
    assert side is not None
    found = compare(tiny(), side)
    assert found.empty
    assert found.verdict == "none"
    assert found.visible == ()


def test_a_bank_does_not_differ_from_itself() -> None:
    found = compare(tiny(), tiny())
    assert (found.empty, found.verdict, found.rule, found.needed) == (True, "none", "", "1.0.0")


def test_another_version_alone_is_a_difference_without_findings() -> None:
    bank = tiny().bank
    newer = evolve(bank, manifest=evolve(bank.manifest, version="1.0.1"))
    found = compare(tiny(), side_of_bank(newer))
    assert found.findings == ()
    assert not found.empty


@pytest.mark.parametrize(
    ("new", "is_moved"),
    [
        ("a b c", False),
        ("a b c d", False),
        ("a c", False),  # c moved up because b went: that is the removal's doing
        ("a c d", False),
        ("a x b c", True),
        ("b a c", True),
        ("d a c", True),
        ("", False),
    ],
)
def test_positions_move_when_names_change_places_or_others_come_between(
    new: str, is_moved: bool
) -> None:
    assert moved(["a", "b", "c"], new.split()) is is_moved


@pytest.mark.parametrize(
    ("old", "verdict", "needed"),
    [
        ("1.4.2", "major", "2.0.0"),
        ("1.4.2", "minor", "1.5.0"),
        ("1.4.2", "patch", "1.4.3"),
        ("1.4.2", "none", "1.4.2"),
        ("0.4.2", "major", "0.5.0"),
        ("0.4.2", "minor", "0.4.3"),
        ("0.4.2", "patch", "0.4.3"),
        ("2.0.0-rc.1", "major", "2.0.0"),
        ("1.4.2+build.7", "minor", "1.5.0"),
    ],
)
def test_the_version_that_is_needed(old: str, verdict: str, needed: str) -> None:
    assert needed_version(old, verdict) == needed
    assert is_enough(old, needed, verdict)


@pytest.mark.parametrize(
    ("old", "new", "verdict", "enough"),
    [
        ("1.4.2", "2.0.0-rc.1", "major", True),
        ("1.4.2", "1.5.0", "major", False),
        ("1.4.2", "1.4.3", "minor", False),
        ("1.4.2", "1.4.2", "patch", False),
        ("1.4.2", "1.4.2", "none", True),
        ("1.4.2", "1.4.1", "none", False),
        ("2.0.0-rc.1", "2.0.0-rc.2", "major", True),
        ("2.0.0-rc.1", "2.0.0-rc.1", "patch", False),
        ("1.10.0", "1.9.0", "patch", False),
    ],
)
def test_whether_a_version_is_enough(old: str, new: str, verdict: str, enough: bool) -> None:
    assert is_enough(old, new, verdict) is enough


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(ValueError, match="not a version"):
        needed_version("1.4", "none")


def test_the_thresholds_themselves_are_minor() -> None:
    assert weigh(mean=0.26 * 2 / 52, largest=CHANNEL) is Category.MINOR
    assert weigh(mean=MEAN + 1e-6, largest=0.0) is Category.MAJOR
    assert weigh(mean=0.0, largest=CHANNEL + 1e-5) is Category.MAJOR


def artifact(folder: Path, side: Side) -> Path:
    path = folder / "tiny.safetensors"
    path.write_bytes(artifact_bytes(side.tables))
    return path


def test_an_artifact_is_the_bank_that_it_was_compiled_from(tmp_path: Path) -> None:
    side = load_side(str(artifact(tmp_path, tiny())))
    assert not side.sourced
    for old, new in ((side, tiny()), (tiny(), side), (side, side)):
        found = compare(old, new)
        assert found.empty
        assert "budgets" in found.not_compared


def test_what_an_artifact_tells_is_found_with_its_line(edited: Path) -> None:
    text = (TINY / "emotions/glad.yaml").read_text().replace("jawOpen: 0.25", "jawOpen: 0.3")
    new = with_file(edited, "emotions/glad.yaml", text)
    assert new is not None
    (finding,) = compare(side_of_tables(tiny().tables), new).findings
    assert (finding.rule, finding.label, finding.at) == ("archetype-moved", "glad", "high")
    (change,) = finding.changes
    assert (change.name, change.before, change.after) == ("jawOpen", 0.25, 0.3)
    assert change.places.old is None
    assert change.places.new is not None
    assert change.places.new.line == 25


def test_every_kind_of_change_is_told_by_tables_as_by_sources(edited: Path) -> None:
    """Where only tables are known, the same rules decide, save those about what they lack."""
    for file, before, after, rule in (
        ("emotions/glad.yaml", "[0.75, 0.35, 0.35]", "[0.7, 0.35, 0.35]", "anchor-moved"),
        ("emotions/glad.yaml", "attenuation: 0.4", "attenuation: 0.5", "speech-changed"),
        ("emotions/glad.yaml", "  sly:", "  roguish:", "style-renamed"),
        ("emotions/calm.yaml", "offset: {mouthSmile: 0.1}", "offset: {}", "style-moved"),
        ("rules.yaml", "A: 1.2", "A: 1.3", "trend-changed"),
        ("rules.yaml", "cap: 0.3", "cap: 0.2", "antagonist-changed"),
        ("bank.yaml", "support: 1.6", "support: 1.5", "solver-changed"),
        ("bank.yaml", "[calm, glad, cross]", "[glad, calm, cross]", "labels-reordered"),
        ("rigs/small.yaml", "slack: 0.06", "slack: 0.1", "ceiling-changed"),
        ("rigs/small.yaml", "{mouthClose: 0.4}", "{mouthClose: 0.3}", "lip-seal-changed"),
        ("rigs/small.yaml", "jawOpen, class: LIPSYNC", "jawOpen, class: SHARED", CLASS),
    ):
        text = (TINY / file).read_text()
        assert before in text
        new = with_file(edited, file, text.replace(before, after, 1))
        assert new is not None
        assert compare(tiny(), new).rule == rule
        assert compare(side_of_tables(tiny().tables), new).rule == rule


CLASS = "channel-class-changed"


def test_settings_that_an_artifact_does_not_tell_show_in_its_tables(edited: Path) -> None:
    text = (TINY / "bank.yaml").read_text().replace("flat: 0.25", "flat: 0.3")
    new = with_file(edited, "bank.yaml", text)
    assert new is not None
    found = compare(side_of_tables(tiny().tables), new)
    assert {finding.rule for finding in found.findings} == {"table-changed"}
    assert {finding.label for finding in found.findings} == {"cross", "glad", "calm"}
    assert found.verdict == "minor"


def test_another_engine_is_a_major_change() -> None:
    other = Side(
        name="tiny", bank=tiny().bank, tables=evolve(tiny().tables, engine=2), sourced=True
    )
    rule = next(rule for rule in RULES if rule.code == "engine-changed")
    (finding,) = rule(BankPair(old=tiny(), new=other))
    assert finding.category is Category.MAJOR
    assert finding.message == "engine 1 is now engine 2"
