"""The fault campaign: everything that can go wrong with input, disks and processes, at random.

    python -m tests.campaign [--seed N] [--cases N] [KIND...]

Prints how the cases of each kind ended; exit 1 if one was wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.campaign import inputs, interruptions
from tests.campaign.tally import Tally

from mien.cli.terminal import say

KINDS = ("kills", "disks", "trainings", "sounds", "networks", "banks", "artifacts", "requests")
"""In this order: what forks comes before what starts threads."""


def campaign(kind: str, cases: int, seed: int, home: Path) -> Iterator[Tally]:
    """The cases of one kind, about ``cases`` where one is quick, a tenth where one is a process."""
    rng = random.Random(f"{seed} {kind}")  # noqa: S311
    few = max(2, cases // 10)
    if kind in ("kills", "disks"):
        interruptions.ready()
    if kind == "kills":
        for name, command in interruptions.COMMANDS.items():
            yield interruptions.kills(name, command, few, rng, home)
    elif kind == "disks":
        for name, command in interruptions.COMMANDS.items():
            yield interruptions.full_disks(name, command, few, rng, home)
    elif kind == "trainings":
        from tests.training.made_up import write_made_up

        data = home / "data"
        data.mkdir()
        write_made_up(data)
        command = interruptions.training(data)
        yield interruptions.kills("train run", command, few, rng, home)
        yield interruptions.full_disks("train run", command, max(2, few // 4), rng, home)
    elif kind == "artifacts":
        yield from inputs.artifacts(cases, rng, home)
    elif kind == "sounds":
        yield inputs.sounds(cases // 2, rng, home)
    elif kind == "networks":
        yield inputs.networks(max(2, cases // 4), rng, home)
    else:
        yield getattr(inputs, kind)(cases, rng, home)


def main() -> int:
    """Run the campaign of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("kinds", metavar="KIND", nargs="*", help=f"of {', '.join(KINDS)}; all")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other cases")
    parser.add_argument("--cases", type=int, default=300, help="of each kind that is quick")
    asked = parser.parse_args()
    os.environ["RANK"] = "0"
    wrong: list[str] = []
    say(f"| {'kind':36} | cases | refused |  well | wrong | seconds |")
    say(f"| {'-' * 36} | ----: | ------: | ----: | ----: | ------: |")
    for kind in KINDS:
        if asked.kinds and kind not in asked.kinds:
            continue
        needs = {"trainings": "torch", "sounds": "soundfile", "networks": "onnxruntime"}.get(kind)
        if needs is not None and find_spec(needs) is None:
            say(f"{kind}: skipped, needs {needs}", err=True)
            continue
        with tempfile.TemporaryDirectory() as home:
            start = time.monotonic()
            for tally in campaign(kind, asked.cases, asked.seed, Path(home)):
                seconds, start = time.monotonic() - start, time.monotonic()
                say(
                    f"| {tally.kind:36} | {tally.cases:5} | {tally.refused:7} | {tally.well:5} | "
                    f"{len(tally.wrong):5} | {seconds:7.0f} |"
                )
                wrong += [f"{tally.kind}: {one}" for one in tally.wrong]
    for one in wrong[:20]:
        say(one)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
