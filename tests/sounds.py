"""Sounds for tests: files written without any library but Python's own, and lines by Flite."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.speech import Prosody, Split, Utterance
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice


def spoken_line(text: str, voice: str = "slt", split: Split = Split.TRAIN) -> Utterance:
    """``text`` as one of Flite's voices says it."""
    sentence = Sentence(key="s1", text=text, split=split)
    source = FliteSource([Voice(name=voice, split=split)], [sentence])
    return source.speak(source.items()[0], Prosody())


def write_wav(path: Path, samples: npt.NDArray[np.floating[Any]]) -> None:
    """Samples (n,) in [-1, 1] at the trainer's rate as 16-bit WAV, its folder made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(SAMPLE_RATE)
        stream.writeframes((samples * 32767).astype("<i2").tobytes())
