"""What measurements of a take mean, said to the person who recorded it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from mien.authored.rig import PairKind
from mien.doctor.measurements import EyeTurn, Measurements, Together
from mien.formats.arkit import ABSENT
from mien.formats.take import Gap
from mien.text.fault import counted
from mien.text.suggest import nearest

LONGEST_GAP = 0.5
"""Seconds of a face that may be made up between two rows."""

_FAR = 0.1  # a weight this far outside [0, 1] was no tracker's noise
_HARD = 0.2  # trackers that guess from pictures mix opposites up to here
_SURE, _UNSURE = 0.9, 0.5  # correlations
_MIRRORED = {"Left": "Right", "Right": "Left"}

ANOTHER_RIG = "are they another rig's? `mien doctor --bank BANK` judges by the rig of a bank"


@frozen(kw_only=True)
class Finding:
    """One thing to know of a file; ``wrong`` where something would show wrong.

    ``kind`` is its code, which `mien check --explain` explains.
    """

    kind: str
    message: str
    hint: str = field(default="")
    wrong: bool = field(default=False)


def findings(found: Measurements) -> tuple[Finding, ...]:
    """Everything that is worth saying of a take, what would show wrong first."""
    said = [*_clock(found), *_names(found), *_range(found), *_movement(found)]
    said += [*_opposites(found.together), *_eyes(found.eyes)]
    return tuple(sorted(said, key=lambda one: not one.wrong))


def _clock(found: Measurements) -> Iterator[Finding]:
    if found.gaps:
        longest = max(found.gaps, key=lambda gap: gap.seconds)
        yield Finding(
            kind="gaps",
            message=_lost(found, longest),
            hint="faces run straight across a gap; cut the take there"
            if longest.seconds > LONGEST_GAP
            else "",
            wrong=longest.seconds > LONGEST_GAP,
        )
    if found.jitter > 0.1 / found.rate:
        yield Finding(
            kind="jitter",
            message=f"steps between rows vary by {1e3 * found.jitter:.1f} ms, "
            f"expected {1e3 / found.rate:.1f} ms each",
            hint="a recorder that drops or delays frames makes lips late",
        )
    repairs = found.repairs
    if repairs.repeated:
        message = f"{counted(repairs.repeated, 'row')} of a moment that was there before, left out"
        yield Finding(kind="repeated-rows", message=message)
    if repairs.lost:
        message = f"{counted(repairs.lost, 'row')} without a face"
        yield Finding(kind="lost-rows", message=message)


def _lost(found: Measurements, longest: Gap) -> str:
    frames = [max(1, round(gap.seconds * found.rate)) for gap in found.gaps]
    at_once = counted(max(frames), "frame")
    if max(frames) > 1:
        at_once += f" ({longest.seconds:.2f} s)"
    if len(frames) == 1:
        return f"{at_once} lost at {longest.start:.2f} s"
    lost = f"{sum(frames)} frames lost in {len(frames)} gaps"
    return f"{lost}, at most {at_once} at once, at {longest.start:.2f} s"


def _names(found: Measurements) -> Iterator[Finding]:
    unknown = list(found.repairs.unknown)
    near = {name: nearest(name, unknown) for name in found.repairs.absent}
    missing = [name for name, close in near.items() if name != ABSENT or close]
    left = [name for name in unknown if name not in near.values()]
    strange = len(left) > len(found.moving)
    if missing:
        yield missing_channels(missing, near)
    if ABSENT in near and ABSENT not in missing:
        yield Finding(kind="no-tongue", message=f"{ABSENT} was not recorded, and stays at rest")
    if left:
        verb = "is" if len(left) == 1 else "are"
        message = f"{listed(left)} {verb} no channel, left out"
        yield Finding(kind="name-unknown", message=message, hint=ANOTHER_RIG if strange else "")


def _range(found: Measurements) -> Iterator[Finding]:
    outside = found.repairs.out_of_range
    far = [one for one in outside if one.lowest < -_FAR or one.highest > 1.0 + _FAR]
    for one in far:
        yield Finding(
            kind="weights-outside",
            message=f"{one.channel} runs from {one.lowest:.3g} to {one.highest:.3g}, outside "
            f"[0, 1] in {counted(one.rows, 'row')}",
            hint="what lies outside is cut off; scale the recording",
            wrong=True,
        )
    if near := [one for one in outside if one not in far]:
        lowest, highest = min(one.lowest for one in near), max(one.highest for one in near)
        yield Finding(
            kind="weights-outside",
            message=f"{listed([one.channel for one in near])} beyond [0, 1] a little "
            f"(from {min(lowest, 0.0):.4g} to {max(highest, 1.0):.4g}), cut off there",
        )


def _movement(found: Measurements) -> Iterator[Finding]:
    if not found.moving:
        hint = "was the face in the picture?" if found.rows > 1 else "it is one face, no movement"
        yield Finding(kind="still", message="no channel moves", hint=hint, wrong=True)
        return
    for name in found.still:
        twin = next(
            (name.removesuffix(a) + b for a, b in _MIRRORED.items() if name.endswith(a)), ""
        )
        if twin in found.moving:
            yield Finding(
                kind="one-sided",
                message=f"{name} never moves, and {twin} does",
                hint="a writer may have given one side twice",
            )
    resting = [name for name, weight in found.still.items() if weight == 0.0]
    if resting:
        yield Finding(kind="still", message=f"{listed(resting)} stayed at rest")
    if stuck := [f"{name} at {weight:.2g}" for name, weight in found.still.items() if weight]:
        yield Finding(kind="stuck", message=f"never moving: {listed(stuck)}")


def _opposites(found: Sequence[Together]) -> Iterator[Finding]:
    """One finding for all pairs that would show wrong, and one for those that are a tracker's."""
    hard = [one for one in found if one.kind is PairKind.HARD and one.most > _HARD]
    soft = [one for one in found if one not in hard]
    for pairs in (hard, soft):
        worst = sorted(pairs, key=lambda one: one.cap - one.most)
        if worst:
            yield Finding(
                kind="opposites-together",
                message=_both(worst),
                hint="they undo each other on a face; are two columns exchanged?"
                if pairs is hard
                else "",
                wrong=pairs is hard,
            )


def _both(pairs: Sequence[Together]) -> str:
    """What is said of pairs, that which goes furthest first."""
    (first, second), one = pairs[0].pair, pairs[0]
    allowed = f"the weaker up to {one.cap:.2g}" if one.cap else "one of the two at rest"
    said = (
        f"{first} and {second} are opposites, and both reach {one.most:.2f} at {one.moment:.2f} s"
    )
    said += f" (expected {allowed}), in {counted(one.rows, 'row')}"
    others = [" with ".join(other.pair) for other in pairs[1:]]
    return f"{said}; so do {listed(others)}" if others else said


def _eyes(turns: Sequence[EyeTurn]) -> Iterator[Finding]:
    against = [turn for turn in turns if turn.agreement < -_UNSURE]
    both = [turn for turn in against if turn.axis == "yaw"]
    if len(both) > 1:
        yield Finding(
            kind="sides-exchanged",
            message="both eyes turn the other way than their channels look "
            f"(r {both[0].agreement:.3f} and {both[1].agreement:.3f}, expected 1): left and right "
            "are exchanged",
            hint="exchange Left and Right in the names of the channels, or In and Out; or the "
            "turns have another sign",
            wrong=True,
        )
    for turn in turns:
        if turn.agreement >= _SURE or (len(both) > 1 and turn in both):
            continue
        names = ("Out", "In") if turn.axis == "yaw" else ("Down", "Up")
        channels = " minus ".join(f"eyeLook{name}{turn.eye}" for name in names)
        verb, hint = "does not follow", "are the columns in the order of the header?"
        if turn in against:
            verb = "runs against"
            hint = f"are {names[0]} and {names[1]} exchanged, or has the turn another sign?"
        yield Finding(
            kind="eye-turn",
            message=f"{turn.eye}Eye{turn.axis.capitalize()} {verb} {channels} "
            f"(r {turn.agreement:.3f}, expected 1)",
            hint=hint,
            wrong=turn.agreement < _UNSURE,
        )


def missing_channels(missing: Sequence[str], near: Mapping[str, str | None]) -> Finding:
    """Channels that are not there, with the names that may mean them."""
    meant = [f"{near[name]} may be {name}" for name in missing if near[name]]
    return Finding(
        kind="channel-missing",
        message=f"there is no {listed(missing)}",
        hint=listed(meant) if meant else "a channel that is missing stays at rest",
        wrong=True,
    )


def listed(names: Sequence[str]) -> str:
    """Up to four names as a sentence lists them; "" for none."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    if not names:
        return ""
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last
