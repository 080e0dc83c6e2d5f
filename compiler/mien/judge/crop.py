"""Where a face lies in a picture, and the part of the picture that a classifier is shown."""

from __future__ import annotations

import importlib
import io
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

F64 = npt.NDArray[np.float64]


@frozen(kw_only=True)
class FaceFrame:
    """A face in a picture, pixels from its upper left corner."""

    eyes: tuple[float, float]
    """Between the two eyes' centres."""

    eye_distance: float
    left: float
    top: float
    right: float
    bottom: float
    brows: float
    """The height of the brows' upper edge."""


@frozen(kw_only=True)
class Crop:
    """A square part of a picture, by its middle and side, pixels."""

    x: float
    y: float
    side: float

    def scaled(self, factor: float) -> Crop:
        """About the same middle."""
        return Crop(x=self.x, y=self.y, side=self.side * factor)


def pixels(picture: bytes) -> Any:  # noqa: ANN401  a Pillow image
    """A PNG as an image without transparency."""
    return importlib.import_module("PIL.Image").open(io.BytesIO(picture)).convert("RGB")


def cut(image: Any, crop: Crop, size: int) -> F64:  # noqa: ANN401  likewise
    """The crop at ``size`` pixels a side: (size, size, 3), 0 to 255; black beyond the image."""
    pillow: Any = importlib.import_module("PIL.Image")
    fine = 2 * size  # twice as fine, then halved: a smaller picture without aliasing
    step = crop.side / fine
    corner = (crop.x - crop.side / 2, crop.y - crop.side / 2)
    frame = (step, 0.0, corner[0], 0.0, step, corner[1])
    part = image.transform((fine, fine), pillow.AFFINE, frame, pillow.BILINEAR)
    return np.asarray(part.resize((size, size), pillow.BOX), dtype=np.float64)


def greyscale(part: F64) -> F64:
    """(h, w, 3) from 0 to 255 as the light in it, (h, w, 1) from -1 to 1 (ITU-R BT.601)."""
    light: F64 = part @ np.array([0.299, 0.587, 0.114])
    return (light / 127.5 - 1.0)[..., None]
