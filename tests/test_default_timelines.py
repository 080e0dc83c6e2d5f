"""The default bank in time: every label comes and goes, and sequences do what is known of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from mien.authored.reader import read_bank
from mien.bank import Bank
from mien.engine.registry import get_engine
from mien.resources import presets
from mien.timelines.clip import Clip
from mien.timelines.table import Ends, Shown
from mien.versions import ENGINE

FRAME = 1000.0 / 60.0


@cache
def bank() -> Bank:
    return Bank(get_engine(ENGINE).compile_tables(read_bank(presets() / "default")))


def faces(label: str, clip: Clip, times: list[float], at: str = "mid") -> dict[str, np.ndarray]:
    """Each channel of a label's face at times."""
    sample = clip.sample(np.array(times, dtype=np.float64))
    plain = np.broadcast_to(bank().face(label, at=at), sample.gain.shape)
    rows = bank().timed(plain, sample.gain, sample.offset)
    return {name: rows[:, column] for column, name in enumerate(bank().channels)}


def crossing(weights: np.ndarray, share: float = 0.5) -> int:
    """The first frame at which a channel has come to a share of the most that it gets."""
    return int(np.argmax(weights >= share * weights.max()))


def frames(clip: Clip) -> list[float]:
    return np.arange(0.0, clip.length + FRAME, FRAME).tolist()


def test_every_label_has_dynamics_and_a_sequence() -> None:
    assert tuple(bank().timelines) == bank().labels
    for timeline in bank().timelines.values():
        assert timeline.sequences, timeline.label
        assert timeline.blinks is not None
        assert timeline.label not in timeline.resolves


def test_sequences_start_at_rest_and_moods_loop() -> None:
    moods = {"neutral", "sadness", "awe", "interest", "confusion", "boredom", "sympathy"}
    for label, timeline in bank().timelines.items():
        assert (timeline.kind is Shown.HELD) is (label in moods)
        assert (timeline.dynamics.apex is None) is (label in moods)
        for name in timeline.sequences:
            start = timeline.clip(name).sample(np.array([0.0]))
            assert not start.gain.any()
            assert not start.head.any()
        if label in moods:
            loops = [timeline.clip(name).loop for name in timeline.sequences]
            assert any(loop is not None for loop in loops), label


def test_surprise_is_over_in_a_second_and_turns_into_something() -> None:
    surprise = bank().timelines["surprise"]
    assert surprise.dynamics.end() <= 1500
    assert surprise.clip("startle").end() <= 1500
    assert len(surprise.resolves) > 2
    clip = surprise.clip("startle")
    found = faces("surprise", clip, frames(clip))
    lids, brows = found["eyeBlinkLeft"], found["browInnerUp"]
    assert lids.max() > 0.5
    assert int(lids.argmax()) < crossing(brows)


def test_embarrassment_looks_away_before_the_head_turns_and_comes_back() -> None:
    """Keltner 1995: gaze within 0.75 s, the head within the next 0.5 s, a smile between presses."""
    clip = bank().timelines["embarrassment"].clip("caught")
    assert bank().timelines["embarrassment"].usual == "caught"
    at = frames(clip)
    found = faces("embarrassment", clip, at)
    gaze, smile = found["eyeLookDownLeft"], found["mouthSmileLeft"]
    press = found["mouthPressLeft"]
    head = np.abs(clip.sample(np.array(at)).head[:, 0])
    assert crossing(gaze, 0.95) * FRAME <= 750
    assert crossing(gaze) < crossing(head)
    assert crossing(head, 0.95) * FRAME <= 1300
    assert crossing(press) < crossing(smile)
    assert 1000 <= float((smile > 0.5 * smile.max()).sum()) * FRAME <= 2500
    assert gaze[-1] == smile[-1] == head[-1] == 0


def test_laughter_pulses_four_or_five_times_a_second() -> None:
    clip = bank().timelines["amusement"].clip("laugh", "high")
    at = np.arange(600.0, 2200.0, 5.0).tolist()
    jaw = faces("amusement", clip, at, "high")["jawOpen"].astype(np.float64)
    rising = np.diff(jaw) > 0
    peaks = int((rising[:-1] & ~rising[1:]).sum())
    assert 4.0 <= peaks / 1.6 <= 5.5
    low = faces("amusement", bank().timelines["amusement"].clip("laugh", "low"), at, "low")
    assert np.ptp(low["jawOpen"]) == 0


def test_relief_tenses_then_breathes_out_with_closed_lids_then_smiles() -> None:
    clip = bank().timelines["relief"].clip("sigh")
    found = faces("relief", clip, frames(clip))
    tense, lids = found["mouthStretchLeft"], found["eyeBlinkLeft"]
    breath, smile = found["cheekPuff"], found["mouthSmileLeft"]
    assert tense.argmax() < lids.argmax() <= breath.argmax() < smile.argmax()
    assert smile[-1] == 0


def test_the_cheeks_rise_with_the_smile_of_joy_and_the_eyes_leave_first() -> None:
    clip = bank().timelines["joy"].clip("beam")
    found = faces("joy", clip, frames(clip))
    smile, cheeks = found["mouthSmileLeft"], found["cheekSquintLeft"]
    assert abs(crossing(smile) - crossing(cheeks)) * FRAME <= 130
    gone = int(np.argmax(cheeks[crossing(cheeks, 0.99) :] < 0.6 * cheeks.max()))
    stays = int(np.argmax(smile[crossing(smile, 0.99) :] < 0.95 * smile.max()))
    assert gone <= stays
    assert clip.ending.how is Ends.LABEL


@pytest.mark.parametrize("label", ["awe", "surprise"])
def test_the_jaw_follows_the_brows(label: str) -> None:
    clip = bank().timelines[label].dynamics
    found = faces(label, clip, frames(clip))
    assert crossing(found["browInnerUp"]) < crossing(found["jawOpen"])


def test_awe_is_slower_than_surprise() -> None:
    onsets = [
        crossing(faces(label, clip, frames(clip))["browInnerUp"], 0.95)
        for label in ("surprise", "awe")
        for clip in (bank().timelines[label].dynamics,)
    ]
    assert onsets[1] > 2 * onsets[0]
