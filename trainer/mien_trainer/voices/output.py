"""What was measured on real voices, as tables on the terminal and as JSON values for programs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import asdict

from mien.versions import schema_name
from mien_trainer.evaluate.output import shown
from mien_trainer.voices.measures import CURVES, Followed
from mien_trainer.voices.recordings import Kind, Refused
from mien_trainer.voices.result import Row, VoicesReport, figures

SCHEMA = schema_name("voices")

HEADS = (
    "kept", "at rate", "shut", "touches", "taught", "flicker", "speed", "size", *CURVES, "lag",
)  # fmt: skip
"""The columns of a table."""

MEANING = (
    "kept: closures of p, b and m that close within 33 ms of their time; at rate: the same where "
    "lips touch as often as they should, ± its standard error, of clips drawn anew; shut: touching "
    "in moments that have them well apart; "
    "touches, taught, flicker: how often lips meet in a second of speech, how often they should, "
    "and how often for less than 50 ms; speed and size: of the jaw's movement, as a share of what "
    "they should be; then Pearson's r over time, at the best lag in ms (of captures each at its "
    "own: film and sound are seldom in step)"
)


_FEW = 3
"""Recordings that are named one by one where they are left out for one reason."""


def voices_lines(report: VoicesReport) -> Iterator[str]:
    """A table for each kind of recording and each room, then the figures."""
    for kind, room in tables(report):
        speakers, clips = report.speakers[kind], report.clips[kind]
        rows = rows_of(report, kind, room)
        seconds = max(row.followed.seconds for row in rows)
        yield f"{kind.value}, {room}: {clips} clips of {speakers} speakers, {seconds:.0f} s spoken"
        width = max(len(row.method) for row in report.rows)
        yield "  " + " " * width + "".join(f"{one:>11}" for one in HEADS)
        for row in rows:
            of = row.followed.clips
            without = f"   on {of} of {clips} clips" if of < clips else ""
            values = "".join(f"{one:>11}" for one in cells(row.followed))
            yield f"  {row.method:<{width}}{values}{without}"
        yield ""
    yield MEANING
    yield ""
    missed = 0
    for one in figures(report):
        missed += not one.kept
        mark = "ok  " if one.kept else "MISS"
        side = "at most" if one.most else "at least"
        yield f"  {mark}  {one.name}: {shown(one, one.value)}, {side} {shown(one, one.bound)}"
    if any(True for _ in figures(report)):
        yield f"{missed} figures miss their bounds" if missed else "every figure keeps its bound"
    elif not any(row.room == "clean" for row in report.rows):
        yield "nothing decides without --room clean"
    elif not report.too_little:
        yield "nothing decides: nobody knows what these lips should do"
    yield from (f"not judged: {one}" for one in report.too_little)
    yield from (f"note: {one}" for one in report.little)
    if report.doubts:
        yield "what is odd in what was measured:"
        yield from (f"  {one.place}: {one.reason}" for one in report.doubts)
    if report.refused:
        yield from left_out(report.refused)


def left_out(refused: Sequence[Refused]) -> Iterator[str]:
    """Which recordings are left out and why, those together that are for one reason."""
    yield f"{len(refused)} recordings are left out:"
    places: dict[str, list[str]] = {}
    for one in refused:
        places.setdefault(one.reason, []).append(one.place)
    for reason, found in places.items():
        shown = found if len(found) <= _FEW else [f"{found[0]} and {len(found) - 1} more"]
        yield from (f"  {place}: {reason}" for place in shown)


def tables(report: VoicesReport) -> Iterator[tuple[Kind, str]]:
    """Kind and room of each table, in order."""
    yield from dict.fromkeys((row.kind, row.room) for row in report.rows)


def rows_of(report: VoicesReport, kind: Kind, room: str) -> list[Row]:
    """The rows of one table."""
    return [row for row in report.rows if (row.kind, row.room) == (kind, room)]


def cells(one: Followed) -> Iterator[str]:
    """What a row shows under `HEADS`; a dash where nothing can be said."""
    chance = "" if math.isnan(one.chance) else f" ±{100.0 * one.chance:.0f}"
    yield from (_percent(one.kept), _percent(one.matched) + chance, _percent(one.shut))
    for value in (one.touches, one.taught, one.flicker, one.speed, one.amplitude):
        yield _number(value, 1 if value >= 10 else 2)
    yield from (_number(one.r[curve], 2) for curve in CURVES)
    yield "-" if math.isnan(one.r["opening"]) else f"{1e3 * one.lag / 60:.0f}"


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.0%}"


def _number(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def voices_json(report: VoicesReport) -> dict[str, Any]:
    """Everything; what is not known is null."""
    return {
        "schema": SCHEMA,
        "kept": report.kept,
        "bank": report.bank,
        "delay": report.delay,
        "figures": [{**asdict(one), "kept": one.kept} for one in figures(report)],
        "recordings": [
            {"kind": kind.name.lower(), "clips": count, "speakers": report.speakers[kind]}
            for kind, count in report.clips.items()
        ],
        "rows": [_row(row) for row in report.rows],
        "refused": [asdict(one) for one in report.refused],
        "doubts": [asdict(one) for one in report.doubts],
        "too_little": list(report.too_little),
        "little": list(report.little),
    }


def _row(row: Row) -> dict[str, Any]:
    values = {
        "kind": row.kind.name.lower(),
        "room": row.room,
        "method": row.method,
        "live": row.live,
        "missed": row.missed,
        **asdict(row.followed),
    }
    plain = {key: _plain(value) for key, value in values.items()}
    return {**plain, "r": {curve: _plain(value) for curve, value in row.followed.r.items()}}


def _plain(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value
