"""A face with a left and a right side, as tests send it."""

from __future__ import annotations

from mien.formats.arkit import arkit_channels
from mien.formats.live_face import LiveFace

DEVICE = "9F2B1C64-3C5A-4E0E-9D3B-7A5B0C1D2E3F"
HUNDREDTHS = {name: round(0.01 * (k + 1), 2) for k, name in enumerate(arkit_channels())}
"""A weight of its own for each channel, in whole percent."""

LOPSIDED: dict[str, float] = {
    **dict.fromkeys(arkit_channels(), 0.0),
    "jawLeft": 0.3,
    "mouthLeft": 0.2,
    "eyeBlinkRight": 1.0,
}
"""What is left and what is right show in it."""


def sent(
    weights: dict[str, float] | None = None, moment: float | None = 12.5, subject: str = ""
) -> LiveFace:
    """A face of a character, all of its channels set."""
    return LiveFace(
        weights=dict(HUNDREDTHS if weights is None else weights), moment=moment, subject=subject
    )
