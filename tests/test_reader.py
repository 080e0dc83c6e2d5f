"""A bank reads into the records it describes, whatever its notation."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien import resources
from mien.authored.bank import AuthoredBank
from mien.authored.documents import document_named, locate, read_documents
from mien.authored.emotion import ActionUnitUse
from mien.authored.reader import read_bank
from mien.errors import SourceError
from mien.text.canonical import canonical, digest
from mien.text.json_nodes import parse_json
from mien.text.node import Node, Plain, plain
from mien.text.yaml_nodes import require_yaml

TINY = Path(__file__).parent / "banks" / "tiny"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A copy of the good bank, to be changed."""
    return Path(shutil.copytree(TINY, tmp_path / "bank"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def records(bank: AuthoredBank) -> AuthoredBank:
    return attrs.evolve(bank, documents={})


def digests(folder: Path) -> dict[str, str]:
    return {Path(name).stem: one.digest for name, one in read_documents(folder).items()}


def test_records_of_the_tiny_bank() -> None:
    bank = read_bank(TINY)
    assert bank.manifest.labels == ("calm", "glad", "cross")
    assert [emotion.label for emotion in bank.emotions] == ["calm", "glad", "cross"]
    assert bank.rig.names[0] == "browDownLeft"
    assert bank.rig.conjugates[0].channels == ("browDownLeft", "browDownRight")
    assert bank.rig.action_units[12].channels == {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0}
    assert bank.rules.antagonists.overrides[0].pair == ("browDownLeft", "mouthSmileLeft")
    assert bank.rules.trends["mouthSmileRight"].coefficients == (-0.4, 1.6, *[0.0] * 8)
    glad = bank.emotions[1]
    assert glad.anchors["mid"].vad == (0.75, 0.35, 0.35)
    assert glad.action_units.core == (ActionUnitUse(code=12, side=""),)
    assert glad.speech.channels == {"mouthSmileLeft": 0.3, "mouthSmileRight": 0.3}
    assert list(glad.styles) == ["gentle", "sly"]


def test_the_shipped_bank_reads() -> None:
    bank = read_bank(resources.presets() / "default")
    assert len(bank.emotions) == len(bank.manifest.labels)
    assert bank.rig.id == bank.manifest.rig


@pytest.mark.parametrize(
    "order",
    [["mouthSmile: 0.7", "mouthSmileLeft: 0.75"], ["mouthSmileLeft: 0.75", "mouthSmile: 0.7"]],
)
def test_a_full_name_overrides_its_shorthand(bank: Path, order: list[str]) -> None:
    glad = bank / "emotions" / "glad.yaml"
    edit(glad, "mouthSmile: 0.7\n    mouthSmileLeft: 0.75", "\n    ".join(order))
    high = read_bank(bank).emotions[1].archetypes["high"]
    assert list(high.items()) == [
        ("jawOpen", 0.25),
        ("mouthSmileLeft", 0.75),
        ("mouthSmileRight", 0.7),
    ]


def test_minus_zero_and_integers_become_plain_floats(bank: Path) -> None:
    glad = bank / "emotions" / "glad.yaml"
    edit(glad, "mouthSmile: 0.3", "mouthSmile: -0.0")
    edit(glad, "[0.45, 0.0, 0.2]", "[1, -0.0, 0]")
    emotion = read_bank(bank).emotions[1]
    numbers = [*emotion.archetypes["low"].values(), *emotion.anchors["low"].vad]
    assert all(type(one) is float for one in numbers)
    assert all(math.copysign(1, one) == 1 for one in numbers)


def test_one_side_of_an_action_unit(bank: Path) -> None:
    edit(bank / "emotions" / "glad.yaml", "core: [12]", "core: [L12, 4.0]")
    assert read_bank(bank).emotions[1].action_units.core == (
        ActionUnitUse(code=12, side="L"),
        ActionUnitUse(code=4, side=""),
    )


def test_json_says_the_same(bank: Path) -> None:
    before, known = read_bank(bank), digests(bank)
    for file in [*bank.rglob("*.yaml")]:
        data = plain(require_yaml(file.read_text(), file.name))
        file.with_suffix(".json").write_text(json.dumps(data, indent=1))
        file.unlink()
    after = read_bank(bank)
    assert records(after) == records(before)
    assert digests(bank) == known
    assert document_named(after, "emotions/glad").name == "emotions/glad.json"


def test_writing_does_not_change_the_digest(bank: Path) -> None:
    before, known = read_bank(bank), digests(bank)
    glad = bank / "emotions" / "glad.yaml"
    edit(glad, "title: Glad\n", "# a note\n\ntitle:   'Glad'   # another\n")
    edit(glad, "attenuation: 0.4", "attenuation: 4.0e-1")
    edit(
        glad, "{vad: [0.9, 0.8, 0.5], basis: overjoyed}", "{basis: overjoyed, vad: [0.9, .8, 0.5]}"
    )
    edit(bank / "bank.yaml", "support: 1.6", "support: 1.60")
    edit(bank / "bank.yaml", "valence: 1.0, arousal: 0.8", "arousal: 0.8, valence: 1")
    (bank / "rules.yaml").write_bytes((bank / "rules.yaml").read_bytes().replace(b"\n", b"\r\n"))
    assert digests(bank) == known
    assert records(read_bank(bank)) == records(before)


def test_the_order_of_keys_does_not_change_the_records(bank: Path) -> None:
    before = read_bank(bank)
    for file in [*bank.rglob("*.yaml")]:
        data = reversed_keys(plain(require_yaml(file.read_text(), file.name)))
        file.write_text(json.dumps(data))  # JSON is YAML
    after = read_bank(bank)
    assert repr(records(after)) == repr(records(before))
    assert digests(bank) == digests(TINY)


def reversed_keys(value: Plain) -> Plain:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("emotions/glad.yaml", "mouthSmile: 0.7", "mouthSmile: 0.701"),
        ("emotions/glad.yaml", "title: Glad", "title: glad"),
        ("rules.yaml", "V: 1.6", "V: 1.61"),
        ("rigs/small.yaml", "slack: 0.06", "slack: 0.05"),
        ("bank.yaml", "[calm, glad, cross]", "[glad, calm, cross]"),
    ],
)
def test_a_change_changes_one_digest(bank: Path, file: str, old: str, new: str) -> None:
    edit(bank / file, old, new)
    after = digests(bank)
    changed = {name for name, known in digests(TINY).items() if after[name] != known}
    assert changed == {Path(file).stem}


def test_places_are_found() -> None:
    bank = read_bank(TINY)
    path = ("archetypes", "high", "mouthSmileLeft")
    text = (TINY / "emotions" / "glad.yaml").read_text().splitlines()
    value, key = locate(bank, "emotions/glad", path), locate(bank, "emotions/glad", path, key=True)
    assert text[value.line - 1][value.column - 1 :] == "0.75"
    assert text[key.line - 1][key.column - 1 :] == "mouthSmileLeft: 0.75"
    nearest = locate(bank, "emotions/glad", ("archetypes", "high", "jawLeft"))
    assert nearest == locate(bank, "emotions/glad", ("archetypes", "high"))


def test_rigs_are_looked_for_in_the_bank_then_beside_it_then_among_ours(bank: Path) -> None:
    (bank / "rigs").rename(bank.parent / "rigs")
    assert read_bank(bank).documents["rigs/small.yaml"].path == bank.parent / "rigs" / "small.yaml"
    edit(bank / "bank.yaml", "rig: small", "rig: arkit52")
    assert "rigs/arkit52.yaml" in read_documents(bank)


def test_backup_and_hidden_files_are_not_labels(bank: Path) -> None:
    for name in (".glad.yaml", "glad.yaml~", "README.md", "glad.yaml.orig"):
        (bank / "emotions" / name).write_text("not: [a label\n")
    assert records(read_bank(bank)) == records(read_bank(TINY))


def test_a_byte_order_mark_is_forgiven(bank: Path) -> None:
    path = bank / "rules.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert digests(bank) == digests(TINY)


def test_read_documents_raises_what_is_wrong(bank: Path) -> None:
    (bank / "rules.yaml").write_text("a: [\n")
    with pytest.raises(SourceError) as refusal:
        read_documents(bank)
    assert [fault.code for fault in refusal.value.faults] == ["yaml-syntax"]


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_json_nodes_agree_with_the_standard_reader(value: Plain) -> None:
    text = json.dumps(value)
    node, faults = parse_json(text, "x")
    assert node is not None
    assert faults == ()
    assert plain(node) == json.loads(text)
    assert digest(node) == digest(reparsed(json.dumps(value, indent=2, ensure_ascii=False)))


def reparsed(text: str) -> Node:
    node, _ = parse_json(text, "x")
    assert node is not None
    return node


def test_canonical_numbers_go_by_value() -> None:
    assert canonical(
        [1, 1.0, -0.0, 1e22, 0.1, 10**22]
    ) == "[1,1,0,10000000000000000000000,0.1,1" + ("0" * 22 + "]")
    assert canonical({"b": 1, "a": {"d": None, "c": "ä"}}) == '{"a":{"c":"ä","d":null},"b":1}'
