"""Whether 16-bit samples come with their bytes swapped, told by how they sound either way.

Of a swapped sample the low byte is on top, which is nearly random: a voice becomes loud noise, and
read the other way it is softer and smoother. No sound in the right order is like that, but for one
of 8 bits whose low bytes are all 0, which is left alone. Of 572 recordings of people, also with
noise at 0 dB, clipped, at a hundredth of their level, of 8 bits, with an offset or as by telephone,
none is taken for swapped; swapped, 568 are, most of them after two seconds (clipped ones seldom,
faint ones never).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien_trainer.frames import SAMPLE_RATE

F64 = npt.NDArray[np.float64]

_BLOCK = 2 * SAMPLE_RATE
"""Bytes that are judged at a time: a second."""

_SURE, _MOST = 2, 60
"""Blocks that have to sound swapped, and after which nobody listens any more."""

_VARIED = 0.25
"""Of so many samples the low byte has to be another than that of a small number."""

_LOUDER, _ROUGHER = 4.0, 1.3
"""How much more power, and power of steps in that, samples have than the same ones swapped."""


SWAPPED = (
    "the bytes of each sample seem to be swapped (or one is missing at the start): this is noise, "
    "and swapped back a sound; of swapped bytes, "
    "... | ffmpeg -f s16be -ar 16000 -ac 1 -i - -f s16le - | mien speak - ..."
)


class ByteOrder:
    """Listens to the bytes of a pipe for its first minute."""

    def __init__(self) -> None:
        """Nothing was heard."""
        self._block = bytearray()
        self._blocks = self._swapped = 0

    def swapped(self, data: bytes) -> bool:
        """Whether it is certain with these further bytes that samples are swapped; once True."""
        if self._blocks >= _MOST:
            return False
        self._block += data
        while len(self._block) >= _BLOCK and self._blocks < _MOST:
            self._blocks += 1
            self._swapped += sounds_swapped(np.frombuffer(bytes(self._block[:_BLOCK]), "<i2"))
            del self._block[:_BLOCK]
            if self._swapped == _SURE:
                self._blocks = _MOST
                return True
        return False


def sounds_swapped(samples: npt.NDArray[np.int16]) -> bool:
    """Whether samples (N,) are rough and loud, and the same ones swapped a sound."""
    low = samples & 0xFF
    if np.mean((low != 0) & (low != 0xFF)) < _VARIED:
        return False
    power, rough = _loud_and_rough(samples)
    other_power, other_rough = _loud_and_rough(samples.byteswap())
    return power > _LOUDER * other_power and rough > _ROUGHER * other_rough


def _loud_and_rough(samples: npt.NDArray[np.int16]) -> tuple[float, float]:
    """Power about the mean, and the power of steps from sample to sample in that: 2 for noise."""
    numbers: F64 = samples.astype(np.float64)
    numbers -= numbers.mean()
    power = float((numbers * numbers).mean())
    steps: F64 = numbers[1:] - numbers[:-1]
    return power, float((steps * steps).mean()) / power if power else 0.0
