"""The channels of a face: which, in what order, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from mien.diff.both import Both
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.names import gone, moved
from mien.diff.rules.rule import MAJOR, MINOR, Rule


def _channel_removed(rule: Rule, both: Both) -> Iterator[Finding]:
    old, new = both.old.bank.rig.names, both.new.bank.rig.names
    for name in gone(old, new):
        places = Places(
            both.old.place("rig", ("channels", old.index(name))),
            both.new.place("rig", ("channels",), key=True),
        )
        yield rule.finding(f"the channel {name} was removed", places)


def _channel_added(rule: Rule, both: Both) -> Iterator[Finding]:
    old, new = both.old.bank.rig.names, both.new.bank.rig.names
    for name in gone(new, old):
        places = Places(
            both.old.place("rig", ("channels",), key=True),
            both.new.place("rig", ("channels", new.index(name))),
        )
        yield rule.finding(f"the channel {name} was added", places)


def _channels_reordered(rule: Rule, both: Both) -> Iterator[Finding]:
    old, new = both.old.bank.rig.names, both.new.bank.rig.names
    if moved(old, new):
        first = next(
            position
            for position, (one, other) in enumerate(zip(old, new, strict=False))
            if one != other
        )
        places = both.places("rig", ("channels", first))
        message = f"channels have other positions, from number {first} on"
        change = Change(
            name=f"channels[{first}]", before=old[first], after=new[first], places=places
        )
        yield rule.finding(message, places, changes=(change,))


def _channel_class_changed(rule: Rule, both: Both) -> Iterator[Finding]:
    before = {channel.name: channel.class_.value for channel in both.old.bank.rig.channels}
    positions = both.old.bank.rig.index
    for position, channel in enumerate(both.new.bank.rig.channels):
        was, now = before.get(channel.name), channel.class_.value
        if was is not None and was != now:
            places = Places(
                both.old.place("rig", ("channels", positions[channel.name], "class")),
                both.new.place("rig", ("channels", position, "class")),
            )
            change = Change(name="class", before=was, after=now, places=places)
            message = f"{channel.name} is of another class"
            yield rule.finding(message, places, changes=(change,))


def _mirror_changed(rule: Rule, both: Both) -> Iterator[Finding]:
    old = {frozenset(pair): pair for pair in both.old.bank.rig.mirror}
    new = {frozenset(pair): pair for pair in both.new.bank.rig.mirror}
    places = both.places("rig", ("mirror",), key=True)
    changes = tuple(
        Change(
            name="mirror",
            before=" ".join(old[pair]) if pair in old else None,
            after=" ".join(new[pair]) if pair in new else None,
            places=places,
        )
        for pair in dict.fromkeys((*old, *new))
        if old.get(pair) != new.get(pair)
    )
    if changes:
        yield rule.finding("other channels swap when a face is mirrored", places, changes=changes)


def _lip_seal_changed(rule: Rule, both: Both) -> Iterator[Finding]:
    old, new = both.old.bank.rig.lip_seal, both.new.bank.rig.lip_seal
    places = both.places("rig", ("lip_seal",), key=True)
    sealing = (
        Change(
            name=f"sealing {name}",
            before=old.sealing.get(name),
            after=new.sealing.get(name),
            places=both.places("rig", ("lip_seal", "sealing")),
        )
        for name in dict.fromkeys((*old.sealing, *new.sealing))
        if old.sealing.get(name) != new.sealing.get(name)
    )
    parting = (
        Change(
            name="parting",
            before=name if name in old.parting else None,
            after=name if name in new.parting else None,
            places=both.places("rig", ("lip_seal", "parting")),
        )
        for name in sorted({*old.parting} ^ {*new.parting})
    )
    changes = (*sealing, *parting)
    if changes:
        message = "the lips close otherwise under visemes"
        yield rule.finding(message, places, changes=changes)


RULES = (
    Rule(
        code="channel-removed",
        title="The rig lost a channel.",
        why="Faces have fewer numbers, and the others stand elsewhere.",
        right="  - {name: jawOpen, class: LIPSYNC}\n  - {name: tongueOut, class: LIPSYNC}",
        wrong="  - {name: jawOpen, class: LIPSYNC}",
        categories=MAJOR,
        find=_channel_removed,
    ),
    Rule(
        code="channel-added",
        title="The rig has a new channel.",
        why="Faces have more numbers than their readers have room for.",
        right="  - {name: mouthFrownRight, class: SHARED}",
        wrong="  - {name: mouthFrownRight, class: SHARED}\n"
        "  - {name: cheekPuff, class: EXPRESSION}",
        file="rigs/small.yaml",
        categories=MAJOR,
        find=_channel_added,
    ),
    Rule(
        code="channels-reordered",
        title="Channels have other positions in a face.",
        why="A number at some position of a face moves another part of it.",
        right="  - {name: jawOpen, class: LIPSYNC}\n  - {name: mouthClose, class: LIPSYNC}",
        wrong="  - {name: mouthClose, class: LIPSYNC}\n  - {name: jawOpen, class: LIPSYNC}",
        file="rigs/small.yaml",
        categories=MAJOR,
        find=_channels_reordered,
    ),
    Rule(
        code="channel-class-changed",
        title="A channel is of another class.",
        why="While the character speaks the channel belongs to someone else.",
        right="  - {name: browDownLeft, class: EXPRESSION}",
        wrong="  - {name: browDownLeft, class: SHARED}",
        file="rigs/small.yaml",
        categories=MAJOR,
        find=_channel_class_changed,
    ),
    Rule(
        code="mirror-changed",
        title="Other channels are mirror images of each other.",
        why="A mirrored face is another one.",
        right="  - [mouthFrownLeft, mouthFrownRight]\nantagonists:",
        wrong="antagonists:",
        file="rigs/small.yaml",
        categories=MINOR,
        find=_mirror_changed,
    ),
    Rule(
        code="lip-seal-changed",
        title="Other channels, or other weights, close the lips.",
        why="Composed with visemes, the same face closes its lips otherwise.",
        right="sealing: {mouthClose: 0.4}",
        wrong="sealing: {mouthClose: 0.5}",
        file="rigs/small.yaml",
        categories=MINOR,
        find=_lip_seal_changed,
    ),
)
