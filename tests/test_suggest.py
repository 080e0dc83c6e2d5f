"""The nearest name is the one a person meant."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.resources import presets
from mien.text.node import plain
from mien.text.suggest import aliases, did_you_mean, label_hint, meant_label, nearest
from mien.text.yaml_nodes import require_yaml

NAMES = (
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthSmile",
    "browDownLeft",
    "jawOpen",
    "eyeWideLeft",
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("mouthSmyle", "mouthSmile"),
        ("MouthSmileLeft", "mouthSmileLeft"),
        ("mouth_smile_right", "mouthSmileRight"),
        ("browDown_L", "browDownLeft"),
        ("jawOpne", "jawOpen"),
        ("jaw-open", "jawOpen"),
        ("eyeWide_l", "eyeWideLeft"),
        ("jaw", "jawOpen"),
    ],
)
def test_what_was_meant(written: str, meant: str) -> None:
    assert nearest(written, NAMES) == meant


@pytest.mark.parametrize("written", ["tail", "x", "", "somethingElse", "mouthS", "j"])
def test_nothing_is_guessed_from_afar(written: str) -> None:
    assert nearest(written, NAMES) is None


@given(st.sampled_from(NAMES), st.data())
def test_one_slip_is_forgiven(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    written = name[:at] + data.draw(st.sampled_from(["", "q", name[at] * 2])) + name[at + 1 :]
    found = nearest(written, NAMES)
    assert found is not None
    assert found[:8] == name[:8]


def test_few_names_are_listed() -> None:
    assert did_you_mean("tail", ["low", "mid"]) == "known: low, mid"
    assert did_you_mean("tail", [f"name{i}" for i in range(50)]) == ""
    assert did_you_mean("mdi", ["low", "mid"]) == "did you mean mid?"


LABELS = tuple(path.stem for path in sorted((presets() / "default" / "emotions").glob("*.yaml")))


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("happy", "joy"),
        ("hapy", "joy"),
        ("Sad", "sadness"),
        ("angry", "anger"),
        ("surprised", "surprise"),
        ("afraid", "fear"),
        ("anxiety", "fear"),
        ("bored", "boredom"),
        ("jyo", "joy"),
    ],
)
def test_another_word_for_an_emotion(word: str, label: str) -> None:
    assert meant_label(word, LABELS) == label
    assert label_hint(word, LABELS) == f"did you mean {label}? the labels are {', '.join(LABELS)}"


def test_another_word_means_what_the_bank_has() -> None:
    assert meant_label("happy", ["calm", "glad", "cross"]) == "glad"
    assert meant_label("happy", ["calm", "cross"]) is None
    assert label_hint("happy", ["calm", "cross"]) == "the labels are calm, cross"


def test_every_label_that_ships_has_a_group_and_every_word_one_meaning() -> None:
    path = presets() / "aliases" / "english.yaml"
    root = cast(
        "dict[str, dict[str, list[str]]]", plain(require_yaml(path.read_text("utf-8"), path.name))
    )
    assert root["labels"].keys() == set(LABELS)
    words = [word for label, group in root["labels"].items() for word in (label, *group)]
    assert len(words) == len(set(words))


VRM = ("happy", "angry", "sad", "relaxed", "surprised", "neutral", "joy", "sorrow", "fun")
TALKING_HEAD = ("neutral", "happy", "angry", "sad", "fear", "disgust", "love", "sleep")


def test_the_emotions_of_other_programs_have_a_label() -> None:
    own = aliases(LABELS)
    for name in (*VRM, *TALKING_HEAD):
        assert [label for label in LABELS if name == label or name in own[label]], name


def test_aliases_follow_the_labels_of_a_bank() -> None:
    own = aliases(("calm", "glad", "cross", "smug-grin"))
    assert {"neutral", "rest"} <= set(own["calm"])
    assert {"joy", "happy"} <= set(own["glad"])
    assert "glad" not in own["glad"]
    assert own["smug-grin"] == ()
    both = aliases(("joy", "excited"))
    assert "excited" not in both["joy"]
    assert both["excited"] == (), "a word means one label"
