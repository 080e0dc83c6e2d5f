"""Styles that were removed, renamed or added, or that change faces in another way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mien.authored.emotion import Emotion, Style
from mien.diff.pair import BankPair, differences, in_style, mean_apart
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.rule import BY_EFFECT, MAJOR, MINOR, Rule, changed
from mien.diff.surface import gravity, weigh


def _style_removed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new in banks.kept:
        for style in old.styles:
            if style not in banks.styles[new.label]:
                path = ("styles", style)
                places = banks.label_places(old.label, new.label, path, path[:1], key=True)
                message = f"the style {style} was removed"
                yield rule.finding(message, places, label=new.label, at=style)


def _style_renamed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new in banks.kept:
        for was, now in banks.styles[new.label].items():
            if was != now:
                places = _keys(banks, old, new, was, now)
                change = Change(name="style", before=was, after=now, places=places)
                message = f"the style {was} is now called {now}"
                yield rule.finding(message, places, label=new.label, at=now, changes=(change,))


def _style_added(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new in banks.kept:
        kept = set(banks.styles[new.label].values())
        for style in new.styles:
            if style not in kept:
                path = ("styles", style)
                places = banks.label_places(old.label, new.label, path[:1], path, key=True)
                message = f"the style {style} was added"
                yield rule.finding(message, places, label=new.label, at=style)


def _style_moved(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new in banks.kept:
        for was, now in banks.styles[new.label].items():
            changes = tuple(_changes(banks, old, new, was, now))
            if changes:
                mean, largest = _apart(old, old.styles[was], new.styles[now], banks.channels)
                yield rule.finding(
                    f"the style {now} moves faces by {mean:.4f} in the mean over channels, one "
                    f"channel by {largest:.3g}",
                    _keys(banks, old, new, was, now),
                    category=weigh(mean=mean, largest=largest),
                    label=new.label,
                    at=now,
                    size=gravity(mean=mean, largest=largest),
                    changes=changes,
                )


def _keys(banks: BankPair, old: Emotion, new: Emotion, was: str, now: str) -> Places:
    return banks.label_places(old.label, new.label, ("styles", was), ("styles", now), key=True)


def _changes(banks: BankPair, old: Emotion, new: Emotion, was: str, now: str) -> Iterator[Change]:
    before, after = old.styles[was], new.styles[now]
    for kind, absent, one, other in (
        ("gain", 1.0, before.gain, after.gain),
        ("offset", 0.0, before.offset, after.offset),
    ):
        heads = (("styles", was, kind), ("styles", now, kind))
        places = partial(banks.weight_places, old.label, new.label, heads)
        yield from banks.folded(
            changed(one, other, places, absent=absent, old_first=True), prefix=f"{kind} "
        )


def _apart(emotion: Emotion, old: Style, new: Style, channels: int) -> tuple[float, float]:
    """Mean and largest |difference| of archetypes in two styles, the largest over intensities."""
    faces = [(in_style(face, old), in_style(face, new)) for face in emotion.archetypes.values()]
    return (
        max(mean_apart(one, other, channels) for one, other in faces),
        max(max(differences(one, other).values(), default=0.0) for one, other in faces),
    )


RULES = (
    Rule(
        code="style-removed",
        title="A label lost a style.",
        why="Whoever asks for the style gets an error.",
        right="  gentle:\n"
        "    description: half the smile, lips together\n"
        "    anchor: {vad: [0.6, -0.1, 0.2], basis: made up}\n"
        "    gain: {mouthSmile: 0.6, jawOpen: 0}\n",
        wrong="",
        file="emotions/glad.yaml",
        categories=MAJOR,
        find=_style_removed,
    ),
    Rule(
        code="style-renamed",
        title="A style has another name, and the same look.",
        why="Whoever asks for the old name gets an error, though the style is still there.",
        right="  gentle:",
        wrong="  tender:",
        file="emotions/glad.yaml",
        categories=MAJOR,
        find=_style_renamed,
    ),
    Rule(
        code="style-added",
        title="A label has a new style.",
        why="Nobody has asked for it yet.",
        right="  sly:",
        wrong="  tender:\n"
        "    description: the jaw hangs a little\n"
        "    anchor: {vad: [0.2, 0.1, 0.0], basis: made up}\n"
        "    offset: {jawOpen: 0.1}\n"
        "  sly:",
        file="emotions/glad.yaml",
        categories=MINOR,
        find=_style_added,
    ),
    Rule(
        code="style-moved",
        title="A style changes faces in another way.",
        why="Gain or offset changed; measured on the label's old archetypes, before conflicts.",
        right="gain: {mouthSmile: 0.6, jawOpen: 0}",
        wrong="gain: {mouthSmile: 0.5, jawOpen: 0}",
        file="emotions/glad.yaml",
        categories=BY_EFFECT,
        find=_style_moved,
    ),
)
