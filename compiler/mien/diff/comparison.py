"""Two banks to all that changed between them."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.diff.both import Both
from mien.diff.pairing import mean_apart
from mien.diff.record import BankDiff, Named, Neighbour, Visible
from mien.diff.rules.run import findings
from mien.diff.side import Side
from mien.diff.told import UNTOLD

SHOWN = 5e-4
"""A label whose faces move less than this on every channel is not told as visible."""


def compare(old: Side, new: Side) -> BankDiff:
    """All that changed from ``old`` to ``new``.

    Where one of them is an artifact, both are compared as far as tables tell.
    """
    both = comparable(old, new)
    return BankDiff(
        old=named(old),
        new=named(new),
        findings=findings(both),
        visible=tuple(_visible(both)),
        untold=() if both.new.sourced else UNTOLD,
    )


def comparable(old: Side, new: Side) -> Both:
    """The two, reduced to what both of them tell."""
    if old.sourced and new.sourced:
        return Both(old=old, new=new)
    return Both(old=old.reduced(), new=new.reduced())


def named(side: Side) -> Named:
    """How a comparison calls one of its sides."""
    manifest = side.bank.manifest
    return Named(name=side.name, bank=manifest.id, version=manifest.version, source=side.source)


def _visible(both: Both) -> Iterator[Visible]:
    """The labels whose faces moved as far as can be shown, most first."""
    moved = [(both.effects[new.label], old.label, new.label) for old, new in both.kept]
    for effect, was, label in sorted(moved, key=lambda item: -item[0].mean):
        if effect.largest >= SHOWN:
            yield Visible(
                label=label,
                mean=effect.mean,
                largest=effect.largest,
                channel=effect.channel,
                at=effect.at,
                nearest_before=_nearest(both.old.bank, was),
                nearest_after=_nearest(both.new.bank, label),
            )


def _nearest(bank: AuthoredBank, label: str) -> Neighbour | None:
    """The label that comes nearest to this one at any intensity."""
    own = next(emotion for emotion in bank.emotions if emotion.label == label)
    others = (
        Neighbour(
            label=other.label,
            distance=mean_apart(
                own.archetypes[name], other.archetypes[name], len(bank.rig.channels)
            ),
        )
        for other in bank.emotions
        if other.label != label
        for name in bank.manifest.intensities
    )
    return min(others, key=lambda neighbour: neighbour.distance, default=None)
