"""Lips from what is said: times of sounds, a transcript beside the sound, or the sound alone.

The rules give the lips; what differs is where the sounds and their times come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve

from mien.errors import QueryError
from mien.formats.text_file import read_text
from mien.performance.lips import LipTrack, lip_track
from mien.performance.sources import LipRequest, SpokenLips, Word
from mien.text.fault import refusal
from mien.text.files import shown_path
from mien.text.node import Place
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE, frame_count
from mien_trainer.lips.activity import speech_activity
from mien_trainer.lips.closures import closures
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import MisfitSpeechError, SpeechRefusedError, UnusableSoundError
from mien_trainer.timings.letters import arpabet_of_letters
from mien_trainer.timings.read import read_timings
from mien_trainer.timings.timed import TimedSpeech
from mien_trainer.timings.transcripts import Transcript, is_transcript, read_transcript

if TYPE_CHECKING:
    from mien_trainer.alignment.aligner import Followed
    from mien_trainer.alignment.listened import Listened

STRESSES_APART = 0.7
"""The least seconds between two stresses that brows and head follow."""

BEYOND = 0.5
"""Seconds by which sounds may end after the recording: programs round, and pad with silence."""


def timed_lips(request: LipRequest) -> SpokenLips:
    """The lips of ``request.file``, which says when each sound or mouth shape is spoken.

    Raises:
        QueryError: there is no file.
        SourceError: with every fault of the file; or it goes on after the sound.
    """
    if request.file is None:
        raise QueryError("lips from times need the file that has them")
    speech = read_timings(request.file)
    frames = int(np.ceil(speech.seconds * FRAME_RATE))
    if request.audio is not None:
        frames = _sound_frames(request.audio)
        if speech.seconds > frames / FRAME_RATE + BEYOND:
            place = Place(shown_path(request.file))
            message = (
                f"the last sound ends at {speech.seconds:.2f} s, "
                f"{shown_path(request.audio)} at {frames / FRAME_RATE:.2f} s"
            )
            hint = "is it the recording that the times were made from?"
            raise refusal(place, "timings-beyond", message, hint)
    return spoken_lips(speech, frames, f"lips by rules from {speech.source}", exact=True)


def transcript_lips(request: LipRequest) -> SpokenLips:
    """The lips of ``request.audio`` that says ``request.text``, or what is in ``request.file``.

    Raises:
        QueryError: there is no sound or no text.
        SourceError: the file cannot be read as text.
        UnusableSoundError: nothing is said in the sound.
        MisfitSpeechError: the text holds no words, or as a whole does not fit the sound.
    """
    from mien_trainer.alignment import aligner

    text, transcript = request.text, None
    if text is None and request.file is not None:
        if is_transcript(request.file):
            transcript = read_transcript(request.file)
        else:
            text = read_text(request.file)
    if request.audio is None or not (transcript or (text or "").strip()):
        raise QueryError("lips from words need the sound and what it says: a text, or its file")
    audio = sound_of(request.audio)
    name = request.audio.name
    try:
        if transcript is not None:
            found = _followed(audio, transcript, request.listened)
        elif len(audio) > aligner.LONGEST * SAMPLE_RATE:
            found = _followed_long(audio, text or "", request.listened)
        else:
            found = aligner.Aligner().follow(
                audio, text or "", arpabet_of_letters, listened=request.listened
            )
    except UnusableSoundError as error:
        raise UnusableSoundError(f"{name}: {error}") from error
    except SpeechRefusedError as error:
        raise MisfitSpeechError(f"{name}: {error}", _UNFITTING) from error
    speech = TimedSpeech(
        phonemes=found.phonemes,
        words=found.words,
        stresses=emphases_of(audio, found.phonemes),
        source=f"{name} (words aligned)",
    )
    said = f"lips by rules from {name}, its words aligned with the sound"
    lips = spoken_lips(speech, frame_count(len(audio)), said)
    return evolve(lips, doubts=named_doubts(request.audio, found.doubts))


def _followed(audio: F32, transcript: Transcript, listened: Listened | None) -> Followed:
    """The words of a transcript in the sound; refused where most of them are not said there."""
    from mien_trainer.alignment.passages import follow_passages

    found = follow_passages(audio, transcript.passages, arpabet_of_letters, listened)
    if found.by_words <= 0.5:
        raise SpeechRefusedError("; ".join(_first(found.unfit)))
    if transcript.language.lower() in ENGLISH:
        return found
    doubt = f"it is said in {transcript.language!r}: words are aligned as English ones"
    return evolve(found, doubts=(doubt, *found.doubts))


def _followed_long(audio: F32, text: str, listened: Listened | None) -> Followed:
    """The words of a text in a sound that is too long to align at once: found by what is heard."""
    from mien_trainer.alignment.listened import half_told
    from mien_trainer.alignment.long_text import text_passages
    from mien_trainer.alignment.word_loop import Recogniser

    heard = Recogniser().heard(audio, half_told(listened, 0.0)).words
    passages = text_passages(text, heard, len(audio) / SAMPLE_RATE)
    return _followed(audio, Transcript(passages=passages), half_told(listened, 0.5))


ENGLISH = ("", "en", "english")
"""What recognisers call the language that the aligner knows; nothing is taken for it."""

_UNFITTING = (
    "Is this what is said, spelled as usual? Without words the lips follow the sounds that a "
    "recogniser hears (--lips sounds, in a score lips: {from: sounds}), or times of sounds "
    "(--times, in a score {from: times, file: ...})"
)

_FEW = 8
"""Doubts that are said; a line with more of them is hardly what is spoken."""


def _first(doubts: Sequence[str]) -> Iterator[str]:
    """Those that are said, and how many more there are."""
    yield from doubts[:_FEW]
    if len(doubts) > _FEW:
        yield f"and {len(doubts) - _FEW} more places that do not fit; is this what is said?"


def spoken_lips(speech: TimedSpeech, frames: int, said: str, *, exact: bool = False) -> SpokenLips:
    """The lips of timed speech over so many frames, in one track."""

    def tracks() -> Iterator[LipTrack]:
        yield lip_track_of(speech, frames)

    return SpokenLips(
        frames=frames,
        tracks=tracks,
        source=speech.source,
        said=said,
        words=tuple(Word(text=one.text, start=one.start, end=one.end) for one in speech.words),
        exact=exact,
    )


def lip_track_of(speech: TimedSpeech, frames: int) -> LipTrack:
    """The track (F frames) of timed speech, on the channels of ARKit."""
    table = shipped_table()
    contacts = np.zeros(frames, dtype=np.float32)
    for one in closures(speech.phonemes, frames, table):
        contacts[one.first : one.last + 1] = 1.0
    emphases = np.zeros(frames, dtype=np.float32)
    for moment in _apart(speech.stresses):
        frame = int(moment * FRAME_RATE)
        if frame < frames:
            emphases[frame] = 1.0
    return lip_track(
        table.rig.names,
        lip_curves(speech.phonemes, frames, table),
        speech_activity(speech.phonemes, frames),
        contacts=contacts,
        emphases=emphases,
        source=speech.source,
    )


def _apart(moments: Sequence[float]) -> Iterator[float]:
    last = -STRESSES_APART
    for moment in moments:
        if moment - last >= STRESSES_APART:
            last = moment
            yield moment


def emphases_of(audio: F32, phonemes: Sequence[Phoneme]) -> tuple[float, ...]:
    """The moments of stressed syllables in seconds."""
    from mien_trainer.expression.emphases import emphases

    return emphases(audio, phonemes)


def named_doubts(audio: Path, said: Sequence[str]) -> tuple[str, ...]:
    """What may be wrong with a sound, and with what is ``said`` in it, after the sound's name."""
    from mien_trainer.audio import doubts

    return tuple(f"{audio.name}: {doubt}" for doubt in (*doubts(audio), *_first(said)))


def sound_of(path: Path) -> F32:
    """The mono sound in a file at 16 kHz.

    Raises:
        SpeechRefusedError: it cannot be read.
    """
    from mien_trainer.audio import whole_sound

    return whole_sound(path)


def _sound_frames(path: Path) -> int:
    from mien_trainer.audio import sound_frames

    return sound_frames(path)
