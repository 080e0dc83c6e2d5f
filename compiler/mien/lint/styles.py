"""A label is worn in more ways than one."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.source import emotion_source
from mien.text.fault import Fault, Severity

ENOUGH = 2


def enough_styles(bank: AuthoredBank) -> Iterator[Fault]:
    """`few-styles` (a warning): a label has at least two styles."""
    for emotion in bank.emotions:
        if len(emotion.styles) < ENOUGH:
            yield emotion_source(bank, emotion.label).fault(
                ("styles",),
                code="few-styles",
                message=f"{emotion.label} has {len(emotion.styles)} styles, "
                f"expected {ENOUGH} or more",
                hint="add a way of wearing the emotion under `styles`",
                severity=Severity.WARNING,
            )
