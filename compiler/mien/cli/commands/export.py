"""`mien export`: the faces of a bank in the files of other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import click
from attrs import evolve, field, frozen

from mien.cli.options import OutputFile, source_argument
from mien.cli.terminal import say
from mien.formats.registry import FORMATS, Format, exportable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mien.bank import Bank
    from mien.formats.faces import ClipTimes, Face, FaceSet
    from mien.resolve import BankSource

_NAMES = tuple(one.name for one in exportable())
_ZERO = click.FloatRange(0.0, 3600.0)


def _listed() -> str:
    """The formats with their titles, tables and clips apart, for the help."""
    tables, clips = (
        ", ".join(f"{one.name} ({one.title})" for one in exportable() if one.table is table)
        for table in (True, False)
    )
    return f"All faces in one file: {tables}. A clip for each face: {clips}."


@click.command("export", epilog=_listed())
@source_argument
@click.option(
    "--to", "target", type=click.Choice(_NAMES), required=True, help="The format; see below."
)
@click.option(
    "-o",
    "--out",
    type=OutputFile(dir_okay=True),
    required=True,
    help="The file to write; for clips a folder, or a file for a single face.",
)
@click.option("--labels", metavar="L,...", help="These labels only.")
@click.option(
    "--at", metavar="NAME,...", help="These intensities and styles only.  [default: intensities]"
)
@click.option("--styles", is_flag=True, help="The styles of the labels, too.")
@click.option(
    "--without-mouth",
    is_flag=True,
    help="Only channels that no viseme moves, where something else drives the lips.",
)
@click.option(
    "--speaking",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    show_default=True,
    help="Faces as they are while this much of the mouth is left to speech.",
)
@click.option("--fade-in", type=_ZERO, help="Seconds in which a clip comes in.  [default: 0.25]")
@click.option("--hold", type=_ZERO, help="Seconds in which it holds the face.  [default: 1.5]")
@click.option("--fade-out", type=_ZERO, help="Seconds in which it goes out.  [default: 0.35]")
@click.option(
    "--rate",
    type=click.FloatRange(1.0, 1000.0),
    help="Frames a second of a clip.  [default: 60]",
)
@click.option(
    "--mesh", metavar="NAME", help="What the clip drives: a mesh's path, node or object name."
)
def command(
    bank: BankSource,
    target: str,
    out: Path,
    labels: str | None,
    at: str | None,
    styles: bool,
    without_mouth: bool,
    speaking: float,
    fade_in: float | None,
    hold: float | None,
    fade_out: float | None,
    rate: float | None,
    mesh: str | None,
) -> None:
    """Write the faces of BANK into files that other programs read.

    Every label is written at every intensity, by the names of its channels. Each file says which
    bank, version and artifact it was made from, or a file beside it that ends in mien.json does.
    """
    from mien.errors import QueryError
    from mien.formats.faces import write_faces
    from mien.resolve import load_bank

    times = {"fade_in": fade_in, "hold": hold, "fade_out": fade_out, "rate": rate}
    request = ExportRequest(
        format=next(one for one in FORMATS if one.name == target),
        labels=_split(labels),
        at=_split(at),
        styles=styles,
        without_mouth=without_mouth,
        speaking=speaking,
        times={name: value for name, value in times.items() if value is not None},
        mesh=mesh or "",
    )
    request.refuse_what_does_not_belong()
    form = request.format
    loaded = load_bank(bank)
    try:
        faces = request.faces(loaded)
        written = write_faces(form, faces, out, request.clip_times, request.mesh)
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    described = bank.described(loaded.id, loaded.version)
    beside = f", and {written[-1]}" if written[-1] != out and out.is_file() else ""
    count = f"{len(faces.faces)} face{'s' if len(faces.faces) > 1 else ''}"
    say(f"{out}: {count} of {described} as {form.title}{beside}")


@frozen(kw_only=True)
class ExportRequest:
    """What is asked of `mien export`; ``times`` are those of a clip's times that were given."""

    format: Format
    labels: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    styles: bool = False
    without_mouth: bool = False
    speaking: float = 0.0
    times: Mapping[str, float] = field(factory=dict[str, float])
    mesh: str = ""

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
        times = {name: found[name] for name in ("fade_in", "hold", "fade_out", "rate")}
        request = cls(
            format=next(one for one in FORMATS if one.name == found["target"]),
            labels=_split(found["labels"]),
            at=_split(found["at"]),
            styles=found["styles"],
            without_mouth=found["without_mouth"],
            speaking=found["speaking"],
            times={name: value for name, value in times.items() if value is not None},
            mesh=unquote(found["mesh"] or ""),
        )
        request.refuse_what_does_not_belong()
        return found["bank"], request

    def refuse_what_does_not_belong(self) -> None:
        """Refuse options of other formats.

        Raises:
            click.UsageError: there are some.
        """
        name = self.format.name
        if self.format.table and self.times:
            raise click.UsageError(f"{name} holds faces, not clips: leave out the times of a clip")
        if self.mesh and not self.format.mesh:
            raise click.UsageError(f"{name} names no mesh: leave out --mesh")

    def faces(self, bank: Bank) -> FaceSet:
        """The faces that are asked for.

        Raises:
            QueryError: a name that the bank does not have.
        """
        faces = face_set(bank, self.labels, self.at, styles=self.styles, speaking=self.speaking)
        if self.without_mouth:
            faces = _without_mouth(bank, faces)
        return evolve(faces, request=" ".join(self.words(bank)))

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
        return [*words, "--mesh", quote(self.mesh)] if self.mesh else words


def face_set(
    bank: Bank,
    labels: tuple[str, ...] = (),
    at: tuple[str, ...] = (),
    *,
    styles: bool = False,
    speaking: float = 0.0,
) -> FaceSet:
    """Faces of a bank in its order: those of ``labels`` and ``at``, else all.

    Raises:
        QueryError: a name that the bank does not have.
    """
    from mien.formats.faces import FaceSet
    from mien.queries import unknown

    for label in labels:
        bank.styles(label)  # refuses a label that is not there
    chosen = [label for label in bank.labels if not labels or label in labels]
    known = [*bank.intensities, *(style for label in chosen for style in bank.styles(label))]
    for name in at:
        if name not in known:
            unknown("intensity or style", name, known)

    def faces() -> Iterator[Face]:
        for label in chosen:
            for name in (*bank.intensities, *bank.styles(label)):
                style = name not in bank.intensities
                if (styles and style) or (name in at if at else not style):
                    yield _face(bank, label, name, style=style, speaking=speaking)

    return FaceSet(
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        channels=bank.channels,
        faces=tuple(faces()),
        speaking=speaking,
    )


def _face(bank: Bank, label: str, name: str, *, style: bool, speaking: float) -> Face:
    from mien.formats.faces import Face

    own = name if style else None
    weights = bank.face(label, at=name, style=own, speech=speaking)
    return Face(label=label, at=name, style=style, weights=weights)


def _without_mouth(bank: Bank, faces: FaceSet) -> FaceSet:
    """The channels that no viseme writes."""
    kept = [kind == "EXPRESSION" for kind in bank.tables.classes]
    names = tuple(name for name, keep in zip(bank.channels, kept, strict=True) if keep)
    own = tuple(evolve(face, weights=face.weights[kept]) for face in faces.faces)
    return evolve(faces, channels=names, faces=own)


def _split(names: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (names or "").split(",") if name.strip())
