"""How far long work is, where stderr is no terminal."""

from __future__ import annotations

import re

import pytest

from mien.cli.terminal import log_lines
from mien_trainer.cli.make import clip_progress
from mien_trainer.cli.run import training_bar
from mien_trainer.train.config import find_config, read_config


def logged(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_log_gets_a_line_at_first_every_tenth_and_after_a_pause(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr("mien.cli.terminal.monotonic", lambda: clock[0])
    at = log_lines("making", 1000)
    for done in (0, 1, 99, 100, 101):
        at(done, "slowly")
    assert logged(capsys) == ["making: 0 of 1000, slowly", "making: 100 of 1000, slowly"]
    for clock[0], done in ((29.0, 102), (31.0, 103), (32.0, 104), (62.0, 104), (63.0, 105)):
        at(done, "")
    assert logged(capsys) == ["making: 103 of 1000", "making: 105 of 1000"]
    at(1000, "")
    assert logged(capsys) == ["making: 1000 of 1000"]


def test_clips_and_training_say_in_a_log_how_far_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with clip_progress(20) as step:
        for many in (4, 1, 1, 14):
            step(many)
    first, *said = logged(capsys)
    assert first == "making: 4 of 20"
    assert [line.partition(",")[0] for line in said] == ["making: 6 of 20", "making: 20 of 20"]
    assert all(line.endswith(" clips/s") for line in said)
    with training_bar(read_config(find_config("tiny"))) as bar:
        bar.stepped(1, 0.5)
    assert re.fullmatch(r"tiny: 1 of \d+, loss 0\.5000", logged(capsys)[0])
    with training_bar(read_config(find_config("tiny")), hidden=True) as bar:
        bar.stepped(1, 0.5)
    assert logged(capsys) == []
