"""Clips of speech whose lips close where they should."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.bank import Bank
from mien_trainer.conditions import condition_rows
from mien_trainer.expression.track import expression_track
from mien_trainer.frames import FRAME_RATE
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip

PAUSE, SOUND = 24, 6
"""Frames of silence before and after speech, and of a sound."""

SOUNDS = ("p", "æ", "m", "i", "f", "ʌ", "b", "u", "s", "v", "ɛ")


def spoken_clip(
    bank: Bank,
    number: int,
    split: Split,
    voice: str,
    label: str,
    *,
    text: str,
    sounds: Sequence[str] = SOUNDS,
    pauses: bool = True,
    real: bool = False,
) -> Clip:
    """A clip with closures that hold, from the bank's faces and simple lips.

    ``pauses`` are among its phonemes where that is asked for.
    """
    random = np.random.default_rng(number)
    frames = 2 * PAUSE + SOUND * len(sounds)
    speech = np.zeros(frames, dtype=np.float32)
    speech[PAUSE:-PAUSE] = 1.0
    visemes = np.zeros((frames, len(bank.channels)), dtype=np.float32)
    phonemes: list[Phoneme] = []
    for place, sound in enumerate(sounds):
        begin = PAUSE + SOUND * place
        end = begin + SOUND
        phonemes.append(Phoneme(symbol=sound, start=begin / FRAME_RATE, end=end / FRAME_RATE))
        shape = {"mouthRollLower": 0.5} if sound in "pbmfv" else {"jawOpen": 0.4}
        for name, weight in shape.items():
            visemes[begin:end, bank.channels.index(name)] = weight
    if pauses:
        first, last = PAUSE / FRAME_RATE, (frames - PAUSE) / FRAME_RATE
        before = Phoneme(symbol=SILENCE, start=0.0, end=first)
        after = Phoneme(symbol=SILENCE, start=last, end=frames / FRAME_RATE)
        phonemes = [before, *phonemes, after]
    path = np.tile(bank.anchor(label, "mid"), (frames, 1)).astype(np.float32)
    level = np.where(speech[:, None] > 0.0, np.float32(-3.0), np.float32(-15.0))
    return Clip(
        id=f"clip{number:04}",
        split=split,
        source="takes" if real else "espeak",
        real=real,
        voice=voice,
        label=label,
        text=text,
        licence="CC-BY-SA-3.0" if real else "CC0-1.0",
        provenance="made for this test",
        seed=number,
        phonemes=tuple(phonemes),
        mel=level + random.random((frames, 80), dtype=np.float32),
        conditions=condition_rows(bank.labels.index(label), len(bank.labels), path),
        targets=bank.compose(expression_track(bank, label, path, speech), visemes),
        speech=speech,
    )
