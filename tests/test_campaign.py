"""A few cases of each kind of the fault campaign; `make campaign` runs many."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from tests.campaign.tally import in_child
from tests.child import finished

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="needs processes that can be killed"
)
ROOT = Path(__file__).parents[1]
QUICK = ["sounds", "networks", "banks", "artifacts", "requests"]
SLOW = ["kills", "disks"]


@pytest.mark.parametrize("kinds", [QUICK, SLOW], ids=["input", "interruptions"])
def test_no_case_is_wrong(kinds: list[str]) -> None:
    done = finished(
        [sys.executable, "-m", "tests.campaign", "--seed", "7", "--cases", "12", *kinds],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=600,
    )
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 4
    for row in rows:
        cases, refused, well, wrong = (int(one) for one in row.split("|")[2:6])
        assert cases == refused + well > 0
        assert wrong == 0


def crash() -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return 0


def fail() -> int:
    raise RuntimeError("a defect")


def hang() -> int:
    while True:
        pass


def test_a_case_that_crashes_fails_or_hangs_is_seen() -> None:
    assert in_child(crash).status == -signal.SIGTERM
    failed = in_child(fail)
    assert failed.status == 70
    assert not failed.clear
    assert "a defect" in failed.said
    assert in_child(hang, 0.2).status == -9
