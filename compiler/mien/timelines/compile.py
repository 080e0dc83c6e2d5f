"""What an author wrote of a label in time, to its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import define, evolve, field

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.authored.timeline import Dynamics, Key, Kind, Level, Move, Pulse, Tremor
from mien.authored.timeline import Sequence as AuthoredSequence
from mien.timelines.curve import Curve, Point, Value, pulse_times, tremor_points
from mien.timelines.easing import EASING_NUMBERS
from mien.timelines.table import (
    GAZE,
    HEAD,
    MOST_DEGREES,
    MOST_GAIN,
    Ends,
    Shown,
    TimelineTable,
)

HEAD_LAG = 40
"""Ms by which the head follows the eyes."""

HEAD_TURN = 250
"""Ms that a turn of the head takes at least."""

REST: Value = (0.0, 0.0)
WHOLE: Value = (1.0, 0.0)

_KINDS = {Kind.EVENT: Shown.EVENT, Kind.HELD: Shown.HELD, Kind.SEQUENCE: Shown.SEQUENCE}

Curves = dict[int, Curve]
"""Target to its curve."""


def saccade(degrees: float) -> int:
    """Ms that the eyes take for ``degrees``: 2.2 ms a degree and 21 ms.

    The main sequence of saccades (Bahill, Clark & Stark 1975).
    """
    return int(21.0 + 2.2 * abs(degrees) + 0.5)


def timeline_table(bank: AuthoredBank, emotion: Emotion) -> TimelineTable | None:
    """The table of a label; None where its file says nothing of time."""
    dynamics = emotion.dynamics
    if dynamics is None:
        return None
    labels, intensities = bank.manifest.labels, bank.manifest.intensities
    clips = _Clips(channels=len(bank.rig.names))
    clips.add(_come(bank, dynamics), None)
    clips.add(_go(bank, dynamics.offset), None)
    names = tuple(emotion.sequences)
    sequences = [emotion.sequences[name] for name in names]
    numbers = [
        [clips.add(sequence_curves(bank, emotion, one, level), one) for level in intensities]
        for one in sequences
    ]
    blink, then = dynamics.blink, dynamics.then
    return TimelineTable(
        sequences=names,
        timing=_whole(
            [
                _KINDS[dynamics.kind],
                -1 if dynamics.apex is None else dynamics.apex,
                names.index(dynamics.usual) if dynamics.usual in names else -1,
                0 if then is None else then.cross,
            ]
        ),
        blink=_whole(
            [0] * 5
            if blink is None
            else [*blink.every, blink.closing, blink.opening, blink.suppressed]
        ),
        resolves=_whole([labels.index(one) for one in (then.labels if then else ())]),
        clips=_whole(clips.spans).reshape(-1, 3),
        tracks=_whole(clips.tracks).reshape(-1, 3),
        key_times=_whole([point.t for point in clips.points]),
        key_easings=_whole([point.easing for point in clips.points]),
        key_values=np.array([point.value for point in clips.points], dtype=np.float32)
        + np.float32(0.0),  # -0 becomes 0
        sequence_clips=_whole(numbers).reshape(len(names), len(intensities)),
        sequence_ends=_whole([_ending(one, labels, intensities) for one in sequences]).reshape(
            -1, 3
        ),
    )


def _whole(numbers: Sequence[object]) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.array(numbers, dtype=np.int32)


@define(kw_only=True)
class _Clips:
    """Clips as they are put together; those that are alike are one."""

    channels: int
    spans: list[list[int]] = field(factory=list[list[int]])
    tracks: list[list[int]] = field(factory=list[list[int]])
    points: list[Point] = field(factory=list[Point])
    _numbers: dict[object, int] = field(factory=dict[object, int])

    def add(self, curves: Curves, sequence: AuthoredSequence | None) -> int:
        loop = None if sequence is None else sequence.loop
        length = max((curve.last.t for curve in curves.values()), default=0)
        if loop is not None:
            length = max(length, loop.end)
        span = [length, *((loop.begin, loop.end) if loop else (0, 0))]
        alone = len(self.spans) if sequence is None else -1
        drawn = [(target, tuple(curve.points)) for target, curve in sorted(curves.items())]
        key = (alone, tuple(span), tuple(drawn))
        found = self._numbers.get(key)
        if found is not None:
            return found
        number = self._numbers[key] = len(self.spans)
        self.spans.append(span)
        for target, curve in sorted(curves.items()):
            self.tracks.append([number, target, len(curve.points)])
            self.points.extend(_held(point, target <= self.channels) for point in curve.points)
        return number


def _held(point: Point, channel: bool) -> Point:
    """The point with its values in the ranges of an artifact, which swings and styles may pass."""
    one, other = point.value
    if channel:
        return evolve(point, value=(min(one, MOST_GAIN), min(1.0, max(-1.0, other))))
    return evolve(point, value=(min(MOST_DEGREES, max(-MOST_DEGREES, one)), 0.0))


def _ending(
    sequence: AuthoredSequence, labels: Sequence[str], intensities: Sequence[str]
) -> list[int]:
    ends = sequence.ends
    if isinstance(ends, Level):
        return [Ends.LABEL, labels.index(ends.label), intensities.index(ends.at)]
    return [Ends.HELD if ends == "held" else Ends.REST, 0, 0]


def _ramp(move: Move, start: int, before: Value, after: Value) -> Curve:
    easing = EASING_NUMBERS[move.easing]
    curve = Curve(points=[Point(t=start, value=before, easing=0)])
    curve.move(start + move.ms, after, easing)
    return curve


def _ramps(bank: AuthoredBank, move: Move, before: Value, after: Value) -> tuple[Curves, int]:
    """A curve for all channels and one for each that follows or leads, and when the rest starts."""
    lead = -min(0, min(move.follow.values(), default=0))
    curves = {len(bank.rig.names): _ramp(move, lead, before, after)}
    for channel, later in move.follow.items():
        curves[bank.rig.index[channel]] = _ramp(move, lead + later, before, after)
    return curves, lead


def _come(bank: AuthoredBank, dynamics: Dynamics) -> Curves:
    """The onset: eyes by a saccade as it begins, the head after them."""
    onset = dynamics.onset
    curves, lead = _ramps(bank, onset, REST, WHOLE)
    easing = EASING_NUMBERS[onset.easing]
    for axis, target in _axes(bank, HEAD, 0).items():
        if dynamics.head.get(axis):
            curve = curves[target] = Curve(points=[Point(t=lead + HEAD_LAG, value=REST, easing=0)])
            turn = max(onset.ms, HEAD_TURN)
            curve.move(lead + HEAD_LAG + turn, (dynamics.head[axis], 0.0), easing)
    farthest = max((abs(degrees) for degrees in dynamics.gaze.values()), default=0.0)
    for axis, target in _axes(bank, GAZE, len(HEAD)).items():
        if dynamics.gaze.get(axis):
            curve = curves[target] = Curve(points=[Point(t=lead, value=REST, easing=0)])
            curve.move(lead + saccade(farthest), (dynamics.gaze[axis], 0.0), 0)
    return curves


def _go(bank: AuthoredBank, offset: Move) -> Curves:
    """The release: shares of whatever is shown, from 1 to 0."""
    return _ramps(bank, offset, WHOLE, REST)[0]


def _axes(bank: AuthoredBank, axes: Sequence[str], skipped: int) -> dict[str, int]:
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
        for axis, target in _axes(bank, axes, skipped).items():
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
        for axis, target in _axes(bank, HEAD, 0).items():
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
        axis: target for axis, target in _axes(bank, GAZE, len(HEAD)).items() if axis in key.gaze
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
        axes = _axes(bank, HEAD, 0)
        targets: list[tuple[int, float | None]] = []
        targets += [(bank.rig.index[name], None) for name in pulse.channels]
        targets += [(axes[axis], degrees) for axis, degrees in pulse.head.items()]
        for target, degrees in targets:
            base = curves[target].held_at(pulse.begin)
            away = [_away(pulse, base, degrees, t) for t in times]
            curves[target].insert(
                pulse.begin,
                [(t, base if at % 2 else away[at]) for at, t in enumerate(times)],
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
