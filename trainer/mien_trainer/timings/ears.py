"""Recognisers of speech by their names: pocketsphinx's own model, or the words of a Whisper."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import evolve, field, frozen

from mien.errors import QueryError
from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme, SpokenWord
from mien_trainer.timings.agreed import Witness, agreed, likeness
from mien_trainer.timings.letters import arpabet_of_letters

if TYPE_CHECKING:
    from mien_trainer.alignment.listened import Listened
    from mien_trainer.alignment.word_loop import Recognised

NOBODY = "nobody is heard to speak in it: the lips stay at rest"
_IN_VAIN = "in which nobody is heard"

_BETTER = (
    "better are its words, if English (--text; in a score {from: words}), times of its sounds "
    "(--times; in a score {from: times}), or a better recogniser of English (--recogniser)"
)

# Where words were taken, these doubt all of 20 recordings in four other languages, and in English
# 8 of 25 orders and talks, whose words were misheard, and one of 31 readers.
_SURE_FIT, _SURE_LIKENESS = -37.0, -1.25
"""The fit of words from which on they are English, and how likely a witness holds their sounds."""

POCKETSPHINX, WHISPER = "pocketsphinx", "whisper"
"""The names of recognisers; after the second a colon and the folder of a model of one's own."""

_FOLDER = f"{WHISPER}:"


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


def best_recogniser() -> str:
    """The name of the recogniser that hears best of those that are installed."""
    from mien_trainer.alignment.whisper import bundled_model, is_installed

    return WHISPER if is_installed() and bundled_model() is not None else POCKETSPHINX


def model_folder(name: str | None = None) -> Path | None:
    """The folder of the Whisper model that a recogniser's name means; None for pocketsphinx.

    Raises:
        SpeechUnavailableError: the model that comes with an extra is not installed.
        QueryError: there is no such recogniser.
    """
    from mien_trainer.alignment.whisper import require_bundled_model

    if name in (None, POCKETSPHINX):
        return None
    if name == WHISPER:
        return require_bundled_model()
    if not name.startswith(_FOLDER) or name == _FOLDER:
        raise QueryError(
            f"there is no recogniser {name!r}; expected {_FOLDER}FOLDER with the folder of a "
            f"Whisper model, {WHISPER} for the one that mien[{WHISPER}] brings, or {POCKETSPHINX}"
        )
    return Path(name.removeprefix(_FOLDER))


def open_ear(name: str | None = None) -> Ear:
    """The recogniser with a name, pocketsphinx for None.

    Raises:
        SpeechUnavailableError: it is not installed.
        TrainerError: there is no such model.
        QueryError: there is no such recogniser.
    """
    folder = model_folder(name)
    return _SphinxEar() if folder is None else _WhisperEar(folder)


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
            return HeardSpeech(phonemes=found.phonemes, how=_IN_VAIN, doubts=(NOBODY,))
        if not by_words:
            doubts = (
                "no English words fit it: is it another language, music or noise? The lips follow "
                f"what single sounds are heard; {_BETTER}",
            )
        how = "words recognised" if by_words else "sounds recognised without words"
        phonemes, beside = found.phonemes, ""
        if self._network is not None:
            from mien_trainer.speak.witness import witness_of

            witness = witness_of(self._network, audio)
            if by_words and _is_doubtful(found, witness):
                doubts = (
                    "the words that were heard fit it badly: is it another language, or noisy? "
                    "English is all that this recogniser knows, so the lips follow English words "
                    f"that sound alike; {_BETTER}",
                )
            phonemes = agreed(phonemes, found.fits, witness)
            beside = f", closures checked by the network {self._network.card.name}"
        return HeardSpeech(
            phonemes=phonemes,
            words=found.words if by_words else (),
            how=f"its {how} (English){beside}",
            doubts=doubts,
        )


def _is_doubtful(found: Recognised, witness: Witness) -> bool:
    """Whether words fit too badly, and are too unlike what a witness hears, to be believed."""
    from mien_trainer.alignment.word_loop import NO_FIT

    taken = [fit for _, fit in found.fits if fit > NO_FIT]
    fit = sum(taken) / max(len(taken), 1)
    return fit < _SURE_FIT and likeness(found.phonemes, witness) < _SURE_LIKENESS


class _WhisperEar:
    """Words by Whisper, aligned; where they do not fit the sounds are those of pocketsphinx."""

    def __init__(self, folder: Path) -> None:
        from mien_trainer.alignment.whisper import Whisper, name_of

        self._whisper, self._name = Whisper(folder), f"Whisper ({name_of(folder)})"

    @cached_property
    def _plain(self) -> _SphinxEar:
        """Loaded once Whisper's words do not do."""
        return _SphinxEar()

    def heard(self, audio: F32, listened: Listened | None = None) -> HeardSpeech:
        from mien_trainer.alignment.listened import half_told
        from mien_trainer.alignment.passages import follow_passages
        from mien_trainer.alignment.whisper import ENGLISH

        told = self._whisper.heard(audio, half_told(listened, 0.0))
        half = half_told(listened, 0.5)
        if told.language != ENGLISH:
            why = f"{self._name} hears the language {told.language!r}, words are aligned"
            return self._by_sphinx(audio, f"{why} in English only", half)
        found = follow_passages(
            audio,
            told.passages,
            arpabet_of_letters,
            half,
            heard=lambda sound: self._plain.heard(sound).phonemes,
        )
        if found.by_words <= 0.5:
            return self._by_sphinx(audio, f"the words of {self._name} do not fit it", None)
        if not found.words:
            return HeardSpeech(phonemes=found.phonemes, how=_IN_VAIN, doubts=(NOBODY,))
        return HeardSpeech(
            phonemes=found.phonemes,
            words=found.words,
            how=f"its words heard by {self._name} and aligned with the sound (English)",
            # Single words that are odd are nobody's to mend where nobody wrote them.
            doubts=found.unfit,
        )

    def _by_sphinx(self, audio: F32, why: str, listened: Listened | None) -> HeardSpeech:
        found = self._plain.heard(audio, listened)
        return found if NOBODY in found.doubts else evolve(found, doubts=(why, *found.doubts))
