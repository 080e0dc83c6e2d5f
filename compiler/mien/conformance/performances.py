"""Performances that evaluators are asked for: plans and lips, drawn from a seed.

Who performs a whole score is asked for `takes`, with life and lips; the evaluators of games, which
play plans, for `scores`: the same plans without life under lips that only make the mouth give way.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from mien.bank import Bank
from mien.conformance.banks import Stream
from mien.engine.tables import F32, PLAIN
from mien.performance.clock import FRAME
from mien.performance.expression import REST, Move, Pose, Slot
from mien.performance.gaze import Look
from mien.performance.life import LifeSettings
from mien.performance.lips import LipTrack, lip_track
from mien.performance.page_data import lips_bytes, plan_data
from mien.performance.performer import Performer, Plan
from mien.performance.plan_file import plan_bytes

_COUNT = 3
_FRAMES = 90
_MOVES = 9
_CHANCE_OF_A_CLIP = 0.4


@frozen(kw_only=True, eq=False)
class Performance:
    """A plan, with life, and lips of its length."""

    plan: Plan
    lips: LipTrack


def performances_of(bank: Bank, name: str, count: int = _COUNT) -> tuple[Performance, ...]:
    """Those of a bank that is called so among the banks of a run: the first ``count``."""
    stream = Stream(int.from_bytes(name.encode(), "little"))
    return tuple(_performance(bank, stream) for _ in range(min(count, _COUNT)))


def save_performances(bank: Bank, performances: tuple[Performance, ...], folder: Path) -> None:
    """Of each its plan for games, its speech, and all of it for who performs whole scores."""
    for number, one in enumerate(performances):
        (folder / f"{number}.plan").write_bytes(plan_bytes(one.plan, bank))
        (folder / f"{number}.speech").write_bytes(one.lips.speech.astype("<f4").tobytes())
        asked = {
            "plan": plan_data(one.plan, bank),
            "lips": base64.b64encode(lips_bytes(one.lips)).decode(),
        }
        (folder / f"{number}.json").write_text(json.dumps(asked), encoding="utf-8")


def takes(bank: Bank, performances: tuple[Performance, ...]) -> F32:
    """Weights, head and eyes of every frame, one performance after the other."""
    rows = [np.zeros((0, len(bank.channels) + 9), dtype=np.float32)]
    for one in performances:
        for block in Performer(bank, one.plan).perform([one.lips]):
            rows.append(np.concatenate((block.weights, block.head, block.eyes), axis=1))
    return np.concatenate(rows)


def scores(bank: Bank, performances: tuple[Performance, ...]) -> F32:
    """Weights and head of every frame without life, under lips that are still."""
    rows = [np.zeros((0, len(bank.channels) + 3), dtype=np.float32)]
    for one in performances:
        lips = evolve(
            one.lips,
            weights=np.zeros_like(one.lips.weights),
            contacts=np.zeros_like(one.lips.contacts),
        )
        for block in Performer(bank, evolve(one.plan, life=None)).perform([lips]):
            rows.append(np.concatenate((block.weights, block.head), axis=1))
    return np.concatenate(rows)


def _performance(bank: Bank, stream: Stream) -> Performance:
    starts = sorted(stream.below(_FRAMES * FRAME) for _ in range(_MOVES))
    life = LifeSettings(
        blinks=stream.pick((0.0, 1.0, 3.0)),
        glances=stream.fraction(),
        brows=stream.fraction() * 2.0,
        head=stream.fraction(),
        breath=stream.fraction(),
        prosody=stream.pick((0.0, 2.0 * stream.fraction())),
        arousal=stream.pick((0.0, stream.fraction())),
    )
    plan = Plan(
        first=stream.pick((REST, _pose(bank, stream))),
        moves=tuple(_move(bank, stream, start, number) for number, start in enumerate(starts, 1)),
        looks=tuple(_looks(stream)),
        life=life,
        seed=stream.below(1 << 31),
        frames=_FRAMES,
        rests=stream.chance(0.7),
    )
    return Performance(plan=plan, lips=_lips(bank, stream))


def _move(bank: Bank, stream: Stream, start: int, number: int) -> Move:
    length = stream.pick((0, 1, FRAME, stream.below(40 * FRAME)))
    timed = [label for label in bank.labels if label in bank.timelines]
    if not timed or not stream.chance(_CHANCE_OF_A_CLIP):
        return Move(start=start, length=length, pose=_pose(bank, stream))
    label = stream.pick(timed)
    timeline = bank.timelines[label]
    clip = timeline.clip(
        stream.pick((None, *timeline.sequences)), stream.below(len(bank.intensities))
    )
    slot = _slot(bank, stream, bank.labels.index(label), number)
    pose = Pose(weights={slot: _share(stream)}, point=_point(stream))
    return Move(start=start, length=length, pose=pose, clip=clip)


def _pose(bank: Bank, stream: Stream) -> Pose:
    """One label in any style, several plain ones that share, or rest."""
    kind = stream.below(5)
    if kind == 0:
        return REST
    if kind < 3:
        slot = _slot(bank, stream, stream.below(len(bank.labels)), 0)
        return Pose(weights={slot: _share(stream)}, point=_point(stream))
    parts: dict[Slot, float] = {}
    left = 1.0
    for _ in range(1 + stream.below(3)):
        part = left * (1.0 - stream.fraction() * 0.9)
        slot = Slot(stream.below(len(bank.labels)), PLAIN)
        parts[slot] = parts.get(slot, 0.0) + part
        left = max(0.0, left - part)
    return Pose(weights=parts, point=_point(stream))


def _slot(bank: Bank, stream: Stream, label: int, play: int) -> Slot:
    return Slot(label, stream.below(len(bank.tables.labels[label].styles) + 1) - 1, play)


def _share(stream: Stream) -> float:
    return stream.pick((1.0, 1.0 - stream.fraction() * (1.0 - 2.0**-30)))


def _point(stream: Stream) -> tuple[float, float, float]:
    v, a, d = (stream.pick((-1.0, 0.0, -0.0, stream.between(-1.0, 1.0))) for _ in range(3))
    return v, a, d


def _looks(stream: Stream) -> Iterator[Look]:
    start = 0
    for _ in range(stream.below(5)):
        start += stream.below(30 * FRAME)
        yield Look(
            start=start,
            yaw=stream.between(-60.0, 60.0),
            pitch=stream.pick((0.0, stream.between(-40.0, 40.0))),
            head=stream.fraction(),
        )


def _lips(bank: Bank, stream: Stream) -> LipTrack:
    def track(chance: float) -> list[float]:
        return [stream.fraction() if stream.chance(chance) else 0.0 for _ in range(_FRAMES)]

    weights = [
        [stream.pick((0.0, 0.0, 0.0, 1.0, stream.fraction())) for _ in bank.channels]
        for _ in range(_FRAMES)
    ]
    return lip_track(
        bank.channels,
        np.array(weights),
        np.array(track(0.6)),
        contacts=np.array(track(0.1)),
        emphases=np.array(track(0.1)),
        prosody=np.array([[stream.between(-1.0, 1.0) for _ in range(2)] for _ in range(_FRAMES)]),
    )
