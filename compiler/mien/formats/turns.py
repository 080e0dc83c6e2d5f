"""How a head turns: yaw, pitch and roll of a take, and the quaternions of glTF.

A head that faces +z with +y up, as VRM 1.0 has it: its own right is -x. Yaw above 0 is towards the
subject's right, pitch above 0 is down, roll above 0 is towards the subject's right shoulder; the
head is turned by the roll first, then by the pitch, then by the yaw.
"""

from __future__ import annotations

import numpy as np

from mien.formats.take import F32, F64


def quaternions(turns: F32) -> F32:
    """The rotations (N, 4) x, y, z, w of turns (N, 3) in degrees."""
    yaw, pitch, roll = np.radians(turns.astype(np.float64) / 2.0).T
    sy, cy = np.sin(-yaw), np.cos(yaw)
    sp, cp = np.sin(pitch), np.cos(pitch)
    sr, cr = np.sin(roll), np.cos(roll)
    x = cy * sp * cr + sy * cp * sr
    y = sy * cp * cr - cy * sp * sr
    z = cy * cp * sr - sy * sp * cr
    w = cy * cp * cr + sy * sp * sr
    return np.stack([x, y, z, w], axis=1).astype(np.float32)


def turns_of(rotations: F64) -> F64:
    """The turns (N, 3) in degrees of rotations (N, 4) x, y, z, w of any length but 0."""
    x, y, z, w = (rotations / np.linalg.norm(rotations, axis=1, keepdims=True)).T
    pitch = np.arcsin(np.clip(2.0 * (w * x - y * z), -1.0, 1.0))
    yaw = -np.arctan2(2.0 * (x * z + w * y), 1.0 - 2.0 * (x * x + y * y))
    roll = np.arctan2(2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z))
    turns: F64 = np.degrees(np.stack([yaw, pitch, roll], axis=1))
    return turns
