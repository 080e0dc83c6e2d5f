"""A bank seen in a mirror gives faces seen in a mirror, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mien import resources
from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.authored.reader import read_bank
from mien.bank import Bank
from mien.compile import compile_tables
from mien.engine.tables import F32

BANK = read_bank(resources.presets() / "default")
OTHER = {**dict(BANK.rig.mirror), **{right: left for left, right in BANK.rig.mirror}}
SIDE = {"": "", "L": "R", "R": "L"}
AXIS = st.floats(-1, 1, width=32)


def swapped(weights: Mapping[str, float]) -> dict[str, float]:
    return {OTHER.get(channel, channel): weight for channel, weight in weights.items()}


def mirrored_emotion(emotion: Emotion) -> Emotion:
    units = emotion.action_units
    return evolve(
        emotion,
        action_units=evolve(
            units,
            core=tuple(evolve(use, side=SIDE[use.side]) for use in units.core),
            optional=tuple(evolve(use, side=SIDE[use.side]) for use in units.optional),
        ),
        archetypes={name: swapped(face) for name, face in emotion.archetypes.items()},
        styles={
            name: evolve(style, gain=swapped(style.gain), offset=swapped(style.offset))
            for name, style in emotion.styles.items()
        },
        speech=evolve(emotion.speech, channels=swapped(emotion.speech.channels)),
    )


def mirrored(bank: AuthoredBank) -> AuthoredBank:
    trends = {OTHER.get(channel, channel): trend for channel, trend in bank.rules.trends.items()}
    return evolve(
        bank,
        rules=evolve(bank.rules, trends=trends),
        emotions=tuple(mirrored_emotion(emotion) for emotion in bank.emotions),
    )


@pytest.fixture(scope="module")
def banks() -> tuple[Bank, Bank]:
    return Bank(compile_tables(BANK)), Bank(compile_tables(mirrored(BANK)))


def in_the_mirror(bank: Bank, face: F32) -> F32:
    position = {name: index for index, name in enumerate(bank.channels)}
    return face[[position[OTHER.get(name, name)] for name in bank.channels]]


def test_the_default_bank_is_not_its_own_mirror_image(banks: tuple[Bank, Bank]) -> None:
    bank, image = banks
    assert not np.array_equal(bank.face("contempt"), image.face("contempt"))


@given(data=st.data(), vad=st.tuples(AXIS, AXIS, AXIS), speech=st.floats(0, 1, width=32))
def test_a_mirrored_bank_gives_mirrored_faces(
    banks: tuple[Bank, Bank], data: st.DataObject, vad: tuple[float, ...], speech: float
) -> None:
    bank, image = banks
    label = data.draw(st.sampled_from(bank.labels))
    style = data.draw(st.sampled_from((None, *bank.styles(label))))
    face = bank.face(label, vad=vad, style=style, speech=speech)
    seen = image.face(label, vad=vad, style=style, speech=speech)
    assert in_the_mirror(bank, face).tobytes() == seen.tobytes()
