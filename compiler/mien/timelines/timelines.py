"""The timelines of a bank by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from mien.errors import QueryError
from mien.timelines.clip import Clip, Ending
from mien.timelines.table import COME, GO, Ends, Shown, TimelineTable
from mien.timelines.track import tracks_of

if TYPE_CHECKING:
    from mien.engine.tables import Tables


@frozen(kw_only=True)
class Blinks:
    """How a label blinks, in ms: least and most between two, closing, opening, none until."""

    least: int
    most: int
    closing: int
    opening: int
    suppressed: int


@frozen(kw_only=True, eq=False)
class Timeline:
    """One label in time.

    kind: an event is over by itself, a held one is not, a sequence is shown by ``usual``; resolves:
    the labels that it turns into, over ``cross`` ms; blinks: None where the label does not say.
    """

    label: str
    kind: Shown
    usual: str | None
    sequences: tuple[str, ...]
    resolves: tuple[str, ...]
    cross: int
    blinks: Blinks | None
    intensities: tuple[str, ...]
    dynamics: Clip
    clips: Mapping[str, tuple[Clip, ...]]

    def clip(self, sequence: str | None = None, at: str | int | None = None) -> Clip:
        """The dynamics, or the sequence of that name at an intensity (by default the middle one).

        Raises:
            QueryError: there is no such sequence or intensity.
        """
        if sequence is None:
            return self.dynamics
        variants = self.clips.get(sequence)
        if variants is None:
            known = ", ".join(self.sequences) or "it has none"
            raise QueryError(f"{self.label} has no sequence {sequence!r}: {known}")
        names = self.intensities
        if at is None:
            at = names.index("mid") if "mid" in names else (len(names) - 1) // 2
        if isinstance(at, str):
            if at not in names:
                raise QueryError(f"no intensity {at!r}: {', '.join(names)}")
            at = names.index(at)
        if not 0 <= at < len(names):
            raise QueryError(f"intensity {at} is out of range: 0 to {len(names) - 1}")
        return variants[at]


def timelines_of(tables: Tables) -> dict[str, Timeline]:
    """The timeline of every label that has one, in the order of the labels."""
    names = tuple(table.label for table in tables.labels)
    return {
        table.label: _timeline(table.label, table.timeline, tables, names)
        for table in tables.labels
        if table.timeline is not None
    }


def _timeline(
    label: str, table: TimelineTable, tables: Tables, labels: tuple[str, ...]
) -> Timeline:
    timing: list[int] = table.timing.tolist()
    kind, apex, usual, cross = timing
    resolves: list[int] = table.resolves.tolist()
    held = Ending(how=Ends.HELD)
    dynamics = clip_of(
        label, "", table, COME, len(tables.channels), held, apex if apex >= 0 else None
    )
    ends = [
        Ending(how=Ends(how), label=other, intensity=level)
        for how, other, level in table.sequence_ends.tolist()
    ]
    clips: dict[str, tuple[Clip, ...]] = {}
    for name, numbers, ending in zip(
        table.sequences, table.sequence_clips.tolist(), ends, strict=True
    ):
        made = {
            number: clip_of(label, name, table, number, len(tables.channels), ending, None)
            for number in dict.fromkeys(numbers)
        }
        clips[name] = tuple(made[number] for number in numbers)
    least, most, closing, opening, suppressed = table.blink.tolist()
    return Timeline(
        label=label,
        kind=Shown(kind),
        usual=table.sequences[usual] if usual >= 0 else None,
        sequences=table.sequences,
        resolves=tuple(labels[position] for position in resolves),
        cross=cross,
        blinks=Blinks(
            least=least, most=most, closing=closing, opening=opening, suppressed=suppressed
        )
        if most
        else None,
        intensities=tables.intensities,
        dynamics=dynamics,
        clips=clips,
    )


def clip_of(
    label: str,
    name: str,
    table: TimelineTable,
    number: int,
    channels: int,
    ending: Ending,
    apex: int | None,
) -> Clip:
    """One clip of a label's table, with the label's way back to rest."""
    length, begin, end = table.clips[number].tolist()
    return Clip(
        label=label,
        name=name,
        channels=channels,
        length=length,
        loop=(begin, end) if end else None,
        tracks=tracks_of(table, number),
        release=tracks_of(table, GO),
        release_length=int(table.clips[GO, 0]),
        apex=apex,
        ending=ending,
    )
