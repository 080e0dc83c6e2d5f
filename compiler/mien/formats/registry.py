"""Every format: commands, their help and the README's table are made from this one.

A format's functions are in a module of this folder:

- of takes that are read, ``read(path, asked)`` gives the `Take` that a `TakeRequest` asks for, and
  ``recognises(start)`` tells by how the text starts whether a file is of the format, where another
  one has its ending;
- of takes that are written, ``pieces(take)`` yields the text, and takes the name of what the file
  drives where the format has ``mesh``; ``stream(rate, channels, blocks, source)`` yields it of
  weights that are not all there yet, where ``streams``; where ``binary``, ``encode(take)`` gives
  the bytes in their place;
- of all faces in one file, ``face_pieces(faces)`` yields the text of a `FaceSet`;
- of faces that go into a model, ``into(model, faces, times)`` gives the `Rewrite`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from attrs import field, frozen

from mien.errors import MienError

if TYPE_CHECKING:
    from mien.formats.faces import ClipTimes, FaceSet
    from mien.formats.request import TakeRequest
    from mien.formats.take import F32, Take
    from mien.gltf.model import Model
    from mien.gltf.write import Rewrite


class FormatError(MienError):
    """No format reads or writes a file of this name; the message says why, or what does."""


class EndingError(FormatError):
    """No format's files end so; the message says which endings there are."""


class Reader(Protocol):
    """Reads a file."""

    def __call__(self, path: Path, asked: TakeRequest = ...) -> Take:
        """The take; `SourceError` with every fault of the file."""
        ...


@frozen
class Format:
    """A format: what people call it, how its files' names end, and what is done with them.

    ``reads`` and ``writes`` are of takes; ``table`` holds all faces of a bank in one file, other
    formats that are written hold a face as a clip. ``streams`` where a take can be written before
    all of it is there, ``sampled`` where it has a row for every frame, ``whole`` where every
    channel of ARKit must have its column, ``sourced`` where the file says what it was made from.
    ``binary`` where it is no text, ``fills`` where faces are written into a model,
    ``arkit`` where what plays it moves faces by the names of ARKit's channels alone.
    ``mesh`` is what the file drives unless another name is given; "" where it names nothing.
    """

    name: str
    title: str
    ending: str
    module: str
    reads: bool = False
    writes: bool = False
    table: bool = False
    streams: bool = False
    sampled: bool = False
    whole: bool = False
    sourced: bool = False
    binary: bool = False
    fills: bool = False
    arkit: bool = False
    mesh: str = field(default="")

    @property
    def suffix(self) -> str:
        """The last part of its ending: ``.csv`` of ``.unreal.csv``."""
        return Path(f"file{self.ending}").suffix

    @property
    def exports(self) -> bool:
        """Whether the faces of a bank can be written in it."""
        return self.writes or self.table

    @property
    def read(self) -> Reader:
        """Its reader; only where ``reads``."""
        function: Reader = self._module.read
        return function

    def recognises(self, start: str) -> bool:
        """Whether a text that starts so is of this format; False where it does not say."""
        test = getattr(self._module, "recognises", None)
        return bool(test and test(start))

    def pieces(self, take: Take, mesh: str = "") -> Iterator[bytes]:
        """The bytes of a take; only where ``writes``."""
        named = (mesh or self.mesh,) if self.mesh else ()
        if self.binary:
            data: bytes = self._module.encode(take, *named)
            yield data
            return
        pieces: Iterator[str] = self._module.pieces(take, *named)
        for piece in pieces:
            yield piece.encode()

    def encode(self, take: Take, mesh: str = "") -> bytes:
        """The bytes of a take; only where ``writes``."""
        return b"".join(self.pieces(take, mesh))

    def stream(
        self, rate: float, channels: tuple[str, ...], blocks: Iterable[F32 | Take], source: str = ""
    ) -> Iterator[bytes]:
        """The bytes of a take with an even clock, whose blocks are weights (n, C) or takes.

        Only where ``writes``. Where not ``streams``, the weights of all blocks are in memory before
        the first piece comes.
        """
        if not self.streams:
            yield from self._gathered(rate, channels, blocks, source)
            return
        pieces: Iterator[str] = self._module.stream(rate, channels, blocks, source)
        for piece in pieces:
            yield piece.encode()

    def into(self, model: Model, faces: FaceSet, times: ClipTimes) -> Rewrite:
        """The model with the faces in it; only where ``fills``.

        Raises:
            QueryError: the model has no place for them.
        """
        change: Rewrite = self._module.into(model, faces, times)
        return change

    def encode_faces(self, faces: FaceSet) -> bytes:
        """The bytes of all faces; only where ``table``."""
        pieces: Iterator[str] = self._module.face_pieces(faces)
        return "".join(pieces).encode()

    def _gathered(
        self, rate: float, channels: tuple[str, ...], blocks: Iterable[F32 | Take], source: str
    ) -> Iterator[bytes]:
        from mien.formats.take import gathered_take

        yield from self.pieces(gathered_take(rate, channels, blocks, source))

    @property
    def _module(self) -> Any:  # noqa: ANN401  modules have no common type
        return import_module(f"mien.formats.{self.module}")


FORMATS = (
    Format(
        "livelink",
        "Live Link Face CSV",
        ".csv",
        "livelink",
        reads=True,
        writes=True,
        streams=True,
        sampled=True,
        whole=True,
        arkit=True,
    ),
    Format(
        "json",
        "JSON by names",
        ".json",
        "named_json",
        reads=True,
        writes=True,
        table=True,
        streams=True,
        sourced=True,
    ),
    Format("csv", "CSV, a row a face", ".faces.csv", "face_table", table=True),
    Format(
        "a2f",
        "Audio2Face JSON",
        ".a2f.json",
        "audio2face",
        reads=True,
        writes=True,
        sampled=True,
        sourced=True,
        arkit=True,
    ),
    Format("unreal-json", "Unreal face JSON", ".json", "unreal_json", reads=True),
    Format("frames", "JSON frame by frame", ".json", "frame_json", reads=True),
    Format("frame-lines", "JSON, a frame a line", ".jsonl", "frame_json", reads=True),
    Format("table", "CSV of named channels", ".csv", "named_table", reads=True),
    Format("ifacialmocap", "iFacialMocap text", ".txt", "ifacialmocap", reads=True),
    Format("recording", "recording of datagrams", ".pcap", "recording", reads=True),
    Format("llv", "LLV recording", ".gesichter", "llv", reads=True),
    Format("vrm", "VRM model", ".vrm", "vrm", sourced=True, binary=True, fills=True),
    Format(
        "vrma",
        "VRM animation",
        ".vrma",
        "vrma",
        reads=True,
        writes=True,
        sourced=True,
        binary=True,
        arkit=True,
    ),
    Format(
        "glb",
        "GLB animation",
        ".glb",
        "glb",
        reads=True,
        writes=True,
        sourced=True,
        binary=True,
        fills=True,
        mesh="Face",
    ),
    Format("gltf", "glTF animation", ".gltf", "model_animation", reads=True),
    Format("unity", "Unity animation clip", ".anim", "unity", writes=True, mesh="Face"),
    Format("unreal", "Unreal curve CSV", ".unreal.csv", "unreal", writes=True, sampled=True),
    Format("godot", "Godot 4 animation", ".tres", "godot", writes=True, sourced=True, mesh="Face"),
    Format("maya", "Maya animation", ".maya.anim", "maya", writes=True, mesh="blendShape1"),
    Format(
        "unreal-script",
        "Unreal editor script",
        ".unreal.py",
        "unreal_script",
        table=True,
        sourced=True,
    ),
    Format("blender", "Blender script", ".blender.py", "blender", table=True, sourced=True),
    Format(
        "talkinghead",
        "TalkingHead moods",
        ".mjs",
        "talkinghead",
        table=True,
        sourced=True,
        arkit=True,
    ),
)

_COMPRESSED = (".gz", ".zip", ".bz2", ".xz", ".zst", ".7z")
_SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".aac", ".aiff", ".opus")
_START = 1 << 16
"""Bytes of a file that tell its format."""


def readable() -> tuple[Format, ...]:
    """The formats of takes that are read."""
    return tuple(one for one in FORMATS if one.reads)


def writable() -> tuple[Format, ...]:
    """The formats of takes that are written."""
    return tuple(one for one in FORMATS if one.writes)


def exportable() -> tuple[Format, ...]:
    """The formats that the faces of a bank are written in, in files of their own."""
    return tuple(one for one in FORMATS if one.exports)


def fillable() -> tuple[Format, ...]:
    """The formats of models that the faces of a bank are written into."""
    return tuple(one for one in FORMATS if one.fills)


def listed(formats: Sequence[Format]) -> str:
    """Formats as a sentence lists them: ``.csv (Live Link Face CSV) or .json (JSON by names)``.

    Each ending is named once, with every format that has it.
    """
    titles: dict[str, list[str]] = {}
    for one in formats:
        titles.setdefault(one.ending, []).append(one.title)
    *rest, last = (f"{ending} ({' or '.join(names)})" for ending, names in titles.items())
    return f"{', '.join(rest)} or {last}" if rest else last


def format_of(path: Path, formats: Sequence[Format] = FORMATS) -> Format:
    """Which of ``formats`` the file is, by its ending in any case; the longest ending decides.

    Raises:
        EndingError: none of them ends so.
    """
    name = path.name.lower()
    found = [one for one in formats if name.endswith(one.ending) and name != one.ending]
    if not found:
        raise EndingError(f"{path}: expected a name that ends in {listed(formats)}")
    return max(found, key=lambda one: len(one.ending))


def recorded_format(path: Path) -> Format:
    """Which format a recording is: by its ending, and of formats that end alike by its text.

    Raises:
        FormatError: no format that is read ends so.
    """
    from mien.text.regular_file import RECORDING, open_regular

    if reason := _no_recording(path.name.lower()):
        raise FormatError(f"{path}: {reason}")
    named = format_of(path, readable())
    alike = [one for one in readable() if one is not named and one.suffix == named.suffix]
    if not alike:
        return named
    try:
        with open_regular(path, RECORDING) as file:
            start = file.read(_START).decode("utf-8-sig", "replace")
    except OSError:
        return named  # which says what is wrong with the file
    return next((one for one in alike if one.recognises(start)), named)


def _no_recording(name: str) -> str:
    """Of files that people take for recordings: what they are, and what to do with them."""
    if name.endswith(_COMPRESSED):
        tool = "gunzip" if name.endswith(".gz") else "unpack"
        return f"it is compressed; {tool} it, and name what comes out"
    if name.endswith(_SOUNDS):
        return "it is sound, and holds no face; `mien speak` gives faces to speech"
    return ""


def read_take(
    path: Path,
    *,
    channels: Sequence[str] | None = None,
    rate: float | None = None,
    partial: bool = False,
) -> Take:
    """The take in ``path``, whichever format it is; see `TakeRequest`.

    Raises:
        FormatError: no format that is read ends so.
        SourceError: with every fault of the file.
    """
    from mien.formats.request import TakeRequest

    asked = TakeRequest(channels=channels, rate=rate, partial=partial)
    return recorded_format(path).read(path, asked)


def write_take(path: Path, take: Take) -> None:
    """Put a take into ``path``, all of it or nothing; the ending decides the format.

    Raises:
        FormatError: no format that is written ends so.
        OSError: the file cannot be written.
    """
    from mien.text.atomic import write_atomic

    write_atomic(path, format_of(path, writable()).encode(take))
