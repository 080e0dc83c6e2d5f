"""Archetypes hold no face that the conflict rule would change: ceilings."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.numbers import shown, single
from mien.lint.source import emotion_source, rig_source
from mien.text.fault import Fault


def archetypes_under_ceilings(bank: AuthoredBank) -> Iterator[Fault]:
    """`ceiling`: a channel passes the one above it by no more than the slack, in float32."""
    for emotion in bank.emotions:
        for intensity, weights in emotion.archetypes.items():
            for ceiling in bank.rig.ceilings:
                weight = weights.get(ceiling.channel, 0.0)
                above = weights.get(ceiling.under, 0.0)
                if single(weight) > single(single(above) + single(ceiling.slack)):
                    source = emotion_source(bank, emotion.label)
                    yield source.fault(
                        source.weight(("archetypes", intensity), ceiling.channel),
                        code="ceiling",
                        message=f"{ceiling.channel} is {shown(weight)} while {ceiling.under} is "
                        f"{shown(above)}, expected at most {shown(above + ceiling.slack)}: "
                        f"{ceiling.reason}",
                        hint=f"lower {ceiling.channel} or raise {ceiling.under}",
                    )


def ceilings_stand_alone(bank: AuthoredBank) -> Iterator[Fault]:
    """`ceiling-entangled`: conflict is settled in one pass only where ceilings stand alone."""
    paired = {name for antagonist in bank.rig.antagonists for name in antagonist.pair}
    limits = {ceiling.under for ceiling in bank.rig.ceilings}
    seen: set[str] = set()
    for position, ceiling in enumerate(bank.rig.ceilings):
        if ceiling.channel in paired | limits | seen:
            yield rig_source(bank).fault(
                ("ceilings", position, "channel"),
                code="ceiling-entangled",
                message=f"{ceiling.channel} has a ceiling and is also in an antagonist pair or "
                "in another ceiling",
                hint="keep one of the two: a channel under a ceiling is in no other constraint",
            )
        seen.add(ceiling.channel)
