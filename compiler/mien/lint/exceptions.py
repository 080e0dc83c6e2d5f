"""Exceptions name a rule that exists and is broken: stale ones hide the next mistake."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.action_units import ACTIVE, RISES, known_subjects, shortfalls
from mien.lint.source import emotion_source
from mien.text.fault import Fault, Severity
from mien.text.suggest import nearest

EXCEPTABLE = (ACTIVE, RISES)
"""The rules that an exception may name; no other rule may be broken on purpose."""


def exceptions_known(bank: AuthoredBank) -> Iterator[Fault]:
    """`exception-unknown` (a warning): the rule or the subject does not exist."""
    for emotion in bank.emotions:
        subjects = sorted(known_subjects(bank.rig, emotion))
        for position, exemption in enumerate(emotion.exceptions):
            named = (
                ("rule", exemption.rule, EXCEPTABLE, "a rule that takes exceptions"),
                ("subject", exemption.subject, subjects, "a core action unit of this label"),
            )
            for key, found, known, wanted in named:
                if found not in known:
                    near = nearest(found, known)
                    yield emotion_source(bank, emotion.label).fault(
                        ("exceptions", position, key),
                        code="exception-unknown",
                        message=f"{found} is not {wanted}; expected one of "
                        f"{', '.join(known) or 'none'}",
                        hint=f"did you mean {near}?" if near else "remove the exception",
                        severity=Severity.WARNING,
                    )


def exceptions_needed(bank: AuthoredBank) -> Iterator[Fault]:
    """`exception-unneeded` (a warning): the rule holds without the exception."""
    for emotion in bank.emotions:
        broken = {
            (shortfall.rule, subject)
            for shortfall in shortfalls(bank, emotion)
            for subject in shortfall.subjects
        }
        known = known_subjects(bank.rig, emotion)
        for position, exemption in enumerate(emotion.exceptions):
            if exemption.rule not in EXCEPTABLE or exemption.subject not in known:
                continue
            if (exemption.rule, exemption.subject) not in broken:
                yield emotion_source(bank, emotion.label).fault(
                    ("exceptions", position),
                    code="exception-unneeded",
                    message=f"{exemption.subject} keeps the rule {exemption.rule} "
                    "without this exception",
                    hint="remove the exception, so that it cannot hide a later mistake",
                    severity=Severity.WARNING,
                )
