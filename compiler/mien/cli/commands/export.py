"""`mien export`: the faces of a bank in the files of other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import click
from attrs import evolve, field, frozen

from mien.cli.options import (
    EXISTING_FILE,
    NumberRange,
    OutputFile,
    as_record,
    names,
    option,
    shared,
    source_argument,
)
from mien.cli.page_export import export_page
from mien.cli.terminal import say
from mien.formats.registry import FORMATS, Format, exportable, fillable

if TYPE_CHECKING:
    from mien.bank import Bank
    from mien.formats.faces import ClipTimes, FaceSet
    from mien.resolve import BankSource

_NAMES = tuple(one.name for one in FORMATS if one.exports or one.fills)
_WEB = "web"
"""The one target that is no format of faces: a page."""

PERFECT_SYNC = "perfect-sync"
EXPRESSIONS = (PERFECT_SYNC, "presets")
"""What a VRM has that is moved: the 52 of Perfect Sync, or only the presets of VRM."""

_ZERO = NumberRange(0.0, 3600.0)
_TIMES = ("fade_in", "hold", "fade_out", "rate")


@frozen(kw_only=True)
class Export:
    """The arguments and options as they were given."""

    bank: BankSource = shared(source_argument)
    target: str = option(
        "--to", type=click.Choice((*_NAMES, _WEB)), required=True, help="The format; see below."
    )
    out: Path = option(
        "-o",
        type=OutputFile(dir_okay=True),
        required=True,
        help="The file to write; for clips a folder, or a file for a single face.",
    )
    labels: tuple[str, ...] = names(metavar="L,...", help="These labels only.")
    at: tuple[str, ...] = names(
        metavar="NAME,...", help="These intensities and styles only.  [default: intensities]"
    )
    styles: bool = option(is_flag=True, help="The styles of the labels, too.")
    without_mouth: bool = option(
        is_flag=True,
        help="Only channels that no viseme moves, where something else drives the lips.",
    )
    speaking: float = option(
        type=NumberRange(0.0, 1.0),
        default=0.0,
        help="Faces as they are while this much of the mouth is left to speech.",
    )
    fade_in: float | None = option(
        type=_ZERO, help="Seconds in which a clip comes in.  [default: 0.25]"
    )
    hold: float | None = option(
        type=_ZERO, help="Seconds in which it holds the face.  [default: 1.5]"
    )
    fade_out: float | None = option(
        type=_ZERO, help="Seconds in which it goes out.  [default: 0.35]"
    )
    rate: float | None = option(
        type=NumberRange(1.0, 1000.0), help="Frames a second of a clip.  [default: 60]"
    )
    mesh: str | None = option(
        metavar="NAME", help="What the clip drives: a mesh's path, node or object name."
    )
    model: Path | None = option(
        "--into",
        type=EXISTING_FILE,
        metavar="MODEL",
        help="The model that the faces are written into; it stays as it is, OUT is another file.",
    )
    presets: tuple[str, ...] = names(
        metavar="P=L,...",
        help="Labels for the model's presets, happy=joy@high, or none.  "
        "[default: happy, angry, sad, relaxed, surprised by their labels, at the last intensity]",
    )
    expressions: str = option(
        type=click.Choice(EXPRESSIONS),
        default=PERFECT_SYNC,
        help="With --to vrma: the 52 expressions, or the presets of models that have none of them.",
    )
    network: Path | None = option(
        type=EXISTING_FILE,
        help="The network that the page speaks by.  [default: the one that ships]",
    )
    runtime: str | None = option(
        metavar="FOLDER|URL",
        help="onnxruntime-web, to run the network by it: node_modules/onnxruntime-web, or the "
        "address of its dist.  [default: plain JavaScript]",
    )

    def request(self) -> ExportRequest:
        """What faces are asked for, in which format."""
        times = {name: getattr(self, name) for name in _TIMES}
        return ExportRequest(
            format=next(one for one in FORMATS if one.name == self.target),
            labels=self.labels,
            at=self.at,
            styles=self.styles,
            without_mouth=self.without_mouth,
            speaking=self.speaking,
            times={name: value for name, value in times.items() if value is not None},
            mesh=self.mesh or "",
            presets=self.presets,
            expressions=self.expressions,
        )


def _listed() -> str:
    """The formats with their titles, tables and clips apart, for the help."""
    tables, clips = (
        ", ".join(f"{one.name} ({one.title})" for one in exportable() if one.table is table)
        for table in (True, False)
    )
    models = ", ".join(f"{one.name} ({one.title})" for one in fillable())
    return (
        f"All faces in one file: {tables}. Into a model: {models}. A clip for each face: {clips}. "
        f"A folder with a page that speaks: {_WEB}."
    )


@click.command("export", epilog=_listed())
@as_record(Export)
def command(asked: Export) -> None:
    """Write the faces of BANK into files that other programs read.

    Every label is written at every intensity, by the names of its channels. Each file says which
    bank, version and artifact it was made from, or a file beside it that ends in mien.json does.
    """
    from mien.cli.faults import write_faults
    from mien.errors import QueryError, SourceError
    from mien.formats.faces import left_over, write_faces
    from mien.formats.filled_model import write_into
    from mien.resolve import load_bank

    context, out, model = click.get_current_context(), asked.out, asked.model
    if asked.target == _WEB:
        export_page(context, asked.bank, out, asked.network, asked.runtime)
        return
    if asked.network is not None or asked.runtime is not None:
        options = "--network and --runtime"
        raise click.UsageError(f"{asked.target} speaks by no network: leave out {options}")
    request = asked.request()
    request.refuse_what_does_not_belong()
    form = request.format
    if model is None and not form.exports:
        raise click.UsageError(
            f"{form.name} needs a model to write into: --into MODEL{form.suffix}"
        )
    if model is not None and asked.mesh:
        raise click.UsageError("the meshes of the model have their names: leave out --mesh")
    if model is not None and not form.fills:
        raise click.UsageError(f"{form.name} is not written into a model: leave out --into")
    if model is not None and out.exists() and out.samefile(model):
        raise click.BadParameter("this is the model itself; name another one", param_hint="-o")
    loaded = load_bank(asked.bank)
    written: tuple[Path, ...] = (out,)
    remarks: tuple[str, ...] = ()
    try:
        faces = request.faces(loaded)
        if model is not None:
            remarks = write_into(form, faces, request.clip_times, model, out)
        else:
            written = write_faces(form, faces, out, request.clip_times, request.mesh)
            if out.is_dir() and (old := left_over(form, out, {one.name for one in written})):
                are = "1 file there is" if len(old) == 1 else f"{len(old)} files there are"
                remarks = (f"{are} not of this export, such as {old[0].name}",)
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    except SourceError as error:
        write_faults(error.faults, "text", err=True)
        context.exit(2)
    described = asked.bank.described(loaded.id, loaded.version)
    beside = f", and {written[-1]}" if written[-1] != out and out.is_file() else ""
    count = f"{len(faces.faces)} face{'s' if len(faces.faces) > 1 else ''}"
    say(f"{out}: {count} of {described} as {form.title}{beside}")
    for remark in remarks:
        say(f"  {remark}")
    if form.arkit and (note := _not_arkits(loaded)):
        say(f"{form.title} has the channels of ARKit: {note}", err=True)


def _not_arkits(bank: Bank) -> str:
    """Which channels of a bank what moves by ARKit's names leaves at rest; "" for none."""
    from mien.doctor.findings import listed
    from mien.formats.arkit import arkit_channel

    own = [name for name in bank.channels if arkit_channel(name) is None]
    if not own:
        return ""
    which = f"{len(own)} of {len(bank.channels)} channels of {bank.id}"
    rest = "is none of them and moves" if len(own) == 1 else "are none of them and move"
    return f"{which} {rest} no avatar that goes by them ({listed(own)})"


@frozen(kw_only=True)
class ExportRequest:
    """What is asked of `mien export`; ``times`` are those of a clip's times that were given.

    ``presets`` are as they were given; () for the usual ones. ``expressions`` is one of
    `EXPRESSIONS`.
    """

    format: Format
    labels: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    styles: bool = False
    without_mouth: bool = False
    speaking: float = 0.0
    times: Mapping[str, float] = field(factory=dict[str, float])
    mesh: str = ""
    presets: tuple[str, ...] = ()
    expressions: str = PERFECT_SYNC

    @property
    def clip_times(self) -> ClipTimes:
        """The times of a clip, the usual ones where others were not given."""
        from mien.formats.faces import ClipTimes

        return evolve(ClipTimes(), **self.times)

    @classmethod
    def parsed(cls, words: Sequence[str]) -> tuple[BankSource, ExportRequest]:
        """The bank and the request of `words`.

        Raises:
            click.ClickException: they are no such command, or there is no such bank.
        """
        arguments = [*words[2:], "--out", "."]
        found = command.make_context("export", arguments).params
        request = Export(**found).request()
        presets = tuple(one.replace("/", "=", 1) for one in request.presets)
        request = evolve(request, mesh=unquote(request.mesh), presets=presets)
        request.refuse_what_does_not_belong()
        return found["bank"], request

    def refuse_what_does_not_belong(self) -> None:
        """Refuse options of other formats.

        Raises:
            click.UsageError: there are some.
        """
        name = self.format.name
        if self.times and (self.format.table or not self.format.writes):
            raise click.UsageError(f"{name} holds faces, not clips: leave out the times of a clip")
        if self.presets and not self._has_presets:
            raise click.UsageError(f"{name} has no presets: leave out --presets")
        if self.expressions != PERFECT_SYNC and self.format.name != "vrma":
            raise click.UsageError(f"{name} has no expressions: leave out --expressions")
        if self.mesh and not self.format.mesh:
            raise click.UsageError(f"{name} names no mesh: leave out --mesh")

    def faces(self, bank: Bank) -> FaceSet:
        """The faces that are asked for.

        Raises:
            QueryError: a name that the bank does not have.
        """
        from mien.cli.exported_faces import by_presets, face_set, with_presets, without_mouth

        faces = face_set(bank, self.labels, self.at, styles=self.styles, speaking=self.speaking)
        if self._has_presets:
            faces = with_presets(bank, faces, self.presets)
        if self.without_mouth:
            faces = without_mouth(bank, faces)
        if self.expressions != PERFECT_SYNC:
            faces = by_presets(faces)
        return evolve(faces, request=" ".join(self.words(bank)))

    @property
    def _has_presets(self) -> bool:
        """Whether the format has names of its own for emotions: an expression, not a clip."""
        return self.format.fills and not self.format.exports

    def words(self, bank: Bank) -> list[str]:
        """The command without its output, of characters that need no quotes in any file."""
        words = ["mien", "export", f"{bank.id}@{bank.version}", "--to", self.format.name]
        lists = {"--labels": self.labels, "--at": self.at}
        words += [part for name, own in lists.items() if own for part in (name, ",".join(own))]
        flags = {"--styles": self.styles, "--without-mouth": self.without_mouth}
        words += [name for name, chosen in flags.items() if chosen]
        numbers = {"speaking": self.speaking, **self.times} if self.speaking else dict(self.times)
        for name, value in numbers.items():
            words += [f"--{name.replace('_', '-')}", repr(value)]
        if self.expressions != PERFECT_SYNC:
            words += ["--expressions", self.expressions]
        if self.presets:
            words += ["--presets", ",".join(self.presets).replace("=", "/")]
        return [*words, "--mesh", quote(self.mesh)] if self.mesh else words
