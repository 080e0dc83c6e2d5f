"""What a contact does to a face, and which frames are taught to be in one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.frames import F32
from mien_trainer.lips.closures import lip_gap, teeth_gap
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.lips.touching import contact_shapes, touching

TABLE = shipped_table()
CHANNELS = TABLE.rig.names
SHAPES = contact_shapes(CHANNELS)
SPEAKING = tuple(channel for group in TABLE.groups.values() for channel in group.channels)


def row(weights: dict[str, float]) -> F32:
    return np.array([[weights.get(name, 0.0) for name in CHANNELS]], dtype=np.float32)


def spoken(weights: dict[str, float], speech: float = 1.0) -> list[float]:
    found: list[float] = touching(row(weights), np.array([speech], np.float32), CHANNELS)[
        0
    ].tolist()
    return found


def test_p_and_f_touch_in_their_own_ways_and_no_other_viseme() -> None:
    for name, viseme in TABLE.visemes.items():
        made = [float(viseme.contact is one) for one in Contact]
        assert spoken(dict(viseme.weights)) == made, name


def test_lips_at_rest_are_in_no_contact_of_speech() -> None:
    assert spoken(dict(TABLE.visemes["PP"].weights), speech=0.49) == [0.0, 0.0]
    assert spoken({}) == [0.0, 0.0]
    assert spoken({"mouthPressLeft": 0.45, "mouthPressRight": 0.45, "jawOpen": 0.2})[0] == 0.0


def test_what_is_no_number_touches_nothing() -> None:
    for wrong in (np.inf, np.nan):
        faces = np.full((1, len(CHANNELS)), wrong, dtype=np.float32)
        assert not touching(faces, np.ones(1, np.float32), CHANNELS).any()


def test_shapes_are_those_of_the_table() -> None:
    names = dict(zip(CHANNELS, SHAPES.targets.T.tolist(), strict=True))
    assert names["mouthPressLeft"] == [np.float32(0.45), 0.0]
    assert names["mouthRollLower"] == [np.float32(0.2), np.float32(0.56)]
    for kind, contact in enumerate(Contact):
        held = {name for name, one in zip(CHANNELS, SHAPES.attenuation[kind], strict=True) if one}
        assert held == set(TABLE.contacts[contact].holds)
        assert not np.any(SHAPES.attenuation[kind] * SHAPES.targets[kind])


def test_channels_that_a_rig_lacks_are_left_out() -> None:
    some = contact_shapes(("browInnerUp", "jawOpen"))
    assert some.attenuation.tolist() == [[0.0, 1.0], [0.0, 1.0]]
    assert not some.targets.any()


@given(seed=st.integers(0, 2**31))
def test_a_contact_in_full_closes_whatever_it_holds(seed: int) -> None:
    """Lips close on any face of speech, sneer and frown; a lip reaches the teeth if not spread."""
    rng = np.random.default_rng(seed)
    faces = rng.uniform(size=(2, len(CHANNELS))).astype(np.float32)
    spread = ("mouthStretch", "mouthFrown", "jawLeft", "jawRight")
    for at, name in enumerate(CHANNELS):
        faces[0, at] *= name.startswith((*SPEAKING, "noseSneer", "mouthFrown"))
        faces[1, at] *= name.startswith(SPEAKING) and not name.startswith(spread)
    lips, teeth = np.maximum(faces * (1.0 - SHAPES.attenuation), SHAPES.targets)[:, None]
    assert lip_gap(lips, CHANNELS)[0] == 0.0
    assert teeth_gap(teeth, CHANNELS)[0] == 0.0
