"""Core action units show at every intensity and grow with it, or the file says why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import ActionUnitUse, Emotion
from mien.authored.rig import Rig
from mien.lint.rule import LintRule, by_shorthand, emotion_source, shown
from mien.text.fault import Fault
from mien.text.suggest import nearest

ACTIVE = "action-unit-active"
RISES = "action-unit-rises"

EXCEPTABLE = (ACTIVE, RISES)
"""The rules that an exception may name; no other rule may be broken on purpose."""

LEAST = 0.05
"""The smallest weight that shows."""


@frozen(kw_only=True)
class Shortfall:
    """One channel of a core action unit that breaks a rule; ``found`` is what it does instead."""

    rule: str
    use: ActionUnitUse
    channel: str
    intensity: str
    found: str
    subjects: tuple[str, ...]


def main_channels(rig: Rig, use: ActionUnitUse) -> tuple[str, ...]:
    """The channels that show an action unit: those at half its largest weight or more.

    Weaker ones spill over from it; a face may leave them out. For one side the channels of the
    other are left out, channels of the middle are not.
    """
    unit = rig.action_units[use.code]
    largest = max(unit.channels.values(), default=0.0)
    return tuple(
        name
        for name in rig.names
        if 0 < largest <= 2 * unit.channels.get(name, 0.0) and _on_side(rig, name, use.side)
    )


def _side(rig: Rig, channel: str) -> str:
    for left, right in rig.mirror:
        if channel in (left, right):
            return "L" if channel == left else "R"
    return ""


def _on_side(rig: Rig, channel: str, side: str) -> bool:
    return not side or _side(rig, channel) in ("", side)


def _subjects(rig: Rig, use: ActionUnitUse, channel: str) -> tuple[str, ...]:
    """What an exception may call this channel's part of the action unit."""
    side = use.side or _side(rig, channel)
    return (f"AU{use.code}", f"{side}{use.code}") if side else (f"AU{use.code}",)


def known_subjects(rig: Rig, emotion: Emotion) -> frozenset[str]:
    """Every subject that an exception of this label may name."""
    return frozenset(
        subject
        for use in emotion.action_units.core
        for channel in main_channels(rig, use)
        for subject in _subjects(rig, use, channel)
    )


def shortfalls(bank: AuthoredBank, emotion: Emotion) -> Iterator[Shortfall]:
    """Everything that breaks one of the two rules, exceptions not yet counted."""
    for use in emotion.action_units.core:
        for channel in main_channels(bank.rig, use):
            weights = {
                name: emotion.archetypes[name].get(channel, 0.0)
                for name in bank.manifest.intensities
            }
            for rule, intensity, found in _channel_shortfalls(weights):
                yield Shortfall(
                    rule=rule,
                    use=use,
                    channel=channel,
                    intensity=intensity,
                    found=found,
                    subjects=_subjects(bank.rig, use, channel),
                )


def _channel_shortfalls(weights: Mapping[str, float]) -> Iterator[tuple[str, str, str]]:
    """Rule, intensity and what was found. A channel that never shows is not expected to rise."""
    for name, weight in weights.items():
        if weight < LEAST:
            yield ACTIVE, name, shown(weight)
    series = tuple(weights.values())
    if len(series) < 2 or max(series) < LEAST:
        return
    falls = next((name for (_, x), (name, y) in pairwise(weights.items()) if y < x), None)
    if falls is not None or not series[0] < series[-1]:
        yield RISES, falls or tuple(weights)[-1], ", ".join(shown(value) for value in series)


def _core_units(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    """One fault a core action unit and intensity, but for what the file excepts."""
    for emotion in bank.emotions:
        excepted = {(one.rule, one.subject) for one in emotion.exceptions}
        groups: dict[tuple[ActionUnitUse, str], dict[str, str]] = {}
        for shortfall in shortfalls(bank, emotion):
            if shortfall.rule == rule.code and not excepted & {
                (rule.code, subject) for subject in shortfall.subjects
            }:
                key = (shortfall.use, shortfall.intensity)
                groups.setdefault(key, {})[shortfall.channel] = shortfall.found
        for (use, intensity), found in groups.items():
            yield _core_unit_fault(rule, bank, emotion, use, intensity, found)


def _core_unit_fault(
    rule: LintRule,
    bank: AuthoredBank,
    emotion: Emotion,
    use: ActionUnitUse,
    intensity: str,
    found: Mapping[str, str],
) -> Fault:
    source = emotion_source(bank, emotion.label)
    name = f"{use.side or 'AU'}{use.code}"
    title = bank.rig.action_units[use.code].name
    written = "; ".join(f"{key} {text}" for key, text in by_shorthand(bank.rig, found).items())
    if rule.code == ACTIVE:
        said = f"but {intensity} has {written}; expected at least {shown(LEAST)}"
        do = "raise it"
    else:
        steps = " to ".join((bank.manifest.intensities[0], bank.manifest.intensities[-1]))
        said = f"but from {steps} it goes {written}; expected it to rise and never fall"
        do = "let it rise"
    return rule.fault(
        source,
        source.weight(("archetypes", intensity), next(iter(found))),
        message=f"{name} ({title}) is a core action unit of {emotion.label}, {said}",
        hint=f"{do}, or say why not under `exceptions`: "
        f"{{rule: {rule.code}, subject: {name}, reason: ...}}",
    )


def _unknown_exception(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
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
                    yield rule.fault(
                        emotion_source(bank, emotion.label),
                        ("exceptions", position, key),
                        message=f"{found} is not {wanted}; expected one of "
                        f"{', '.join(known) or 'none'}",
                        hint=f"did you mean {near}?" if near else "remove the exception",
                    )


def _unneeded_exception(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for emotion in bank.emotions:
        broken = {
            (shortfall.rule, subject)
            for shortfall in shortfalls(bank, emotion)
            for subject in shortfall.subjects
        }
        known = known_subjects(bank.rig, emotion)
        for position, exemption in enumerate(emotion.exceptions):
            named = (exemption.rule, exemption.subject)
            if exemption.rule in EXCEPTABLE and exemption.subject in known and named not in broken:
                yield rule.fault(
                    emotion_source(bank, emotion.label),
                    ("exceptions", position),
                    message=f"{exemption.subject} keeps the rule {exemption.rule} "
                    "without this exception",
                    hint="remove the exception, so that it cannot hide a later mistake",
                )


RULES = (
    LintRule(
        code=ACTIVE,
        title="A core action unit of a label does not show at an intensity.",
        why="The core action units are what the literature knows the emotion by: a joy without a "
        "lip corner puller is no joy. They show, at 0.05 or more, at every intensity.",
        mend="Raise the channels of the action unit, or say why not under `exceptions` of the "
        "label's file.",
        file="emotions/cross.yaml",
        right="  low: {browDown: 0.25, mouthFrown: 0.15}",
        wrong="  low: {browDown: 0.25, mouthFrown: 0.02}",
        find=_core_units,
    ),
    LintRule(
        code=RISES,
        title="A core action unit of a label does not rise from the weakest intensity to the "
        "strongest.",
        why="More of an emotion is more of its action units; one that falls on the way makes the "
        "stronger face look weaker.",
        mend="Let the channels of the action unit rise and never fall, or say why not under "
        "`exceptions` of the label's file.",
        file="emotions/cross.yaml",
        right="  low: {browDown: 0.25, mouthFrown: 0.15}",
        wrong="  low: {browDown: 0.6, mouthFrown: 0.15}",
        find=_core_units,
    ),
    LintRule(
        code="exception-unknown",
        title="An exception names a rule or an action unit that does not exist.",
        why="It excepts nothing, and whoever reads the file believes that it does.",
        mend="Spell the rule and the subject as the fault does, or remove the exception.",
        severity="warning",
        file="emotions/cross.yaml",
        right="action_units: {core: [4, 15]}",
        wrong="action_units: {core: [4, 15]}\n"
        "exceptions: [{rule: action-unit-shows, subject: AU4, reason: furrowed}]",
        find=_unknown_exception,
    ),
    LintRule(
        code="exception-unneeded",
        title="An exception from a rule that the label keeps.",
        why="It would hide the next mistake.",
        mend="Remove the exception.",
        severity="warning",
        file="emotions/cross.yaml",
        right="action_units: {core: [4, 15]}",
        wrong="action_units: {core: [4, 15]}\n"
        "exceptions: [{rule: action-unit-active, subject: AU4, reason: furrowed}]",
        find=_unneeded_exception,
    ),
)
