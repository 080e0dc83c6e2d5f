"""The axes that a timeline turns, and the clips that every one has."""

from __future__ import annotations

HEAD = ("yaw", "pitch", "roll")
"""Axes of the head in degrees, as a take has them.

Yaw is positive to the subject's right, pitch downwards, roll to the subject's right shoulder.
"""

GAZE = ("yaw", "pitch")
"""Axes of the gaze in degrees, with the head's signs, from where the head points."""

COME, GO = 0, 1
"""The clips that every timeline starts with: the onset, and the release of whatever is shown."""
