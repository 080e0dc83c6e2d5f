"""Faces over time in a model file: morph targets of a glTF that are animated, and VRMA.

Of a glTF file the first animation that moves morph targets by channels' names is the take. A
morph target of any mesh counts, the largest weight where several meshes have one; the expressions
of a VRMA count by their names. Rows are the moments of all keys together where they come as often
as a recorder's, with those between filled in where nothing moves; else curves are read at `RATE`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from attrs import frozen

from mien.errors import SourceError
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import F64, Take, recorded_take
from mien.formats.timecode import nominal_rate
from mien.formats.turns import turns_of
from mien.gltf.channel_names import channels_of
from mien.gltf.model import Model, Track
from mien.gltf.read import read_model
from mien.gltf.values import refusal, values_of
from mien.text.node import Path as NodePath

RATE = 60.0
"""Frames a second of the take where keys come at no even pace."""

_SLOWEST, _FASTEST = 10.0, 240.0
_SAME = 1e-4
"""Seconds between two keys of one moment, at most."""

_LONGEST = 3600.0
_MOST_KEYS = 2_000_000


@frozen(kw_only=True, eq=False)
class Curve:
    """What one name does: ``values`` (N,) at ``times`` (N,) in seconds, straight or in steps."""

    name: str
    times: F64
    values: F64
    stepped: bool = False

    def at(self, moments: F64) -> F64:
        """The values (M,) at ``moments`` (M,); those of the first and last key outside them."""
        if not self.stepped:
            return np.interp(moments, self.times, self.values)
        before = np.searchsorted(self.times, moments + 1e-9, side="right") - 1
        found: F64 = self.values[np.clip(before, 0, None)]
        return found


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take, whose channels that nothing moves are at rest: animations move what they like.

    A rate is for keys that come at no even pace.

    Raises:
        SourceError: with every fault of the file; or nothing in it moves a channel.
    """
    wanted = asked.names
    model = read_model(path)
    rate = asked.rate or _noted_rate(model)
    curves = curves_of(model, wanted)
    moved = [(channel, one) for one in curves for channel in channels_of(one.name, wanted)]
    if not moved:
        raise _nothing_moves(model, curves)
    moments = _moments([one for _, one in moved], rate)
    weights = np.zeros((len(moments), len(wanted)))
    for channel, one in moved:
        column = wanted.index(channel)
        weights[:, column] = _larger(weights[:, column], one.at(moments))
    moving = {channel for channel, _ in moved}
    return recorded_take(
        rate or nominal_rate(moments),
        wanted,
        moments,
        weights,
        head=_head(model, moments),
        source=model.source or path.name,
        dialect="VRMA" if model.format == "VRMA" else "",
        absent=tuple(name for name in wanted if name not in moving),
        unknown=tuple(
            dict.fromkeys(one.name for one in curves if not channels_of(one.name, wanted))
        ),
    )


def curves_of(model: Model, channels: Sequence[str]) -> list[Curve]:
    """The curves of the first animation that moves a channel, else of the first that moves a face.

    Raises:
        SourceError: its numbers cannot be read.
    """
    first: list[Curve] = []
    for number in range(len(model.animations)):
        found = list(_curves(model, number))
        if any(channels_of(one.name, tuple(channels)) for one in found):
            return found
        first = first or found
    return first


def _curves(model: Model, number: int) -> Iterator[Curve]:
    expressions = {one.node: one.name for one in model.animated}
    for place, track in enumerate(model.animations[number].tracks):
        path: NodePath = ("animations", number, "channels", place)
        node = model.nodes[track.node]
        if track.path == "weights" and node.mesh is not None:
            names = model.meshes[node.mesh].target_names
            if names:
                yield from _morph_curves(model, track, names, path)
        elif track.path == "translation" and track.node in expressions:
            times, values = _keys(model, track, 3, path)
            stepped = track.interpolation == "STEP"
            name = expressions[track.node]
            yield Curve(name=name, times=times, values=values[:, 0], stepped=stepped)


def _morph_curves(
    model: Model, track: Track, names: Sequence[str], path: NodePath
) -> Iterator[Curve]:
    times, values = _keys(model, track, len(names), path)
    stepped = track.interpolation == "STEP"
    for column, name in enumerate(names):
        yield Curve(name=name, times=times, values=values[:, column], stepped=stepped)


def _keys(model: Model, track: Track, width: int, path: NodePath) -> tuple[F64, F64]:
    """The moments (N,) of a track's keys, rising, and their values (N, width).

    Of cubic splines the keys count, and what lies between them runs straight.
    """
    if model.accessors[track.times].count * width > _MOST_KEYS:
        raise refusal(model, path, "model-range", f"it has over {_MOST_KEYS:,} numbers")
    times = values_of(model, track.times)[:, 0].astype(np.float64)
    values = values_of(model, track.values).astype(np.float64).reshape(-1)
    spline = 3 if track.interpolation == "CUBICSPLINE" else 1
    if values.size != len(times) * width * spline:
        message = (
            f"{len(times)} keys of {width} numbers each need {len(times) * width * spline}, "
            f"its output has {values.size}"
        )
        raise refusal(model, path, "model-structure", message)
    found = values.reshape(len(times), spline, width)[:, spline // 2]
    if not (np.isfinite(times).all() and np.isfinite(found).all()):
        raise refusal(model, path, "model-structure", "its keys are no numbers")
    if (np.diff(times) <= 0.0).any() or times[0] < 0.0 or times[-1] > _LONGEST:
        message = f"the times of its keys should rise, from 0 to {_LONGEST:g} s at most"
        raise refusal(model, path, "model-structure", message)
    return times, found


def _noted_rate(model: Model) -> float | None:
    """Frames a second of a take that was written with fewer keys than it had rows."""
    return model.rate if _SLOWEST <= model.rate <= _FASTEST else None


def _head(model: Model, moments: F64) -> F64 | None:
    """The turns (M, 3) of the head at ``moments`` (M,) in the first animation that has them."""
    node = dict(model.bones).get("head") or next(
        (at for at, one in enumerate(model.nodes) if one.name.lower() == "head"), None
    )
    for number, animation in enumerate(model.animations):
        for place, track in enumerate(animation.tracks):
            if track.node == node and track.path == "rotation":
                path: NodePath = ("animations", number, "channels", place)
                times, values = _keys(model, track, 4, path)
                stepped = track.interpolation == "STEP"
                parts = (
                    Curve(name="", times=times, values=part, stepped=stepped).at(moments)
                    for part in values.T
                )
                found = np.stack(list(parts), axis=1)
                found[~found.any(axis=1), 3] = 1.0
                return turns_of(found)
    return None


def _moments(curves: Sequence[Curve], rate: float | None) -> F64:
    """The moments (N,) of the rows: those of the keys, else of frames."""
    times = np.unique(np.concatenate([one.times for one in curves]))
    times = times[np.concatenate(([True], np.diff(times) > _SAME))]
    steps = np.diff(times)
    step = float(np.median(steps)) if len(steps) else 0.0
    if step and _SLOWEST <= 1.0 / step <= _FASTEST:
        missing = np.maximum(np.rint(steps / step).astype(np.int64) - 1, 0)
        filled: list[F64] = [
            np.linspace(start, end, count + 2)[1:-1]
            for start, end, count in zip(times[:-1], times[1:], missing.tolist(), strict=True)
            if count
        ]
        return np.sort(np.concatenate([times, *filled]))
    end = float(times[-1])
    count = int(np.floor(end * (rate or RATE) + 1e-6)) + 1
    return np.arange(count, dtype=np.float64) / (rate or RATE)


def _larger(one: F64, other: F64) -> F64:
    """By absolute value, so that a weight below 0 is told and not hidden."""
    found: F64 = np.where(np.abs(other) > np.abs(one), other, one)
    return found


def _nothing_moves(model: Model, curves: Sequence[Curve]) -> SourceError:
    names = list(dict.fromkeys(one.name for one in curves))
    message = "no animation in it moves a channel of a face"
    hint = ""
    if names:
        message += f"; what moves is {', '.join(names[:4])}" + (", ..." if len(names) > 4 else "")
    elif model.animations:
        hint = "its animations move bones alone, or morph targets without names"
    return refusal(model, ("animations",) if model.animations else (), "no-rows", message, hint)
