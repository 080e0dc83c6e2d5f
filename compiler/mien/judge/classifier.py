"""What a classifier of faces is: a picture and where the face lies, to seven scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.errors import MienError
from mien.judge.crop import Crop, FaceFrame

F64 = npt.NDArray[np.float64]

BASIC = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
"""What classifiers tell apart, in the order of their scores here."""

_OTHER_NAMES: Mapping[str, str] = {
    "angry": "anger",
    "disgusted": "disgust",
    "afraid": "fear",
    "fearful": "fear",
    "happiness": "joy",
    "happy": "joy",
    "sad": "sadness",
    "surprised": "surprise",
}


def basic_name(label: str) -> str | None:
    """Which of `BASIC` a bank's label is, if it is one."""
    name = _OTHER_NAMES.get(label, label)
    return name if name in BASIC else None


class JudgeUnavailableError(MienError):
    """A judge cannot be used; the message says what to install."""


class Classifier(Protocol):
    """Reads one face at a time."""

    def crop(self, face: FaceFrame) -> Crop:
        """The part of the picture that it is made for."""
        ...

    @property
    def size(self) -> int:
        """Pixels a side of the part that it is shown."""
        ...

    def scores(self, part: F64) -> F64:
        """(size, size, 3), from 0 to 255, to (7,) scores that sum to 1, in the order of `BASIC`."""
        ...


@frozen(kw_only=True)
class JudgeRecord:
    """A judge that can be chosen. ``open`` may raise `JudgeUnavailableError`.

    ``weakness`` is what it is known to get wrong, a sentence or two for people.
    """

    name: str
    about: str
    weakness: str
    open: Callable[[], Classifier] | None
    """None for MediaPipe, which names nothing and finds the faces for the others."""


def unreadable(package: str, path: Path, reason: object, install: str) -> JudgeUnavailableError:
    """The refusal of a package whose weights are missing or damaged."""
    return JudgeUnavailableError(
        f"{package} is installed, but its weights cannot be read: {path}: {reason}; "
        f"install it anew: {install}"
    )
