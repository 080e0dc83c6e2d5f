"""Makings that are killed at random moments, or lose a machine, end with the bytes of any other."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.child import finished
from tests.targets.fakes import make
from tests.test_targets_make import ROOT, content, group_alive

pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")

KILLS = int(os.environ.get("MIEN_KILLS", "8"))
"""How often; a campaign sets more."""


@contextmanager
def running(folder: Path, log: Path) -> Generator[subprocess.Popen[bytes]]:
    """A making by two processes, in a session of its own."""
    command = [sys.executable, "-m", "tests.targets.fakes", str(folder), str(log)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as run:
        yield run


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_kills_at_random_moments_cost_no_byte_and_leave_nothing(tmp_path: Path) -> None:
    straight, log = tmp_path / "straight", tmp_path / "log"
    started = time.monotonic()
    with running(straight, log) as run:
        while not straight.exists():
            time.sleep(0.01)
        ready = time.monotonic() - started  # until then it only imports
        assert run.wait() == 0
    whole = time.monotonic() - started
    draw = random.Random(20261128)  # noqa: S311  any moments will do
    number, killed = 0, 0
    while killed < KILLS:
        folder = tmp_path / f"made{number}"
        with running(folder, log) as run:
            try:
                status = run.wait(timeout=draw.uniform(0.5 * ready, 1.05 * whole))
            except subprocess.TimeoutExpired:
                os.kill(run.pid, signal.SIGKILL)
                killed += 1
                status = run.wait()
        deadline = time.monotonic() + 30
        while group_alive(run.pid):
            assert time.monotonic() < deadline, "a process outlived the one that started it"
            time.sleep(0.01)
        assert status in (0, -signal.SIGKILL)
        if status == 0:
            assert content(folder) == content(straight)
            number += 1
    folder = tmp_path / f"made{number}"
    make(folder)
    assert content(folder) == content(straight)


@pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra mien[cluster]")
@pytest.mark.skipif("MIEN_CLUSTER" not in os.environ, reason="MIEN_CLUSTER=1 starts a Ray cluster")
def test_a_cluster_that_loses_a_node_gives_the_same_bytes(tmp_path: Path) -> None:
    folder, straight = tmp_path / "by-ray", tmp_path / "straight"
    make(straight)
    done = finished([sys.executable, "-m", "tests.targets.cluster", folder], cwd=ROOT, timeout=400)
    assert "a node was killed after " in done.stdout
    assert "24 clips made" in done.stdout
    assert content(folder) == content(straight)
