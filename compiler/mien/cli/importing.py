"""What is asked of `mien import`: its arguments and options."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen


@frozen(kw_only=True)
class Import:
    """The options as they were given; ``at`` and ``span`` are moments of a recording in seconds."""

    file: Path
    out: Path
    rate: float | None
    at: float | None
    span: tuple[float, float] | None
    peak: bool
    bank_name: str
    intensity: str | None
    ratios: str | None
    anchors: bool
    scale: tuple[float, float] | None
    known_only: bool
    label: str | None
    percent: bool
