"""What came of `mien speak`, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mien.bank import Bank
    from mien.performance.sources import Word


_DIGITS = 3
"""Of moments in seconds: a recogniser knows them to a hundredth."""


def spoken_report(
    audio: str,
    out: Path,
    bank: Bank,
    frames: int,
    *,
    lips: str,
    said: str,
    words: Sequence[Word] = (),
    doubts: Sequence[str] = (),
) -> dict[str, Any]:
    """The take that was written, and how its lips came about.

    ``lips`` is their kind as `--lips` names it, ``said`` how they came about for people; ``words``
    are those with known moments, ``doubts`` what may be wrong with the sound or what is said in it.
    """
    return {
        "audio": audio,
        "take": str(out),
        "frames": frames,
        "bank": {"bank": bank.id, "version": bank.version, "sha256": bank.digest},
        "lips": {"from": lips, "said": said},
        "words": [
            {"text": one.text, "start": round(one.start, _DIGITS), "end": round(one.end, _DIGITS)}
            for one in words
        ],
        "doubts": list(doubts),
    }
