"""A small picture of a large one, as an address to put into a page."""

from __future__ import annotations

import base64
import importlib
import io
from typing import Any

SIZE = 192
"""Pixels a side."""


def thumbnail(picture: bytes) -> str:
    """``picture`` (PNG) as the data address of a JPEG."""
    pillow: Any = importlib.import_module("PIL.Image")
    small = pillow.open(io.BytesIO(picture)).convert("RGB")
    small.thumbnail((SIZE, SIZE))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"
