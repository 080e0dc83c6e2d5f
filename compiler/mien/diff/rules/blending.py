"""What shapes all faces between and around the anchors, weighed by what it does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from attrs import evolve

from mien.artifact.write import table_digest
from mien.authored.bank import TERMS, AuthoredBank, enforced_pairs
from mien.diff.pair import BankPair
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.rule import BY_EFFECT, Rule, changed
from mien.diff.side import Side
from mien.diff.surface import Effect, weigh
from mien.text.node import Place, at

Swap = Callable[[AuthoredBank, AuthoredBank], AuthoredBank]
_Pair = frozenset[str]


def _strength_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.rules.strength, banks.new.bank.rules.strength
    if old != new:
        places = banks.places("rules", ("strength",))
        change = Change(name="strength", before=old, after=new, places=places)
        yield _weighed(
            rule, banks, "the trends' strength changed", places, (change,), _new_strength
        )


def _trend_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.rules.trends, banks.new.bank.rules.trends
    changes: list[Change] = []
    for position, term in enumerate(TERMS):
        before = {name: trend.coefficients[position] for name, trend in old.items()}
        after = {name: trend.coefficients[position] for name, trend in new.items()}
        places = partial(_trend_places, banks, term)
        moved = changed(before, after, places, absent=0.0)
        changes += [evolve(change, name=f"{change.name} {term}") for change in banks.folded(moved)]
    if changes:
        largest_first = tuple(sorted(changes, key=lambda change: -change.size))
        yield _weighed(
            rule, banks, "trends changed", largest_first[0].places, largest_first, _new_trends
        )


def _solver_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = _settings(banks.old.bank), _settings(banks.new.bank)
    changes = tuple(changed(old, new, lambda path: banks.places("bank", path), ".".join))
    if changes:
        message = "faces between the anchors are blended otherwise"
        yield _weighed(rule, banks, message, changes[0].places, changes, _new_solver)


def _antagonist_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = _caps(banks.old.bank), _caps(banks.new.bank)

    def places(pair: _Pair) -> Places:
        return Places(_cap_place(banks.old, pair), _cap_place(banks.new, pair))

    changes = tuple(changed(old, new, places, lambda pair: " ".join(sorted(pair))))
    if changes:
        message = "antagonists are held apart otherwise"
        yield _weighed(rule, banks, message, changes[0].places, changes, _new_exclusions)


def _ceiling_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old = {(one.channel, one.under): one.slack for one in banks.old.bank.rig.ceilings}
    new = {(one.channel, one.under): one.slack for one in banks.new.bank.rig.ceilings}
    places = banks.places("rig", ("ceilings",), key=True)
    changes = tuple(changed(old, new, lambda _: places, " under ".join))
    if changes:
        yield _weighed(rule, banks, "ceilings changed", places, changes, _new_exclusions)


def _table_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    if banks.new.sourced:
        return
    before = {table.label: table for table in banks.old.tables.labels}
    after = {table.label: table for table in banks.new.tables.labels}
    for old, new in banks.kept:
        one = evolve(before[old.label], label=new.label)
        other = after[new.label]
        if old.label == new.label and old == new and table_digest(one) != table_digest(other):
            effect = banks.effects[new.label]
            yield rule.finding(
                f"the compiled table differs: {effect_text(effect)}",
                banks.label_places(old.label, new.label, ("label",)),
                category=weigh(mean=effect.mean, largest=effect.largest),
                label=new.label,
                size=effect.gravity,
            )


def _weighed(
    rule: Rule,
    banks: BankPair,
    message: str,
    places: Places,
    changes: tuple[Change, ...],
    swap: Swap,
) -> Finding:
    effect = banks.effect_of(swap)
    return rule.finding(
        f"{message}: {effect_text(effect)}",
        places,
        category=weigh(mean=effect.mean, largest=effect.largest),
        size=effect.gravity,
        changes=changes,
    )


def effect_text(effect: Effect) -> str:
    """An effect in words."""
    if not effect.largest:
        return "no sampled face moves"
    point = " ".join(f"{axis:g}" for axis in effect.at)
    return f"mean {effect.mean:.4f}, at most {effect.largest:.3g} ({effect.channel} at {point})"


def _new_strength(old: AuthoredBank, new: AuthoredBank) -> AuthoredBank:
    return evolve(old, rules=evolve(old.rules, strength=new.rules.strength))


def _new_trends(old: AuthoredBank, new: AuthoredBank) -> AuthoredBank:
    return evolve(old, rules=evolve(old.rules, trends=new.rules.trends))


def _new_solver(old: AuthoredBank, new: AuthoredBank) -> AuthoredBank:
    settings = new.manifest
    manifest = evolve(
        old.manifest, metric=settings.metric, kernel=settings.kernel, plateau=settings.plateau
    )
    return evolve(old, manifest=manifest)


def _new_exclusions(old: AuthoredBank, new: AuthoredBank) -> AuthoredBank:
    return evolve(
        old,
        rules=evolve(old.rules, antagonists=new.rules.antagonists),
        rig=evolve(old.rig, antagonists=new.rig.antagonists, ceilings=new.rig.ceilings),
    )


def _settings(bank: AuthoredBank) -> Mapping[tuple[str, ...], str | float]:
    manifest = bank.manifest
    return {
        ("metric", "valence"): manifest.metric.valence,
        ("metric", "arousal"): manifest.metric.arousal,
        ("metric", "dominance"): manifest.metric.dominance,
        ("kernel", "name"): manifest.kernel.name,
        ("kernel", "support"): manifest.kernel.support,
        ("plateau", "reach"): manifest.plateau.reach,
        ("plateau", "flat"): manifest.plateau.flat,
    }


def _caps(bank: AuthoredBank) -> Mapping[_Pair, float]:
    """The cap of every pair that is held apart."""
    return {frozenset(one.pair): cap for one, cap in enforced_pairs(bank)}


def _cap_place(side: Side, pair: _Pair) -> Place | None:
    overrides = (frozenset(one.pair) for one in side.bank.rules.antagonists.overrides)
    if side.sourced and pair in (found := list(overrides)):
        return side.place("rules", ("antagonists", "overrides", found.index(pair)))
    pairs = [frozenset(one.pair) for one in side.bank.rig.antagonists]
    if side.sourced and pair in pairs:
        kind = side.bank.rig.antagonists[pairs.index(pair)].kind
        if pair not in _caps(side.bank):
            return side.place("rules", ("antagonists", kind.value))
        return side.place("rig", ("antagonists", pairs.index(pair)))
    return side.place("rig", ("antagonists",), key=True)


def _trend_places(banks: BankPair, term: str, channel: str) -> Places:
    return Places(_trend(banks.old, channel, term), _trend(banks.new, channel, term))


def _trend(side: Side, channel: str, term: str) -> Place | None:
    shorthands = side.bank.rig.shorthands.items()
    names: Iterable[str] = (channel, *(name for name, members in shorthands if channel in members))
    document = side.document("rules")
    for name in names:
        if document is not None and at(document.root, ("trends", name)) is not None:
            return side.place("rules", ("trends", name, term))
    return side.place("rules", ("trends",), key=True)


RULES = (
    Rule(
        code="strength-changed",
        title="The trends have another strength.",
        why="Far from its anchors a label keeps more or less of its own trends.",
        right="strength: 0.5",
        wrong="strength: 0.4",
        file="rules.yaml",
        categories=BY_EFFECT,
        find=_strength_changed,
    ),
    Rule(
        code="trend-changed",
        title="A trend has other coefficients.",
        why="Channels lean otherwise with valence, arousal and dominance.",
        right="V: 1.6, reason: zygomaticus",
        wrong="V: 1.4, reason: zygomaticus",
        file="rules.yaml",
        categories=BY_EFFECT,
        find=_trend_changed,
    ),
    Rule(
        code="solver-changed",
        title="The metric, the kernel or the plateaus have other values.",
        why="Metric, kernel or plateaus changed: faces between the anchors are blended otherwise.",
        right="support: 1.6",
        wrong="support: 1.5",
        file="bank.yaml",
        categories=BY_EFFECT,
        find=_solver_changed,
    ),
    Rule(
        code="antagonist-changed",
        title="Antagonists have other caps.",
        why="The rig's pairs, under the bank's policy, exclude each other by another measure.",
        right="cap: 0.3",
        wrong="cap: 0.25",
        file="rules.yaml",
        categories=BY_EFFECT,
        find=_antagonist_changed,
    ),
    Rule(
        code="ceiling-changed",
        title="A ceiling has another slack, or other channels.",
        why="Channels that follow another one do so otherwise.",
        right="slack: 0.06",
        wrong="slack: 0.05",
        file="rigs/small.yaml",
        categories=BY_EFFECT,
        find=_ceiling_changed,
    ),
    Rule(
        code="table-changed",
        title="A compiled table differs, and what artifacts hold does not say why.",
        why="The plateaus or the strength of the trends changed, which artifacts do not hold.",
        categories=BY_EFFECT,
        find=_table_changed,
    ),
)
