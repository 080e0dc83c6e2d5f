"""Lips from the sound alone: by pocketsphinx's own model, or by the words that Whisper hears."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import evolve, field, frozen

from mien.errors import QueryError
from mien.performance.sources import LipRequest, SpokenLips
from mien_trainer.frames import F32, frame_count
from mien_trainer.phonemes import Phoneme, SpokenWord
from mien_trainer.timings.agreed import agreed
from mien_trainer.timings.letters import arpabet_of_letters
from mien_trainer.timings.spoken import (
    emphases_of,
    named_doubts,
    sound_of,
    spoken_lips,
)
from mien_trainer.timings.timed import TimedSpeech

if TYPE_CHECKING:
    from mien_trainer.alignment.passages import Listened

NOBODY = "nobody is heard to speak in it: the lips stay at rest"

WHISPER = "whisper:"
"""What a recogniser's name begins with that is a folder with a Whisper model."""


@frozen(kw_only=True)
class HeardSpeech:
    """The phonemes of a sound from end to end, and its words where their moments are known.

    ``how`` says for people how they came about, ``doubts`` what may be wrong with them.
    """

    phonemes: tuple[Phoneme, ...]
    words: tuple[SpokenWord, ...] = field(default=())
    how: str
    doubts: tuple[str, ...] = field(default=())


class Ear(Protocol):
    """A recogniser of speech."""

    def heard(self, audio: F32, listened: Listened | None = None) -> HeardSpeech:
        """What is said in mono audio at 16 kHz; ``listened`` is told the share that was heard."""
        ...


def open_ear(name: str | None = None) -> Ear:
    """The recogniser with a name: None for pocketsphinx, whisper:FOLDER for a Whisper model.

    Raises:
        SpeechUnavailableError: it is not installed.
        TrainerError: there is no such model.
        QueryError: there is no such recogniser.
    """
    if name is None:
        return _SphinxEar()
    if not name.startswith(WHISPER) or name == WHISPER:
        raise QueryError(
            f"there is no recogniser {name!r}; expected {WHISPER}FOLDER with the folder of a "
            "Whisper model, or none for the one that comes with mien"
        )
    return _WhisperEar(Path(name.removeprefix(WHISPER)))


class _SphinxEar:
    """Words or single sounds by pocketsphinx, closures beside the network of lips that ships."""

    def __init__(self) -> None:
        from mien_trainer.alignment.word_loop import Recogniser
        from mien_trainer.speak.witness import shipped_witness

        self._recogniser, self._network = Recogniser(), shipped_witness()

    def heard(self, audio: F32, listened: Listened | None = None) -> HeardSpeech:
        found = self._recogniser.heard(audio, listened)
        by_words = found.by_words > 0.5 * found.spoken
        doubts: tuple[str, ...] = ()
        if not found.spoken:
            doubts = (NOBODY,)
        elif not by_words:
            doubts = (
                "no English words fit it: is it another language, music or noise? The lips follow "
                "what single sounds are heard; better are its words, if English (--text), times of "
                "its sounds (--times), or a better recogniser of English (--recogniser)",
            )
        how = "words recognised" if by_words else "sounds recognised without words"
        phonemes, beside = found.phonemes, ""
        if self._network is not None and found.spoken:
            from mien_trainer.speak.witness import witness_of

            phonemes = agreed(phonemes, found.fits, witness_of(self._network, audio))
            beside = f", closures checked by the network {self._network.card.name}"
        return HeardSpeech(phonemes=phonemes, how=f"its {how} (English){beside}", doubts=doubts)


class _WhisperEar:
    """Words by Whisper, aligned; where that fails the sounds are those of pocketsphinx."""

    def __init__(self, folder: Path) -> None:
        from mien_trainer.alignment.whisper import Whisper

        self._whisper, self._name = Whisper(folder), folder.resolve().name

    @cached_property
    def _plain(self) -> _SphinxEar:
        """Loaded once Whisper's words do not do."""
        return _SphinxEar()

    def heard(self, audio: F32, listened: Listened | None = None) -> HeardSpeech:
        from mien_trainer.alignment.passages import follow_passages
        from mien_trainer.alignment.whisper import ENGLISH

        told = self._whisper.heard(audio, None if listened is None else lambda s: listened(s / 2))
        if told.language != ENGLISH:
            why = f"Whisper ({self._name}) hears the language {told.language!r}, words are aligned"
            return self._by_sphinx(audio, f"{why} in English only")
        found = follow_passages(
            audio,
            told.passages,
            arpabet_of_letters,
            None if listened is None else lambda share: listened(0.5 + share / 2),
        )
        if found.by_words <= 0.5:
            return self._by_sphinx(audio, f"the words of Whisper ({self._name}) do not fit it")
        return HeardSpeech(
            phonemes=found.phonemes,
            words=found.words,
            how=f"its words heard by Whisper ({self._name}) and aligned with the sound (English)",
            doubts=found.doubts if found.words else (NOBODY,),
        )

    def _by_sphinx(self, audio: F32, why: str) -> HeardSpeech:
        found = self._plain.heard(audio)
        return evolve(found, doubts=(why, *found.doubts))


def recognised_lips(request: LipRequest) -> SpokenLips:
    """The lips of ``request.audio`` by what ``request.recogniser`` hears in it.

    Raises:
        QueryError: there is no sound, or no such recogniser.
        SpeechRefusedError: it cannot be read.
        SpeechUnavailableError: the recogniser is not installed.
        TrainerError: there is no such model.
    """
    if request.audio is None:
        raise QueryError("lips from a recogniser need a sound")
    ear = open_ear(request.recogniser)
    name, audio = request.audio.name, sound_of(request.audio)
    found = ear.heard(audio, request.listened)
    speech = TimedSpeech(
        phonemes=found.phonemes,
        words=found.words,
        stresses=emphases_of(audio, found.phonemes),
        source=f"{name} (sounds recognised)",
    )
    lips = spoken_lips(speech, frame_count(len(audio)), f"lips by rules from {name}, {found.how}")
    return evolve(lips, doubts=named_doubts(request.audio, found.doubts))
