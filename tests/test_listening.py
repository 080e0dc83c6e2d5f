"""How far a sound has been heard: a bar on a terminal, a line every tenth elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from tests.sounds import write_wav

from mien.cli import performing
from mien.cli.performing import listening
from mien.scores.lock import build_lock
from mien.scores.named import read_named
from mien.scores.prepare import prepare


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "line.wav"
    write_wav(path, np.zeros(16000))
    return path


def test_a_log_has_a_line_every_tenth_of_a_long_sound(
    sound: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(performing, "LONG", 60)
    with listening(sound) as listened:
        for share in (0.0, 0.02, 0.1, 0.19, 0.5, 1.0):
            listened(share)
    said = capsys.readouterr().err.splitlines()
    assert said == [f"listening: {tenth} %" for tenth in (0, 10, 50, 100)]


def test_a_log_has_none_of_a_short_one(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for audio in (sound, None):
        with listening(audio) as listened:
            listened(0.5)
    assert capsys.readouterr().err == ""


def test_a_terminal_has_a_bar_from_the_first_moment_on(
    sound: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with listening(sound) as listened:
        assert capsys.readouterr().err == ""
        listened(0.0)
        assert "listening" in (first := capsys.readouterr().err)
        assert "0%" in first
        listened(0.5)
        assert "50%" in capsys.readouterr().err


@pytest.mark.parametrize("frames", [60, 2 * performing.LONG])
def test_a_terminal_has_a_bar_of_a_long_performance(
    frames: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with performing.performing(frames) as performed:
        performed(frames // 2)
        performed(frames // 2)
    said = capsys.readouterr().err
    assert [text in said for text in ("performing", "50%", "100%")] == [frames > 60] * 3


def test_locking_a_score_tells_of_every_frame(tmp_path: Path) -> None:
    score = tmp_path / "line.yaml"
    score.write_text("schema: mien/score/1\nbank: default\nseconds: 20\ncues: []\n", "utf-8")
    prepared, told = prepare(read_named(score)), list[int]()
    assert build_lock(prepared, told.append) == build_lock(prepared)
    assert sum(told) == prepared.frames
