"""Shapes in time: no faster than the bank allows, ending where they say, looping without a jump."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion, Weights
from mien.authored.timeline import Key, Level, Pulse, Sequence, Tremor
from mien.lint.rule import LintRule, Source, emotion_source, shown, single
from mien.text.fault import Fault
from mien.text.node import Path
from mien.timelines.axes import COME, GAZE, GO, HEAD

if TYPE_CHECKING:
    from mien.timelines.table import TimelineTable
    from mien.timelines.track import Track

_SECOND = 1000.0
_AXES = tuple(f"head {axis}" for axis in HEAD) + tuple(f"gaze {axis}" for axis in GAZE)


@frozen(kw_only=True, eq=False)
class _Clip:
    """One clip of a label: whose sequence it is, at which intensity, and where in the file."""

    emotion: Emotion
    source: Source
    sequence: Sequence | None
    level: str
    path: Path
    tracks: tuple[Track, ...]


def _clips(bank: AuthoredBank) -> Iterator[_Clip]:
    """Every clip of every label, one for each intensity at which it is another."""
    if not any(emotion.dynamics or emotion.sequences for emotion in bank.emotions):
        return  # a bank without shapes in time is checked without NumPy
    from mien.timelines.compile import timeline_table
    from mien.timelines.track import tracks_of

    for emotion in bank.emotions:
        table = timeline_table(bank, emotion)
        if table is None:
            continue
        source = emotion_source(bank, emotion.label)
        middle = bank.manifest.intensities[-1]
        for number, part in ((COME, "onset"), (GO, "offset")):
            yield _Clip(
                emotion=emotion,
                source=source,
                sequence=None,
                level=middle,
                path=("dynamics", part, "ms"),
                tracks=tracks_of(table, number),
            )
        yield from _sequence_clips(bank, emotion, source, table)


def _sequence_clips(
    bank: AuthoredBank, emotion: Emotion, source: Source, table: TimelineTable
) -> Iterator[_Clip]:
    from mien.timelines.track import tracks_of

    rows: list[list[int]] = table.sequence_clips.tolist()
    for (name, sequence), numbers in zip(emotion.sequences.items(), rows, strict=True):
        seen: set[int] = set()
        for level, number in zip(bank.manifest.intensities, numbers, strict=True):
            if number not in seen:
                yield _Clip(
                    emotion=emotion,
                    source=source,
                    sequence=sequence,
                    level=level,
                    path=("sequences", name),
                    tracks=tracks_of(table, number),
                )
            seen.add(number)


@frozen(kw_only=True, order=True)
class _Fast:
    """A stretch that passes its budget: by how much, what moves, and when."""

    times: float
    speed: float
    name: str
    begin: float
    end: float
    unit: str
    budget: float


def _speed(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    """The fastest stretch of each clip, with the faces at the anchors, plain and in every style."""
    for clip in _clips(bank):
        lows, highs = _reach(bank, clip.emotion)
        found = [fast for track in clip.tracks for fast in _fast(bank, track, lows, highs)]
        if not found:
            continue
        worst = max(found)
        where = _key_path(clip, worst.end)
        yield rule.fault(
            clip.source,
            where,
            message=f"{worst.name} of {clip.emotion.label} changes by {shown(worst.speed)}"
            f"{worst.unit} a second from {worst.begin:g} to {worst.end:g} ms; the bank allows "
            f"{shown(worst.budget)}",
            hint="give it more time or a smaller way, or raise budgets.speed in bank.yaml",
        )


def _reach(bank: AuthoredBank, emotion: Emotion) -> tuple[list[float], list[float]]:
    """The least and the greatest weight of each channel in the label's faces and styles."""
    faces = [
        [archetype.get(name, 0.0) for name in bank.rig.names]
        for archetype in emotion.archetypes.values()
    ]
    for style in emotion.styles.values():
        for archetype in tuple(emotion.archetypes.values()):
            faces.append(
                [
                    min(
                        1.0,
                        max(
                            0.0,
                            archetype.get(name, 0.0) * style.gain.get(name, 1.0)
                            + style.offset.get(name, 0.0),
                        ),
                    )
                    for name in bank.rig.names
                ]
            )
    columns = list(zip(*faces, strict=True))
    return [min(column) for column in columns], [max(column) for column in columns]


def _fast(
    bank: AuthoredBank, track: Track, lows: list[float], highs: list[float]
) -> Iterator[_Fast]:
    budgets, channels = bank.manifest.budgets.speed, len(bank.rig.names)
    place = track.target - channels - 1
    if place >= 0:
        budget = budgets.head if place < len(HEAD) else budgets.gaze
        name, unit, low, high = _AXES[place], " degrees", 1.0, 1.0
    elif track.target == channels:
        top = max(range(channels), key=highs.__getitem__)
        budget, name, unit = budgets.channel, bank.rig.names[top], ""
        low, high = 0.0, highs[top]
    else:
        budget, name, unit = budgets.channel, bank.rig.names[track.target], ""
        low, high = lows[track.target], highs[track.target]
    times = track.times.tolist()
    for at, (slope, before, after) in enumerate(track.segments()):
        gain, offset = (after - before).tolist()
        way = max(abs(gain * low + offset), abs(gain * high + offset))
        speed = way * slope * _SECOND
        if speed > budget:
            yield _Fast(
                times=speed / budget,
                speed=speed,
                name=name,
                begin=times[at],
                end=times[at + 1],
                unit=unit,
                budget=budget,
            )


def _key_path(clip: _Clip, end: float) -> Path:
    """The key that a stretch leads to, or the swing that it is a part of."""
    if clip.sequence is None:
        return clip.path
    for position, key in enumerate(clip.sequence.keys):
        if key.t == end and (not key.at or clip.level in key.at):
            return (*clip.path, "keys", position)
    for path, swing in _swings(clip.sequence):
        if swing.begin < end <= swing.end:
            return (*clip.path, *path)
    return clip.path


def _sequence_end(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    names = (*bank.rig.names, "all other channels", *_AXES)
    archetypes = {emotion.label: emotion.archetypes for emotion in bank.emotions}
    for clip in _clips(bank):
        sequence = clip.sequence
        if sequence is None or sequence.ends == "held":
            continue
        ends = sequence.ends
        face: Weights = archetypes[ends.label][ends.at] if isinstance(ends, Level) else {}
        words = f"{ends.label} {ends.at}" if isinstance(ends, Level) else "rest"
        if sequence.loop is not None:
            yield rule.fault(
                clip.source,
                (*clip.path, "loop"),
                message=f"a sequence that ends at {words} has no stretch that repeats",
                hint="write `ends: held`, or leave the loop out",
            )
        left = [
            names[track.target]
            for track in clip.tracks
            if not _is_at(track, face.get(names[track.target], 0.0))
        ]
        if left:
            more = f" and {len(left) - 1} more" if len(left) > 1 else ""
            yield rule.fault(
                clip.source,
                (*clip.path, "ends"),
                message=f"at its last key, {left[0]}{more} of {clip.emotion.label} "
                f"{clip.level} {'is' if len(left) == 1 else 'are'} not at {words}",
                hint=_way_there(ends),
            )


def _is_at(track: Track, weight: float) -> bool:
    gain, offset = track.values[-1].tolist()
    return bool(gain == 0.0 and offset == single(weight))


def _way_there(ends: Level | str) -> str:
    if isinstance(ends, Level):
        return f"let the last key say `like: {{label: {ends.label}, at: {ends.at}}}`"
    return "let the last key say `face: 0`, and head and gaze come back to 0; or write `ends: held`"


def _loop_jump(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    names = (*bank.rig.names, "all other channels", *_AXES)
    for clip in _clips(bank):
        loop = None if clip.sequence is None else clip.sequence.loop
        if loop is None:
            continue
        from mien.timelines.track import loop_jumps

        jumps = list(loop_jumps(clip.tracks, loop.begin, loop.end))
        if jumps:
            more = f" and {len(jumps) - 1} more" if len(jumps) > 1 else ""
            yield rule.fault(
                clip.source,
                (*clip.path, "loop"),
                message=f"{names[jumps[0]]}{more} of {clip.emotion.label} {clip.level} would jump: "
                f"at {loop.end} ms {'it is' if len(jumps) == 1 else 'they are'} not as at "
                f"{loop.begin} ms",
                hint="let the key at the loop's end bring everything back to what it was at its "
                "beginning",
            )


def _swing_moved(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for emotion in bank.emotions:
        source = emotion_source(bank, emotion.label)
        for name, sequence in emotion.sequences.items():
            for path, swing in _swings(sequence):
                moved = [key.t for key in sequence.keys if _disturbs(key, swing)]
                if moved:
                    yield rule.fault(
                        source,
                        ("sequences", name, *path),
                        message=f"the key at {moved[0]} ms moves what swings from {swing.begin} "
                        f"to {swing.end} ms",
                        hint="let the swing end before the key, or start after it",
                    )


def _swings(sequence: Sequence) -> Iterator[tuple[Path, Pulse | Tremor]]:
    for position, pulse in enumerate(sequence.pulses):
        yield ("pulses", position), pulse
    for position, tremor in enumerate(sequence.tremors):
        yield ("tremors", position), tremor


def _disturbs(key: Key, swing: Pulse | Tremor) -> bool:
    """Whether the key moves anything of the swing while it lasts, at any intensity."""
    if not swing.begin < key.t <= swing.end or not _shared(key.at, swing.at):
        return False
    whole = key.face is not None or key.style or key.like is not None
    channels = {*key.share, *key.weight} & set(swing.channels)
    axes = key.head.keys() & swing.head.keys() if isinstance(swing, Pulse) else set[str]()
    return bool((whole and swing.channels) or channels or axes)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or bool(set(one) & set(other))


RULES = (
    LintRule(
        code="timeline-speed",
        title="A timeline moves a channel, the head or the gaze faster than the bank allows.",
        why="What moves in a frame or two is not seen as a movement; the bank promises a greatest "
        "speed under `budgets.speed` (20 a second for a channel, 240 and 700 degrees a second for "
        "head and gaze, unless it says otherwise).",
        mend="Give the movement more time or a smaller way, or raise the budget.",
        find=_speed,
    ),
    LintRule(
        code="sequence-end",
        title="A sequence does not end where it says.",
        why="What comes after a sequence starts from there: from rest, or from the face of another "
        "label; the face would jump.",
        mend="Let the last keys bring every channel, the head and the gaze there, or say `ends: "
        "held`.",
        find=_sequence_end,
    ),
    LintRule(
        code="loop-jump",
        title="A loop does not end as it begins.",
        why="A held mood goes round for as long as it is asked for; each time the face would jump.",
        mend="Bring every channel, the head and the gaze back at the end of the loop.",
        find=_loop_jump,
    ),
    LintRule(
        code="swing-moved",
        title="A key moves what a pulse or a tremor is swinging.",
        why="A swing goes about a value that is held; the part of it after the key would be lost.",
        mend="Let the swing end before the key, or start after it.",
        find=_swing_moved,
    ),
)
