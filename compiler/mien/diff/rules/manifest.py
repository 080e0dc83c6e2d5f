"""Who the bank is and what it promises."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.diff.pair import BankPair
from mien.diff.record import Change, Finding
from mien.diff.rules.rule import MAJOR, MINOR, NOWHERE, PATCH, Rule
from mien.text.node import Path

_Budget = tuple[Path, float, bool]
"""Where it is written, its value, and whether a larger value promises less."""


def _bank_renamed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.manifest.id, banks.new.bank.manifest.id
    if old != new:
        places = banks.places("bank", ("id",))
        change = Change(name="id", before=old, after=new, places=places)
        yield rule.finding(f"the bank {old} is now called {new}", places, changes=(change,))


def _engine_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.tables.engine, banks.new.tables.engine
    if old != new:
        change = Change(name="engine", before=float(old), after=float(new), places=NOWHERE)
        yield rule.finding(f"engine {old} is now engine {new}", NOWHERE, changes=(change,))


def _rig_replaced(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.rig.id, banks.new.bank.rig.id
    if old != new:
        places = banks.places("bank", ("rig",))
        changes = (
            Change(name="rig", before=old, after=new, places=places),
            Change(name="id", before=old, after=new, places=banks.places("rig", ("id",))),
        )
        yield rule.finding(f"the rig {old} is now the rig {new}", places, changes=changes)


def _licence_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.manifest.licence, banks.new.bank.manifest.licence
    if old != new:
        places = banks.places("bank", ("licence",))
        change = Change(name="licence", before=old, after=new, places=places)
        yield rule.finding(f"the licence {old} is now {new}", places, changes=(change,))


def _budget_loosened(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    yield from _budgets(rule, banks, loosened=True)


def _budget_tightened(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    yield from _budgets(rule, banks, loosened=False)


def _budgets(rule: Rule, banks: BankPair, *, loosened: bool) -> Iterator[Finding]:
    for (path, old, larger_is_looser), (_, new, _) in zip(
        _list(banks.old.bank), _list(banks.new.bank), strict=True
    ):
        if old != new and ((new > old) is larger_is_looser) is loosened:
            places = banks.places("bank", path)
            name = ".".join(str(step) for step in path)
            change = Change(name=name, before=old, after=new, places=places)
            what = "loosened" if loosened else "tightened"
            yield rule.finding(f"{name} was {what}", places, size=change.size, changes=(change,))


def _list(bank: AuthoredBank) -> tuple[_Budget, ...]:
    budgets = bank.manifest.budgets
    return (
        (("budgets", "slope", "mean"), budgets.slope.mean, True),
        (("budgets", "slope", "channel"), budgets.slope.channel, True),
        (("budgets", "separation"), budgets.separation, False),
        (("budgets", "spacing"), budgets.spacing, False),
        (("budgets", "speed", "channel"), budgets.speed.channel, True),
        (("budgets", "speed", "head"), budgets.speed.head, True),
        (("budgets", "speed", "gaze"), budgets.speed.gaze, True),
    )


RULES = (
    Rule(
        code="bank-renamed",
        title="The bank has another id.",
        why="Whoever loads the bank by its name gets an error.",
        right="id: tiny",
        wrong="id: mine",
        file="bank.yaml",
        categories=MAJOR,
        find=_bank_renamed,
    ),
    Rule(
        code="engine-changed",
        title="The bank is compiled by another engine.",
        why="Other arithmetic: evaluators of the old engine cannot read the bank.",
        right="engine: 1",
        wrong="engine: 2",
        categories=MAJOR,
        find=_engine_changed,
    ),
    Rule(
        code="rig-replaced",
        title="The bank is for another rig.",
        why="The bank is for other characters.",
        right="rig: arkit52",
        wrong="rig: ours",
        categories=MAJOR,
        find=_rig_replaced,
    ),
    Rule(
        code="licence-changed",
        title="The bank has another licence.",
        why="What was allowed may no longer be.",
        right="licence: CC0-1.0",
        wrong="licence: CC-BY-4.0",
        file="bank.yaml",
        categories=MAJOR,
        find=_licence_changed,
    ),
    Rule(
        code="budget-loosened",
        title="A budget of the bank promises less.",
        why="The bank promises less: faces may change faster, or labels come nearer each other.",
        right="separation: 0.02",
        wrong="separation: 0.01",
        file="bank.yaml",
        categories=MINOR,
        find=_budget_loosened,
    ),
    Rule(
        code="budget-tightened",
        title="A budget of the bank promises more.",
        why="The bank promises more about the faces that it has.",
        right="separation: 0.02",
        wrong="separation: 0.03",
        file="bank.yaml",
        categories=PATCH,
        find=_budget_tightened,
    ),
)
