"""An expression that lets the lips close: what parts them gives way in time, not in one frame.

`Bank.compose` takes away what parts the lips exactly as far as the lips seal. Lips press within a
frame or two, and a wide mouth would snap shut with them; so it begins to close ahead of that.
"""

from __future__ import annotations

import numpy as np

from mien.bank import Bank
from mien_trainer.expression.ease import ease
from mien_trainer.frames import F32

REACH = 5
"""The frames before and after a seal within which an expression closes and opens the lips."""


def let_lips_close(bank: Bank, faces: F32, lips: F32) -> F32:
    """Faces (N, 52) that part the lips less, the nearer in time they seal in ``lips`` (N, 52)."""
    tables = bank.tables
    pressed = lips[:, tables.sealing] / tables.sealing_levels
    seal = np.minimum(np.float32(1.0), pressed.max(axis=1, initial=0.0))
    near = seal.copy()
    shares = 1.0 - ease(np.arange(1, REACH) / REACH)
    for away, share in enumerate(shares.astype(np.float32), 1):
        near[away:] = np.maximum(near[away:], share * seal[:-away])
        near[:-away] = np.maximum(near[:-away], share * seal[away:])
    closing = faces.copy()
    closing[:, tables.parting] *= np.float32(1.0) - near[:, None]
    return closing
