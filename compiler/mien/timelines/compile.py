"""What an author wrote of a label in time, to its table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import define, evolve, field

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.authored.timeline import Dynamics, Kind, Level, Move
from mien.authored.timeline import Sequence as AuthoredSequence
from mien.timelines.curve import Curve, Point, Value
from mien.timelines.easing import EASING_NUMBERS
from mien.timelines.sequence import REST, Curves, axis_targets, saccade, sequence_curves
from mien.timelines.table import GAZE, HEAD, MOST_DEGREES, MOST_GAIN, Ends, Shown, TimelineTable

HEAD_LAG = 40
"""Ms by which the head follows the eyes."""

HEAD_TURN = 250
"""Ms that a turn of the head takes at least."""

WHOLE: Value = (1.0, 0.0)

_KINDS = {Kind.EVENT: Shown.EVENT, Kind.HELD: Shown.HELD, Kind.SEQUENCE: Shown.SEQUENCE}


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
    for axis, target in axis_targets(bank, HEAD, 0).items():
        if dynamics.head.get(axis):
            curve = curves[target] = Curve(points=[Point(t=lead + HEAD_LAG, value=REST, easing=0)])
            turn = max(onset.ms, HEAD_TURN)
            curve.move(lead + HEAD_LAG + turn, (dynamics.head[axis], 0.0), easing)
    farthest = max((abs(degrees) for degrees in dynamics.gaze.values()), default=0.0)
    for axis, target in axis_targets(bank, GAZE, len(HEAD)).items():
        if dynamics.gaze.get(axis):
            curve = curves[target] = Curve(points=[Point(t=lead, value=REST, easing=0)])
            curve.move(lead + saccade(farthest), (dynamics.gaze[axis], 0.0), 0)
    return curves


def _go(bank: AuthoredBank, offset: Move) -> Curves:
    """The release: shares of whatever is shown, from 1 to 0."""
    return _ramps(bank, offset, WHOLE, REST)[0]
