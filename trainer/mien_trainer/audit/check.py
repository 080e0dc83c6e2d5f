"""What is wrong with a clip by itself: numbers, lengths, conditions, antagonists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from mien.bank import Bank
from mien.engine.tables import Tables
from mien_trainer.audit.limits import TOLERANCE
from mien_trainer.frames import F32
from mien_trainer.mead.source import MeadSource
from mien_trainer.takes.source import TakesSource
from mien_trainer.targets.clip import Clip

CAPTURED = frozenset({TakesSource.name, MeadSource.name})
"""Sources whose faces were seen by a tracker, not made by the bank."""

Found = tuple[str, str]
"""A fault's code and message."""


def structure_faults(clip: Clip, bank: Bank, mels: int) -> Iterator[Found]:
    """Faults after which nothing can be measured; none, and the clip's arrays can be trusted."""
    labels, channels = len(bank.labels), len(bank.channels)
    series = (
        ("targets", clip.targets, (clip.frames, channels)),
        ("conditions", clip.conditions, (clip.frames, labels + 3)),
        ("mel", clip.mel, (clip.frames, mels)),
        ("speech", clip.speech, (clip.frames,)),
    )
    for name, values, shape in series:
        if values.shape != shape:
            yield "lengths", f"{name} has shape {values.shape}, expected {shape}"
    if clip.frames == 0:
        yield "lengths", "it has no frames"
    for name, values, _ in series:
        if not np.isfinite(values).all():
            frame = int(np.argwhere(~np.isfinite(values))[0][0])
            yield "not-a-number", f"{name} of frame {frame} is not finite"
    for name, values in (("targets", clip.targets), ("speech", clip.speech)):
        finite = values[np.isfinite(values)]
        if finite.size and (finite.min() < 0.0 or finite.max() > 1.0):
            span = f"{finite.min():.4g} to {finite.max():.4g}"
            yield "out-of-range", f"{name} run from {span}, expected [0, 1]"
    if clip.conditions.shape == (clip.frames, labels + 3):
        yield from _condition_faults(clip, bank.labels)


def _condition_faults(clip: Clip, labels: tuple[str, ...]) -> Iterator[Found]:
    hot, points = clip.conditions[:, : len(labels)], clip.conditions[:, len(labels) :]
    one_hot = ((hot == 0.0) | (hot == 1.0)).all(axis=1) & (hot.sum(axis=1) == 1.0)
    if not one_hot.all():
        yield "conditions", f"frame {int(np.argmin(one_hot))} is not one label one-hot"
    elif clip.label not in labels:
        yield "conditions", f"the bank has no label {clip.label}"
    else:
        named = hot.argmax(axis=1) == labels.index(clip.label)
        if not named.all():
            frame = int(np.argmin(named))
            told = labels[int(hot[frame].argmax())]
            yield "conditions", f"frame {frame} is {told}, the clip {clip.label}"
    outside = np.abs(points) > 1.0
    if outside.any():
        frame, axis = (int(place) for place in np.argwhere(outside)[0])
        value = points[frame, axis]
        yield "conditions", f"{'VAD'[axis]} of frame {frame} is {value:.4g}, expected [-1, 1]"


def antagonist_faults(clip: Clip, tables: Tables) -> Iterator[Found]:
    """The worst of what the clip's faces hold that the bank's conflict would take apart."""
    names, targets = tables.channels, clip.targets
    code = "captured-antagonists" if clip.source in CAPTURED else "antagonists"
    one, other = tables.pairs.T
    smaller = np.minimum(targets[:, one], targets[:, other])
    yield from _worst(
        code,
        smaller - tables.caps,
        lambda frame, pair: (
            f"{names[one[pair]]} {targets[frame, one[pair]]:.3f} with "
            f"{names[other[pair]]} {targets[frame, other[pair]]:.3f} in frame {frame}, "
            f"expected the smaller to be at most {tables.caps[pair]:.2g}"
        ),
    )
    channel, under = tables.ceilings.T
    yield from _worst(
        code,
        targets[:, channel] - targets[:, under] - tables.slacks,
        lambda frame, at: (
            f"{names[channel[at]]} {targets[frame, channel[at]]:.3f} over "
            f"{names[under[at]]} {targets[frame, under[at]]:.3f} in frame {frame}, "
            f"expected at most {tables.slacks[at]:.2g} more"
        ),
    )


def _worst(code: str, over: F32, told: Callable[[int, int], str]) -> Iterator[Found]:
    """What is ``told`` of the frame and column of ``over`` (N, P) that is over most, if any is."""
    if over.size and over.max() > TOLERANCE:
        frame, column = divmod(int(over.argmax()), over.shape[1])
        more = int((over.max(axis=0) > TOLERANCE).sum()) - 1
        also = f" (and {more} more pair{'' if more == 1 else 's'})" if more else ""
        yield code, told(frame, column) + also
