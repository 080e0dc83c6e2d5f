"""The panel: lean taken away, heads left out in turn, tallies, the page and what is said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.avatar.draw import Facts
from mien.judge.classifier import BASIC, basic_name
from mien.judge.head import DRAWN
from mien.judge.judge import JudgedHead
from mien.judge.judges import JUDGES, MEDIAPIPE
from mien.judge.measures import Face, angle, closest_pairs, confusion, euclid, leanings, verdicts
from mien.judge.panel import Panel, Row, build_panel, from_rest, highest, learnt_faces
from mien.judge.panel_html import panel_html
from mien.judge.panel_text import hardest, panel_json, panel_lines
from mien.judge.report import Measure, ReadFace, Report

LEVELS = ("low", "high")
LABELS = ("neutral", "joy", "anger", "awe")
FER = next(record for record in JUDGES if record.name == "fer")
SAD = (0.02, 0.02, 0.02, 0.02, 0.86, 0.02, 0.04)
"""Scores of a head that a classifier calls sad."""


def scored(**high: float) -> tuple[float, ...]:
    """Scores that are mostly these."""
    rest = (1.0 - sum(high.values())) / (len(BASIC) - len(high))
    return tuple(high.get(name, rest) for name in BASIC)


probabilities = st.lists(st.floats(1e-6, 1.0), min_size=7, max_size=7).map(
    lambda drawn: np.array(drawn) / sum(drawn)
)


@given(probabilities)
def test_a_head_at_rest_is_called_neutral_however_the_classifier_leans(rest: np.ndarray) -> None:
    assert highest(from_rest(rest, rest)).name == "neutral"
    assert from_rest(rest, rest) == pytest.approx([0.125] * 6 + [0.25])


@given(probabilities, probabilities)
def test_scores_from_rest_are_a_distribution(scores: np.ndarray, rest: np.ndarray) -> None:
    found = from_rest(scores, rest)
    assert found.sum() == pytest.approx(1.0)
    assert (found > 0).all()


@given(probabilities, probabilities, st.sampled_from(range(7)))
def test_a_stronger_lean_at_rest_makes_its_name_less_likely(
    scores: np.ndarray, rest: np.ndarray, name: int
) -> None:
    leaning = rest.copy()
    leaning[name] += 0.2
    assert from_rest(scores, leaning)[name] < from_rest(scores, rest)[name]


def test_a_smile_of_a_head_that_looks_sad_is_joy() -> None:
    smile = scored(sadness=0.55, joy=0.3)
    assert highest(smile).name == "sadness"
    assert highest(from_rest(np.array(smile), np.array(SAD))).name == "joy"


def test_labels_by_other_words() -> None:
    assert [basic_name(label) for label in ("joy", "happiness", "angry", "awe")] == [
        "joy",
        "joy",
        "anger",
        None,
    ]


def face(label: str, intensity: str = "high") -> Face:
    return Face(label=label, intensity=intensity)


def test_a_face_is_learnt_from_the_mean_of_the_other_heads() -> None:
    first = {face("joy"): np.array([1.0, 0.0]), face("awe"): np.array([0.0, 1.0])}
    second = {face("joy"): np.array([3.0, 0.0]), face("awe"): np.array([0.0, 3.0])}
    own = {face("joy"): np.array([2.0, 0.1]), face("awe"): np.array([1.9, 0.0])}
    assert learnt_faces(own, [first, second]) == {
        face("joy"): face("joy"),
        face("awe"): face("joy"),
    }
    # Alone, each of the two would be 1 away from joy at [2, 0]; their mean is there.
    assert learnt_faces({face("joy"): np.array([0.1, 0.0])}, [first]) == {face("joy"): face("joy")}
    assert learnt_faces(own, []) == {}


def test_a_face_that_another_head_lacks_is_learnt_from_the_rest() -> None:
    own = {face("joy"): np.array([1.0])}
    others = [{face("joy"): np.array([1.0])}, {face("awe"): np.array([9.0])}]
    assert learnt_faces(own, others) == {face("joy"): face("joy")}


def made_up(
    head: str, changes: Mapping[Face, tuple[float, ...]], scores: Mapping[Face, tuple[float, ...]]
) -> JudgedHead:
    faces, rows = tuple(changes), np.array(list(changes.values()))

    def measure(name: str, distances: np.ndarray) -> Measure:
        found = verdicts(faces, distances, left_out=frozenset({"neutral"}))
        return Measure(
            name=name,
            unit="",
            verdicts=found,
            confusion=confusion(LABELS, found),
            closest=closest_pairs(faces, distances),
        )

    report = Report(
        title="Made up 1.0.0",
        avatar=head,
        facts=Facts(format="glTF", present=("jawOpen",), missing=(), still=()),
        views=3,
        labels=LABELS,
        channels=("a", "b", "c"),
        faces=tuple(
            ReadFace(face=one, change=change, picture="data:image/jpeg;base64,AA==")
            for one, change in changes.items()
        ),
        undetected=tuple(one for one in scores if one not in changes),
        euclid=measure("Euclid", euclid(rows)),
        angle=measure("angle", angle(rows)),
        sights=(),
    )
    return JudgedHead(report=report, rest={"fer": SAD}, scores={"fer": scores})


def changes(shift: float = 0.0) -> dict[Face, tuple[float, ...]]:
    ways = {"neutral": (0, 0, 0), "joy": (1, 0, 0), "anger": (0, 1, 0), "awe": (0, 0, 1)}
    return {
        face(label, level): (x * size + shift, y * size, z * size)
        for label, (x, y, z) in ways.items()
        for level, size in zip(LEVELS, (1.0, 1.6), strict=True)
    }


def names(**named: tuple[float, ...]) -> dict[Face, tuple[float, ...]]:
    return {face(label, level): named.get(label, SAD) for label in LABELS for level in LEVELS}


@pytest.fixture
def panel() -> Panel:
    smile = scored(sadness=0.5, joy=0.4)
    heads = (
        made_up("a.glb", changes(), names(joy=smile)),
        made_up("b<b>.glb", changes(0.2), names(joy=smile, anger=scored(anger=0.9))),
    )
    return build_panel(heads, LEVELS, (MEDIAPIPE, FER), {"human": "install it"})


def row(panel: Panel, head: str, judge: str, one: Face) -> Row:
    return next(r for r in panel.rows if (r.head, r.judge, r.face) == (head, judge, one))


def test_rows_say_what_each_judge_calls_each_face_on_each_head(panel: Panel) -> None:
    assert len(panel.rows) == 2 * 2 * len(LABELS) * len(LEVELS)
    smile = row(panel, "a.glb", "fer", face("joy"))
    assert smile.said is not None
    assert smile.named is not None
    assert (smile.said.name, smile.named.name) == ("sadness", "joy")
    assert (smile.said_right, smile.named_right) == (False, True)
    assert smile.nearest is None
    assert row(panel, "a.glb", "fer", face("awe")).named_right is None
    seen = row(panel, "a.glb", "mediapipe", face("joy"))
    assert (seen.nearest, seen.learnt) == (face("joy", "low"), face("joy"))
    assert seen.named is None
    assert row(panel, "a.glb", "mediapipe", face("neutral")).nearest is None


def test_tallies_count_basic_names_and_the_faces_that_are_judged(panel: Panel) -> None:
    tallies = {(one.head, one.judge, one.intensity): one for one in panel.tallies}
    assert len(tallies) == 2 * 2 * len(LEVELS)
    fer = tallies["a.glb", "fer", "high"]
    assert (fer.basic, fer.named, fer.said) == (3, 2, 0)  # neutral and joy; as said, none
    other = tallies["b<b>.glb", "fer", "high"]
    assert (other.named, other.said) == (3, 1)
    seen = tallies["a.glb", "mediapipe", "low"]
    assert (seen.nearest, seen.learnt, seen.judged) == (3, 3, 3)  # neutral is not judged
    assert hardest(panel) == ()  # anger is named on one of two heads: not less than half


def test_the_weakest_faces_lean_to_their_label_or_elsewhere() -> None:
    listed = [face(label, level) for label in ("joy", "awe") for level in ("low", "mid", "high")]
    # On a line: joy low is nearer to awe low than to joy mid, though joy high is nearest.
    line = np.array([[1.0], [2.0], [1.1], [0.5], [0.7], [9.0]])
    found = leanings(listed, euclid(line), ("low", "mid", "high"))
    assert [(str(one.face), one.recognised) for one in found] == [
        ("joy low", False),
        ("awe low", True),
    ]
    assert (str(found[0].own), str(found[0].other)) == ("joy mid", "awe low")
    assert leanings(listed, euclid(line), ("low",)) == ()
    left = leanings(listed, euclid(line), ("low", "mid"), frozenset({"joy"}))
    assert [str(one.face) for one in left] == ["awe low"]


def test_the_page_and_the_lines_say_what_leans_elsewhere() -> None:
    near = {**changes(), face("anger", "low"): (0.9, 0.1, 0.0)}
    panel = build_panel((made_up("a.glb", near, names()),), LEVELS, (MEDIAPIPE, FER), {})
    joy = "1 of 3 faces of low lean to their label; joy low to anger low, anger low to joy low"
    assert f"a.glb: {joy}." in panel_html(panel)
    assert f"a.glb, mediapipe: {joy}" in panel_lines(panel)
    leaning = panel_json(panel)["heads"][0]["leanings"]
    assert [one["leans"] for one in leaning] == [False, False, True]
    assert build_panel((made_up("a", near, names()),), LEVELS, (FER,), {}).leanings == {}


def test_the_hardest_faces_come_worst_first() -> None:
    heads = (
        made_up("a", changes(), names(anger=scored(anger=0.9))),
        made_up("b", changes(), names()),
        made_up("c", changes(), names()),
    )
    found = hardest(build_panel(heads, LEVELS, (FER,), {}))
    assert [(str(one), right, whole) for one, right, whole in found] == [
        ("joy low", 0, 3),
        ("joy high", 0, 3),
        ("anger low", 1, 3),
        ("anger high", 1, 3),
    ]


def test_what_is_said_and_json(panel: Panel) -> None:
    lines = panel_lines(panel)
    assert (
        "a.glb, fer: basic emotions named low 2 of 3 (as said 0), high 2 of 3 (as said 0)" in lines
    )
    assert "a.glb, mediapipe: nearest to their own label low 3 of 3, high 3 of 3" in lines
    assert "a.glb, mediapipe: learnt from the other heads low 3 of 3, high 3 of 3" in lines
    data = panel_json(panel)
    assert json.loads(json.dumps(data)) == data
    assert data["absent"] == {"human": "install it"}
    assert [one["name"] for one in data["heads"]] == ["a.glb", "b<b>.glb"]
    assert data["heads"][0]["at_rest"]["fer"] == {"name": "sadness", "score": 0.86}
    assert len(data["table"]) == len(panel.rows)
    smile = next(
        one
        for one in data["table"]
        if (one["head"], one["label"], one["intensity"], one["judge"])
        == ("a.glb", "joy", "high", "fer")
    )
    assert (smile["said"]["name"], smile["named"]["name"], smile["right"]) == (
        "sadness",
        "joy",
        True,
    )
    assert "euclid" not in data


def test_one_head_keeps_the_keys_of_its_report(panel: Panel) -> None:
    alone = build_panel((made_up("a.glb", changes(), names()),), LEVELS, (MEDIAPIPE, FER), {})
    data = panel_json(alone)
    assert data["euclid"]["judged"] == 6
    assert "learnt" not in data["table"][0]
    lines = panel_lines(alone)
    assert lines[0].startswith("Euclid: 6 of 6 faces are nearest to their own label")
    assert not any("learnt" in line for line in lines)


class Tags(HTMLParser):
    """Which tags are left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.images += tag == "img"
        if tag not in ("img", "meta", "br", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """It closes itself."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_whole(panel: Panel) -> None:
    page = panel_html(panel)
    assert page == panel_html(panel)
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "<b>.glb" not in page
    assert "b&lt;b&gt;.glb" in page
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.images >= 2 * len(LABELS) * len(LEVELS)
    for record in panel.judges:
        assert record.weakness.replace("'", "&#x27;") in page or record.weakness in page
    assert "Not asked: install it" in page
    assert "At rest here: a.glb sadness 0.86, b&lt;b&gt;.glb sadness 0.86" in page


def test_a_face_that_is_not_found_has_no_picture_and_is_said() -> None:
    seen = changes()
    del seen[face("awe", "low")]
    heads = (made_up(DRAWN, seen, names()), made_up("b.glb", changes(), names()))
    panel = build_panel(heads, LEVELS, (MEDIAPIPE, FER), {})
    assert f"{DRAWN}: no face found in: awe low" in panel_lines(panel)
    assert panel_json(panel)["heads"][0]["no_face"] == ["awe low"]
    assert "no face found" in panel_html(panel)
    assert row(panel, DRAWN, "fer", face("awe", "low")).named is not None
