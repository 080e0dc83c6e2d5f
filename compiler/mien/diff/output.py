"""A comparison in words, and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from mien.diff.record import BankDiff, Change, Finding, Named, Places, Value, Visible
from mien.release.difference import first_unlike

Data = dict[str, Any]

_MOST = 12
_ROOM = 56
_LEAD = 12


def lines(diff: BankDiff) -> Iterator[str]:
    """The whole comparison, a line at a time."""
    yield f"{diff.old.described} -> {diff.new.described}: {verdict_text(diff)}"
    for finding in diff.findings:
        yield ""
        yield from _finding(finding)
    if diff.visible:
        yield ""
        yield "How visible, over the VAD cube:"
        yield from _visible(diff)
    if diff.not_compared:
        yield ""
        yield "An artifact does not hold:"
        yield from (f"  {one}" for one in diff.not_compared)


def verdict_text(diff: BankDiff) -> str:
    """The verdict, the rule that decided it and the version that it asks for."""
    if diff.findings:
        return f"{diff.verdict} ({diff.rule}), needs {diff.needed} or later"
    return "no difference" if diff.empty else "only the version differs"


def _finding(finding: Finding) -> Iterator[str]:
    about = " ".join(part for part in (finding.label, finding.at) if part)
    subject = f"{about}: " if about else ""
    yield f"{finding.category.value:<5}  {finding.rule}  {subject}{finding.message}"
    width = max((len(change.name) for change in finding.changes), default=0)
    for change in finding.changes[:_MOST]:
        yield f"         {change.name:<{width}}  {change_text(change)}"
    if len(finding.changes) > _MOST:
        yield f"         and {len(finding.changes) - _MOST} more"
    where = place_text(finding.places)
    if where:
        yield f"       {where}"


def change_text(change: Change) -> str:
    """One value before and after, in little room."""
    before, after = change.before, change.after
    if isinstance(before, float) and isinstance(after, float):
        return f"{before:g} -> {after:g}  ({after - before:+.4g})"
    if isinstance(before, str) and isinstance(after, str):
        skip = max(0, first_unlike(before, after) - _LEAD)
        skip = skip if max(len(before), len(after)) > _ROOM else 0
        return f"{_short(before, skip)} -> {_short(after, skip)}"
    return f"{_value(before)} -> {_value(after)}"


def _value(value: Value) -> str:
    if value is None:
        return "(none)"
    return _short(value) if isinstance(value, str) else f"{value:g}"


def _short(text: str, skip: int = 0) -> str:
    """The text from ``skip`` on, in little room."""
    shown = ("..." if skip else "") + text[skip:]
    return shown if len(shown) <= _ROOM else shown[: _ROOM - 3].rstrip() + "..."


def place_text(places: Places) -> str:
    """Both places, as far as there are any."""
    if places.old and places.new:
        return f"{places.old} -> {places.new}"
    return str(places.new or places.old or "")


def _visible(diff: BankDiff) -> Iterator[str]:
    width = max(len(one.label) for one in diff.visible)
    for one in diff.visible:
        point = " ".join(f"{axis:g}" for axis in one.at)
        yield (
            f"  {one.label:<{width}}  mean {one.mean:.4f}, at most {one.largest:.3f} "
            f"({one.channel} at {point}){_after(nearest_text(one))}"
        )


def _after(nearest: str) -> str:
    return f"; nearest {nearest}" if nearest else ""


def nearest_text(visible: Visible) -> str:
    """The nearest other label before and after."""
    before, after = visible.nearest_before, visible.nearest_after
    if before is None or after is None:
        return ""
    if before.label == after.label:
        change = f"{before.distance:.4f} -> {after.distance:.4f}"
        return f"{after.label} {change}"
    return f"{before.label} {before.distance:.4f} -> {after.label} {after.distance:.4f}"


def data(diff: BankDiff) -> Data:
    """The whole comparison. Places are null where nothing is written, as in an artifact."""
    return {
        "old": named_data(diff.old),
        "new": named_data(diff.new),
        "verdict": diff.verdict,
        "rule": diff.rule,
        "needed": diff.needed,
        "findings": [_finding_data(finding) for finding in diff.findings],
        "visible": [_visible_data(visible) for visible in diff.visible],
        "not_compared": list(diff.not_compared),
    }


def named_data(named: Named) -> Data:
    """One of the two banks."""
    found = named.source and named.source.as_json(named.bank, named.version)
    return {"name": named.name, **(found or {"bank": named.bank, "version": named.version})}


def _finding_data(finding: Finding) -> Data:
    return {
        "rule": finding.rule,
        "category": finding.category.value,
        "label": finding.label,
        "at": finding.at,
        "message": finding.message,
        **_places_data(finding.places),
        "changes": [_change_data(change) for change in finding.changes],
    }


def _change_data(change: Change) -> Data:
    values = {"name": change.name, "before": change.before, "after": change.after}
    return {**values, **_places_data(change.places)}


def _places_data(places: Places) -> Data:
    return {name: place and asdict(place) for name, place in places._asdict().items()}


def _visible_data(visible: Visible) -> Data:
    before, after = visible.nearest_before, visible.nearest_after
    return {
        "label": visible.label,
        "mean": visible.mean,
        "largest": visible.largest,
        "channel": visible.channel,
        "at": list(visible.at),
        "nearest": {"before": before and asdict(before), "after": after and asdict(after)},
    }
