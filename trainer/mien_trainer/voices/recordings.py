"""Recordings of real people to measure lips on, and what their lips should do.

They come as a TSV with the columns ``file`` and, where they are known, ``speaker``, ``language``,
``text``, ``times`` (a file with the times of its sounds), ``curves`` (a take of the same moments),
``offset`` (by how many seconds the take begins after the sound) and ``rate`` (its rows a second,
where it does not tell them); as a folder with such a ``transcripts.tsv``; or as a folder of takes,
each beside its sound. Dimension letters: N frames, C channels of the table of visemes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path

import numpy as np
from attrs import field, frozen

from mien.errors import SourceError
from mien.formats.registry import read_take, readable
from mien.formats.take import F64, Take
from mien.formats.text_file import read_text
from mien.text.files import shown_path
from mien.text.suggest import did_you_mean
from mien_trainer.audio import whole_sound
from mien_trainer.fault import TrainerError, brief
from mien_trainer.frames import F32, FRAME_RATE, frame_count, frame_times
from mien_trainer.lips.activity import speech_activity
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import SpeechRefusedError
from mien_trainer.timings.read import read_timings
from mien_trainer.voices.measures import Moments

LIST = "transcripts.tsv"
"""What a folder calls its list."""

COLUMNS = ("file", "speaker", "language", "text", "times", "curves", "offset", "rate")

SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".aac", ".mp4", ".webm")
"""The endings of sound that is looked for beside a take."""

_FILM = ".mov"
"""How the films end that phones leave beside their takes."""

_BLIND = 0.2
"""Seconds without a row, after which a take does not say what the face did."""

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
    """One recording and what is known of it; ``place`` says where it is listed.

    ``curves`` begin ``offset`` seconds after the sound, and have ``rate`` rows a second if they do
    not tell that themselves.
    """

    sound: Path
    place: str
    speaker: str = field(default="")
    language: str = field(default=ALIGNED)
    text: str = field(default="")
    times: Path | None = field(default=None)
    curves: Path | None = field(default=None)
    offset: float = field(default=0.0)
    rate: float | None = field(default=None)

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

    @property
    def untimed(self) -> str:
        """Why nothing is known of when its sounds are made, if nothing is."""
        words = f"words in {self.language}" if self.text else "no words"
        return (
            f"its sounds have no times: it has {words}, only those in {ALIGNED} are aligned; the "
            "column times can name a file of them"
        )


@frozen(kw_only=True, eq=False)
class Clip:
    """A recording as it is measured.

    ``audio`` is mono at 16 kHz; ``true`` (N, C) is what the lips should do and ``speech`` (N,) how
    much is spoken, both None of sound alone; ``phonemes`` are those that contacts are counted by,
    of a capture without words none. ``seen`` (N,) is where a capture has rows, ``rows`` (R,) the
    frames at which they lie; ``doubt`` says why its words are not used.
    """

    recording: Recording
    audio: F32
    phonemes: tuple[Phoneme, ...]
    true: F32 | None
    speech: F32 | None
    seen: Moments | None = field(default=None)
    rows: F64 | None = field(default=None)
    doubt: str = field(default="")

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
        wrong = [f"{place}: {one}" for one in _wrong_numbers(row)]
        faults += wrong
        if "file" not in files:
            faults.append(f"{place}: it names no file")
        elif not missing and not wrong:
            found.append(_recording(row, files, place))
    if not found and not faults:
        faults.append(f"{shown}: it lists no recording")
    if faults:
        raise TrainerError("\n".join(faults))
    return found


_FILES = ("file", "times", "curves")
_NUMBERS = {"offset": (-3600.0, 3600.0, " in seconds"), "rate": (1.0, 1000.0, " a second")}


def _recording(row: Mapping[str, str], files: Mapping[str, Path], place: str) -> Recording:
    return Recording(
        sound=files["file"],
        place=place,
        speaker=row.get("speaker", ""),
        language=row.get("language", "") or ALIGNED,
        text=row.get("text", ""),
        times=files.get("times"),
        curves=files.get("curves"),
        offset=float(row.get("offset") or 0.0),
        rate=float(row["rate"]) if row.get("rate") else None,
    )


def _wrong_numbers(row: Mapping[str, str]) -> Iterator[str]:
    for name, (low, high, example) in _NUMBERS.items():
        try:
            fits = low <= float(row.get(name) or low) <= high
        except ValueError:
            fits = False
        if not fits:
            yield f"{name} is {row[name]!r}, expected a number from {low:g} to {high:g}{example}"


def _captures(folder: Path) -> list[Recording]:
    """Takes with their sound beside them, by name."""
    endings = [one.ending for one in readable()]
    found: dict[str, Recording] = {}
    for path in sorted(folder.iterdir()):
        for ending in endings:
            take = path.name.removesuffix(ending)
            sounds = [folder / f"{take}{one}" for one in SOUNDS]
            sound = next((one for one in sounds if one.is_file() and one != path), None)
            if path.name.endswith(ending) and sound is not None:
                found.setdefault(take, Recording(sound=sound, place=shown_path(path), curves=path))
    if not found:
        films = any(one.suffix.lower() == _FILM for one in folder.iterdir())
        hint = "; `mien import` gives a phone's takes their sound" if films else ""
        raise TrainerError(
            f"{shown_path(folder)}: there is neither a {LIST} nor a take with its sound beside it "
            f"(smile.csv and smile.wav){hint}"
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
    frames, doubt = frame_count(len(audio)), ""
    try:
        phonemes = _phonemes(recording, audio, align)
    except SpeechRefusedError as error:
        if recording.curves is None:
            raise
        phonemes, doubt = (), brief(error)
    speech = speech_activity(phonemes, frames) if phonemes else None
    if recording.curves is None:
        true = lip_curves(phonemes, frames, table) if phonemes else None
        return Clip(recording=recording, audio=audio, phonemes=phonemes, true=true, speech=speech)
    take = read_take(recording.curves, channels=table.rig.names, rate=recording.rate)
    moments = frame_times(frames) - recording.offset
    return Clip(
        recording=recording,
        audio=audio,
        phonemes=phonemes,
        true=take.weights_at(moments),
        speech=speech,
        seen=_seen(take, moments),
        rows=(take.times + recording.offset) * FRAME_RATE,
        doubt=doubt,
    )


def _phonemes(recording: Recording, audio: F32, align: Align) -> tuple[Phoneme, ...]:
    if recording.times is not None:
        return read_timings(recording.times).phonemes
    return align(audio, recording.text) if recording.is_aligned else ()


def _seen(take: Take, moments: F64) -> Moments:
    """Which ``moments`` (N,) lie between rows of a take that are no further apart than usual."""
    after = np.searchsorted(take.times, moments, side="right")
    edges = np.concatenate(([-np.inf], take.times, [take.times[-1] + 1.0 / take.rate]))
    apart = np.concatenate(([np.inf], np.diff(edges[1:]), [np.inf]))
    limit = max(_BLIND, 1.5 / take.rate)
    return np.asarray((apart <= limit)[after] & (moments < edges[-1]))


def speaker_mark(speaker: str) -> str:
    """What a network's card keeps of a speaker's name: the voice is known again by it."""
    return hashlib.sha256(speaker.encode()).hexdigest()[:12]
