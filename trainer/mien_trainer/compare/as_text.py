"""The comparison as a table on the terminal, and as JSON values for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import asdict

from mien_trainer.compare.result import Result

COLUMNS = (
    "error at anchors",
    "worst",
    "own of 48",
    "told apart",
    "contrast",
    "drift",
    "VAD step",
    "lips",
)


def cells(result: Result) -> tuple[str, ...]:
    """The numbers of one setting, under `COLUMNS`."""
    return (
        f"{result.mean:.4f}",
        f"{result.worst:.3f}",
        str(result.own),
        str(result.told),
        f"{result.contrast:.2f}",
        f"{result.drift:.4f}",
        f"{result.smooth:.4f}",
        f"{result.lips:.3f}",
    )


def lines(found: Sequence[Result]) -> Iterator[str]:
    """A line a setting, under a head."""
    wide = max(len(one.title) for one in found)
    yield " " * wide + "  " + "  ".join(COLUMNS)
    for one in found:
        row = (f"{text:>{len(head)}}" for head, text in zip(COLUMNS, cells(one), strict=True))
        yield f"{one.title:<{wide}}  {'  '.join(row)}"


def as_json(found: Sequence[Result]) -> list[dict[str, Any]]:
    """Everything but the faces."""
    return [asdict(one, filter=lambda attribute, _: attribute.name != "faces") for one in found]
