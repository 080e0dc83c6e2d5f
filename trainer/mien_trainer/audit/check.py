"""What is wrong with a clip by itself: numbers, lengths, conditions, antagonists."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mien.bank import Bank
from mien.engine.tables import Tables
from mien_trainer.audit.limits import TOLERANCE
from mien_trainer.frames import F32
from mien_trainer.targets.stored import StoredClip

Found = tuple[str, str]
"""A fault's code and message."""


def structure_faults(clip: StoredClip, bank: Bank, mels: int) -> Iterator[Found]:
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
    for name, values, _ in series[::3]:
        finite = values[np.isfinite(values)]
        if finite.size and (finite.min() < 0.0 or finite.max() > 1.0):
            span = f"{finite.min():.4g} to {finite.max():.4g}"
            yield "out-of-range", f"{name} run from {span}, expected [0, 1]"
    if clip.conditions.shape == (clip.frames, labels + 3):
        yield from _condition_faults(clip, bank.labels)


def _condition_faults(clip: StoredClip, labels: tuple[str, ...]) -> Iterator[Found]:
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


def antagonist_faults(targets: F32, tables: Tables) -> Iterator[Found]:
    """Frames of ``targets`` (N, C) that hold what the bank's conflict would take apart."""
    names = tables.channels
    one, other = tables.pairs.T
    over = np.minimum(targets[:, one], targets[:, other]) - tables.caps
    for pair in np.flatnonzero(over.max(axis=0) > TOLERANCE):
        frame = int(over[:, pair].argmax())
        a, b = int(one[pair]), int(other[pair])
        yield (
            "antagonists",
            f"{names[a]} {targets[frame, a]:.3f} with {names[b]} {targets[frame, b]:.3f} in frame "
            f"{frame}, expected the smaller to be at most {tables.caps[pair]:.2g}",
        )
    channel, under = tables.ceilings.T
    over = targets[:, channel] - targets[:, under] - tables.slacks
    for ceiling in np.flatnonzero(over.max(axis=0, initial=0.0) > TOLERANCE):
        frame = int(over[:, ceiling].argmax())
        a, b = int(channel[ceiling]), int(under[ceiling])
        yield (
            "antagonists",
            f"{names[a]} {targets[frame, a]:.3f} over {names[b]} {targets[frame, b]:.3f} in frame "
            f"{frame}, expected at most {tables.slacks[ceiling]:.2g} more",
        )
