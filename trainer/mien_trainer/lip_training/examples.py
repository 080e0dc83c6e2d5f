"""What the network of live lips learns from: sound in several forms, and what lips do for it.

Dimension letters: N frames, M mel bands, D channels, K kinds of contact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from mien_trainer.frames import F32, SAMPLE_RATE, frame_count, frame_times
from mien_trainer.lip_training.degraded import degraded, faster
from mien_trainer.lip_training.other_sounds import other_sound
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact, timeline
from mien_trainer.mel import log_mel
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import Prosody, SpeechRefusedError, SpeechSource

FORMS, OTHER_FORMS = 5, 2
"""In how many degraded forms what is varied is heard at its own pace, and everything else."""

PACES = ((0.84, 0.95), (1.06, 1.18))
"""How fast it is played beside: lower and higher voices that speak slower and faster."""

SHORTEST = 1.0
"""Seconds from which on somebody else's speech is talk."""

UNSPOKEN, PIECE = 0.15, 12.0
"""Seconds of sounds in which nobody speaks, to each of speech, and how long one of them is."""

_LOUD = 0.5
_LONG = "\u02d0"


@frozen(kw_only=True, eq=False)
class Spoken:
    """Speech with the times of its sounds, none where nobody speaks; ``real`` where a person did.

    ``varied`` where it is heard at other paces too, and in more forms.
    """

    speaker: str
    audio: F32
    phonemes: tuple[Phoneme, ...]
    real: bool
    varied: bool

    @property
    def frames(self) -> int:
        """N."""
        return frame_count(len(self.audio))


@frozen(kw_only=True, eq=False)
class Example:
    """Log-mel frames (N, M) in each form, the first as it was, and what is to be learned.

    ``visemes`` (N,) are positions in the table, ``sounds`` (N,) those in `taught_sounds` or -1,
    ``contacts`` (N, K) 1 while one is made, and ``weights`` (N, D) those of the rules. ``real`` is
    whether a person speaks, ``spoken`` whether anybody does.
    """

    speaker: str
    real: bool
    spoken: bool
    forms: tuple[npt.NDArray[np.float16], ...]
    visemes: npt.NDArray[np.int64]
    sounds: npt.NDArray[np.int64]
    contacts: F32
    weights: npt.NDArray[np.float16]


def taught_channels() -> tuple[str, ...]:
    """The channels that any viseme moves, in the rig's order."""
    table = shipped_table()
    moved = {name for viseme in table.visemes.values() for name in viseme.weights}
    return tuple(name for name in table.rig.names if name in moved)


@cache
def taught_sounds() -> tuple[str, ...]:
    """The sounds that the table knows, in sorted order."""
    table = shipped_table()
    own = {sound for viseme in table.visemes.values() for sound in viseme.sounds}
    return tuple(sorted(own | set(table.glides)))


def examples(
    spoken: Sequence[Spoken], rng: np.random.Generator, step: Callable[[], None]
) -> list[Example]:
    """Each with its forms, what is varied also at `PACES`; meanwhile others of them may talk."""
    least = SHORTEST * SAMPLE_RATE
    others = [one.audio for one in spoken if one.phonemes and len(one.audio) > least]
    made: list[Example] = []
    for one in spoken:
        for played in (one, *(_played(one, rng.uniform(*pace)) for pace in PACES if one.varied)):
            count = FORMS if played is one and one.varied else OTHER_FORMS
            forms = (played.audio, *(degraded(played.audio, others, rng) for _ in range(count)))
            made.append(_example(played, tuple(log_mel(form).astype(np.float16) for form in forms)))
        step()
    return made


def _played(one: Spoken, pace: float) -> Spoken:
    """The same, ``pace`` times as fast and as high."""
    return evolve(
        one,
        audio=faster(one.audio, pace),
        phonemes=tuple(
            evolve(phoneme, start=phoneme.start / pace, end=phoneme.end / pace)
            for phoneme in one.phonemes
        ),
    )


def _example(one: Spoken, forms: tuple[npt.NDArray[np.float16], ...]) -> Example:
    table, channels = shipped_table(), taught_channels()
    visemes = viseme_of_frames(one.phonemes, one.frames)
    kinds = [viseme.contact for viseme in table.visemes.values()]
    contacts = np.array([[kind is contact for contact in Contact] for kind in kinds], np.float32)
    columns = [table.rig.names.index(name) for name in channels]
    return Example(
        speaker=one.speaker,
        real=one.real,
        spoken=bool(one.phonemes),
        forms=forms,
        visemes=visemes,
        sounds=_sound_of_frames(one.phonemes, one.frames),
        contacts=contacts[visemes],
        weights=lip_curves(one.phonemes, one.frames, table)[:, columns].astype(np.float16),
    )


def viseme_of_frames(phonemes: Sequence[Phoneme], frames: int) -> npt.NDArray[np.int64]:
    """The position in the table of the viseme that is spoken in each frame (N,)."""
    table = shipped_table()
    line = timeline(phonemes, table)
    places = {name: at for at, name in enumerate(table.visemes)}
    rows = np.array([places[name] for name in line.names], dtype=np.int64)
    last = np.searchsorted(line.starts, frame_times(frames), side="right") - 1
    found: npt.NDArray[np.int64] = rows[last]
    return found


def _sound_of_frames(phonemes: Sequence[Phoneme], frames: int) -> npt.NDArray[np.int64]:
    """The position in `taught_sounds` of what is spoken in each frame (N,), else -1."""
    places = {name: at for at, name in enumerate(taught_sounds())}
    times, found = frame_times(frames), np.full(frames, places[SILENCE], dtype=np.int64)
    for one in phonemes:
        symbol = one.symbol.rstrip(_LONG)
        found[(times >= one.start) & (times < one.end)] = places.get(symbol, -1)
    return found


def made_speech(
    sources: Iterable[SpeechSource], count: int, rng: np.random.Generator
) -> Iterator[Spoken]:
    """``count`` sentences of each synthesiser, in its voices and other manners of speaking."""
    for source in sources:
        items = source.items()
        places: list[int] = rng.permutation(len(items))[:count].tolist()
        for place in places:
            manner = [float(one) for one in rng.uniform(0.8, 1.22, 3)]
            prosody = Prosody(rate=manner[0], pitch=manner[1], range=manner[2])
            try:
                heard = source.speak(items[place], prosody)
            except SpeechRefusedError:
                continue
            yield Spoken(
                speaker=heard.voice,
                audio=heard.audio,
                phonemes=heard.phonemes,
                real=False,
                varied=False,
            )


def unspoken(seconds: float, rng: np.random.Generator) -> Iterator[Spoken]:
    """Music, hum, tones and noise beside so many seconds of speech."""
    for _ in range(math.ceil(UNSPOKEN * seconds / PIECE)):
        sound = other_sound(int(PIECE * SAMPLE_RATE), rng)
        yield Spoken(
            speaker="",
            audio=(_LOUD * sound / np.abs(sound).max()).astype(np.float32),
            phonemes=(),
            real=False,
            varied=False,
        )
