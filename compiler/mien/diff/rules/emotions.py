"""What a label's file says in numbers: anchors, archetypes, speech."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mien.authored.emotion import Anchor, Emotion, Weights
from mien.authored.rig import ChannelClass, Rig
from mien.diff.pair import BankPair, differences, mean_apart
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.rule import BY_EFFECT, MAJOR, MINOR, Rule, changed
from mien.diff.surface import gravity, weigh
from mien.lint.rule import distance
from mien.text.node import Path, Place

AXES = ("valence", "arousal", "dominance")


def _anchor_moved(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new in banks.kept:
        named = [
            (name, old.anchors[name], new.anchors[name], ("anchors", name), ("anchors", name))
            for name in banks.intensities
        ] + [
            (
                now,
                old.styles[was].anchor,
                new.styles[now].anchor,
                ("styles", was, "anchor"),
                ("styles", now, "anchor"),
            )
            for was, now in banks.styles[new.label].items()
        ]
        for name, before, after, was_at, now_at in named:
            if before.vad != after.vad:
                heads = ((*was_at, "vad"), (*now_at, "vad"))
                apart = distance(banks.new.bank.manifest.metric, before.vad, after.vad)
                yield rule.finding(
                    f"the anchor {name} moved by {apart:.4f} in the bank's metric",
                    banks.label_places(old.label, new.label, *heads),
                    label=new.label,
                    at=name,
                    size=apart,
                    changes=tuple(_axes(banks, old, new, (before, heads[0]), (after, heads[1]))),
                )


def _archetype_moved(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new in banks.kept:
        for name in banks.intensities:
            before, after = old.archetypes[name], new.archetypes[name]
            if before != after:
                changes = banks.folded(_weights(banks, old, new, name))
                apart = differences(before, after)
                mean = mean_apart(before, after, banks.channels)
                channel, largest = max(apart.items(), key=lambda item: item[1])
                yield rule.finding(
                    f"the face at {name} moved by {mean:.4f} in the mean over channels, at most by "
                    f"{largest:.3g} ({channel})",
                    banks.label_places(old.label, new.label, ("archetypes", name), key=True),
                    category=weigh(mean=mean, largest=largest),
                    label=new.label,
                    at=name,
                    size=gravity(mean=mean, largest=largest),
                    changes=changes,
                )


def _speech_changed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new in banks.kept:
        before, after = _fades(banks.old.bank.rig, old), _fades(banks.new.bank.rig, new)
        changes = banks.folded(
            Change(
                name=channel,
                before=before[channel],
                after=after[channel],
                places=Places(
                    _fade_place(banks, old.label, channel, new=False),
                    _fade_place(banks, new.label, channel, new=True),
                ),
            )
            for channel in after
            if channel in before and before[channel] != after[channel]
        )
        if changes:
            yield rule.finding(
                "speech takes another share of shared channels",
                banks.label_places(old.label, new.label, ("speech",), key=True),
                label=new.label,
                size=changes[0].size,
                changes=changes,
            )


def _axes(
    banks: BankPair,
    old: Emotion,
    new: Emotion,
    before: tuple[Anchor, Path],
    after: tuple[Anchor, Path],
) -> Iterator[Change]:
    def places(axis: int) -> Places:
        return banks.label_places(old.label, new.label, (*before[1], axis), (*after[1], axis))

    was, now = (dict(enumerate(one.vad)) for one in (before[0], after[0]))
    yield from changed(was, now, places, AXES.__getitem__)


def _weights(banks: BankPair, old: Emotion, new: Emotion, intensity: str) -> Iterator[Change]:
    head = ("archetypes", intensity)
    places = partial(banks.weight_places, old.label, new.label, (head, head))
    before, after = (
        {name: one.archetypes[intensity].get(name, 0.0) for name in banks.new.bank.rig.names}
        for one in (old, new)
    )
    yield from changed(before, after, places)


def _fades(rig: Rig, emotion: Emotion) -> Weights:
    """The attenuation of every SHARED channel."""
    speech = emotion.speech
    return {
        channel.name: speech.channels.get(channel.name, speech.attenuation)
        for channel in rig.channels
        if channel.class_ is ChannelClass.SHARED
    }


def _fade_place(banks: BankPair, label: str, channel: str, *, new: bool) -> Place | None:
    side = banks.new if new else banks.old
    emotion = next(one for one in side.bank.emotions if one.label == label)
    if channel in emotion.speech.channels:
        return side.weight_place(label, ("speech", "channels"), channel)
    return side.place(f"emotions/{label}", ("speech", "attenuation"))


RULES = (
    Rule(
        code="anchor-moved",
        title="An anchor has another place in VAD.",
        why="Anchors hold still within a major version: archetypes and data were made for them.",
        right="high: {vad: [0.9, 0.8, 0.5], basis: overjoyed}",
        wrong="high: {vad: [0.9, 0.75, 0.5], basis: overjoyed}",
        file="emotions/glad.yaml",
        categories=MAJOR,
        find=_anchor_moved,
    ),
    Rule(
        code="archetype-moved",
        title="An archetype is another face.",
        why="The face at an anchor changed; by how much decides what it means.",
        right="low: {browDown: 0.25, mouthFrown: 0.15}",
        wrong="low: {browDown: 0.2, mouthFrown: 0.15}",
        file="emotions/cross.yaml",
        categories=BY_EFFECT,
        find=_archetype_moved,
    ),
    Rule(
        code="speech-changed",
        title="An emotion gives way to speech by another share.",
        why="The emotion gives way to the lips otherwise while the character speaks.",
        right="attenuation: 0.5",
        wrong="attenuation: 0.6",
        file="emotions/cross.yaml",
        categories=MINOR,
        find=_speech_changed,
    ),
)
