"""`mien export` of a rig whose channels are not ARKit's: what plays the file is told of."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.other_rigs import write_bare_bank
from tests.program import ended


def exported(tmp_path: Path, channels: tuple[str, ...], target: str, *more: str) -> str:
    """What is said on stderr."""
    write_bare_bank(tmp_path / "own", channels)
    out = {"talkinghead": "out.mjs", "json": "out.json"}.get(target, "out")
    arguments = ("--labels", "glad", "--at", "mid", "-o", tmp_path / out)
    return ended(0, "export", tmp_path / "own", "--to", target, *arguments, *more).stderr


@pytest.mark.parametrize(
    ("target", "title", "more"),
    [
        ("talkinghead", "TalkingHead moods", ()),
        ("vrma", "VRM animation", ()),
        ("vrma", "VRM animation", ("--expressions", "presets")),
        ("livelink", "Live Link Face CSV", ()),
        ("a2f", "Audio2Face JSON", ()),
    ],
)
def test_what_knows_arkits_names_alone_is_told_of_others(
    tmp_path: Path, target: str, title: str, more: tuple[str, ...]
) -> None:
    own = ("maw", "lid_L", "lid_R", "jawOpen", "grin", "brow")
    assert exported(tmp_path, own, target, *more) == (
        f"{title} has the channels of ARKit: 5 of 6 channels of own are none of them and move no "
        "avatar that goes by them (maw, lid_L, lid_R and 2 more)\n"
    )


@pytest.mark.parametrize("target", ["json", "unity"])
def test_what_names_any_channel_says_nothing(tmp_path: Path, target: str) -> None:
    assert exported(tmp_path, ("maw", "lid", "grin"), target) == ""


def test_other_spellings_of_arkits_channels_are_fine(tmp_path: Path) -> None:
    assert exported(tmp_path, ("JawOpen", "mouth_smile_left", "eyeBlink_R"), "vrma") == ""
