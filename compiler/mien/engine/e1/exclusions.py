"""The rig's exclusions as a bank uses them: pairs with caps, ceilings with slacks."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.authored.enforced import enforced_pairs
from mien.authored.rig import Rig
from mien.engine.e1.places import place_of
from mien.engine.e1.rounding import positions, single
from mien.engine.tables import F32, I32
from mien.text.fault import Fault


def pair_tables(bank: AuthoredBank) -> tuple[I32, F32]:
    """Pairs (P, 2) and caps (P,), in rig order: hard ones, and the kinds that the policy caps."""
    index = bank.rig.index
    enforced = tuple(enforced_pairs(bank))
    pairs = [(index[one], index[other]) for one, other in (pair.pair for pair, _ in enforced)]
    return positions(pairs, 2), single([cap for _, cap in enforced])


def ceiling_tables(rig: Rig) -> tuple[I32, F32]:
    """Ceilings (N, 2) as (channel, under) and slacks (N,), in rig order."""
    pairs = [(rig.index[ceiling.channel], rig.index[ceiling.under]) for ceiling in rig.ceilings]
    return positions(pairs, 2), single([ceiling.slack for ceiling in rig.ceilings])


def ceiling_faults(bank: AuthoredBank) -> Iterator[Fault]:
    """Ceilings that antagonists or other ceilings would move, so that order would matter."""
    paired = {name for antagonist in bank.rig.antagonists for name in antagonist.pair}
    bounded = {ceiling.channel for ceiling in bank.rig.ceilings}
    for position, ceiling in enumerate(bank.rig.ceilings):
        where = "ceilings"
        place = place_of(bank, f"rigs/{bank.rig.id}.", (where, position))
        if ceiling.channel in paired:
            yield Fault(
                place=place,
                path=where,
                code="ceiling-in-a-pair",
                message=f"{ceiling.channel} has a ceiling and is in an antagonist pair",
                hint="a channel can have only one of the two",
            )
        if ceiling.under in bounded:
            yield Fault(
                place=place,
                path=where,
                code="ceiling-on-a-ceiling",
                message=f"{ceiling.channel} is bounded by {ceiling.under}, which has a ceiling too",
                hint="bound both by the same channel",
            )
