"""The tables of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from mien_trainer.audit.fault import FaultKind
from mien_trainer.audit.limits import KEPT, OPEN
from mien_trainer.audit.report import Group, Moment, VoiceRow
from mien_trainer.frames import FRAME_RATE
from mien_trainer.speech import Split

Cell = str | tuple[str, bool]
"""A text, or a text and whether it is bad."""

_FEW = 12


def groups_table(groups: Sequence[Group]) -> str:
    """The measures of groups, a row each."""
    heads = (
        *("", "clips", "minutes", "lips apart in silence", "in the bank", "LIPSYNC in silence"),
        *("change", "SHARED in silence", "change", "LIPSYNC in speech", "change"),
        *("SHARED in speech", "change", "closures kept", "nearest archetype", "95 %", "own label"),
    )
    return _table(heads, [_group(group) for group in groups])


def _group(group: Group) -> tuple[Cell, ...]:
    kind = "" if group.real is None else ", real" if group.real else ", synthetic"
    silent = group.silence.frames > 0
    kept = group.kept / group.closures if group.closures else 1.0
    return (
        f"{group.name}{kind}",
        str(group.clips),
        f"{group.frames / FRAME_RATE / 60:.1f}",
        (f"{group.gap:.3f}", group.excess > OPEN) if silent else "",
        f"{group.rest:.3f}" if silent else "",
        *_energies(group.silence),
        *_energies(group.speech),
        (f"{kept:.1%} of {group.closures}", kept < KEPT) if group.closures else "",
        *(
            (f"{group.distance:.3f}", f"{group.distance95:.3f}", f"{group.own:.0%}")
            if silent
            else ("", "", "")
        ),
    )


def _energies(moment: Moment) -> tuple[str, ...]:
    if not moment.frames:
        return ("",) * 4
    parts = (moment.lipsync, moment.shared)
    return tuple(text for one in parts for text in (f"{one.weight:.3f}", f"{one.motion:.4f}"))


def voices_table(voices: Sequence[VoiceRow]) -> str:
    """Who speaks, and in which split."""
    return _table(
        ("source", "voice", *(split.value for split in Split), "closures kept"),
        [
            (
                voice.source,
                voice.voice,
                *(str(voice.splits[split] or "") for split in Split),
                f"{voice.kept / voice.closures:.1%} of {voice.closures}" if voice.closures else "",
            )
            for voice in voices
        ],
    )


def faults_table(kinds: Sequence[FaultKind]) -> str:
    """The first clips that are plainly wrong, by kind."""
    rows: list[tuple[Cell, ...]] = []
    for kind in kinds:
        rows += ((kind.code, fault.shard, fault.clip, fault.message) for fault in kind.first[:_FEW])
        if kind.count > _FEW:
            rows.append((kind.code, "", "", f"and {kind.count - _FEW} more"))
    return _table(("fault", "shard", "clip", "found"), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    return "".join(_lines(heads, rows))


def _lines(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    yield '<div class="scroll"><table>\n<thead><tr>'
    yield from (f"<th>{escape(head)}</th>" for head in heads)
    yield "</tr></thead>\n<tbody>\n"
    for row in rows:
        yield "<tr>"
        for cell in row:
            text, bad = cell if isinstance(cell, tuple) else (cell, False)
            yield f'<td class="bad">{escape(text)}</td>' if bad else f"<td>{escape(text)}</td>"
        yield "</tr>\n"
    yield "</tbody>\n</table></div>\n"
