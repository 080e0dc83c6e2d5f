"""`mien face`: the table, the JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import numpy as np
import pytest
from tests.imported import imported_by
from tests.program import ended

import mien

TINY = str(Path(__file__).parent / "banks" / "tiny")


class Face(TypedDict):
    label: str
    vad: list[float]
    style: str | None
    speech: float
    channels: dict[str, float]


def face(*arguments: str) -> Face:
    said: Face = json.loads(ended(0, "face", TINY, *arguments, "--format", "json").stdout)
    return said


def test_json_has_every_channel_and_the_library_agrees() -> None:
    bank = mien.load(TINY)
    said = face("glad", "--vad", "0.3", "0.1", "0.2", "--style", "sly", "--speech", "0.5")
    assert list(said) == ["source", "label", "vad", "style", "speech", "channels"]
    channels = said["channels"]
    assert tuple(channels) == bank.channels
    weights = bank.face("glad", vad=(0.3, 0.1, 0.2), style="sly", speech=0.5)
    assert np.array_equal(np.array(list(channels.values()), np.float32), weights)


def test_mid_is_the_archetype() -> None:
    channels = face("glad")["channels"]
    active = {name: weight for name, weight in channels.items() if weight}
    assert active == {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5, "jawOpen": 0.1}


def test_a_style_is_worn_at_its_own_point() -> None:
    assert face("glad", "--style", "sly")["vad"] == [0.5, 0.5, 0.6]
    assert face("glad", "--style", "sly", "--at", "low")["vad"] == [0.45, 0.0, 0.2]


def test_text_shows_the_active_channels() -> None:
    said = ended(0, "face", TINY, "glad", "--at", "low").stdout
    assert "mouthSmileLeft" in said
    assert "0.300" in said
    assert "jawOpen" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gald"], "glad"),
        (["glad", "--style", "slie"], "sly"),
        (["glad", "--at", "middle"], "mid"),
        (["glad", "--vad", "nan", "0", "0"], "valence"),
        (["glad", "--vad", "0", "2", "0"], "outside [-1, 1]: arousal 2.0\n"),
        (["glad", "--at", "hi"], "did you mean high?"),
        (["glad", "--intensity", "1.5"], "intensity"),
        (["glad", "--speech", "-1"], "speech"),
        (["glad", "--at", "mid", "--intensity", "0.5"], "intensity"),
        (["glad=0.5,calm=0.2"], "sum"),
        (["glad=half"], "glad=half"),
    ],
)
def test_a_bad_question_is_a_usage_error(arguments: list[str], words: str) -> None:
    said = ended(2, "face", TINY, *arguments)
    assert words in said.stderr
    assert "Traceback" not in said.stderr
    assert said.stdout == ""


def test_one_face_waits_for_no_jit() -> None:
    assert not {"numba", "scipy", "torch"} & imported_by("face", TINY, "glad")
