"""Whether a file that `mien export` wrote is what the release that it names gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import field, frozen

from mien.formats.faces import SIDECAR, FaceSet, left_over, rendered
from mien.formats.filled_model import first_difference, was_filled
from mien.text.regular_file import RECORDING, read_regular

if TYPE_CHECKING:
    from mien.cli.commands.export import ExportRequest

_SOURCE = re.compile(
    rb"artifact ([0-9a-f]{64}), (mien export [A-Za-z0-9_.@,/%~+ -]*[A-Za-z0-9_/%~-])"
)
_STRANGE = "not of this export"
_FEW = 3
_NAME = re.compile(rb"([a-z][a-z0-9_-]*) of [a-z][a-z0-9_-]* [0-9]")


@frozen(kw_only=True)
class CheckedFile:
    """``line`` is the first that differs, of a ``binary`` file ``byte``; 0 where there is none.

    ``into`` where faces were written into a model, whose own bytes nothing here tells.
    """

    path: Path
    state: str
    line: int = 0
    byte: int = 0
    into: bool = False


@frozen(kw_only=True)
class ExportReport:
    """What the files were made by, and how they compare; ``fault`` is of the bank itself."""

    request: str
    described: str
    files: tuple[CheckedFile, ...] = ()
    fault: str = field(default="")

    @property
    def failed(self) -> bool:
        """Whether something is not what the release gives."""
        return bool(self.fault) or any(one.state != "equal" for one in self.files)

    def lines(self) -> list[str]:
        """The report for people."""
        if self.fault:
            return [self.fault]
        wrong = [one for one in self.files if one.state not in ("equal", _STRANGE)]
        said = [f"{one.path}: {one.state}{_where(one)}" for one in wrong]
        if strange := [one.path for one in self.files if one.state == _STRANGE]:
            are = "1 file here is" if len(strange) == 1 else f"{len(strange)} files here are"
            named = ", ".join(path.name for path in strange[:_FEW])
            more = ", ..." if len(strange) > _FEW else ""
            said.append(f"{are} {_STRANGE}: {named}{more}")
        equal = len([one for one in self.files if one.state == "equal"])
        into = any(one.into for one in self.files)
        what = "the faces in " if into else ""
        files = f"{what}{equal} file{'' if equal == 1 else 's'}" if equal else "no file is"
        said.append(f"{files} as {self.described} gives by: {self.request}")
        if into:
            said.append("the model's own bytes are not checked: nothing in the file tells them")
        return said

    def as_json(self) -> dict[str, object]:
        """The report for programs."""
        return {
            "failed": self.failed,
            "request": self.request,
            "fault": self.fault or None,
            "files": [
                {
                    "path": str(one.path),
                    "state": one.state,
                    "line": one.line or None,
                    **({"byte": one.byte} if one.byte else {}),
                    **({"checked": "faces"} if one.into else {}),
                }
                for one in self.files
            ],
        }


def check_export(path: Path) -> ExportReport:
    """Export again what the file, or the folder, says it was made by, and compare every byte.

    Raises:
        click.ClickException: it does not say that, or there is no such release.
        OSError: it cannot be read.
    """
    from mien.bank import Bank
    from mien.cli.commands.export import ExportRequest
    from mien.resolve import Kind, load_tables

    digest, request = _source(path)
    try:
        bank, asked = ExportRequest.parsed(request.split(" "))
    except click.BadParameter as error:
        raise _no_release(path, request, error) from error
    except click.UsageError as error:
        raise click.UsageError(f"{path} was made by `{request}`: {error.message}") from error
    if bank.kind is not Kind.RELEASE:
        raise click.UsageError(f"{path} was made from {bank.name}, which is no release")
    loaded = Bank(load_tables(bank))
    described = bank.described()
    if loaded.digest != digest:
        fault = f"{path}: made from artifact {digest}, {described} has {loaded.digest}"
        return ExportReport(request=request, described=described, fault=fault)
    checked = list(_checked(path, asked, asked.faces(loaded)))
    return ExportReport(request=request, described=described, files=tuple(checked))


def _checked(path: Path, asked: ExportRequest, faces: FaceSet) -> Iterator[CheckedFile]:
    binary = asked.format.binary
    if path.is_file() and was_filled(asked.format, path):
        # what is written into a model takes the place of what was: the model stays as it is
        odd = first_difference(asked.format, faces, asked.clip_times, path)
        state = "equal" if odd is None else "differs"
        yield CheckedFile(path=path, state=state, byte=0 if odd is None else 1 + odd, into=True)
        return
    files = rendered(asked.format, faces, asked.clip_times, asked.mesh)
    if path.is_dir():
        for name, data in files.items():
            yield _compared(path / name, data, binary=binary)
        for one in left_over(asked.format, path, files):
            yield CheckedFile(path=one, state=_STRANGE)
    else:
        yield _compared(path, _counterpart(path, files), binary=binary)


def _no_release(path: Path, request: str, error: click.BadParameter) -> click.UsageError:
    """What to say where no release is called as the file says."""
    if error.param is None or error.param.name != "bank":
        return click.UsageError(f"{path} was made by `{request}`: {error.message}")
    made = f"{path} was made from {request.split(' ')[2]}, and {error.message}"
    mend = "if it was made from an unreleased folder, release that one to verify it (mien release)"
    return click.UsageError(f"{made}; {mend}; releases of a repository are found from within it")


def _where(one: CheckedFile) -> str:
    if one.byte:
        return f", first at byte {one.byte - 1}"
    return f", first in line {one.line}" if one.line else ""


def _source(path: Path) -> tuple[str, str]:
    """The digest and the command that the file states, or the sidecar beside it or in it."""
    beside = (path.with_name(f"{path.name}.{SIDECAR}"), path.with_name(SIDECAR))
    for place in (path / SIDECAR,) if path.is_dir() else (path, *beside):
        found = _SOURCE.search(read_regular(place, RECORDING)) if place.is_file() else None
        if found is not None:
            return found[1].decode(), found[2].decode()
    raise click.UsageError(
        f"{path} does not say what it was made from, nor does a {SIDECAR} beside it"
    )


def _counterpart(path: Path, files: Mapping[str, bytes]) -> bytes:
    """What the file should be: of its name, of the face that it says it holds, or the only one."""
    if path.name in files:
        return files[path.name]
    named = _NAME.search(read_regular(path, RECORDING))
    own = f"{named[1].decode()}{path.suffix}" if named else ""
    if own in files:
        return files[own]
    if len(files) == 1:
        return next(iter(files.values()))
    raise click.UsageError(f"{path} is none of the files that were written: {', '.join(files)}")


def _compared(path: Path, wanted: bytes, *, binary: bool = False) -> CheckedFile:
    if not path.exists():
        return CheckedFile(path=path, state="missing")
    found = read_regular(path, RECORDING)
    if found == wanted:
        return CheckedFile(path=path, state="equal")
    if binary:
        least = min(len(found), len(wanted))
        odd = (at for at in range(least) if found[at] != wanted[at])
        return CheckedFile(path=path, state="differs", byte=1 + next(odd, least))
    lines = zip(found.split(b"\n"), wanted.split(b"\n"), strict=False)
    equal = next((row for row, (own, other) in enumerate(lines) if own != other), None)
    shorter = min(found.count(b"\n"), wanted.count(b"\n")) + 1
    return CheckedFile(path=path, state="differs", line=1 + (shorter if equal is None else equal))
