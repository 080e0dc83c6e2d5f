"""Every label has an anchor and an archetype at each intensity of the bank, and no others."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.source import emotion_source, manifest_source
from mien.text.fault import Fault, Severity

MANY = 50
TOO_MANY = 200


def every_intensity_present(bank: AuthoredBank) -> Iterator[Fault]:
    """`anchor-missing`, `archetype-missing`: nothing to say at an intensity of the bank."""
    for emotion in bank.emotions:
        written: tuple[tuple[str, str, Collection[str]], ...] = (
            ("anchors", "anchor-missing", emotion.anchors),
            ("archetypes", "archetype-missing", emotion.archetypes),
        )
        for block, code, present in written:
            for name in bank.manifest.intensities:
                if name not in present:
                    yield emotion_source(bank, emotion.label).fault(
                        (block,),
                        code=code,
                        message=f"{emotion.label} has nothing for the intensity {name}",
                        hint=f"add `{name}` under `{block}`",
                    )


def no_other_intensity(bank: AuthoredBank) -> Iterator[Fault]:
    """`intensity-unknown`: an anchor or archetype whose intensity the bank does not list."""
    known = bank.manifest.intensities
    for emotion in bank.emotions:
        blocks: tuple[tuple[str, Collection[str]], ...] = (
            ("anchors", emotion.anchors),
            ("archetypes", emotion.archetypes),
        )
        for block, present in blocks:
            for name in present:
                if name not in known:
                    yield emotion_source(bank, emotion.label).fault(
                        (block, name),
                        code="intensity-unknown",
                        message=f"{name} is not an intensity of this bank: {', '.join(known)}",
                        hint="rename it, or list it under `intensities` in the bank's manifest",
                    )


def intensities_in_reason(bank: AuthoredBank) -> Iterator[Fault]:
    """`many-intensities`: past 50 the solver's weights and slopes grow, past 200 it refuses."""
    count = len(bank.manifest.intensities)
    if count > MANY:
        refused = count > TOO_MANY
        yield manifest_source(bank).fault(
            ("intensities",),
            code="many-intensities",
            message=f"{count} intensities a label; expected at most "
            f"{TOO_MANY if refused else MANY}",
            hint="weights and slopes grow with the number of anchors: keep the ones that differ",
            severity=Severity.ERROR if refused else Severity.WARNING,
        )
