"""Commands that are killed at random moments or run out of room, and what the next run makes."""

from __future__ import annotations

import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

from attrs import evolve, frozen
from tests.campaign.tally import Ended, Tally, content, in_child

from mien.cli.main import run

TINY = Path(__file__).parents[1] / "banks" / "tiny"
_CHAIN = 3
"""A command is killed at most so often before it may end."""


@frozen(kw_only=True)
class Command:
    """What is interrupted: a prepared folder, the command there, and what it leaves in the end.

    ``again`` is the command that goes on, the same one but for trainings.
    """

    prepare: Callable[[Path], None]
    words: Callable[[Path], list[str]]
    again: Callable[[Path], list[str]]


def _bank(folder: Path) -> None:
    shutil.copytree(TINY, folder / "tiny")


def _compiled(folder: Path) -> None:
    _bank(folder)
    build = str(folder / "build")
    assert in_child(lambda: run(["compile", str(folder / "tiny"), "--out", build])).status == 0


def _compile(folder: Path) -> list[str]:
    return ["compile", str(folder / "tiny"), "--out", str(folder / "build")]


def _format(folder: Path) -> list[str]:
    return ["fmt", str(folder / "tiny")]


def _release(folder: Path) -> list[str]:
    return ["release", str(folder / "tiny")]


def _init(folder: Path) -> list[str]:
    return ["init", str(folder / "ours"), "--from", str(folder / "tiny")]


COMMANDS: Mapping[str, Command] = {
    "compile": Command(prepare=_bank, words=_compile, again=_compile),
    "fmt": Command(prepare=_bank, words=_format, again=_format),
    "release": Command(prepare=_compiled, words=_release, again=_release),
    "init": Command(prepare=_bank, words=_init, again=_init),
}


def training(data: Path) -> Command:
    """A short training on the targets in ``data``."""

    from mien_trainer.train.checkpoint_file import LAST
    from mien_trainer.train.config import config_text, find_config, read_config

    tiny = read_config(find_config("tiny"))
    short = evolve(tiny, steps=24, intervals=evolve(tiny.intervals, validate=8, checkpoint=2))

    def prepare(folder: Path) -> None:
        (folder / "config.yaml").write_text(config_text(short), encoding="utf-8")

    def words(folder: Path) -> list[str]:
        places = ["--data", str(data), "-o", str(folder / "out")]
        return ["train", "run", str(folder / "config.yaml"), *places]

    def again(folder: Path) -> list[str]:
        return [*words(folder), *(["--resume"] if (folder / "out" / LAST).exists() else [])]

    return Command(prepare=prepare, words=words, again=again)


def kills(name: str, command: Command, count: int, rng: random.Random, home: Path) -> Tally:
    """Kill the command at random moments until it was killed ``count`` times; then let it end.

    A command that ended before its kill does not count. Well is: the next run ends as if nothing
    had been, with the bytes of an undisturbed run, and leaves nothing else.
    """
    tally = Tally(f"kill -9 of mien {name}")
    whole, seconds = _undisturbed(command, home)
    for number in range(100 * count):
        if tally.cases >= count:
            break
        folder = _fresh(command, home / f"{name}-{number}".replace(" ", "-"))
        words = command.words(folder)
        killed = 0
        while killed < _CHAIN and _is_killed(words, rng.uniform(0.0, seconds)):
            killed += 1
            words = command.again(folder)
        last = _ended(command, folder)
        problem = _problem(name, last, folder, whole)
        tally.well += killed if not problem else 0
        if problem:
            tally.wrong.append(f"{name}, {killed} kills in {folder.name}: {problem}")
        else:
            shutil.rmtree(folder)
    return tally


def full_disks(name: str, command: Command, count: int, rng: random.Random, home: Path) -> Tally:
    """Let no file grow over a random size: exit 2, the file named; with room, the whole bytes."""
    tally = Tally(f"full disk in mien {name}")
    whole, _ = _undisturbed(command, home)
    largest = max(map(len, whole.values()))
    for number in range(count):
        folder = _fresh(command, home / f"full-{name}-{number}".replace(" ", "-"))
        limit = rng.randrange(largest)

        def limited(folder: Path = folder, limit: int = limit) -> int:
            sys.dont_write_bytecode = True  # it would be cut off, and read by others
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            return run(command.words(folder))

        first = in_child(limited)
        problem = "" if first.clear and first.status in (0, 2) else f"{first.status} {first.said}"
        if first.status == 2 and str(folder) not in first.said:
            problem = f"no file is named: {first.said}"
        problem = problem or _problem(name, _ended(command, folder), folder, whole)
        if problem:
            tally.wrong.append(f"{name}, at most {limit} bytes: {problem}")
            continue
        shutil.rmtree(folder)
        tally.refused += first.status == 2
        tally.well += first.status == 0
    return tally


def _is_killed(words: list[str], after: float) -> bool:
    return in_child(lambda: run(words), after).status == -signal.SIGKILL


def _undisturbed(command: Command, home: Path) -> tuple[dict[str, bytes], float]:
    """The files of a run through, and the seconds that it takes once the kernels are there."""
    seconds = 0.0
    for name in ("first", "whole"):
        folder = _fresh(command, home / name)
        start = time.monotonic()
        ended = _ended(command, folder)
        assert ended.status == 0, ended.said
        seconds = time.monotonic() - start
    found = content(folder)
    for name in ("first", "whole"):
        shutil.rmtree(home / name)
    return found, seconds


def _fresh(command: Command, folder: Path) -> Path:
    folder.mkdir(parents=True)
    command.prepare(folder)
    return folder


@cache
def ready() -> None:
    """Load once what every command needs, kernels too.

    Children are copies of this process, so that moments at which they are killed fall into their
    work and not into imports.
    """
    with tempfile.TemporaryDirectory() as home:
        for name, command in COMMANDS.items():
            folder = _fresh(command, Path(home) / name)
            with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
                assert run(command.words(folder)) == 0


def _ended(command: Command, folder: Path) -> Ended:
    return in_child(lambda: run(command.again(folder)))


def _problem(name: str, last: Ended, folder: Path, whole: Mapping[str, bytes]) -> str:
    """What is wrong after the last run, or nothing. What was done before may only be refused."""
    done = name in ("release", "init") and ("released" in last.said or "not empty" in last.said)
    if not last.clear or (last.status and not done):
        return f"the next run ends with {last.status}: {last.said}"
    found = content(folder)
    if left := [one for one in found if Path(one).name == ".lock" or one.endswith(".tmp")]:
        return f"left behind: {', '.join(left)}"
    others = sorted(one for one in found.keys() | whole.keys() if found.get(one) != whole.get(one))
    return f"not as of a run through: {', '.join(others)}" if others else ""
