"""A bank's own words for its labels: each means one label, which is there."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.rule import LintRule, source_of
from mien.text.fault import Fault
from mien.text.suggest import did_you_mean

_STEM = "aliases"


def _label(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    labels = bank.manifest.labels
    for label in bank.aliases:
        if label not in labels:
            yield rule.fault(
                source_of(bank, _STEM),
                ("labels", label),
                message=f"there is no label {label}, so its words mean nothing",
                hint=did_you_mean(label, labels) or "write the words under a label of the bank",
            )


def _twice(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    meant = {label: label for label in bank.manifest.labels}
    for label, words in bank.aliases.items():
        for position, word in enumerate(words):
            other = meant.setdefault(word, label)
            if other != label:
                what = (
                    f"is a label, and no word for {label}"
                    if other == word
                    else (f"means {other} already, and cannot mean {label}")
                )
                yield rule.fault(
                    source_of(bank, _STEM),
                    ("labels", label, position),
                    message=f"{word} {what}",
                    hint="keep it under the one label that it means",
                )


RULES = (
    LintRule(
        code="alias-label",
        title="A bank has other words for a label that it does not have.",
        why="Whoever writes one of the words would be answered with a label that is refused.",
        mend="Write the words under a label of the bank, or remove them.",
        find=_label,
    ),
    LintRule(
        code="alias-twice",
        title="One word stands for two labels.",
        why="A word that is asked for has to mean one face.",
        mend="Keep the word under the one label that it means. A label's own name is no word for "
        "another one.",
        find=_twice,
    ),
)
