"""The sources of a bank as they were at a git revision."""

from __future__ import annotations

import re
import shutil
import subprocess  # a fixed program with checked arguments, never a shell
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from attrs import frozen

from mien.errors import QueryError
from mien.release.committed import SAFE, git_environment
from mien.text.files import MAX_BYTES, SUFFIXES

_REVISION = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_@./^~{}+-]*\Z")
_FOLDER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_. /+-]*\Z")
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_MOST_FILES = 1000
_SECONDS = 60


@frozen(kw_only=True)
class Revision:
    """``folder`` is relative to the top of the repository ``top``, with forward slashes."""

    text: str
    commit: str
    top: Path
    folder: str


def find_revision(text: str, folder: str | None, near: Path) -> Revision:
    """The commit that ``text`` names in the repository around ``near``.

    Args:
        text: a revision as git names them: a branch, a tag, ``HEAD~1``, a commit.
        folder: the bank's folder from the top of the repository, or None: the folder ``near``.
        near: a folder inside the repository.

    Raises:
        QueryError: no git, no repository, no such revision, or a name that git could misread.
    """
    if not _REVISION.match(text) or ".." in text:
        raise QueryError(f"{text!r} is not the name of a git revision")
    top = Path(_git(near, "rev-parse", "--show-toplevel").decode().strip())
    if folder is None:
        folder = near.resolve().relative_to(top.resolve()).as_posix()
    folder = PurePosixPath(folder).as_posix()
    if not _FOLDER.match(folder) or ".." in PurePosixPath(folder).parts:
        raise QueryError(f"{folder!r} is not a folder of the repository {top}")
    try:
        found = _git(
            top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}"
        )
    except QueryError:
        raise QueryError(f"the repository {top} has no revision {text}") from None
    commit = found.decode().strip()
    if not _OBJECT.match(commit):
        raise QueryError(f"the repository {top} has no revision {text}")
    return Revision(text=text, commit=commit, top=top, folder=folder)


@contextmanager
def checked_out(revision: Revision) -> Generator[Path | None]:
    """A temporary folder with the bank as it was, and the rigs beside it, at their own paths.

    Only plain source files are taken; links and everything else stay behind. None where the bank
    was not there.

    Raises:
        QueryError: git cannot give its files.
    """
    home = PurePosixPath(revision.folder)
    with TemporaryDirectory(prefix="mien-") as place:
        top = Path(place).resolve()
        for name, data in _files(revision, (home.as_posix(), (home.parent / "rigs").as_posix())):
            target = top / PurePosixPath(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        there = any((top / home / f"bank{suffix}").is_file() for suffix in SUFFIXES)
        yield top if there else None


def _files(revision: Revision, folders: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every source file under the folders."""
    listing = _git(revision.top, "ls-tree", "-r", "-z", "-l", revision.commit, "--", *folders)
    names: dict[str, str] = {}
    for line in listing.decode(errors="surrogateescape").split("\0"):
        head, _, name = line.partition("\t")
        mode, _, rest = head.partition(" ")
        if mode in ("100644", "100755") and name.endswith(SUFFIXES):
            _, blob, size = rest.split()
            if int(size) > MAX_BYTES:
                raise QueryError(f"{revision.text}:{name} is larger than {MAX_BYTES} bytes (1 MiB)")
            names[name] = blob
    if len(names) > _MOST_FILES:
        raise QueryError(f"{revision.text}:{revision.folder} has over {_MOST_FILES} source files")
    requested = "".join(f"{blob}\n" for blob in names.values()).encode()
    answer = _git(revision.top, "cat-file", "--batch", given=requested)
    start = 0
    for name in names:
        end = answer.index(b"\n", start)
        head_of_blob = answer[start:end].split()
        if len(head_of_blob) != 3:
            raise QueryError(f"{revision.text}:{name} is not in this checkout; fetch it first")
        length = int(head_of_blob[2])
        yield name, answer[end + 1 : end + 1 + length]
        start = end + length + 2


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    program = shutil.which("git")
    if program is None:
        raise QueryError("git is not installed, so revisions cannot be read")
    try:
        done = subprocess.run(  # noqa: S603  arguments are checked above
            [program, "-C", str(folder), *SAFE, *arguments],
            input=given,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env={**git_environment(), "GIT_NO_LAZY_FETCH": "1"},
        )
    except subprocess.TimeoutExpired:
        raise QueryError(f"git {arguments[0]} did not answer within {_SECONDS} seconds") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise QueryError(f"{folder}: git says: {said or 'nothing, and fails'}")
    return done.stdout
