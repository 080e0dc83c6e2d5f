"""`mien import`: recordings become takes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.terminal import progress, say, visible

if TYPE_CHECKING:
    from mien.formats.take import Take
    from mien.intake.takes import Imported
    from mien.text.fault import Fault

_CURVES = ".csv"
_FINE, _BAD_INPUT = 0, 2


def import_take(file: Path, out: Path, rate: float | None) -> None:
    """A recording becomes a take."""
    from mien.formats.registry import format_of, read_take, writable, write_take

    title = format_of(out, writable()).title
    take = read_take(file, rate=rate)
    write_take(out, take)
    pace = f"{take.seconds:.2f} s at {take.rate:.5g} a second"
    say(f"{out}: {len(take.times)} rows, {pace}, as {title}")
    for line in _repairs(take):
        say(line, err=True)


def import_folder(folder: Path, out: Path, rate: float | None) -> int:
    """Import all takes of a phone's folder that can be read; 2 where one cannot."""
    from mien.cli.faults import write_faults
    from mien.errors import SourceError
    from mien.formats.registry import FormatError, format_of, writable
    from mien.intake.phone_folder import phone_folder
    from mien.intake.takes import import_take as write_one

    if out.resolve().is_relative_to(folder.resolve()):
        message = "it lies in FILE, whose files are kept as they are"
        raise click.BadParameter(message, param_hint="-o")
    found = phone_folder(folder)
    try:
        format_of(out, writable())
        single = True
    except FormatError:
        single = False
    if single and len(found.takes) > 1:
        listed = ", ".join(one.name for one in found.takes)
        message = f"{out} is one take, and these are {len(found.takes)}: {listed}; name a folder"
        raise click.BadParameter(message, param_hint="-o")
    if not single:
        out.mkdir(exist_ok=True)
    faults: list[Fault] = []
    written: list[tuple[str, Imported]] = []
    with progress("takes", len(found.takes)) as step:
        for one in found.takes:
            curves = out if single else out / f"{one.name}{_CURVES}"
            try:
                written.append((one.name, write_one(one, curves, rate)))
            except SourceError as error:
                faults += error.faults
            step()
    if not (written or single):
        with suppress(OSError):  # other files may lie there
            out.rmdir()
    for name, done in written:
        pace = f"{done.take.seconds:.2f} s at {done.take.rate:.5g} a second"
        sound = f", sound in {visible(done.sound.name)}" if done.sound else ""
        say(f"{done.curves}: {len(done.take.times)} rows, {pace}{sound}")
        for note in (*done.notes, *_repairs(done.take)):
            say(f"  {visible(name)}: {note}", err=True)
    for path, why in found.ignored:
        say(f"left out: {visible(str(path.relative_to(folder)))} ({why})", err=True)
    if faults:
        write_faults(faults, "text", err=True)
    return _BAD_INPUT if faults else _FINE


def _repairs(take: Take) -> Sequence[str]:
    """What the take holds otherwise than the file, for people."""
    repairs = take.repairs
    said = [
        (repairs.clamped, f"weights outside [0, 1], cut off: {repairs.clamped}"),
        (repairs.repeated, f"rows of a moment that was there before, left out: {repairs.repeated}"),
        (repairs.lost, f"rows without a face, left out: {repairs.lost}"),
        (repairs.absent, f"not recorded, at rest: {', '.join(repairs.absent)}"),
        (repairs.unknown, f"no channels, left out: {', '.join(repairs.unknown)}"),
    ]
    return [text for present, text in said if present]
