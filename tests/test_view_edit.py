"""Edits from the page: one channel's line in the file, every comment and everything else kept."""

from __future__ import annotations

import json
import os
from difflib import ndiff
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien import resources
from mien.authored.bank import AuthoredBank
from mien.authored.reader import read_bank
from mien.text.format.comments import find_comments
from mien.text.yaml_nodes import require_yaml
from mien.view.bank_files import BankFiles, digest
from mien.view.change import (
    Change,
    EditConflictError,
    EditRefusedError,
    block_text,
    changed_entries,
    changed_text,
    expanded,
)
from mien.view.edit_session import EditSession

DEFAULT = resources.presets() / "default"
BANK = read_bank(DEFAULT)
RIG = BANK.rig
JOY = (DEFAULT / "emotions" / "joy.yaml").read_text("utf-8")

SMALL = """\
# A head.
archetypes:
  low:  # quiet
    mouthSmile: 0.5  # the smile
    # about the brow
    browInnerUp: 0.1

  # The middle.
  mid: {}  # nothing
  high: {eyeWide: 0.2, jawOpen: 0.3}  # in one line
styles:
  calm:
    description: Calm.
    anchor: {vad: [0, 0, 0], basis: none}
    gain:
      jawOpen: 0.5
  # The last word.
"""


def low(**values: float) -> Change:
    return Change(label="joy", name="low", style=False, values=values)


def at(name: str, **values: float) -> Change:
    return Change(label="joy", name=name, style=False, values=values)


def offset(**values: float) -> Change:
    return Change(label="joy", name="calm", style=True, values=values)


def difference(before: str, after: str) -> list[str]:
    lines = ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[:1] in "+-"]


def edit(change: Change, text: str = SMALL) -> list[str]:
    return difference(text, changed_text(text, change, RIG))


def test_a_shorthand_changes_as_one() -> None:
    assert edit(low(mouthSmileLeft=0.7, mouthSmileRight=0.7)) == [
        "-     mouthSmile: 0.5  # the smile",
        "+     mouthSmile: 0.7  # the smile",
    ]


def test_a_side_that_leaves_its_shorthand_gets_its_own_line() -> None:
    assert edit(low(mouthSmileLeft=0.7)) == ["+     mouthSmileLeft: 0.7"]
    text = changed_text(SMALL, low(mouthSmileLeft=0.7), RIG)
    assert "# the smile\n    mouthSmileLeft: 0.7\n    # about" in text
    assert changed_text(text, low(mouthSmileLeft=0.5), RIG) == SMALL
    assert edit(low(mouthSmileLeft=0)) == ["+     mouthSmileLeft: 0"]


def test_sides_that_newly_agree_come_as_their_shorthand() -> None:
    assert edit(low(eyeBlinkLeft=0.2, eyeBlinkRight=0.2)) == ["+     eyeBlink: 0.2"]
    assert edit(low(eyeLookInLeft=0.2, eyeLookOutRight=0.2)) == ["+     gazeRight: 0.2"]
    assert edit(low(eyeBlinkLeft=0.2)) == ["+     eyeBlinkLeft: 0.2"]


def test_lines_come_in_the_order_of_the_rig() -> None:
    text = changed_text(SMALL, low(eyeBlinkLeft=0.2, browDownLeft=0.1, tongueOut=1), RIG)
    _, block = block_text(text, low())
    names = [line.split(":")[0].strip() for line in block.splitlines()[1:] if "# ab" not in line]
    assert names == ["eyeBlinkLeft", "mouthSmile", "browDownLeft", "browInnerUp", "tongueOut"]


def test_zero_is_no_line_but_keeps_a_comment() -> None:
    assert edit(low(browInnerUp=0)) == ["-     browInnerUp: 0.1"]
    assert edit(low(mouthSmileLeft=0, mouthSmileRight=0)) == [
        "-     mouthSmile: 0.5  # the smile",
        "+     mouthSmile: 0  # the smile",
    ]


def test_the_last_line_stays() -> None:
    text = "archetypes:\n  low:\n    jawOpen: 0.2\n"
    assert edit(low(jawOpen=0), text) == ["-     jawOpen: 0.2", "+     jawOpen: 0"]


def test_an_empty_archetype_gets_lines() -> None:
    assert edit(at("mid", jawOpen=0.2)) == [
        "-   mid: {}  # nothing",
        "+   mid:  # nothing",
        "+     jawOpen: 0.2",
    ]


def test_one_line_mappings_stay_one_line() -> None:
    assert edit(at("high", jawOpen=0, mouthClose=0.1)) == [
        "-   high: {eyeWide: 0.2, jawOpen: 0.3}  # in one line",
        "+   high: {eyeWide: 0.2, mouthClose: 0.1}  # in one line",
    ]
    assert edit(at("high", eyeWideLeft=0, eyeWideRight=0, eyeBlinkLeft=0.4)) == [
        "-   high: {eyeWide: 0.2, jawOpen: 0.3}  # in one line",
        "+   high: {eyeBlinkLeft: 0.4, jawOpen: 0.3}  # in one line",
    ]


def test_a_style_without_offset_gets_one() -> None:
    assert edit(offset(eyeBlinkLeft=0.1, eyeBlinkRight=0.1)) == [
        "+     offset:",
        "+       eyeBlink: 0.1",
    ]


def test_line_ends_stay() -> None:
    text = SMALL.replace("\n", "\r\n")
    edited = changed_text(text, low(jawOpen=0.25, browInnerUp=0), RIG)
    assert "\n" not in edited.replace("\r\n", "")
    assert changed_text(SMALL, low(jawOpen=0.25, browInnerUp=0), RIG) == edited.replace("\r", "")


def test_json_stays_json() -> None:
    text = (
        '{\n  "archetypes": {\n    "low": {\n      "jawOpen": 0.2\n    },\n    "mid": {}\n  }\n}\n'
    )
    assert difference(
        text, changed_text(text, low(mouthClose=0.1, jawOpen=0.5), RIG, json=True)
    ) == ['-       "jawOpen": 0.2', '+       "jawOpen": 0.5,', '+       "mouthClose": 0.1']
    assert '"mid": {"jawOpen": 1}' in changed_text(text, at("mid", jawOpen=1), RIG, json=True)


@pytest.mark.parametrize("name", ["low", "other"])
def test_no_change_no_edit(name: str) -> None:
    assert changed_text(SMALL, at(name), RIG) == SMALL


def test_what_cannot_be_edited_is_refused() -> None:
    with pytest.raises(EditRefusedError, match="cannot be read"):
        changed_text("archetypes: [", low(jawOpen=0.1), RIG)
    with pytest.raises(EditRefusedError, match=r"styles\.calm"):
        changed_text("archetypes: {}\n", offset(jawOpen=0.1), RIG)
    with pytest.raises(EditRefusedError, match="no mapping"):
        changed_text("archetypes:\n  low: 1\n", low(jawOpen=0.1), RIG)
    with pytest.raises(EditRefusedError, match="by hand"):
        changed_text("archetypes:\n  low:\n    ? eyeBlink\n    : 1\n", low(jawOpen=1), RIG)


def test_a_channel_takes_the_place_of_one_that_goes() -> None:
    text = SMALL.replace("0.5  # the smile", "0.5")
    first = changed_text(text, low(mouthSmileLeft=0.0, mouthSmileRight=0.0, jawOpen=0.25), RIG)
    assert first == text.replace("mouthSmile: 0.5", "jawOpen: 0.25")
    one = "a:\n  low:\n    jawOpen: 0.5\n    cheekPuff: 0.1\n    browInnerUp: 0.3\n"
    text = one.replace("a:", "archetypes:")
    last = changed_text(text, low(browInnerUp=0.0, cheekPuff=0.0, tongueOut=0.2), RIG)
    assert last == "archetypes:\n  low:\n    jawOpen: 0.5\n    tongueOut: 0.2\n"


@pytest.mark.parametrize("gone", [("jawOpen", "browInnerUp"), ("browInnerUp", "cheekPuff")])
def test_entries_in_one_line_go_two_at_a_time(gone: tuple[str, ...]) -> None:
    text = '{"archetypes": {"low": {"jawOpen": 0.5, "browInnerUp": 0.1, "cheekPuff": 0.3}}}'
    after = changed_text(text, low(**dict.fromkeys(gone, 0.0)), RIG, json=True)
    whole = json.loads(text)["archetypes"]["low"]
    assert json.loads(after) == {
        "archetypes": {"low": {name: one for name, one in whole.items() if name not in gone}}
    }


WEIGHTS = st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0])


@given(
    st.dictionaries(st.sampled_from((*RIG.names, *RIG.shorthands)), WEIGHTS, max_size=6),
    st.dictionaries(st.sampled_from(RIG.names), WEIGHTS, max_size=6),
)
def test_entries_say_what_was_asked(entries: dict[str, float], changes: dict[str, float]) -> None:
    after = expanded(changed_entries(entries, changes, RIG), RIG)
    wanted = {**expanded(entries, RIG), **changes}
    assert {name: value for name, value in after.items() if value} == {
        name: value for name, value in wanted.items() if value
    }


FILES = sorted((DEFAULT / "emotions").glob("*.yaml"))


@given(
    st.sampled_from(FILES),
    st.sampled_from(["low", "mid", "high"]),
    st.dictionaries(st.sampled_from(RIG.names), WEIGHTS, min_size=1, max_size=5),
)
def test_only_the_block_changes(path: Path, name: str, values: dict[str, float]) -> None:
    before = path.read_text("utf-8")
    change = Change(label=path.stem, name=name, style=False, values=values)
    after = changed_text(before, change, RIG)
    root = require_yaml(after, path.name)
    comments = find_comments(before, require_yaml(before, path.name))
    assert [one.text for one in find_comments(after, root)] == [one.text for one in comments]
    _, old = block_text(before, change)
    _, new = block_text(after, change)
    assert after == before.replace(old, new)
    assert "\n\n" not in new
    assert len(difference(before, after)) <= 2 * len(values) + 6


@pytest.fixture
def session(folder: Path) -> EditSession:
    bank: AuthoredBank = read_bank(folder)
    return EditSession(lambda: bank, BankFiles(folder))


def test_a_preview_writes_nothing(session: EditSession, joy: Path) -> None:
    preview = session.preview(low(jawOpen=0.05))
    assert preview.faults == ()
    assert preview.base == digest(JOY.encode())
    assert [line for line in preview.diff if line[0] in "+-"] == ["+    jawOpen: 0.05"]
    assert preview.lines.startswith("  low:\n")
    assert "    jawOpen: 0.05\n" in preview.lines
    assert joy.read_text("utf-8") == JOY


def test_a_write_and_the_way_back(session: EditSession, joy: Path) -> None:
    change = low(jawOpen=0.05, tongueOut=0.01)
    session.write(change, session.preview(change).base)
    assert difference(JOY, joy.read_text("utf-8")) == [
        "+     jawOpen: 0.05",
        "+     tongueOut: 0.01",
    ]
    read_bank(joy.parents[1])
    assert session.writes == 1
    session.undo()
    assert joy.read_text("utf-8") == JOY
    with pytest.raises(EditRefusedError, match="nothing to undo"):
        session.undo()


def test_a_file_that_changed_meanwhile_is_left_alone(session: EditSession, joy: Path) -> None:
    base = session.preview(low(jawOpen=0.05)).base
    joy.write_text(JOY + "# mine\n", "utf-8")
    with pytest.raises(EditConflictError, match="changed meanwhile"):
        session.write(low(jawOpen=0.05), base)
    assert joy.read_text("utf-8") == JOY + "# mine\n"


def test_undo_leaves_a_file_that_changed_since(session: EditSession, joy: Path) -> None:
    change = low(jawOpen=0.05)
    session.write(change, session.preview(change).base)
    later = joy.read_text("utf-8") + "# mine\n"
    joy.write_text(later, "utf-8")
    with pytest.raises(EditConflictError):
        session.undo()
    assert joy.read_text("utf-8") == later


def test_a_face_that_breaks_a_rule_is_not_written(session: EditSession, joy: Path) -> None:
    change = low(mouthFrownLeft=0.5, mouthFrownRight=0.5)
    preview = session.preview(change)
    assert {fault.code for fault in preview.faults} == {"antagonists"}
    assert all(fault.place.file == str(joy) for fault in preview.faults)
    with pytest.raises(EditRefusedError, match="would have faults") as refused:
        session.write(change, preview.base)
    assert refused.value.faults == preview.faults
    assert joy.read_text("utf-8") == JOY


def test_a_draft_may_break_a_rule(session: EditSession, joy: Path) -> None:
    before = joy.read_bytes()
    change = low(mouthFrownLeft=0.6)
    preview = session.preview(change)
    assert preview.drawable
    session.write(change, preview.base, draft=True)
    assert b"    mouthFrownLeft: 0.6\n" in joy.read_bytes()
    more = low(mouthFrownLeft=0.5)
    session.write(more, session.preview(more).base, draft=True)
    session.undo()  # back to what breaks the rule as well
    assert b"    mouthFrownLeft: 0.6\n" in joy.read_bytes()
    session.undo()
    assert joy.read_bytes() == before


def test_not_even_a_draft_is_written_into_a_bank_that_cannot_be_read(
    session: EditSession, folder: Path, joy: Path
) -> None:
    anger = folder / "emotions" / "anger.yaml"
    anger.write_text(anger.read_text("utf-8").replace("label: anger", "labl: anger"), "utf-8")
    before = joy.read_bytes()
    preview = session.preview(low(jawOpen=0.05))
    assert not preview.drawable
    with pytest.raises(EditRefusedError, match="would have faults"):
        session.write(low(jawOpen=0.05), preview.base, draft=True)
    assert joy.read_bytes() == before


def test_faults_elsewhere_stop_a_write(session: EditSession, folder: Path, joy: Path) -> None:
    awe = folder / "emotions" / "awe.yaml"
    awe.write_text(awe.read_text("utf-8").replace("label: awe", "label: aw"), "utf-8")
    preview = session.preview(low(jawOpen=0.05))
    assert {Path(fault.place.file).name for fault in preview.faults} == {"awe.yaml"}
    with pytest.raises(EditRefusedError):
        session.write(low(jawOpen=0.05), preview.base)
    assert joy.read_text("utf-8") == JOY


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(label="joi", name="low", style=False, values={}), "joy"),
        (at("hihg", jawOpen=0.1), "it has low, mid, high"),
        (low(jawOpne=0.1), "jawOpen"),
        (low(jawOpen=-0.1), r"expected a number in \[0, 1\]"),
        (Change(label="joy", name="proud", style=True, values={}), "peaceful"),
    ],
)
def test_questions_that_make_no_sense(session: EditSession, change: Change, words: str) -> None:
    with pytest.raises(EditRefusedError, match=words):
        session.preview(change)


def test_a_style_takes_negative_offsets(session: EditSession, joy: Path) -> None:
    change = Change(label="joy", name="peaceful", style=True, values={"browInnerUp": -0.05})
    session.write(change, session.preview(change).base)
    assert difference(JOY, joy.read_text("utf-8")) == ["+       browInnerUp: -0.05"]


def test_read_only_files_are_left_alone(
    session: EditSession, joy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def access(path: Path, mode: int) -> bool:
        return path != joy or mode != os.W_OK

    monkeypatch.setattr("os.access", access)
    with pytest.raises(EditRefusedError, match="not written to"):
        session.write(low(jawOpen=0.05), session.preview(low(jawOpen=0.05)).base)


def test_a_bank_that_ships_is_read_only(
    session: EditSession, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.__file__", str(folder.parent / "__init__.py"))
    with pytest.raises(EditRefusedError, match="ships with mien"):
        session.write(low(jawOpen=0.05), session.preview(low(jawOpen=0.05)).base)


def test_the_order_mark_and_mode_of_a_file_stay(session: EditSession, joy: Path) -> None:
    joy.write_bytes("\ufeff".encode() + JOY.encode())
    joy.chmod(0o640)
    session.write(low(jawOpen=0.05), session.preview(low(jawOpen=0.05)).base)
    assert joy.read_bytes().startswith("\ufeff".encode())
    assert joy.stat().st_mode & 0o777 == 0o640
