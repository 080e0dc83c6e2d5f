"""Core action units of a label show at every intensity, and grow with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import ActionUnitUse, Emotion
from mien.authored.rig import Rig
from mien.lint.channels import by_shorthand
from mien.lint.numbers import shown
from mien.lint.source import emotion_source
from mien.text.fault import Fault
from mien.text.where import Path

ACTIVE = "action-unit-active"
RISES = "action-unit-rises"

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
    unit = rig.action_units.get(use.code)
    if unit is None:
        return ()
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
    intensities = [name for name in bank.manifest.intensities if name in emotion.archetypes]
    for use in emotion.action_units.core:
        for channel in main_channels(bank.rig, use):
            weights = {name: emotion.archetypes[name].get(channel, 0.0) for name in intensities}
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
    """Rule, intensity and what was found. A channel that never shows is not asked to rise."""
    for name, weight in weights.items():
        if weight < LEAST:
            yield ACTIVE, name, shown(weight)
    series = tuple(weights.values())
    if len(series) < 2 or max(series) < LEAST:
        return
    falls = next((name for (_, x), (name, y) in pairwise(weights.items()) if y < x), None)
    if falls is not None or not series[0] < series[-1]:
        yield RISES, falls or tuple(weights)[-1], ", ".join(shown(value) for value in series)


def core_units_known(bank: AuthoredBank) -> Iterator[Fault]:
    """`action-unit-unknown`: the rig says how to show each action unit of a label."""
    for emotion in bank.emotions:
        for kind in ("core", "optional"):
            uses = getattr(emotion.action_units, kind)
            for position, use in enumerate(uses):
                if use.code not in bank.rig.action_units:
                    yield emotion_source(bank, emotion.label).fault(
                        ("action_units", kind, position),
                        code="action-unit-unknown",
                        message=f"the rig {bank.rig.id} has no action unit {use.code}",
                        hint="use one of " + ", ".join(map(str, sorted(bank.rig.action_units))),
                    )


def core_units_show(bank: AuthoredBank) -> Iterator[Fault]:
    """`action-unit-active`, `action-unit-rises`, but for what the file excepts."""
    for emotion in bank.emotions:
        excepted = {(exemption.rule, exemption.subject) for exemption in emotion.exceptions}
        groups: dict[tuple[str, ActionUnitUse, str], dict[str, str]] = {}
        for shortfall in shortfalls(bank, emotion):
            if not any((shortfall.rule, subject) in excepted for subject in shortfall.subjects):
                key = (shortfall.rule, shortfall.use, shortfall.intensity)
                groups.setdefault(key, {})[shortfall.channel] = shortfall.found
        for (rule, use, intensity), found in groups.items():
            yield _fault(bank, emotion, rule=rule, use=use, intensity=intensity, found=found)


def _fault(
    bank: AuthoredBank,
    emotion: Emotion,
    *,
    rule: str,
    use: ActionUnitUse,
    intensity: str,
    found: Mapping[str, str],
) -> Fault:
    source = emotion_source(bank, emotion.label)
    path: Path = source.weight(("archetypes", intensity), next(iter(found)))
    name = f"{use.side or 'AU'}{use.code}"
    title = bank.rig.action_units[use.code].name
    written = "; ".join(f"{key} {text}" for key, text in by_shorthand(bank.rig, found).items())
    if rule == ACTIVE:
        said = f"but {intensity} has {written}; expected at least {shown(LEAST)}"
        do = "raise it"
    else:
        steps = " to ".join((bank.manifest.intensities[0], bank.manifest.intensities[-1]))
        said = f"but from {steps} it goes {written}; expected it to rise and never fall"
        do = "let it rise"
    return source.fault(
        path,
        code=rule,
        message=f"{name} ({title}) is a core action unit of {emotion.label}, {said}",
        hint=f"{do}, or say why not under `exceptions`: "
        f"{{rule: {rule}, subject: {name}, reason: ...}}",
    )
