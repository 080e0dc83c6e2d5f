"""One sequence at one intensity, to a curve for everything that it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.authored.timeline import Key, Pulse, Tremor
from mien.authored.timeline import Sequence as AuthoredSequence
from mien.timelines.curve import Curve, Point, Value, pulse_times, tremor_points
from mien.timelines.easing import EASING_NUMBERS
from mien.timelines.table import GAZE, HEAD

REST: Value = (0.0, 0.0)

Curves = dict[int, Curve]
"""Target to its curve."""


def saccade(degrees: float) -> int:
    """Ms that the eyes take for ``degrees``: 2.2 ms a degree and 21 ms.

    The main sequence of saccades (Bahill, Clark & Stark 1975).
    """
    return int(21.0 + 2.2 * abs(degrees) + 0.5)


def axis_targets(bank: AuthoredBank, axes: Sequence[str], skipped: int) -> dict[str, int]:
    """The targets of axes of the head, or, with those ``skipped``, of the gaze."""
    first = len(bank.rig.names) + 1 + skipped
    return {axis: first + position for position, axis in enumerate(axes)}


def sequence_curves(
    bank: AuthoredBank, emotion: Emotion, sequence: AuthoredSequence, level: str
) -> Curves:
    """The curves of a sequence at one intensity."""
    keys = [key for key in sequence.keys if holds(key.at, level)]
    rest = len(bank.rig.names)
    values = [_KeyValues.of(bank, emotion, key) for key in keys]
    curves: Curves = {rest: _begun()}
    for channel in _own_channels(bank, sequence, level, values):
        curves[channel] = _begun()
    for axes, skipped in ((HEAD, 0), (GAZE, len(HEAD))):
        for axis, target in axis_targets(bank, axes, skipped).items():
            if any(axis in (key.gaze if skipped else key.head) for key in keys) or any(
                axis in pulse.head for pulse in sequence.pulses if not skipped
            ):
                curves[target] = _begun()
    for key, found in zip(keys, values, strict=True):
        easing = EASING_NUMBERS[key.easing]
        for target, curve in curves.items():
            if target <= rest:
                value = found.of_channel(None if target == rest else target)
                if value is not None:
                    curve.move(key.t, value, easing, key.over)
        for axis, target in axis_targets(bank, HEAD, 0).items():
            if axis in key.head:
                curves[target].move(key.t, (key.head[axis], 0.0), easing, key.over)
        _look(bank, key, easing, curves)
    _swing(bank, sequence, level, curves)
    return curves


def holds(at: Sequence[str], level: str) -> bool:
    """Whether what names these intensities holds at ``level``; none means all."""
    return not at or level in at


def _begun() -> Curve:
    return Curve(points=[Point(t=0, value=REST, easing=0)])


def _look(bank: AuthoredBank, key: Key, easing: int, curves: Curves) -> None:
    """Move the gaze: by a saccade, unless the key says how long it takes."""
    targets = {
        axis: target
        for axis, target in axis_targets(bank, GAZE, len(HEAD)).items()
        if axis in key.gaze
    }
    farthest = max(
        (abs(key.gaze[axis] - curves[target].last.value[0]) for axis, target in targets.items()),
        default=0.0,
    )
    over = saccade(farthest) if key.over is None else key.over
    for axis, target in targets.items():
        curve = curves[target]
        shortest = over if key.over is not None else min(over, key.t - curve.last.t)
        curve.move(key.t, (key.gaze[axis], 0.0), easing, shortest)


@define(kw_only=True)
class _KeyValues:
    """What one key says of each channel: of all, if it shows a face, and of those it names."""

    rest: Value | None
    named: dict[int, Value]

    @staticmethod
    def of(bank: AuthoredBank, emotion: Emotion, key: Key) -> _KeyValues:
        index = bank.rig.index
        share = 1.0 if key.face is None else key.face
        named: dict[int, Value] = {}
        rest: Value | None = None
        if key.like is not None:
            rest = REST
            other = next(one for one in bank.emotions if one.label == key.like.label)
            for channel, weight in other.archetypes[key.like.at].items():
                named[index[channel]] = (0.0, share * weight)
        elif key.style:
            rest = (share, 0.0)
            style = emotion.styles[key.style]
            for channel in (*style.gain, *style.offset):
                gain, offset = style.gain.get(channel, 1.0), style.offset.get(channel, 0.0)
                named[index[channel]] = (share * gain, share * offset)
        elif key.face is not None:
            rest = (share, 0.0)
        named |= {index[channel]: (of_own, 0.0) for channel, of_own in key.share.items()}
        named |= {index[channel]: (0.0, weight) for channel, weight in key.weight.items()}
        return _KeyValues(rest=rest, named=named)

    def of_channel(self, channel: int | None) -> Value | None:
        """The value of a channel, or of the rest; None where the key does not move it."""
        return self.rest if channel is None else self.named.get(channel, self.rest)


def _own_channels(
    bank: AuthoredBank, sequence: AuthoredSequence, level: str, values: Sequence[_KeyValues]
) -> list[int]:
    """The channels that do something else than the rest, in rig order."""
    found = {channel for one in values for channel, value in one.named.items() if value != one.rest}
    swinging: list[Pulse | Tremor] = [*sequence.pulses, *sequence.tremors]
    found |= {
        bank.rig.index[channel]
        for one in swinging
        if holds(one.at, level)
        for channel in one.channels
    }
    return sorted(found)


def _swing(
    bank: AuthoredBank, sequence: AuthoredSequence, level: str, curves: Mapping[int, Curve]
) -> None:
    """Put pulses and tremors on the curves."""
    for pulse in sequence.pulses:
        if not holds(pulse.at, level):
            continue
        times = pulse_times(pulse.begin, pulse.end, pulse.hz)
        axes = axis_targets(bank, HEAD, 0)
        targets: list[tuple[int, float | None]] = []
        targets += [(bank.rig.index[name], None) for name in pulse.channels]
        targets += [(axes[axis], degrees) for axis, degrees in pulse.head.items()]
        for target, degrees in targets:
            base = curves[target].held_at(pulse.begin)
            away = [_away(pulse, base, degrees, t) for t in times]
            curves[target].insert(
                pulse.begin, [(t, base if at % 2 else away[at]) for at, t in enumerate(times)]
            )
    for tremor in sequence.tremors:
        if not holds(tremor.at, level):
            continue
        points = list(
            tremor_points(tremor.begin, tremor.end, tremor.hz, tremor.amount, tremor.seed)
        )
        for name in tremor.channels:
            curve = curves[bank.rig.index[name]]
            gain, offset = curve.held_at(tremor.begin)
            curve.insert(tremor.begin, [(t, (gain, offset + away)) for t, away in points])


def _away(pulse: Pulse, base: Value, degrees: float | None, t: int) -> Value:
    """Where a swing turns at ``t``."""
    left = 1.0 - pulse.decay * (t - pulse.begin) / (pulse.end - pulse.begin)
    if degrees is not None:
        return base[0] + degrees * left, 0.0
    kept = 1.0 - pulse.depth * left
    return base[0] * kept, base[1] * kept
