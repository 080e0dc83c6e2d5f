"""Shapes in time that were removed or added, end elsewhere, or move otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from mien.authored.emotion import Emotion
from mien.diff.pair import BankPair
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.rule import MAJOR, MINOR, Rule
from mien.engine.tables import Tables
from mien.text.node import Path
from mien.timelines.clip import Clip
from mien.timelines.table import GAZE, HEAD, Ends
from mien.timelines.timelines import Timeline, timelines_of
from mien.timelines.track import Track

_Both = tuple[Emotion, Emotion, Timeline | None, Timeline | None]
_FEW = 4


def _labels(banks: BankPair) -> Iterator[_Both]:
    old, new = timelines_of(banks.old.tables), timelines_of(banks.new.tables)
    for before, after in banks.kept:
        yield before, after, old.get(before.label), new.get(after.label)


def _names(timeline: Timeline | None) -> tuple[str, ...]:
    """What can be asked for: the dynamics, under no name, and the sequences."""
    return () if timeline is None else ("", *timeline.sequences)


def _places(banks: BankPair, old: Emotion, new: Emotion, name: str) -> Places:
    path: Path = ("sequences", name) if name else ("dynamics",)
    return banks.label_places(old.label, new.label, path, key=True)


def _timeline_removed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new, before, after in _labels(banks):
        for name in _names(before):
            if name not in _names(after):
                yield _came_or_went(rule, banks, old, new, name, "removed")


def _timeline_added(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new, before, after in _labels(banks):
        for name in _names(after):
            if name not in _names(before):
                yield _came_or_went(rule, banks, old, new, name, "added")


def _came_or_went(
    rule: Rule, banks: BankPair, old: Emotion, new: Emotion, name: str, what: str
) -> Finding:
    said = f"the sequence {name} was" if name else "the dynamics were"
    places = _places(banks, old, new, name)
    return rule.finding(f"{said} {what}", places, label=new.label, at=name)


def _kept(banks: BankPair) -> Iterator[tuple[Emotion, Emotion, Timeline, Timeline, str]]:
    """The dynamics and sequences that a label had and has, by name."""
    for old, new, before, after in _labels(banks):
        if before is not None and after is not None:
            own = {*_names(after)}
            yield from ((old, new, before, after, name) for name in _names(before) if name in own)


def _timeline_ends(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new, before, after, name in _kept(banks):
        one, other = (
            _ending(timeline, name, side.tables)
            for timeline, side in ((before, banks.old), (after, banks.new))
        )
        if one != other:
            places = _places(banks, old, new, name)
            change = Change(name="ends", before=one, after=other, places=places)
            what = f"the sequence {name}" if name else "the label"
            message = f"{what} ended {one}, and now ends {other}"
            yield rule.finding(message, places, label=new.label, at=name, changes=(change,))


def _ending(timeline: Timeline, name: str, tables: Tables) -> str:
    clip = timeline.clip(name or None)
    if not name:
        return "when it is released" if clip.apex is None else "by itself"
    ending = clip.ending
    if ending.how is Ends.LABEL:
        label = tables.labels[ending.label].label
        return f"as {label} {tables.intensities[ending.intensity]}"
    return "at rest" if ending.how is Ends.REST else "held"


def _timeline_moved(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for old, new, before, after, name in _kept(banks):
        found = [
            (one, other)
            for level in range(min(len(before.intensities), len(after.intensities)))
            for one, other in [(before.clip(name or None, level), after.clip(name or None, level))]
            if not _same(one, other)
        ]
        places = _places(banks, old, new, name)
        changes = tuple(_facts(before, after, places)) if not name else ()
        if not found and not changes:
            continue
        far, when = _farthest(*found[-1]) if found else (0.0, 0.0)
        curves = tuple(_curves(banks, *found[-1], places)) if found else ()
        what = f"the sequence {name}" if name else "the label in time"
        far_words = f": a weight by up to {far:.3g}, at {when:g} ms" if far else ""
        yield rule.finding(
            f"{what} moves otherwise{far_words}",
            places,
            label=new.label,
            at=name,
            size=far,
            changes=(*changes, *curves),
        )


def _same(one: Clip, other: Clip) -> bool:
    return (one.length, one.loop, one.apex, one.release_length) == (
        other.length,
        other.loop,
        other.apex,
        other.release_length,
    ) and all(
        _drawn(mine) == _drawn(theirs)
        for mine, theirs in ((one.tracks, other.tracks), (one.release, other.release))
    )


def _drawn(tracks: tuple[Track, ...]) -> list[tuple[object, ...]]:
    return [
        (track.target, track.times.tolist(), track.easings, track.values.tolist())
        for track in tracks
    ]


def _farthest(one: Clip, other: Clip) -> tuple[float, float]:
    """The greatest change of gain * f + offset for a face f in [0, 1], and when, at its keys."""
    times = sorted({time for clip in (one, other) for track in clip.tracks for time in track.times})
    between = [(a + b) / 2.0 for a, b in pairwise(times)]
    at = np.array(sorted([*times, *between]), dtype=np.float64)
    if one.channels != other.channels or not at.size:
        return 0.0, 0.0
    before, after = one.sample(at), other.sample(at)
    offset = (after.offset - before.offset).astype(np.float64)
    whole = offset + (after.gain - before.gain)
    apart = np.maximum(np.abs(offset), np.abs(whole)).max(axis=1)
    worst = int(apart.argmax())
    return float(apart[worst]), float(at[worst])


def _facts(one: Timeline, other: Timeline, places: Places) -> Iterator[Change]:
    """What a label says of itself in time beside its curves."""
    for name, before, after in (
        ("kind", one.kind.name.lower(), other.kind.name.lower()),
        ("usual", one.usual, other.usual),
        ("then", ", ".join(one.resolves) or None, ", ".join(other.resolves) or None),
        ("cross", f"{one.cross} ms", f"{other.cross} ms"),
        ("apex", _ms(one.dynamics.apex), _ms(other.dynamics.apex)),
        ("blink", _blinks(one), _blinks(other)),
    ):
        if before != after:
            yield Change(name=name, before=before, after=after, places=places)


def _ms(time: int | None) -> str:
    return "as long as asked for" if time is None else f"{time} ms"


def _blinks(timeline: Timeline) -> str | None:
    blinks = timeline.blinks
    if blinks is None:
        return None
    return (
        f"every {blinks.least} to {blinks.most} ms, {blinks.closing} + {blinks.opening} ms, none "
        f"until {blinks.suppressed} ms"
    )


def _curves(banks: BankPair, one: Clip, other: Clip, places: Places) -> Iterator[Change]:
    axes = ("all other channels", *(f"head {axis}" for axis in HEAD), *(f"gaze {x}" for x in GAZE))
    for part, mine, theirs in (
        ("", one.tracks, other.tracks),
        ("offset of ", one.release, other.release),
    ):
        old, new = ({track.target: track for track in tracks} for tracks in (mine, theirs))
        for target in dict.fromkeys((*old, *new)):
            before, after = (_words(side.get(target)) for side in (old, new))
            if before != after:
                names = (*banks.new.tables.channels, *axes)
                name = f"{part}{names[target]}"
                yield Change(name=name, before=before, after=after, places=places)


def _words(track: Track | None) -> str | None:
    """A curve as its first keys."""
    if track is None:
        return None
    words: list[str] = []
    for time, (gain, offset) in zip(track.times.tolist(), track.values.tolist(), strict=True):
        value = f"{gain:.3g}" if not offset else f"{gain:.3g} + {offset:.3g}"
        words.append(f"{value} at {time:g}")
    more = f" and {len(words) - _FEW} more" if len(words) > _FEW else ""
    return f"{', '.join(words[:_FEW])} ms{more}"


RULES = (
    Rule(
        code="timeline-removed",
        title="A label lost its dynamics or a sequence.",
        why="Whoever asks for it gets an error.",
        categories=MAJOR,
        find=_timeline_removed,
    ),
    Rule(
        code="timeline-added",
        title="A label has dynamics or a sequence that it had not.",
        why="Nobody has asked for it yet.",
        categories=MINOR,
        find=_timeline_added,
    ),
    Rule(
        code="timeline-ends",
        title="A label or a sequence ends in another way.",
        why="What plays on from its end, or waits for it, starts from another face.",
        categories=MAJOR,
        find=_timeline_ends,
    ),
    Rule(
        code="timeline-moved",
        title="A label moves otherwise in time.",
        why="Its faces are the same; when and how they come and go changed.",
        categories=MINOR,
        find=_timeline_moved,
    ),
)
