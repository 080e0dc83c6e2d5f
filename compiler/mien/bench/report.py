"""The bench's measurements, as a table for people and as a plot."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from importlib import import_module
from io import StringIO
from typing import Any

from attrs import frozen

from mien.bench import BenchError

_HEAD = ("what", "batch", "ours", "peer", "ratio")
_FACES = "faces / "
_PLOTTED = (
    "scipy, dense",
    "scipy, sparse",
    "numpy, as written",
    "torch",
    "our numpy path",
    "row writes",
)


class Better(Enum):
    """Which way a ratio is good."""

    HIGHER = "higher"
    LOWER = "lower"


@frozen(kw_only=True)
class Row:
    """A measured comparison.

    ``batch`` is the number of faces, characters or 0 where neither applies. ``ours`` and ``peer``
    are in ``unit``. ``ratio`` is peer / ours where higher is better (times as fast, or share of the
    machine's rate), ours / peer where lower is (times the cost).
    """

    name: str
    batch: int
    ours: float
    peer: float
    better: Better = Better.HIGHER
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """See the class."""
        if self.better is Better.HIGHER:
            return self.peer / self.ours
        return self.ours / self.peer

    def as_json(self) -> dict[str, str | int | float]:
        """The keys of the JSON report."""
        return {
            "name": self.name,
            "batch": self.batch,
            "ours": self.ours,
            "peer": self.peer,
            "ratio": self.ratio,
            "unit": self.unit,
            "better": self.better.value,
        }


def as_table(rows: Sequence[Row]) -> str:
    """Aligned columns for people, and a line that explains the ratio."""
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


def require_matplotlib() -> None:
    """Ask, before a long measurement, whether its plot can be drawn in the end.

    Raises:
        BenchError: matplotlib is not installed.
    """
    try:
        import_module("matplotlib")
    except ImportError as error:
        raise BenchError("the plot is drawn by matplotlib: pip install 'mien[bench]'") from error


def as_svg(rows: Sequence[Row]) -> str:
    """Nanoseconds a face by batch: a line for us and one for each peer.

    Without date or random ids, and whatever the reader's matplotlibrc says: the same rows give the
    same text, in fonts that are there.
    """
    from matplotlib import rc_context, rcdefaults, rcParams
    from matplotlib.figure import Figure

    lines: dict[str, dict[int, float]] = {"ours": {}}
    for row in rows:
        name = row.name.removeprefix(_FACES)
        if row.name.startswith(_FACES) and name in _PLOTTED:
            lines["ours"][row.batch] = row.ours * 1e9 / row.batch
            lines.setdefault(name, {})[row.batch] = row.peer * 1e9 / row.batch
    text = StringIO()
    settings: Any = {"svg.hashsalt": "mien", "svg.fonttype": "none"}
    with rc_context():
        rcdefaults()
        rcParams.update(settings)
        figure = Figure(figsize=(8.0, 4.6), layout="constrained")
        axes = figure.subplots()
        axes.set(xscale="log", yscale="log", xlabel="faces in a batch")
        axes.set_title("nanoseconds a face, one core")
        axes.grid(alpha=0.3)
        for name, line in lines.items():
            width = 3.0 if name == "ours" else 1.5
            costs = list(line.values())
            axes.plot(list(line), costs, marker="o", linewidth=width, label=name, gid=name)
        figure.legend(loc="outside right upper")
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
