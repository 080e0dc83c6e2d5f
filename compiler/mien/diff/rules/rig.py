"""What the rig says of its channels: whose they are, what mirrors what, what closes the lips."""

from __future__ import annotations

from collections.abc import Iterator

from mien.diff.pair import BankPair
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.rule import MAJOR, MINOR, Rule, changed


def _channel_class_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    before = {channel.name: channel.class_.value for channel in banks.old.bank.rig.channels}
    positions = banks.old.bank.rig.index
    for position, channel in enumerate(banks.new.bank.rig.channels):
        was, now = before.get(channel.name), channel.class_.value
        if was is not None and was != now:
            places = Places(
                banks.old.place("rig", ("channels", positions[channel.name], "class")),
                banks.new.place("rig", ("channels", position, "class")),
            )
            change = Change(name="class", before=was, after=now, places=places)
            message = f"{channel.name} is of another class"
            yield rule.finding(message, places, changes=(change,))


def _mirror_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old = {frozenset(pair): " ".join(pair) for pair in banks.old.bank.rig.mirror}
    new = {frozenset(pair): " ".join(pair) for pair in banks.new.bank.rig.mirror}
    places = banks.places("rig", ("mirror",), key=True)
    changes = tuple(changed(old, new, lambda _: places, lambda _: "mirror", old_first=True))
    if changes:
        yield rule.finding("other channels swap when a face is mirrored", places, changes=changes)


def _lip_seal_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.rig.lip_seal, banks.new.bank.rig.lip_seal
    places = banks.places("rig", ("lip_seal",), key=True)
    sealed = banks.places("rig", ("lip_seal", "sealing"))
    sealing = changed(
        old.sealing, new.sealing, lambda _: sealed, "sealing {}".format, old_first=True
    )
    parting = (
        Change(
            name="parting",
            before=name if name in old.parting else None,
            after=name if name in new.parting else None,
            places=banks.places("rig", ("lip_seal", "parting")),
        )
        for name in sorted({*old.parting} ^ {*new.parting})
    )
    changes = (*sealing, *parting)
    if changes:
        message = "the lips close otherwise under visemes"
        yield rule.finding(message, places, changes=changes)


RULES = (
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
