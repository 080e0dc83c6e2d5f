"""The bytes of a sound file for pages and films."""

from __future__ import annotations

import wave
from io import BytesIO

import numpy as np

from mien_trainer.frames import F32, SAMPLE_RATE

_FULL = 32767


def wav_bytes(audio: F32) -> bytes:
    """Mono audio at 16 kHz as a WAV file of 16-bit samples."""
    sink = BytesIO()
    with wave.open(sink, "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(SAMPLE_RATE)
        samples = np.rint(np.clip(audio, -1.0, 1.0) * _FULL).astype("<i2")
        stream.writeframes(samples.tobytes())
    return sink.getvalue()
