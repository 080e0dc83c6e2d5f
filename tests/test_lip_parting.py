"""What parts closed lips, one channel at a time, a sneer of the nose among them."""

from __future__ import annotations

import numpy as np
import pytest

from mien_trainer.lips.closures import GAPS, lip_gap, teeth_gap
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact

CHANNELS = shipped_table().rig.names


def face(**weights: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    assert set(weights) <= set(CHANNELS)
    return np.array([[weights.get(name, 0.0) for name in CHANNELS]])


@pytest.mark.parametrize("side", ["Left", "Right"])
def test_a_sneer_parts_lips_by_a_hair(side: str) -> None:
    gap = lip_gap(face(**{f"noseSneer{side}": 1.0}), CHANNELS)[0]
    assert gap == pytest.approx(0.03 - 0.025, abs=1e-6)
    both = lip_gap(face(noseSneerLeft=1.0, noseSneerRight=1.0), CHANNELS)[0]
    assert both == gap


def test_a_sneer_adds_to_what_the_jaw_opens() -> None:
    open_, sneering = face(jawOpen=0.1), face(jawOpen=0.1, noseSneerLeft=0.5)
    assert lip_gap(sneering, CHANNELS)[0] - lip_gap(open_, CHANNELS)[0] == pytest.approx(0.015)
    assert teeth_gap(sneering, CHANNELS)[0] == teeth_gap(open_, CHANNELS)[0]


@pytest.mark.parametrize("contact", Contact)
def test_every_channel_parts_by_its_share(contact: Contact) -> None:
    gap_of = lip_gap if contact is Contact.LIPS else teeth_gap
    for name, share in GAPS[contact].parting.items():
        sides = [one for one in (name, f"{name}Left", f"{name}Right") if one in CHANNELS]
        for one in sides:
            base = face(jawOpen=0.5)
            parted = gap_of(face(jawOpen=0.5, **{one: 1.0}), CHANNELS)[0]
            closing = 0.5 * GAPS[contact].closing if one == "mouthClose" else 0.0
            expected = share - closing
            assert parted - gap_of(base, CHANNELS)[0] == pytest.approx(expected, abs=1e-6), one
