"""How far faces move over the whole VAD cube, by sampling it, and how grave that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import frozen

from mien.authored.emotion import Vad
from mien.diff.record import Category
from mien.engine.registry import Evaluator, get_engine
from mien.engine.tables import F32, PLAIN, Tables

StylePairs = tuple[tuple[int, int], ...]
"""Pairs of style positions to compare, PLAIN among them."""

STEPS = 9
"""Grid points along each axis, from -1 to 1: a quarter apart, 729 in all."""


@frozen(kw_only=True)
class Effect:
    """``mean`` |difference| over grid and channels; the ``largest``, its channel and its point."""

    mean: float
    largest: float
    channel: str
    at: Vad

    @property
    def gravity(self) -> float:
        """As a share of what makes another face."""
        return gravity(mean=self.mean, largest=self.largest)


NOTHING = Effect(mean=0.0, largest=0.0, channel="", at=(0.0, 0.0, 0.0))


def effects(old: Tables, new: Tables, labels: Mapping[str, str]) -> Mapping[str, Effect]:
    """The effect on each label's plain faces, by its new name; ``labels`` maps old to new names.

    The largest difference is also looked for at every anchor of both. A channel that only one side
    has is at rest on the other.
    """
    plain = ((PLAIN, PLAIN),)
    return _effects(old, new, ((was, now, plain) for was, now in labels.items()))


def styled_effect(old: Tables, new: Tables) -> Effect:
    """The gravest effect on any face, plain or styled, where labels and styles are the same."""
    styled = (
        (
            table.label,
            table.label,
            tuple((style, style) for style in range(PLAIN, len(table.styles))),
        )
        for table in old.labels
    )
    return gravest(_effects(old, new, styled).values())


def _effects(
    old: Tables, new: Tables, styled: Iterable[tuple[str, str, StylePairs]]
) -> Mapping[str, Effect]:
    """By new label; of several looks the gravest counts."""
    before = get_engine(old.engine).evaluator(old)
    after = get_engine(new.engine).evaluator(new)
    channels = list(dict.fromkeys((*new.channels, *old.channels)))
    return {
        now: gravest(
            _effect(
                channels,
                _Sampled(old, before, old.label_index[was], one),
                _Sampled(new, after, new.label_index[now], other),
            )
            for one, other in styles
        )
        for was, now, styles in styled
    }


def gravest(found: Iterable[Effect]) -> Effect:
    """The gravest of them."""
    return max(found, key=lambda effect: effect.gravity, default=NOTHING)


@frozen(eq=False)
class _Sampled:
    tables: Tables
    evaluator: Evaluator
    position: int
    style: int

    def anchors(self) -> F32:
        table = self.tables.labels[self.position]
        points: F32 = np.concatenate((table.anchors, table.style_anchors))
        return points

    def faces(self, points: F32, channels: Sequence[str]) -> F32:
        """Faces (n, len(channels)) at points (n, 3)."""
        own = np.empty((len(points), len(self.tables.channels)), dtype=np.float32)
        labels = np.full(len(points), self.position, dtype=np.int32)
        styles = None if self.style == PLAIN else np.full_like(labels, self.style)
        self.evaluator.faces(labels, points, styles, None, own, 1)
        index = self.tables.channel_index
        faces = np.zeros((len(points), len(channels)), dtype=np.float32)
        for column, name in enumerate(channels):
            if name in index:
                faces[:, column] = own[:, index[name]]
        return faces


def _effect(channels: Sequence[str], old: _Sampled, new: _Sampled) -> Effect:
    grid = _grid()
    points = np.concatenate((grid, old.anchors(), new.anchors()))
    apart = np.abs(new.faces(points, channels) - old.faces(points, channels))
    row, column = divmod(int(np.argmax(apart)), len(channels))
    if not apart[row, column]:
        return NOTHING
    valence, arousal, dominance = (float(str(axis)) for axis in points[row])
    return Effect(
        mean=float(apart[: len(grid)].astype(np.float64).mean()),
        largest=float(apart[row, column]),
        channel=channels[column],
        at=(valence, arousal, dominance),
    )


def _grid() -> F32:
    axis = np.array([2 * step / (STEPS - 1) - 1 for step in range(STEPS)], dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


MEAN = 0.01
"""A face that moves further than this, in the mean over its channels, is another face.

Labels at equal intensity keep 0.02 apart: two that each came half of that towards the other would
meet.
"""

CHANNEL = 0.25
"""So is one in which a single channel moves further than this.

The slope budget of 5 lets a step of 0.05 in VAD, the noise of a good estimate, move a channel by
0.25: a larger move is seen where noise is not.
"""

ALIKE = 0.005
"""A label or style that was removed and one that was added are one renamed, where their faces
differ by no more than this in the mean: half of what makes another face."""

NEAR = 0.1
"""And where their anchors lie no further apart than this on any axis."""


_DECIMALS = 6
"""So that a move of exactly a threshold is not over it by the last bit of a sum."""


def weigh(*, mean: float, largest: float) -> Category:
    """MAJOR where faces become other faces, else MINOR."""
    return Category.MAJOR if gravity(mean=mean, largest=largest) > 1 else Category.MINOR


def gravity(*, mean: float, largest: float) -> float:
    """The larger of the two, each as a share of its threshold: over 1 is MAJOR."""
    return round(max(mean / MEAN, largest / CHANNEL), _DECIMALS)
