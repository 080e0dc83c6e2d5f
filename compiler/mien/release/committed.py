"""Whether the sources of a bank are committed, where they lie in a git checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mien.errors import MienError

SAFE = ("--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false")
"""Write nothing, take names as they are, start no program of the checkout's choosing."""


_OTHER_CHECKOUTS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})


def git_environment() -> dict[str, str]:
    """The environment in which git looks where it is told, and answers in English."""
    kept = {name: one for name, one in os.environ.items() if name not in _OTHER_CHECKOUTS}
    return {**kept, "LC_ALL": "C"}


class GitError(MienError):
    """Git cannot answer for the checkout; the message says why."""


def checkout_of(folder: Path) -> Path | None:
    """The git checkout that ``folder`` lies in, or None."""
    real = folder.resolve()
    return next((one for one in (real, *real.parents) if (one / ".git").exists()), None)


def uncommitted(checkout: Path, files: Iterable[Path]) -> tuple[str, ...]:
    """Those of the files in ``checkout`` that are not committed as they are, by path in it.

    Files that lie elsewhere (a rig that ships, say) do not count.

    Raises:
        GitError: git is missing or refuses.
    """
    names = sorted(set(_inside(checkout, files)))
    if not names:
        return ()
    tracked = set(_git(checkout, "ls-files", "-z", "--", *names))
    changed = _changed(_git(checkout, "status", "--porcelain=v1", "-z", "--", *names))
    return tuple(name for name in names if name not in tracked or name in changed)


def _inside(checkout: Path, files: Iterable[Path]) -> Iterator[str]:
    """Each file by the name that git has for it, and what it leads to if it is a link."""
    for file in files:
        for path in (file.parent.resolve() / file.name, file.resolve()):
            if path.is_relative_to(checkout):
                yield path.relative_to(checkout).as_posix()


def _changed(fields: Sequence[str]) -> set[str]:
    """The paths of a status listing; a renamed file's old name is a field of its own."""
    found: set[str] = set()
    rest = iter(fields)
    for field in rest:
        found.add(field[3:])
        if "R" in field[:2] or "C" in field[:2]:
            found.add(next(rest, ""))
    return found


def _git(checkout: Path, *arguments: str) -> list[str]:
    program = shutil.which("git")
    if program is None:
        raise GitError("git is not installed")
    done = subprocess.run(  # noqa: S603  a fixed program, no shell, names after "--"
        [program, "-C", str(checkout), *SAFE, *arguments],
        capture_output=True,
        check=False,
        env=git_environment(),
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        lines = os.fsdecode(done.stderr).strip().splitlines()
        raise GitError(lines[0] if lines else f"git ended with {done.returncode}")
    return [os.fsdecode(part) for part in done.stdout.split(b"\0") if part]
