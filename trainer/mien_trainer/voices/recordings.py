"""Recordings of real people to measure lips on, and what their lips should do.

They come as a TSV with the columns ``file`` and, where they are known, ``speaker``, ``language``,
``text``, ``times`` (a file with the times of its sounds) and ``curves`` (a take of the same
moments); as a folder with such a ``transcripts.tsv``; or as a folder of takes, each beside its
sound. Dimension letters: N frames, C channels of the table of visemes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path

from attrs import field, frozen

from mien.errors import SourceError
from mien.formats.registry import read_take, readable
from mien.formats.text_file import read_text
from mien.text.files import shown_path
from mien.text.suggest import did_you_mean
from mien_trainer.audio import whole_sound
from mien_trainer.fault import TrainerError, brief
from mien_trainer.frames import F32, frame_count, frame_times
from mien_trainer.lips.activity import speech_activity
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import SpeechRefusedError
from mien_trainer.timings.read import read_timings

LIST = "transcripts.tsv"
"""What a folder calls its list."""

COLUMNS = ("file", "speaker", "language", "text", "times", "curves")

SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".aac", ".mp4", ".webm")
"""The endings of sound that is looked for beside a take."""

ALIGNED = "en"
"""The language that the aligner knows."""

Align = Callable[[F32, str], tuple[Phoneme, ...]]
"""The phonemes of mono audio at 16 kHz that says a text; may refuse it."""

Recognise = Callable[[F32], tuple[Phoneme, ...]]
"""The phonemes of mono audio at 16 kHz whose words are not known."""


class Kind(Enum):
    """Where what the lips should do comes from, the best first."""

    CAPTURE = "captures of faces"
    TIMES = "sounds with given times"
    WORDS = "words aligned with the sound"
    NOTHING = "sound alone"


@frozen(kw_only=True)
class Recording:
    """One recording and what is known of it; ``place`` says where it is listed."""

    sound: Path
    place: str
    speaker: str = field(default="")
    language: str = field(default=ALIGNED)
    text: str = field(default="")
    times: Path | None = field(default=None)
    curves: Path | None = field(default=None)

    @property
    def kind(self) -> Kind:
        """The best that is known of its lips."""
        if self.curves is not None:
            return Kind.CAPTURE
        if self.times is not None:
            return Kind.TIMES
        return Kind.WORDS if self.is_aligned else Kind.NOTHING

    @property
    def is_aligned(self) -> bool:
        """Whether its words can be aligned."""
        return bool(self.text) and self.language == ALIGNED


@frozen(kw_only=True, eq=False)
class Clip:
    """A recording as it is measured.

    ``audio`` is mono at 16 kHz; ``true`` (N, C) is what the lips should do and ``speech`` (N,) how
    much is spoken, both None of sound alone; ``phonemes`` are those that contacts are counted by,
    of a capture without words none.
    """

    recording: Recording
    audio: F32
    phonemes: tuple[Phoneme, ...]
    true: F32 | None
    speech: F32 | None

    @property
    def frames(self) -> int:
        """N."""
        return frame_count(len(self.audio))


def find_recordings(paths: Iterable[Path]) -> tuple[Recording, ...]:
    """All recordings of TSV files and folders, in the order of what lists them.

    Raises:
        TrainerError: one is neither, or names what is not there; with all faults.
    """
    found: list[Recording] = []
    faults: list[str] = []
    for path in paths:
        try:
            found += _found(path)
        except TrainerError as error:
            faults.append(str(error))
        except SourceError as error:
            faults += [str(one) for one in error.faults]
    if faults:
        raise TrainerError("\n".join(faults))
    return tuple(found)


def _found(path: Path) -> list[Recording]:
    if path.is_dir():
        listed = path / LIST
        return _listed(listed) if listed.is_file() else _captures(path)
    if path.is_file():
        return _listed(path)
    raise TrainerError(
        f"{shown_path(path)}: expected a TSV of recordings, a folder with a {LIST}, or a folder of "
        "takes with their sound"
    )


def _listed(path: Path) -> list[Recording]:
    lines = read_text(path).splitlines()
    heads = [one.strip() for one in lines[0].split("\t")] if lines else []
    shown = shown_path(path)
    faults = [
        f"{shown}:1: the column {name!r} is none of {', '.join(COLUMNS)}"
        + (f"; {near}" if (near := did_you_mean(name, COLUMNS)).startswith("did") else "")
        for name in heads
        if name not in COLUMNS
    ]
    faults += [f"{shown}:1: the column {one!r} comes twice" for one in _twice(heads)]
    if "file" not in heads:
        faults.append(f"{shown}:1: there is no column 'file'; columns are divided by tabs")
    if faults:
        raise TrainerError("\n".join(faults))
    found: list[Recording] = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        values = [one.strip() for one in line.split("\t")]
        if len(values) > len(heads):
            faults.append(
                f"{shown}:{number}: {len(values)} columns, the first line names {len(heads)}"
            )
            continue
        row = dict(zip(heads, values, strict=False))
        files = {key: path.parent / row[key] for key in _FILES if row.get(key)}
        place = f"{shown}:{number}"
        missing = [one for one in files.values() if not one.is_file()]
        faults += [f"{place}: there is no file {shown_path(one)}" for one in missing]
        if "file" not in files:
            faults.append(f"{place}: it names no file")
        elif not missing:
            found.append(_recording(row, files, place))
    if not found and not faults:
        faults.append(f"{shown}: it lists no recording")
    if faults:
        raise TrainerError("\n".join(faults))
    return found


_FILES = ("file", "times", "curves")


def _recording(row: Mapping[str, str], files: Mapping[str, Path], place: str) -> Recording:
    return Recording(
        sound=files["file"],
        place=place,
        speaker=row.get("speaker", ""),
        language=row.get("language", "") or ALIGNED,
        text=row.get("text", ""),
        times=files.get("times"),
        curves=files.get("curves"),
    )


def _captures(folder: Path) -> list[Recording]:
    """Takes with their sound beside them, by name."""
    endings = [ending for one in readable() for ending in one.endings]
    found: dict[str, Recording] = {}
    for path in sorted(folder.iterdir()):
        for ending in endings:
            take = path.name.removesuffix(ending)
            sounds = [folder / f"{take}{one}" for one in SOUNDS]
            sound = next((one for one in sounds if one.is_file() and one != path), None)
            if path.name.endswith(ending) and sound is not None:
                found.setdefault(take, Recording(sound=sound, place=shown_path(path), curves=path))
    if not found:
        raise TrainerError(
            f"{shown_path(folder)}: there is neither a {LIST} nor a take with its sound beside it "
            "(smile.csv and smile.wav)"
        )
    return list(found.values())


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


@frozen(kw_only=True)
class Refused:
    """A recording that is left out, and why."""

    place: str
    reason: str


def read_clips(
    recordings: Iterable[Recording], align: Align, refused: list[Refused]
) -> Iterator[Clip]:
    """The recordings as they are measured; those that cannot be go to ``refused``."""
    for recording in recordings:
        try:
            yield _clip(recording, align)
        except SourceError as error:
            refused.append(Refused(place=recording.place, reason=str(error.faults[0])))
        except SpeechRefusedError as error:
            refused.append(Refused(place=recording.place, reason=brief(error)))


def _clip(recording: Recording, align: Align) -> Clip:
    audio, table = whole_sound(recording.sound), shipped_table()
    frames = frame_count(len(audio))
    phonemes: tuple[Phoneme, ...] = ()
    if recording.times is not None:
        phonemes = read_timings(recording.times).phonemes
    elif recording.is_aligned:
        phonemes = align(audio, recording.text)
    true = speech = None
    if phonemes:
        true, speech = lip_curves(phonemes, frames, table), speech_activity(phonemes, frames)
    if recording.curves is not None:
        take = read_take(recording.curves, channels=table.rig.names)
        true = take.weights_at(frame_times(frames))
    return Clip(recording=recording, audio=audio, phonemes=phonemes, true=true, speech=speech)


def speaker_mark(speaker: str) -> str:
    """What a network's card keeps of a speaker's name: the voice is known again by it."""
    return hashlib.sha256(speaker.encode()).hexdigest()[:12]
