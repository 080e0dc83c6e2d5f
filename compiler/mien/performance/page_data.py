"""A performance as the page is given it: the plan as JSON, the lips as bytes.

Twins of the records in ``web/performance/plan.js``; numbers keep all their bits.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from mien.bank import Bank
from mien.performance.expression import Move, Pose
from mien.performance.lips import LipTrack, prosody_of
from mien.performance.performer import Plan
from mien.timelines.clip import Clip

Data = dict[str, Any]


def plan_data(plan: Plan, bank: Bank) -> Data:
    """A plan of known length, on ``bank``."""
    life = plan.life
    return {
        "first": _pose_data(plan.first),
        "moves": [_move_data(move, bank) for move in plan.moves],
        "looks": [
            {"start": look.start, "yaw": look.yaw, "pitch": look.pitch, "head": look.head}
            for look in plan.looks
        ],
        "life": None
        if life is None
        else {
            "blinks": life.blinks,
            "glances": life.glances,
            "brows": life.brows,
            "head": life.head,
            "breath": life.breath,
            "prosody": life.prosody,
            "arousal": life.arousal,
        },
        "seed": plan.seed,
        "frames": plan.frames,
        "rests": plan.rests,
    }


def lips_bytes(track: LipTrack) -> bytes:
    """The length of a JSON header (uint32), the header, then the float32 numbers, all LE."""
    header = json.dumps({"channels": track.channels, "frames": track.frames}).encode()
    parts = (track.weights, track.speech, track.contacts, track.emphases, prosody_of(track))
    numbers = (np.ascontiguousarray(part, dtype="<f4").tobytes() for part in parts)
    return b"".join((struct.pack("<I", len(header)), header, *numbers))


def _pose_data(pose: Pose) -> Data:
    return {
        "shares": [
            {"label": slot.label, "style": slot.style, "play": slot.play, "weight": weight}
            for slot, weight in pose.weights.items()
        ],
        "point": list(pose.point),
    }


def _move_data(move: Move, bank: Bank) -> Data:
    clip = None if move.clip is None else _clip_data(move.clip, bank)
    return {"start": move.start, "length": move.length, "pose": _pose_data(move.pose), "clip": clip}


def _clip_data(clip: Clip, bank: Bank) -> Data:
    variants = bank.timelines[clip.label].clips.get(clip.name, (clip,))
    return {
        "label": bank.labels.index(clip.label),
        "sequence": clip.name or None,
        "intensity": next(at for at, one in enumerate(variants) if one is clip),
    }
