"""Answers of observers: forms that cannot be scored, names that count, and the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.program import ended

from mien import resources
from mien.errors import SourceError
from mien.judge.answers import UNSURE, Answers, form_text, read_answers
from mien.judge.free_names import free_names, shipped_names
from mien.judge.key import HiddenFace, Key, key_text, read_key
from mien.judge.score_report import score_json, score_lines
from mien.judge.scores import UNKNOWN, agreement, score
from mien.text.node import plain
from mien.text.suggest import letters_of
from mien.text.yaml_nodes import require_yaml

LABELS = ("joy", "fear", "disgust")
LEVELS = ("low", "high")
FACES = tuple(HiddenFace(label=a, intensity=b, head="drawn") for a in LABELS for b in LEVELS)


def key_of(faces: Sequence[HiddenFace] = FACES) -> Key:
    return Key(
        bank="ours",
        version="1.0.0",
        source="ours 1.0.0",
        seed=3,
        labels=LABELS,
        aliases={"joy": ("chuffed",)},
        intensities=LEVELS,
        faces=dict(enumerate(faces, 1)),
    )


KEY = key_of()
NAMES = free_names(LABELS, KEY.aliases)


def form(path: Path, rows: Sequence[str], key: Key = KEY, observer: str = "") -> Path:
    head = (
        form_text(key).partition("answers:\n")[0].replace('observer: ""', f"observer: {observer!r}")
    )
    path.write_text(head + "answers:\n" + "".join(f"  {row}\n" for row in rows))
    return path


GOOD = [f"{n}: {{free: {face.label}, forced: {face.label}}}" for n, face in KEY.faces.items()]
FIRST = 6
"""The line of the first answer."""


@pytest.mark.parametrize(
    ("row", "new", "place", "words"),
    [
        (0, "7: {free: joy, forced: joy}", (FIRST, 3), "no face has the number 7 [unknown-number]"),
        (0, "7: {free: joy, forced: joy}", (FIRST, 3), "1 face missing: 1 [answer-missing]"),
        (1, "1: {free: joy, forced: joy}", (FIRST + 1, 3), "here a second time"),
        (2, '3: {free: "", forced: joy}', (FIRST + 2, 13), "face 3 is not answered"),
        (2, "3: {free: fear, forced: }", (FIRST + 2, 27), "face 3 is not answered"),
        (2, "3: {free: fear}", (FIRST + 2, 6), "face 3 is not answered"),
        (3, "4: {free: joy, forced: hapy}", (FIRST + 3, 26), "did you mean joy?"),
        (3, "4: {free: joy, forced: joy, sure: 1}", (FIRST + 3, 31), "sure"),
        (4, "x: {free: joy, forced: joy}", (FIRST + 4, 3), "x"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(
    row: int, new: str, place: tuple[int, int], words: str, tmp_path: Path
) -> None:
    path = form(tmp_path / "a.yaml", [*GOOD[:row], new, *GOOD[row + 1 :]])
    with pytest.raises(SourceError) as refusal:
        read_answers(path, KEY)
    found = [fault for fault in refusal.value.faults if words in str(fault)]
    assert found, refusal.value
    assert (found[0].place.line, found[0].place.column) == place


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    one = form(tmp_path / "a.yaml", [*GOOD[:5], "9: {free: joy, forced: glum}"])
    two = form(tmp_path / "b.yaml", ['1: {free: joy, forced: ""}', *GOOD[1:]])
    key = tmp_path / "key.json"
    key.write_text(key_text(KEY))
    said = ended(2, "judge", "score", key, one, two).stderr
    for code in ("unknown-number", "answer-missing", "unknown-choice"):
        assert f"[{code}]" in said
    assert "a.yaml:11:3" in said
    assert "b.yaml:6:26" in said


def test_a_form_of_another_key_is_refused(tmp_path: Path) -> None:
    path = form(tmp_path / "a.yaml", GOOD, key_of(FACES[::-1]))
    with pytest.raises(SourceError, match="answers-of-another-key"):
        read_answers(path, KEY)


def test_an_observer_counts_once(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(key_text(KEY))
    forms = [form(tmp_path / f"{n}.yaml", GOOD, observer="Ada") for n in (1, 2)]
    assert "[observer-twice]" in ended(2, "judge", "score", key, *map(str, forms)).stderr


def test_an_empty_form_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(form_text(KEY))
    with pytest.raises(SourceError, match="no face is answered"):
        read_answers(path, KEY)


def test_keys_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "k.json"
    path.write_text(key_text(KEY))
    assert read_key(path) == KEY
    assert read_key(path).digest == KEY.digest
    path.write_text(key_text(KEY).replace('"label": "fear"', '"label": "fera"', 1))
    with pytest.raises(SourceError, match="did you mean fear") as refusal:
        read_key(path)
    assert refusal.value.faults[0].place.line > 0


def answered(names: Sequence[str], observer: str = "Ada", *, forced: bool = True) -> Answers:
    given = dict(zip(KEY.faces, names, strict=True))
    return Answers(observer=observer, free={} if forced else given, forced=given if forced else {})


@given(
    st.lists(
        st.lists(st.sampled_from([*LABELS, UNSURE]), min_size=6, max_size=6), min_size=1, max_size=4
    )
)
def test_counts_are_those_of_a_plain_loop(observers: list[list[str]]) -> None:
    given = [answered(names, f"o{n}") for n, names in enumerate(observers)]
    found = score(KEY, given, NAMES)
    assert found.free is None
    assert found.forced is not None
    right = sum(
        name == face.label for names in observers for name, face in zip(names, FACES, strict=True)
    )
    assert (found.forced.all.right, found.forced.all.of) == (right, 6 * len(observers))
    for label in LABELS:
        shown = [
            name
            for names in observers
            for name, face in zip(names, FACES, strict=True)
            if face.label == label
        ]
        counts = found.forced.confusion[label]
        assert {name: counts[name] for name in set(shown)} == {n: shown.count(n) for n in shown}
        share = found.forced.where(label=label)
        assert (share.right, share.of) == (shown.count(label), len(shown))
    levels = [found.forced.where(intensity=level) for level in LEVELS]
    assert sum(level.right for level in levels) == right


def test_free_names_count_by_lists_and_never_by_likeness() -> None:
    names = ["Happy", "chuffed", "worried", "grossed out", "hapy", UNSURE]
    found = score(KEY, [answered(names, forced=False)], NAMES)
    assert found.free is not None
    assert found.free.all.right == 3
    assert found.free.confusion["fear"] == {"fear": 1, "disgust": 1}
    assert found.free.confusion["disgust"] == {UNKNOWN: 1, UNSURE: 1}
    assert [(one.name, one.number) for one in found.unmatched] == [("hapy", 5)]


def test_a_list_of_ones_own_adds_names(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(key_text(KEY))
    rows = [row.replace("free: disgust", "free: yuck") for row in GOOD]
    answers = form(tmp_path / "a.yaml", rows, observer="Ada")
    own = tmp_path / "own.yaml"
    own.write_text("schema: mien/aliases/1\nlabels:\n  disgust: [yuck]\n")
    command = ["judge", "score", str(key), str(answers), "--format", "json"]
    plain_run = json.loads(ended(0, *command).stdout)
    assert plain_run["free"]["right"] == 4
    assert [one["name"] for one in plain_run["unmatched"]] == ["yuck", "yuck"]
    with_names = json.loads(ended(0, *command, "--names", own).stdout)
    assert with_names["free"]["right"] == 6
    assert with_names["unmatched"] == []


FLEISS = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)
"""The worked example of Fleiss' kappa that textbooks give: 10 subjects, 14 raters, kappa 0.210."""


def test_agreement_is_that_of_the_worked_example() -> None:
    rows = [[str(k) for k, count in enumerate(row) for _ in range(count)] for row in FLEISS]
    found = agreement(rows)
    assert found is not None
    assert found.share == pytest.approx(0.378, abs=5e-4)
    assert found.kappa == pytest.approx(0.210, abs=5e-4)


def test_agreement_at_its_ends() -> None:
    assert agreement([["joy"], ["fear"]]) is None
    full = agreement([["joy", "joy"], ["fear", "fear"]])
    assert full is not None
    assert (full.share, full.kappa) == (1.0, 1.0)
    same = agreement([["joy", "joy"], ["joy", "joy"]])
    assert same is not None
    assert same.kappa is None


def test_unknown_words_agree_with_themselves_alone() -> None:
    words = ["hm", "hm", "hm", "hm", "hm", "hm"]
    alike = score(KEY, [answered(words, who, forced=False) for who in "ab"], NAMES)
    other = [answered(words, "a", forced=False), answered(["er"] * 6, "b", forced=False)]
    apart = score(KEY, other, NAMES)
    assert alike.free is not None
    assert apart.free is not None
    assert alike.free.agreement is not None
    assert apart.free.agreement is not None
    assert (alike.free.agreement.share, apart.free.agreement.share) == (1.0, 0.0)


def test_the_report_says_it_in_lines_and_in_json() -> None:
    names = ["joy", "joy", "disgust", "fear", "disgust", UNSURE]
    scores = score(KEY, [answered(names), answered(list(names), "Bob", forced=False)], NAMES)
    text = "\n".join(score_lines(KEY, scores))
    assert "6 faces on drawn, 2 observers (Bob, Ada)" in text
    assert "forced: 4 of 6 right (67%)" in text
    assert "fear     disgust 1" in text
    assert "disgust  unsure 1" in text
    document = score_json(KEY, scores)
    assert json.loads(json.dumps(document)) == document
    assert document["forced"]["faces"][3] == {
        "label": "fear",
        "intensity": "high",
        "head": "drawn",
        "right": 1,
        "of": 1,
    }


def test_shipped_names_mean_one_label_and_repeat_no_alias() -> None:
    path = resources.presets() / "aliases" / "english.yaml"
    lists = [
        plain(require_yaml(one.read_text("utf-8"), one.name)) for one in (path, shipped_names())
    ]
    english, free = (one["labels"] for one in lists if isinstance(one, dict))
    assert isinstance(english, dict)
    assert isinstance(free, dict)
    assert list(free) == list(english), "every label of the default bank has names"
    words = [
        letters_of(str(word))
        for each in (english, free)
        for label, listed in each.items()
        if isinstance(listed, list)
        for word in ([label, *listed] if each is english else listed)
    ]
    assert len(words) == len(set(words))
