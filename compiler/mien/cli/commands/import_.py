"""`mien import`: takes, or drafts of archetypes, made of recordings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import bank_source
from mien.cli.terminal import say, visible

if TYPE_CHECKING:
    from mien.formats.take import Take
    from mien.text.fault import Fault

_DRAFTS = (".yaml", ".yml")
_CURVES = ".csv"
_FINE, _BAD_INPUT = 0, 2


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    return None if value is None else _seconds(value)


def _moments(
    context: click.Context, parameter: click.Parameter, value: tuple[str, str] | None
) -> tuple[float, float] | None:
    return None if value is None else (_seconds(value[0]), _seconds(value[1]))


def _seconds(text: str) -> float:
    """A moment in seconds, written ``3.2`` or ``3.2s``."""
    try:
        found = float(text.removesuffix("s"))
    except ValueError:
        found = -1.0
    if not 0.0 <= found < float("inf"):
        raise click.BadParameter(f"{text} is no moment: write it in seconds, such as 3.2s")
    return found


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The take to write, its format by the ending; a draft of an archetype (.yaml); of a "
    "folder of takes, a folder.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0.1, 1000.0),
    metavar="R",
    help="Frames a second of a file whose clock does not tell it.",
)
@click.option("--at", callback=_moment, metavar="S", help="Draft the face at this moment.")
@click.option(
    "--range",
    "span",
    nargs=2,
    callback=_moments,
    metavar="S S",
    help="Draft the mean of the faces between two moments.",
)
@click.option("--peak", is_flag=True, help="Of --range, the face furthest from rest.")
@click.option(
    "--bank",
    "bank_name",
    metavar="BANK",
    default="default",
    show_default=True,
    help="The bank whose rig and lint rules a draft follows.",
)
@click.option(
    "--intensity", metavar="NAME", default="mid", show_default=True, help="What a draft is called."
)
@click.pass_context
def command(
    context: click.Context,
    file: Path,
    out: Path,
    rate: float | None,
    at: float | None,
    span: tuple[float, float] | None,
    peak: bool,
    bank_name: str,
    intensity: str,
) -> None:
    """Make a take of a recording, or a draft of an archetype of a moment in it.

    FILE is a recording in any format that is read: Live Link Face, MediaPipe, Audio2Face,
    iFacialMocap or a table of named channels. A take is written whole, by the names of its
    channels. A draft (-o NAME.yaml) needs --at or --range; what lint says of it stands in it as
    comments. FILE is never changed, and no file of YAML is written over.

    FILE may be a folder as the app Live Link Face leaves it: of every take the calibrated curves
    are taken, and the sound of its film beside them, where ffmpeg is installed.
    """
    if out.resolve() == file.resolve():
        raise click.BadParameter("this is FILE itself; name another one", param_hint="-o")
    drafts = at is not None or span is not None or peak or out.suffix.lower() in _DRAFTS
    if file.is_dir() and not drafts:
        context.exit(_import_folder(file, out, rate))
    if out.is_dir():
        raise click.BadParameter(f"{out} is a folder; name a file", param_hint="-o")
    if out.suffix.lower() in _DRAFTS:
        _write_draft(file, out, rate, at, span, peak, bank_name, intensity)
        return
    if at is not None or span is not None or peak:
        raise click.UsageError("--at, --range and --peak make a draft: end -o in .yaml")
    from mien.formats.registry import format_of, read_take, writable, write_take

    title = format_of(out, writable()).title
    take = read_take(file, rate=rate)
    write_take(out, take)
    pace = f"{take.seconds:.2f} s at {take.rate:.5g} a second"
    say(f"{out}: {len(take.times)} rows, {pace}, as {title}")
    for line in _repairs(take):
        say(line, err=True)


def _import_folder(folder: Path, out: Path, rate: float | None) -> int:
    """Import all takes that can be read; 2 where one cannot."""
    from mien.cli.faults import write_faults
    from mien.cli.terminal import progress
    from mien.errors import SourceError
    from mien.formats.registry import FormatError, format_of, writable
    from mien.intake.phone_folder import phone_folder
    from mien.intake.takes import Imported, import_take

    if out.resolve().is_relative_to(folder.resolve()):
        raise click.BadParameter(
            "it lies in FILE, whose files are kept as they are", param_hint="-o"
        )
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
                written.append((one.name, import_take(one, curves, rate)))
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


def _repairs(take: Take) -> list[str]:
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


def _write_draft(
    file: Path,
    out: Path,
    rate: float | None,
    at: float | None,
    span: tuple[float, float] | None,
    peak: bool,
    bank_name: str,
    intensity: str,
) -> None:
    if (at is None) == (span is None):
        raise click.UsageError("a draft is of one moment or one range: give --at S or --range S S")
    if peak and span is None:
        raise click.UsageError("--peak is of a range: give --range S S")
    if out.exists():
        raise click.BadParameter(f"{out} exists; name a new file", param_hint="-o")
    from mien.authored.reader import read_bank
    from mien.formats import archetype_draft
    from mien.formats.registry import read_take
    from mien.text.atomic import write_atomic
    from mien.text.suggest import did_you_mean

    bank = read_bank(bank_source(bank_name).sources)
    known = bank.manifest.intensities
    if intensity not in known:
        hint = did_you_mean(intensity, known)
        raise click.BadParameter(f"no intensity {intensity}; {hint}", param_hint="--intensity")
    take = read_take(file, channels=bank.rig.names, rate=rate)
    if at is not None:
        if at > take.seconds:
            raise click.BadParameter(_outside(file, take), param_hint="--at")
        weights, moment = archetype_draft.weights_at(take, at), f"{at:g} s"
    else:
        start, end = span or (0.0, 0.0)
        if not archetype_draft.has_rows(take, start, end):
            raise click.BadParameter(_outside(file, take), param_hint="--range")
        if peak:
            weights, found = archetype_draft.peak_weights(take, start, end)
            moment = f"{found:.3g} s, the peak from {start:g} to {end:g} s"
        else:
            weights = archetype_draft.mean_weights(take, start, end)
            moment = f"{start:g} to {end:g} s, the mean"
    text = archetype_draft.draft(bank, weights, intensity, f"{visible(file.name)} at {moment}")
    write_atomic(out, text.encode())
    say(f"{out}: a draft of {intensity}")


def _outside(file: Path, take: Take) -> str:
    return f"there is no row there: {file} runs from 0 to {take.seconds:.2f} s"
