"""The manifest says who made the bank and what others may do with it."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.rule import LintRule, source_of
from mien.text.fault import Fault

PLACEHOLDER = "placeholder"
"""The code of what `mien init` left to fill in; no bank is released with it."""

_BEGINNING = "put your "


def _placeholder(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    manifest = bank.manifest
    for key, texts in (("licence", (manifest.licence,)), ("authors", manifest.authors)):
        for text in texts:
            if text.lower().startswith(_BEGINNING):
                yield rule.fault(
                    source_of(bank, "bank"),
                    (key,),
                    message=f"{text!r} is what `mien init` wrote to be replaced",
                    hint=f"write your own under `{key}`; until then the bank cannot be released",
                )


RULES = (
    LintRule(
        code=PLACEHOLDER,
        title="The manifest still has a text that `mien init` wrote to be replaced.",
        why="A release never changes: it would say for ever that nobody made it.",
        mend="Write your name under `authors`, and your licence under `licence`, in bank.yaml.",
        severity="warning",
        file="bank.yaml",
        right="authors: [mien]",
        wrong="authors: [put your name here]",
        find=_placeholder,
    ),
)
