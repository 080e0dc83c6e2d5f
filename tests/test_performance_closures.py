"""Contacts of timed sounds stay closed under every label, with life and while labels change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mien
from mien.engine.tables import PLAIN
from mien.performance.clock import FRAME
from mien.performance.expression import Move, Pose, Slot
from mien.performance.lips import LipTrack, lip_track
from mien.performance.performer import Performer, Plan
from mien_trainer.lips.activity import speech_activity
from mien_trainer.lips.closures import closures, closures_kept
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.phonemes import SILENCE, Phoneme

TABLE = shipped_table()
BANKS = {name: mien.load(name) for name in ("default@1.0.0", "default@1.1.0")}
SOUNDS = ("p", "b", "m", "f", "v", "ɑ", "iː", "uː", "s", "t", SILENCE)  # noqa: RUF001 (IPA)


@st.composite
def spoken(draw: st.DrawFn) -> tuple[Phoneme, ...]:
    moment = draw(st.floats(0.1, 0.4))
    found: list[Phoneme] = []
    for symbol in draw(st.lists(st.sampled_from(SOUNDS), min_size=3, max_size=12)):
        end = moment + draw(st.floats(0.06, 0.16))
        found.append(Phoneme(symbol=symbol, start=moment, end=end))
        moment = end
    return tuple(found)


def track_of(phonemes: tuple[Phoneme, ...], frames: int) -> LipTrack:
    contacts = np.zeros(frames, dtype=np.float32)
    for one in closures(phonemes, frames, TABLE):
        contacts[one.first : one.last + 1] = 1.0
    weights = lip_curves(phonemes, frames, TABLE)
    speech = speech_activity(phonemes, frames)
    return lip_track(TABLE.rig.names, weights, speech, contacts=contacts)


@settings(max_examples=40)
@given(spoken(), st.data(), st.sampled_from(sorted(BANKS)))
def test_every_contact_is_kept_whatever_is_shown(
    phonemes: tuple[Phoneme, ...], data: st.DataObject, name: str
) -> None:
    bank = BANKS[name]
    frames = int(phonemes[-1].end * 60) + 20

    def pose() -> Pose:
        label = data.draw(st.sampled_from(bank.labels))
        at = data.draw(st.sampled_from((*bank.intensities, *bank.styles(label))))
        style = PLAIN if at in bank.intensities else bank.styles(label).index(at)
        v, a, d = bank.anchor(label, at).tolist()
        return Pose(weights={Slot(bank.labels.index(label), style): 1.0}, point=(v, a, d))

    starts = sorted(data.draw(st.lists(st.integers(0, frames * FRAME), max_size=3)))
    moves = tuple(Move(start=at, length=12 * FRAME, pose=pose()) for at in starts)
    plan = Plan(first=pose(), moves=moves, seed=data.draw(st.integers(0, 9)), frames=frames)
    blocks = list(Performer(bank, plan).perform([track_of(phonemes, frames)]))
    weights = np.concatenate([one.weights for one in blocks])
    kept, of = closures_kept(weights, phonemes, TABLE)
    assert kept == of


@pytest.mark.parametrize("label", BANKS["default@1.1.0"].labels)
def test_the_emotion_stays_readable_while_lips_speak(label: str) -> None:
    """Above the mouth the face is the bank's own, and in vowels the mouth keeps its corners."""
    bank = BANKS["default@1.1.0"]
    phonemes = tuple(
        Phoneme(symbol=one, start=0.2 + 0.1 * at, end=0.3 + 0.1 * at)
        for at, one in enumerate(("m", "ɑ", "p", "iː", "v", "ɑ"))  # noqa: RUF001 (IPA)
    )
    v, a, d = bank.anchor(label, "high").tolist()
    slot = Slot(bank.labels.index(label), PLAIN)
    plan = Plan(first=Pose(weights={slot: 1.0}, point=(v, a, d)), life=None, rests=False, frames=70)
    blocks = list(Performer(bank, plan).perform([track_of(phonemes, 70)]))
    weights = np.concatenate([one.weights for one in blocks])
    above = [one == "EXPRESSION" for one in bank.tables.classes]
    face = bank.face(label, at="high")
    assert (weights[:, above] == face[above]).all()
