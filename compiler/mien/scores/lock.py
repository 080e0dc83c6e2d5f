"""The lock of a score: what it was performed with, what came out, and what no frame changes by.

Canonical text, made to be read in a diff. The same score with the same bank, sound and lips gives
the same lock on every machine; where a network listens, its output is named apart, since that may
differ in the last bits from machine to machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from attrs import field, frozen

from mien.engine.tables import F32
from mien.lock.build import down
from mien.lock.write import Value, lines_of
from mien.performance.bound import Change, expression_change
from mien.performance.clock import FRAME, TICKS
from mien.performance.expression import REST, Move
from mien.performance.layer_bounds import (
    LipChange,
    LipChanges,
    clip_speed,
    followed,
    head_speed,
    lively,
    spoken,
)
from mien.performance.lips import LipTrack, prosody_of
from mien.performance.performer import RELEASE, FaceBlock, Performer
from mien.scores.prepare import Prepared
from mien.scores.slopes import ProvedSlopes
from mien.text.canonical import digest
from mien.text.regular_file import NETWORK, RECORDING, sha256_of
from mien.versions import schema_name

HEADER = "# Written by `mien score lock`. Commit it beside the score, do not edit it.\n"


@frozen(kw_only=True)
class FrameChange:
    """The greatest change in a frame: of the worst ``channel``, and of the mean over channels."""

    channel: str
    most: float
    mean: float


@frozen(kw_only=True)
class ScoreLock:
    """A score's promise.

    Digests are sha256 in hex: ``score`` of what its file says, ``artifact`` of the bank, ``audio``
    of the sound's file, ``lips`` of what the lips are read from, ``output`` of the lips that came,
    ``take`` of all weights, heads and eyes. ``expression`` is proved from the bank's certificate
    and the cues alone, and the voice where it follows one; ``face`` holds life, gaze and the lips
    as they came too. ``seen`` is the greatest change that came of it, so that no bound under it is
    true; ``head`` is in degrees. ``cues`` are the changes while each move is under way, by its time
    in seconds.
    """

    file: str
    score: str
    bank: str
    version: str
    engine: int
    artifact: str
    frames: int
    audio: str | None
    lips_from: str
    lips: str | None
    output: str | None
    take: str
    expression: FrameChange
    face: FrameChange
    seen: float
    head: float
    cues: tuple[tuple[str, FrameChange], ...] = field(default=())


def lock_path(score: Path) -> Path:
    """Where the lock of a score lies: beside it."""
    return score.with_suffix(".lock")


def build_lock(prepared: Prepared, performed: Callable[[int], None] = lambda _: None) -> ScoreLock:
    """Perform a score, and pin what it was made of and what came out.

    ``performed`` is told the frames of each block that has been.
    """
    score, bank, plan = prepared.score, prepared.bank, prepared.plan
    lips, take, output, seen = _performed(prepared, performed)
    proved = ProvedSlopes(prepared.source, bank)
    moves, home = _performed_moves(prepared)
    voice = followed(plan.life, lips)
    change, rows = expression_change(bank, plan.first, moves, proved, proved.moving, voice)
    index = bank.tables.channel_index
    head, gaze = clip_speed(moves)
    alive = lively(change, plan.life, plan.looks, home, gaze, index, proved.moving, voice)
    face = spoken(alive, lips, bank.tables, proved.moving)
    file = None if score.lips is None else score.lips.file or score.lips.network
    return ScoreLock(
        file=score.path.name,
        score=digest(score.root),
        bank=bank.id,
        version=bank.version,
        engine=bank.tables.engine,
        artifact=bank.digest,
        frames=prepared.frames,
        audio=None if score.audio is None else sha256_of(score.audio, RECORDING),
        lips_from=prepared.lips_from,
        lips=None if file is None else sha256_of(file, NETWORK),
        output=None if prepared.lips is None else output,
        take=take,
        expression=_frame_change(change, bank.channels),
        face=_frame_change(face, bank.channels),
        seen=down(seen),
        head=up(head + head_speed(plan.life, plan.looks, home, lips.speech, voice)),
        cues=tuple(
            (f"{row.move.start / TICKS:.4f}", _frame_change(row.change, bank.channels))
            for row in rows
        ),
    )


def write_score_lock(lock: ScoreLock) -> str:
    """The canonical text of a lock."""
    document: dict[str, Value] = {
        "schema": schema_name("score-lock"),
        "score": {"file": lock.file, "sha256": lock.score},
        "bank": lock.bank,
        "version": lock.version,
        "engine": lock.engine,
        "artifact": lock.artifact,
        "frames": lock.frames,
        **({} if lock.audio is None else {"audio": lock.audio}),
        "lips": {
            "from": lock.lips_from,
            **({} if lock.lips is None else {"file": lock.lips}),
            **({} if lock.output is None else {"output": lock.output}),
        },
        "take": lock.take,
        "change_a_frame": {
            "expression": _change_value(lock.expression),
            "face": _change_value(lock.face),
            "seen": lock.seen,
            "head": lock.head,
        },
        "cues": {time: _change_value(change) for time, change in lock.cues},
    }
    return HEADER + "".join(f"{line}\n" for line in lines_of(document))


def up(value: float) -> float:
    """``value`` >= 0 to four decimals, at or above itself."""
    return (int(value * 10_000 - 1e-9) + 1) / 10_000 if value > 0.0 else 0.0


def _change_value(change: FrameChange) -> Value:
    return {"channel": change.channel, "most": change.most, "mean": change.mean}


def _frame_change(change: Change, channels: Sequence[str]) -> FrameChange:
    worst = int(np.argmax(change.step))
    return FrameChange(
        channel=channels[worst], most=up(float(change.step[worst])), mean=up(change.mean)
    )


def _performed_moves(prepared: Prepared) -> tuple[tuple[Move, ...], int]:
    """The moves as they are performed, the way to rest at the end among them, and its ticks."""
    plan = prepared.plan
    if not plan.rests:
        return plan.moves, FRAME
    last = (prepared.frames - 1) * FRAME
    start = max(0, last - RELEASE)
    kept = tuple(move for move in plan.moves if move.start < start)
    return (*kept, Move(start=start, length=last - start, pose=REST)), last - start


class _Digest:
    """The sha256 of arrays that come in blocks, whatever the blocks."""

    def __init__(self, parts: int) -> None:
        self._hashes = [hashlib.sha256() for _ in range(parts)]

    def add(self, *arrays: F32) -> None:
        for one, array in zip(self._hashes, arrays, strict=True):
            one.update(np.ascontiguousarray(array, dtype="<f4").tobytes())

    def hex(self) -> str:
        return hashlib.sha256(b"".join(one.digest() for one in self._hashes)).hexdigest()


def _performed(
    prepared: Prepared, performed: Callable[[int], None]
) -> tuple[LipChange, str, str, float]:
    """What the lips change, the digests of the performance and of the lips, and what was seen."""
    changes = LipChanges(prepared.bank.tables)
    life = prepared.plan.life
    follows = life is not None and life.follows
    faces, heard = _Digest(3), _Digest(5 if follows else 4)
    performer = Performer(prepared.bank, prepared.plan)

    seen, before = 0.0, np.zeros((0, len(prepared.bank.channels)), dtype=np.float32)

    def add(block: FaceBlock) -> None:
        nonlocal seen, before
        faces.add(block.weights, block.head, block.eyes)
        rows = np.concatenate((before, block.weights)).astype(np.float64)
        seen = max(seen, float(np.abs(np.diff(rows, axis=0)).max(initial=0.0)))
        before = block.weights[-1:] if len(block.weights) else before

    def listen(track: LipTrack) -> None:
        changes.add(track)
        prosody = (prosody_of(track),) if follows else ()
        heard.add(track.weights, track.speech, track.contacts, track.emphases, *prosody)

    for track in prepared.lip_blocks():
        listen(track)
        add(performer.push(track))
        performed(track.frames)
    add(performer.finish())
    return changes.found(), faces.hex(), heard.hex(), seen
