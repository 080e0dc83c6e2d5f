"""The bench's rows as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from mien.bench.row import Better, Row

_HEAD = ("what", "batch", "ours", "peer", "ratio")


def as_table(rows: Sequence[Row]) -> str:
    """Aligned columns, and a line that explains the ratio."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD))]
    lines = [
        "  ".join(
            (
                line[0].ljust(widths[0]),
                *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True)),
            )
        ).rstrip()
        for line in cells
    ]
    return "\n".join(
        (*lines, "", "ratio: x = times as fast as the peer, of = share of the peer's cost")
    )


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    sign = "x" if row.better is Better.HIGHER else "of"
    return (
        row.name,
        f"{row.batch:,}" if row.batch else "",
        _amount(row.ours, row.unit),
        _amount(row.peer, row.unit),
        f"{row.ratio:.3g} {sign}",
    )


def _amount(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:.4g} {unit}"
    for scale, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if value >= scale:
            return f"{value / scale:.3g} {name}"
    return f"{value * 1e9:.3g} ns"
