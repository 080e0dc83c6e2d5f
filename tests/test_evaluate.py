"""The measurements of a network, taken of predictors whose figures are known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

import mien
from mien_trainer.evaluate.clips import SETTLE, Sound, silence
from mien_trainer.evaluate.effects import departure, effects
from mien_trainer.evaluate.network import EvaluatedNetwork
from mien_trainer.evaluate.presets import (
    STEP,
    anchor_errors,
    distinctness,
    drift,
    repeats,
    smoothness,
)
from mien_trainer.frames import F32

BANK = mien.load("default")
LABELS = len(BANK.labels)
CHANNELS = len(BANK.channels)
EVERY = range(CHANNELS)
QUIET = silence()
VOICE = Sound(name="voice", mel=QUIET.mel + np.float32(5.0))


class Teacher:
    """The compiled rule itself, with an offset; it hears nothing."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = np.float32(offset)

    def __call__(self, mel: F32, conditions: F32) -> F32:
        rows = conditions.reshape(-1, LABELS + 3)
        faces = BANK.faces(rows[:, :LABELS].argmax(axis=1), rows[:, LABELS:])
        return (faces + self.offset).reshape(*mel.shape[:2], CHANNELS)


class Listener:
    """Lips from loudness alone, and nothing else."""

    def __call__(self, mel: F32, conditions: F32) -> F32:
        faces = np.zeros((*mel.shape[:2], CHANNELS), dtype=np.float32)
        jaw = BANK.channels.index("jawOpen")
        faces[..., jaw] = np.clip((mel.mean(axis=2) + 20.0) / 40.0, 0.0, 1.0)
        return faces


class Forgetful:
    """A face that is another one in every call."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(7)

    def __call__(self, mel: F32, conditions: F32) -> F32:
        shape = (*mel.shape[:2], CHANNELS)
        return self._rng.uniform(0.0, 1.0, size=shape).astype(np.float32)


def subject(predict: Teacher | Listener | Forgetful) -> EvaluatedNetwork:
    return EvaluatedNetwork(predict=predict, bank=BANK)


def test_the_rule_is_exact_at_its_own_anchors() -> None:
    found = anchor_errors(subject(Teacher()), QUIET, EVERY)
    assert (found.mean, found.worst, found.own) == (0.0, 0.0, 48)
    assert np.array_equal(found.faces[0], BANK.face("neutral", at="low"))
    assert set(found.by_label) == set(BANK.labels)


def test_an_offset_is_the_error_of_every_anchor() -> None:
    found = anchor_errors(subject(Teacher(0.25)), QUIET, EVERY)
    assert found.mean == pytest.approx(0.25, abs=1e-6)
    assert found.worst == pytest.approx(0.25, abs=1e-6)
    assert found.by_label["joy"] == pytest.approx(0.25, abs=1e-6)


def test_one_face_for_all_is_near_one_anchor_only() -> None:
    assert anchor_errors(subject(Listener()), QUIET, EVERY).own == 1


def test_drift_is_the_mean_over_all_pairs() -> None:
    zero, one, three = (np.full((48, CHANNELS), value, dtype=np.float32) for value in (0, 1, 3))
    assert drift([zero, one, three]) == pytest.approx((1 + 3 + 2) / 3)
    assert drift([zero]) == 0.0


def test_smoothness_keeps_the_proved_bound_and_sees_the_slope() -> None:
    found = smoothness(subject(Teacher()), QUIET)
    assert 0.0 < found.mean < found.worst <= 1.0 * STEP
    assert found.worst < found.channel <= 5.0 * STEP
    still = smoothness(subject(Listener()), QUIET)
    assert (still.mean, still.worst, still.channel) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("intensity", BANK.intensities)
def test_the_rule_tells_all_labels_apart(intensity: str) -> None:
    found = distinctness(subject(Teacher()), VOICE, intensity)
    assert found.own == LABELS
    assert np.array_equal(np.diag(found.distances), np.zeros(LABELS, dtype=np.float32))
    assert found.closest == pytest.approx(float(_least(found.distances)))


def test_one_face_for_all_tells_nothing_apart() -> None:
    found = distinctness(subject(Listener()), VOICE, "mid")
    assert found.own == 1
    assert found.closest == 0.0


def test_effects_say_who_moves_what() -> None:
    deaf = {one.cause: one.change for one in effects(subject(Teacher()), [QUIET, VOICE], "mid")}
    assert set(deaf["sound voice"].values()) == {0.0}
    assert deaf["label joy"]["EXPRESSION"] > 0.01
    assert deaf["valence"]["EXPRESSION"] > 0.0
    cold = {one.cause: one.change for one in effects(subject(Listener()), [QUIET, VOICE], "mid")}
    assert cold["sound voice"]["LIPSYNC"] > 0.01
    assert set(cold["label joy"].values()) == {0.0}
    assert set(cold["arousal"].values()) == {0.0}


def test_departure_from_the_rule_is_none_for_the_rule_in_silence() -> None:
    quiet = np.zeros(len(QUIET.mel), dtype=np.float32)
    assert set(departure(subject(Teacher()), QUIET, quiet, "mid").change.values()) == {0.0}
    followed = departure(subject(Listener()), VOICE, quiet, "mid").change
    assert followed["LIPSYNC"] > 0.0
    assert followed["EXPRESSION"] > 0.0


def test_repeats_have_no_variance_unless_they_differ() -> None:
    assert repeats(subject(Teacher()), QUIET, runs=5).variance == 0.0
    assert repeats(subject(Forgetful()), QUIET, runs=20).variance > 0.01


def test_silence_is_quiet_and_long_enough() -> None:
    assert QUIET.mel.shape == (2 * SETTLE, 80)
    assert np.array_equal(QUIET.mel, silence().mel)
    assert not np.array_equal(QUIET.mel, silence(seed=1).mel)


def _least(distances: F32) -> float:
    apart = distances.copy()
    np.fill_diagonal(apart, np.inf)
    return float(apart.min())
