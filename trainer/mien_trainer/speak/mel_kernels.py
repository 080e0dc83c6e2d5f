"""`mien_trainer.mel`'s bands, compiled: each sum from its lowest bin to its highest."""

from __future__ import annotations

import numpy as np

from mien.engine.jit import typed_kernel
from mien_trainer.mel import DENSE, DENSE_BINS, F64, FLOOR, MELS

_TAPS = len(DENSE)


@typed_kernel("float64[:,::1]", "float64 2")
def energies(parts: F64) -> F64:
    """As `mien_trainer.mel.energies`."""
    frames, bins = len(parts), parts.shape[1] // 2
    found, power = np.zeros((frames, MELS)), np.empty(bins)
    for row in range(frames):
        for at in range(bins):
            real, imaginary = parts[row, 2 * at], parts[row, 2 * at + 1]
            power[at] = real * real + imaginary * imaginary
        energy = found[row]
        for tap in range(_TAPS):
            for band in range(MELS):
                energy[band] += DENSE[tap, band] * power[DENSE_BINS[tap, band]]
        for band in range(MELS):
            energy[band] = max(FLOOR, energy[band])
    return found
