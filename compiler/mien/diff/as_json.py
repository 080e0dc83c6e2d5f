"""A comparison as plain data for programs."""

from __future__ import annotations

from typing import Any

from mien.diff.record import BankDiff, Change, Finding, Named, Neighbour, Places, Visible
from mien.text.place import Place

Data = dict[str, Any]


def data(diff: BankDiff) -> Data:
    """The whole comparison. Places are null where nothing is written, as in an artifact."""
    return {
        "old": named_data(diff.old),
        "new": named_data(diff.new),
        "verdict": diff.verdict,
        "rule": diff.rule,
        "needed": diff.needed,
        "findings": [_finding(finding) for finding in diff.findings],
        "visible": [_visible(visible) for visible in diff.visible],
        "untold": list(diff.untold),
    }


def named_data(named: Named) -> Data:
    """One of the two banks."""
    found = named.source and named.source.as_json(named.bank, named.version)
    return {"name": named.name, **(found or {"bank": named.bank, "version": named.version})}


def _finding(finding: Finding) -> Data:
    return {
        "rule": finding.rule,
        "category": finding.category.value,
        "label": finding.label,
        "at": finding.at,
        "message": finding.message,
        **_places(finding.places),
        "changes": [_change(change) for change in finding.changes],
    }


def _change(change: Change) -> Data:
    return {
        "name": change.name,
        "before": change.before,
        "after": change.after,
        **_places(change.places),
    }


def _places(places: Places) -> Data:
    return {"old": _place(places.old), "new": _place(places.new)}


def _place(place: Place | None) -> Data | None:
    if place is None:
        return None
    return {"file": place.file, "line": place.line, "column": place.column}


def _visible(visible: Visible) -> Data:
    return {
        "label": visible.label,
        "mean": visible.mean,
        "largest": visible.largest,
        "channel": visible.channel,
        "at": list(visible.at),
        "nearest": {
            "before": _neighbour(visible.nearest_before),
            "after": _neighbour(visible.nearest_after),
        },
    }


def _neighbour(neighbour: Neighbour | None) -> Data | None:
    if neighbour is None:
        return None
    return {"label": neighbour.label, "distance": neighbour.distance}
