"""What the labels' proofs say of mixtures of labels."""

from __future__ import annotations

from collections.abc import Sequence

from mien.certify.certificate import LabelProof, MixtureBound
from mien.engine.tables import Tables


def mixture_bound(tables: Tables, proofs: Sequence[LabelProof]) -> MixtureBound:
    """Slopes of sum_e p_e f_e with p fixed: at most the largest of its labels'.

    Resolving the mixture's conflict can make a channel's slope that of its difference from one
    antagonist, so that the slope of the antagonist adds to it: once per channel that it holds.
    """
    count = len(tables.channels)
    most = [0.0] * count
    for c, name in enumerate(tables.channels):
        for proof in proofs:
            if name in proof.channels:
                most[c] = max(most[c], proof.channels[name].bound.proved)
    mean = max((proof.plain.mean.proved for proof in proofs), default=0.0)
    added = [0.0] * count
    pairs: list[list[int]] = tables.pairs.tolist()
    ceilings: list[list[int]] = tables.ceilings.tolist()
    for a, b in pairs:
        added[a] = max(added[a], most[b])
        added[b] = max(added[b], most[a])
    capped = [most[c] + added[c] for c in range(count)]
    for a, b in ceilings:
        capped[a] = max(capped[a], capped[b])
    total = 0.0
    for slope in capped:
        total += slope
    return MixtureBound(
        mean=mean,
        channel=max(most, default=0.0),
        capped_mean=_up(total / count) if count else 0.0,
        capped_channel=_up(max(capped, default=0.0)),
    )


def _up(value: float) -> float:
    """``value`` >= 0, already rounded up to four decimals once, kept at or above itself."""
    return (int(value * 10_000) + 1) / 10_000 if value > 0.0 else 0.0
