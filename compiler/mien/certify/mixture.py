"""What the labels' proofs say of mixtures of labels; `docs/certificate.md` has the argument."""

from __future__ import annotations

from collections.abc import Sequence

from mien.certify.certificate import LabelProof, MixtureBound
from mien.engine.tables import Tables

SURE = 1e-6
"""Antagonists that come this near their cap are taken to meet."""


def mixture_bound(tables: Tables, proofs: Sequence[LabelProof], moving: int) -> MixtureBound:
    """Slopes of the face of sum_e p_e f_e with p fixed, its conflict resolved.

    While no antagonists meet, a slope is at most the largest of the labels'. Where they do, the
    greater of two shows their difference and the lesser is held: it hands its slope on. Whatever
    pairs are at work, the bound is linear in p, so that it is greatest for a single label's slopes.

    Args:
        tables: the bank.
        proofs: the proofs of its labels.
        moving: how many channels the mean counts.
    """
    names = tables.channels
    highest = [[proof.highest.get(name, 0.0) for proof in proofs] for name in names]
    rivals: list[list[int]] = [[] for _ in names]
    pairs: list[list[int]] = tables.pairs.tolist()
    caps: list[float] = tables.caps.tolist()
    for (a, b), cap in zip(pairs, caps, strict=True):
        if any(highest[a]) and any(highest[b]) and lesser(highest[a], highest[b]) > cap - SURE:
            rivals[a].append(b)
            rivals[b].append(a)
    ceilings: list[list[int]] = tables.ceilings.tolist()
    slacks: list[float] = tables.slacks.tolist()
    reached = [
        (a, b)
        for (a, b), slack in zip(ceilings, slacks, strict=True)
        if max(highest[a], default=0.0) > slack - SURE
    ]
    mean = channel = 0.0
    for proof in proofs:
        own = [
            proof.channels[name].bound.proved if name in proof.channels else 0.0 for name in names
        ]
        shown = [
            slope + max((own[p] for p in rivals[c]), default=0.0) for c, slope in enumerate(own)
        ]
        # In its own place or those of its rivals, a channel's slope shows once a rival at most.
        total = proof.plain.mean.proved * moving
        for c, slope in enumerate(own):
            total += max(0, len(rivals[c]) - 1) * slope
        for a, b in reached:
            total += shown[b]
            shown[a] = max(shown[a], shown[b])
        mean = max(mean, total)
        channel = max(channel, *shown)
    return MixtureBound(
        antagonists_meet=any(rivals),
        mean=_up(mean / moving) if moving else 0.0,
        channel=_up(channel),
    )


def lesser(one: Sequence[float], other: Sequence[float]) -> float:
    """The greatest lesser of two channels in any mixture, from their values by label.

    The maximum over p of min(sum p_e a_e, sum p_e b_e) is a linear program of two constraints over
    the simplex: one label or two attain it.
    """
    most = 0.0
    for a, b in zip(one, other, strict=True):
        most = max(most, min(a, b))
        for c, d in zip(one, other, strict=True):
            if a > b and c < d:
                # Between the two labels, where the channels are alike.
                part = (d - c) / ((a - b) + (d - c))
                most = max(most, c + part * (a - c))
    return most


def _up(value: float) -> float:
    """``value`` >= 0 to four decimals, at or above itself.

    It is a sum of bounds that were rounded up with a margin far above what is taken off here.
    """
    return (int(value * 10_000 - 1e-6) + 1) / 10_000 if value > 0.0 else 0.0
