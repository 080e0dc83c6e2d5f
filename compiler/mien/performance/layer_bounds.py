"""What life, gaze and lips add to the change of a frame; `bound` has the expression's own.

Life and gaze are pulses and turns of known height and length, so that their change is proved. Lips
come from elsewhere: what a track changes from frame to frame is measured, and it is added.

Dimension letters: C channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import frozen

from mien.engine.tables import F32, Tables
from mien.performance.bound import MS_A_FRAME, ROUNDING, STILL, Change, clamped, rivals
from mien.performance.clock import F64, FRAME, PEAK_SPEED
from mien.performance.expression import Move
from mien.performance.face_layers import BROWS, DEGREES, TO_THE_LEFT, UP, near_seals, seal_of
from mien.performance.gaze import Look, turns_of
from mien.performance.life import (
    BLINK_CLOSING,
    BREATH,
    BREATH_DEGREES,
    BROW_FALL,
    BROW_HEIGHT,
    BROW_RISE,
    DRIFT_DEGREES,
    GLANCE_DEGREES,
    NOD_DEGREES,
    NOD_FALL,
    NOD_RISE,
    SACCADE,
    STRESS_DEGREES,
    STRESS_HEIGHT,
    LifeSettings,
)
from mien.performance.life_curves import DRIFT_FRAMES, FADE
from mien.performance.lips import LipTrack, on_bank
from mien.performance.prosody import AROUSAL, STRESS, VoiceChange, gated
from mien.timelines.bound import ROUNDING_DEGREES, bound_of

_FADING = PEAK_SPEED * FRAME / FADE


@frozen(kw_only=True, eq=False)
class LipChange:
    """What lips change from one frame to the next, measured.

    ``step`` and ``high`` (C,) are each channel's greatest change and greatest weight; ``speech``,
    ``seal`` and ``near`` how fast the face makes way for them; ``voice`` what the voice does.
    """

    step: F64
    high: F64
    speech: float
    seal: float
    near: float
    voice: VoiceChange


class LipChanges:
    """Measures a track of lips in blocks that come in order."""

    def __init__(self, tables: Tables) -> None:
        channels = len(tables.channels)
        self._tables = tables
        self._step, self._high = np.zeros(channels), np.zeros(channels)
        self._speech = self._seal = self._sealed = 0.0
        self._weights = np.zeros((1, channels), dtype=np.float32)
        self._voice = np.zeros((2, 1), dtype=np.float32)
        self._prosody = np.zeros((1, 2))
        self._farthest, self._quickest = np.zeros(2), np.zeros(2)

    def add(self, lips: LipTrack) -> None:
        """The next block."""
        weights = np.concatenate((self._weights, on_bank(lips, self._tables)))
        voice = np.concatenate((self._voice, np.stack((lips.speech, lips.contacts))), axis=1)
        seal = seal_of(weights, voice[1], self._tables)
        self._step = np.maximum(self._step, _steps(weights).max(axis=0, initial=0.0))
        self._high = np.maximum(self._high, weights.max(axis=0, initial=0.0))
        self._speech = max(self._speech, float(_steps(voice[0]).max(initial=0.0)))
        self._seal = max(self._seal, float(_steps(seal).max(initial=0.0)))
        self._sealed = max(self._sealed, float(seal.max(initial=0.0)))
        self._weights, self._voice = weights[-1:], voice[:, -1:]
        self._hear(gated(lips))

    def _hear(self, prosody: F64) -> None:
        heard = np.concatenate((self._prosody, prosody))
        self._farthest = np.maximum(self._farthest, np.abs(heard).max(axis=0))
        self._quickest = np.maximum(
            self._quickest, np.abs(np.diff(heard, axis=0)).max(axis=0, initial=0.0)
        )
        self._prosody = heard[-1:]

    def found(self) -> LipChange:
        """What was measured, back to rest after the last frame."""
        step = np.maximum(self._step, self._weights[0].astype(np.float64))
        last = seal_of(self._weights, self._voice[1], self._tables)
        return LipChange(
            step=step,
            high=self._high,
            speech=max(self._speech, float(self._voice[0, 0])),
            seal=max(self._seal, float(last[0])),
            near=self._sealed * _STEEPEST,
            voice=self._voice_change(),
        )

    def _voice_change(self) -> VoiceChange:
        quickest = np.maximum(self._quickest, np.abs(self._prosody[0]))
        return VoiceChange(
            stress=float(self._farthest[STRESS]),
            stress_step=float(quickest[STRESS]),
            arousal=float(self._farthest[AROUSAL]),
            arousal_step=float(quickest[AROUSAL]),
        )


_STEEPEST = float(np.max(np.abs(np.diff(near_seals(np.ones(1, dtype=np.float32), 0, 6)))))
"""How much nearness changes in a frame, at most, where seals are 1: it is the greatest of seals
nearby by their shares, and a seal is one frame nearer or farther in the next."""


def _steps(values: F32) -> F64:
    return np.abs(np.diff(values.astype(np.float64), axis=0))


def followed(life: LifeSettings | None, lips: LipChange) -> VoiceChange:
    """What the voice changes of what follows it."""
    return STILL if life is None else lips.voice.scaled(life.prosody, life.arousal)


def lively(
    change: Change,
    life: LifeSettings | None,
    looks: Sequence[Look],
    home: int,
    clips: float,
    index: Mapping[str, int],
    moving: int,
    voice: VoiceChange = STILL,
) -> Change:
    """A change with life and gaze added; the gaze comes home in ``home`` ticks.

    ``clips`` is by how many degrees clips turn the gaze in a frame, ``voice`` what brows follow.
    """
    step, high = change.step.copy(), change.high.copy()
    eyes = eye_speed(life, looks, home) + clips
    if life is not None:
        closing = PEAK_SPEED * FRAME / BLINK_CLOSING if life.blinks > 0.0 else 0.0
        for side in ("Left", "Right"):
            if f"eyeBlink{side}" in index and closing:
                blink = index[f"eyeBlink{side}"]
                step[blink], high[blink] = max(step[blink], closing), 1.0
            if f"eyeWide{side}" in index:
                step[index[f"eyeWide{side}"]] += closing * high[index[f"eyeWide{side}"]]
        most = BROW_HEIGHT[1] * life.brows
        rise = PEAK_SPEED * FRAME * (1.0 / BROW_RISE + 1.0 / BROW_FALL) + 2.0 * _FADING
        stressed = STRESS_HEIGHT * life.brows
        loud = stressed * (voice.stress_step + 2.0 * _FADING * voice.stress)
        for name in BROWS:
            if name in index and most:
                step[index[name]] += most * rise + loud
                raised = 2.0 * most + stressed * voice.stress
                high[index[name]] = min(1.0, high[index[name]] + raised)
    if eyes > 0.0:
        for toward, away in (*TO_THE_LEFT, *UP):
            if toward in index and away in index:
                pair = [index[toward], index[away]]
                step[pair] = step[pair].sum() + eyes / DEGREES
                high[pair] = 1.0
    mean = change.mean + float((step - change.step).sum()) / max(1, moving)
    return clamped(step, mean, high, moving)


def spoken(change: Change, lips: LipChange, tables: Tables, moving: int) -> Change:
    """A change under lips, with all that rounding adds."""
    made_way = np.array([one != "EXPRESSION" for one in tables.classes], dtype=np.float64)
    step = change.step + rivals(lips.speech * change.high * made_way, change.high, tables)
    parting: list[int] = tables.parting.tolist()
    step[parting] += change.high[parting] * (lips.near + lips.seal)
    step = step + lips.step
    high = np.minimum(1.0, change.high + lips.high)
    shown = rivals(step, high, tables)
    mean = change.mean + float((shown - change.step).sum()) / max(1, moving)
    found = clamped(shown, mean, high, moving)
    step = np.minimum(1.0, found.step + ROUNDING)
    return Change(step=step, mean=found.mean + ROUNDING, high=np.minimum(1.0, high + ROUNDING))


def clip_speed(moves: Sequence[Move]) -> tuple[float, float]:
    """By how many degrees the clips that play turn head and gaze in a frame at most.

    A clip that is shown by a weight turns as fast as it does, and by the weight's speed times what
    it has turned; that is bounded by its own speed between times that are looked at.
    """
    clips = [move.clip for move in moves if move.clip is not None]
    if not clips:
        return 0.0, 0.0
    fades = [PEAK_SPEED * FRAME / max(FRAME, move.length) for move in moves]
    at_once = max(sum(a.start <= b.start < a.end for a in moves) for b in moves)
    found: list[float] = []
    for which in ("head", "gaze"):
        speed = reach = 0.0
        for clip in clips:
            rate = float(getattr(bound_of(clip), which).max(initial=0.0))
            times = np.arange(0.0, float(clip.length) + _LOOK, _LOOK)
            seen = float(np.abs(getattr(clip.sample(times), which)).max(initial=0.0))
            speed, reach = max(speed, rate), max(reach, seen + rate * _LOOK)
        found.append(speed * MS_A_FRAME + max(fades) * at_once * 2.0 * reach + ROUNDING_DEGREES)
    return found[0], found[1]


_LOOK = 10.0
"""Milliseconds between the times at which a clip is looked at."""


def eye_speed(life: LifeSettings | None, looks: Sequence[Look], home: int) -> float:
    """By how many degrees the eyes turn in a frame at most, on either axis."""
    glance = 0.0
    if life is not None and life.glances > 0.0:
        glance = GLANCE_DEGREES[1] * (PEAK_SPEED * FRAME / SACCADE + 2.0 * _FADING)
    turns = turns_of(looks, home)
    return glance + turns[0] + turns[1]


def head_speed(
    life: LifeSettings | None,
    looks: Sequence[Look],
    home: int,
    speech: float,
    voice: VoiceChange = STILL,
) -> float:
    """By how many degrees the head turns in a frame at most, on any axis.

    ``speech`` is how fast the lips' speech changes, ``voice`` what the head nods with.
    """
    turn = turns_of(looks, home)[1] + 1e-5
    if life is None:
        return turn
    drift = max(DRIFT_DEGREES) * life.head
    drift *= 2.0 * PEAK_SPEED / DRIFT_FRAMES + 0.5 * speech + 2.0 * _FADING
    nods = NOD_DEGREES[1] * life.head
    nods *= PEAK_SPEED * FRAME * (1.0 / NOD_RISE + 1.0 / NOD_FALL) + 4.0 * _FADING
    quickest = BREATH[0] - BREATH[1]
    breath = BREATH_DEGREES * life.breath
    breath *= PEAK_SPEED / (0.4 * quickest * 60.0 - 1.0) + 2.0 * _FADING
    stressed = STRESS_DEGREES * life.head * (voice.stress_step + 2.0 * _FADING * voice.stress)
    return turn + drift + nods + breath + stressed
