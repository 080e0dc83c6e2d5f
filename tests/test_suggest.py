"""The nearest name is the one a person meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.text.suggest import did_you_mean, nearest

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
    ],
)
def test_what_was_meant(written: str, meant: str) -> None:
    assert nearest(written, NAMES) == meant


@pytest.mark.parametrize("written", ["tail", "x", "", "somethingElse"])
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
