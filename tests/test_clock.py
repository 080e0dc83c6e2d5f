"""Clocks that are wrong, or set back between two runs: only what files say counts."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from tests.program import ended

from mien.release.ledger import read_ledger

TINY = Path(__file__).parent / "banks" / "tiny"
DECADE = 10 * 365 * 24 * 3600


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small bank, compiled now; then the clock is ten years back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(TINY, "tiny")
    ended(0, "compile", "tiny")
    now, now_ns = time.time(), time.time_ns()
    monkeypatch.setattr(time, "time", lambda: now - DECADE)
    monkeypatch.setattr(time, "time_ns", lambda: now_ns - DECADE * 10**9)
    return Path("tiny")


def dated(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() + seconds, time.time() + seconds))


def test_files_of_the_future_are_not_compiled_again(bank: Path) -> None:
    assert "nothing changed" in ended(0, "compile", "tiny").stdout


def test_a_change_that_looks_older_than_its_lock_is_seen(bank: Path) -> None:
    source = bank / "emotions" / "glad.yaml"
    lock = (bank / "mien.lock").read_bytes()
    before = source.read_text("utf-8")
    source.write_text(before.replace("0.9", "0.8", 1), "utf-8")
    assert source.read_text("utf-8") != before
    dated(source, -DECADE)
    ended(1, "compile", "tiny", "--check")
    ended(0, "compile", "tiny")
    assert (bank / "mien.lock").read_bytes() != lock


def test_a_release_after_one_of_the_future_follows_it(bank: Path) -> None:
    ended(0, "release", "tiny")
    for path in Path("releases").rglob("*"):
        dated(path, 2 * DECADE)
    manifest = bank / "bank.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("1.0.0", "1.0.1", 1), "utf-8")
    ended(0, "compile", "tiny")
    ended(0, "release", "tiny")
    ended(0, "verify", "tiny", "--full")
    versions = [entry.version for entry in read_ledger(Path("releases/ledger.yaml")).entries]
    assert versions == ["1.0.0", "1.0.1"]


def test_what_a_killed_run_left_is_removed_whatever_its_date(bank: Path) -> None:
    for number, seconds in enumerate((-DECADE, 0, 2 * DECADE)):
        left = bank / f".bank.yaml.mien-{number:012x}.tmp"
        left.write_bytes(b"half")
        dated(left, seconds)
    ended(0, "compile", "tiny")
    assert not list(bank.glob(".*.tmp"))
