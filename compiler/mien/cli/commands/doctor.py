"""`mien doctor`: what is wrong with files of faces, before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.findings import refused, write_findings
from mien.cli.options import NumberRange, bank_source, format_option
from mien.cli.terminal import Styled, say, write_json

if TYPE_CHECKING:
    from mien.authored.rig import Rig
    from mien.doctor.findings import Finding
    from mien.doctor.measurements import Measurements
    from mien.errors import SourceError
    from mien.formats.registry import Format

_FINE, _WRONG, _UNREADABLE = 0, 1, 2


def _rig(context: click.Context, parameter: click.Parameter, bank: str | None) -> Rig:
    """The rig of a bank, which sources alone tell; of none, ARKit's.

    Raises:
        click.BadParameter: there is no such bank, or only its artifact.
        SourceError: its sources cannot be used.
    """
    from mien.authored.reader import read_bank
    from mien.formats.arkit import arkit_rig

    if bank is None:
        return arkit_rig()
    source = bank_source(bank)
    if not source.path.is_dir():
        message = f"{bank} is an artifact, which holds no rig; give the bank's folder or a release"
        raise click.BadParameter(message)
    return read_bank(source.sources).rig


@click.command("doctor")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--rate",
    type=NumberRange(0.1, 1000.0),
    metavar="R",
    help="Frames a second of files whose clock does not tell it.",
)
@click.option(
    "--bank",
    "rig",
    metavar="BANK",
    callback=_rig,
    help="The bank by whose rig files are judged.  [default: the rig of ARKit's 52 channels]",
)
@format_option
@click.pass_context
def command(
    context: click.Context, files: Sequence[Path], rate: float | None, rig: Rig, output: str
) -> None:
    """Say what is wrong with recordings of faces, and with models that shall show them.

    Tells of each recording which format it is, its rows, rate, gaps and jitter, which channels are
    missing, stand still, leave [0, 1] or exclude each other, and, where turns of the eyes were
    recorded, whether left is left. Of a folder of the app Live Link Face it takes every take.

    Tells of each model (.vrm, .glb, .gltf, .vrma) which channels it has and in which spelling,
    which are dead, doubled, without a name, switched or wrongly weighted, which names are no
    channel's, whether left is left, which expressions it has, and what becomes of them in speech.

    What each finding means, `mien check --explain CODE` says by its code in brackets.

    Exits with 0 where all is well or only worth a note, with 1 where something would show wrong on
    a face, with 2 where a file cannot be read; the others are examined all the same. Tables in a
    folder that name nothing of a face are no takes, and are left out.
    """
    from mien.cli.model_report import MODEL_ENDINGS, examined_model
    from mien.errors import MienError
    from mien.text.fault import counted

    status = _FINE
    documents: list[object] = []
    left_out: list[tuple[Path, str]] = []
    for given in files:
        try:
            paths = _takes(given, rig, left_out) if given.is_dir() else [given]
        except MienError as error:
            documents.append(refused(given, error, output))
            status = _UNREADABLE
            continue
        for path in paths:
            if path.name.lower().endswith(MODEL_ENDINGS):
                document, own = examined_model(path, rig, output)
            else:
                document, own = _examined(path, rate, rig, output)
            documents.append(document)
            status = max(status, own)
    if output == "json":
        others = [{"file": str(path), "why": why} for path, why in left_out]
        write_json({"files": documents, "left_out": others})
    elif left_out:
        say(f"left out, as they are no takes: {counted(len(left_out), 'file')}", err=True)
    context.exit(status)


def _takes(folder: Path, rig: Rig, left_out: list[tuple[Path, str]]) -> list[Path]:
    """The curves of each take of a phone's folder; to ``left_out`` its other files are added.

    Raises:
        SourceError: there is no take in it.
    """
    from mien.intake.phone_folder import phone_folder

    found = phone_folder(folder, rig.names)
    left_out += found.ignored
    return [take.curves for take in found.takes]


def _examined(
    path: Path, rate: float | None, rig: Rig, output: str
) -> tuple[dict[str, object], int]:
    """What is known of a recording, for programs, and the exit code; for people it is printed."""
    from mien.doctor.findings import findings
    from mien.doctor.measurements import measure
    from mien.errors import MienError, SourceError
    from mien.formats.request import TakeRequest

    try:
        form = _format(path)
        asked = TakeRequest(channels=rig.names, rate=rate, partial=True)
        take = form.read(path, asked)
    except SourceError as error:
        return refused(path, _of_another_rig(error, rig), output), _UNREADABLE
    except MienError as error:
        return refused(path, error, output), _UNREADABLE
    name = str(path)
    title = f"{form.title}, {take.dialect}" if take.dialect else form.title
    found = measure(take, rig)
    said = findings(found)
    if output == "text":
        _write(name, title, found, said)
    status = _WRONG if any(one.wrong for one in said) else _FINE
    return _document(name, title, found, said), status


def _of_another_rig(error: SourceError, rig: Rig) -> SourceError:
    """A refusal of a file without a channel of ARKit's says that there are other rigs."""
    from attrs import evolve

    from mien.doctor.findings import ANOTHER_RIG
    from mien.errors import SourceError
    from mien.formats.arkit import arkit_rig
    from mien.formats.named_json import NO_CHANNELS

    if rig is not arkit_rig():
        return error
    return SourceError(
        evolve(one, hint=f"{one.hint}; {ANOTHER_RIG}" if one.hint else ANOTHER_RIG)
        if one.code == "no-header" or one.message.endswith(NO_CHANNELS)
        else one
        for one in error.faults
    )


def _format(path: Path) -> Format:
    """The format of a recording.

    Raises:
        FormatError: it is none, or there is no such file.
    """
    from mien.cli.model_report import MODEL_ENDINGS
    from mien.formats.registry import EndingError, FormatError, listed, readable, recorded_format

    try:
        return recorded_format(path)
    except EndingError:
        if not (path.exists() or path.is_symlink()):
            raise FormatError(f"{path}: there is no such file") from None
        recordings = [one for one in readable() if one.ending not in MODEL_ENDINGS]
        models = ", ".join(MODEL_ENDINGS)
        message = f"{path}: expected a name that ends in {listed(recordings)}, or a model: {models}"
        raise FormatError(message) from None


def _write(name: str, title: str, found: Measurements, said: Sequence[Finding]) -> None:
    say(Styled(name, bold=True), f": {title}, {found.rows} rows in {found.seconds:.2f} s")
    say(f"  rate      {found.rate:.5g} a second, {found.row_rate:.5g} from first to last row")
    say(f"  clock     gaps: {len(found.gaps)}, steps vary by {1e3 * found.jitter:.1f} ms")
    say(f"  channels  {len(found.recorded)} recorded, {len(found.moving)} move")
    if found.eyes:
        agreements = [turn.agreement for turn in found.eyes]
        span = f"{min(agreements):.3f} to {max(agreements):.3f}"
        say(f"  eyes      turns and look channels, r {span} (expected 1)")
    write_findings(said)


def _document(
    name: str, title: str, found: Measurements, said: Sequence[Finding]
) -> dict[str, object]:
    import attrs

    measured = attrs.asdict(found, value_serializer=_plain)
    return {
        "file": name,
        "format": title,
        **measured,
        "findings": [attrs.asdict(one) for one in said],
    }


def _plain(_: object, __: object, value: object) -> object:
    from enum import Enum

    return value.value if isinstance(value, Enum) else value
