"""Who the bank is and what it promises."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank
from mien.diff.both import Both
from mien.diff.record import Change, Finding
from mien.diff.rules.rule import MAJOR, MINOR, NOWHERE, PATCH, Rule
from mien.text.where import Path

_Budget = tuple[Path, float, bool]
"""Where it is written, its value, and whether a larger value promises less."""


def bank_renamed(rule: Rule, both: Both) -> Iterator[Finding]:
    """Whoever loads the bank by its name gets an error."""
    old, new = both.old.bank.manifest.id, both.new.bank.manifest.id
    if old != new:
        places = both.places("bank", ("id",))
        change = Change(name="id", before=old, after=new, places=places)
        yield rule.finding(f"the bank {old} is now called {new}", places, changes=(change,))


def engine_changed(rule: Rule, both: Both) -> Iterator[Finding]:
    """Other arithmetic: evaluators of the old engine cannot read the bank."""
    old, new = both.old.tables.engine, both.new.tables.engine
    if old != new:
        change = Change(name="engine", before=float(old), after=float(new), places=NOWHERE)
        yield rule.finding(f"engine {old} is now engine {new}", NOWHERE, changes=(change,))


def rig_replaced(rule: Rule, both: Both) -> Iterator[Finding]:
    """The bank is for other characters."""
    old, new = both.old.bank.rig.id, both.new.bank.rig.id
    if old != new:
        places = both.places("bank", ("rig",))
        changes = (
            Change(name="rig", before=old, after=new, places=places),
            Change(name="id", before=old, after=new, places=both.places("rig", ("id",))),
        )
        yield rule.finding(f"the rig {old} is now the rig {new}", places, changes=changes)


def licence_changed(rule: Rule, both: Both) -> Iterator[Finding]:
    """What was allowed may no longer be."""
    old, new = both.old.bank.manifest.licence, both.new.bank.manifest.licence
    if old != new:
        places = both.places("bank", ("licence",))
        change = Change(name="licence", before=old, after=new, places=places)
        yield rule.finding(f"the licence {old} is now {new}", places, changes=(change,))


def budget_loosened(rule: Rule, both: Both) -> Iterator[Finding]:
    """The bank promises less: faces may change faster, or labels come nearer each other."""
    yield from _budgets(rule, both, loosened=True)


def budget_tightened(rule: Rule, both: Both) -> Iterator[Finding]:
    """The bank promises more about the faces that it has."""
    yield from _budgets(rule, both, loosened=False)


def _budgets(rule: Rule, both: Both, *, loosened: bool) -> Iterator[Finding]:
    for (path, old, larger_is_looser), (_, new, _) in zip(
        _list(both.old.bank), _list(both.new.bank), strict=True
    ):
        if old != new and ((new > old) is larger_is_looser) is loosened:
            places = both.places("bank", path)
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
    )


RULES = (
    Rule(id="bank-renamed", categories=MAJOR, find=bank_renamed),
    Rule(id="engine-changed", categories=MAJOR, find=engine_changed),
    Rule(id="rig-replaced", categories=MAJOR, find=rig_replaced),
    Rule(id="licence-changed", categories=MAJOR, find=licence_changed),
    Rule(id="budget-loosened", categories=MINOR, find=budget_loosened),
    Rule(id="budget-tightened", categories=PATCH, find=budget_tightened),
)
