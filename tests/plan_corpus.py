"""Plans for the players of games: right ones, damaged ones, and ones with wrong numbers."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from mien.artifact.write import artifact_bytes
from mien.authored.reader import read_bank
from mien.bank import Bank
from mien.conformance.performances import Performance, performances_of
from mien.engine.registry import get_engine
from mien.performance.performer import Performer
from mien.performance.plan_file import plan_bytes

HERE = Path(__file__).parent
HEAD = 80
SPEECH = 0.25


@frozen(kw_only=True)
class PlanCase:
    """A file, and the code of its refusal or the sha256 of its faces and heads."""

    name: str
    data: bytes
    expected: str


@cache
def bank() -> Bank:
    return Bank(get_engine(1).compile_tables(read_bank(HERE / "banks" / "timed")))


@cache
def plan_cases() -> tuple[PlanCase, ...]:
    drawn = performances_of(bank(), "plans")
    whole = [plan_bytes(one.plan, bank()) for one in drawn]
    right = [
        PlanCase(name=f"plan {at}", data=data, expected=faces(one))
        for at, (data, one) in enumerate(zip(whole, drawn, strict=True))
    ]
    return (*right, *damaged(whole[0]), *said(whole[0]))


def faces(performance: Performance) -> str:
    """What Python shows of it without life, under lips that are still."""
    speech = np.full_like(performance.lips.speech, SPEECH)
    still = np.zeros_like(performance.lips.weights)
    lips = evolve(performance.lips, weights=still, speech=speech, contacts=np.zeros_like(speech))
    found = hashlib.sha256()
    for block in Performer(bank(), evolve(performance.plan, life=None)).perform([lips]):
        rows = np.concatenate((block.weights, block.head), axis=1)
        found.update(np.ascontiguousarray(rows, dtype="<f4").tobytes())
    return found.hexdigest()


def damaged(whole: bytes) -> Iterator[PlanCase]:
    """Cut, flipped, or of something else."""

    def case(name: str, data: bytes, expected: str) -> PlanCase:
        return PlanCase(name=name, data=data, expected=expected)

    for size in (0, 7, 8, 79, HEAD + 31):
        yield case(f"{size} bytes", whole[:size], "plan-short")
    for size in (HEAD + 32, HEAD + 40, len(whole) - 1, len(whole) - 8):
        yield case(f"{size} bytes", whole[:size], "plan-size")
    yield case("a byte more", whole + b"\0", "plan-size")
    yield case("eight bytes more", whole + bytes(8), "plan-size")
    yield case("something else", artifact_bytes(bank().tables), "plan-other")
    yield case("version 2", whole[:8] + b"\2\0\0\0" + whole[12:], "plan-newer")
    for count in (0, 1, 2**29, 2**32 - 1):
        yield case(
            f"{count} numbers", whole[:12] + struct.pack("<I", count) + whole[16:], "plan-size"
        )
    for at in range(16, len(whole), 97):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << at % 8
        yield case(f"a bit of byte {at}", bytes(flipped), "plan-damaged")
    other = signed(whole[:16] + b"0" * 64 + whole[HEAD:-32])
    yield case("another bank", other, "plan-bank")


def said(whole: bytes) -> Iterator[PlanCase]:
    """Numbers that no plan has, under a digest that holds."""
    count = struct.unpack_from("<I", whole, 12)[0]
    numbers = list(struct.unpack_from(f"<{count}d", whole, HEAD))
    rest = (1000.0, 0.0, 1.0, 1.0, 1.0)  # frames, turns of the eyes; moves, and turns of both
    still = (0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0)
    turns = (0.0, 0.0, 0.0, 0.0) * 2

    def case(name: str, numbers: Sequence[float], expected: str = "plan-number") -> PlanCase:
        head = whole[:12] + struct.pack("<I", len(numbers)) + whole[16:HEAD]
        data = signed(head + struct.pack(f"<{len(numbers)}d", *numbers))
        return PlanCase(name=name, data=data, expected=expected)

    def moved(*move: float, shares: Sequence[float] = (), before: float = 0.0) -> list[float]:
        return [*rest[:2], 2.0, *rest[3:], before, *still[1:], *move, *shares, *turns]

    dark = hashlib.sha256(np.zeros((200, len(bank().channels) + 3), "<f4").tobytes()).hexdigest()
    yield case("at rest", [*rest, *still, *turns], dark)
    yield case("at rest twice", moved(*still), dark)
    yield case("no numbers", [])
    yield case("a number more", [*rest, *still, *turns, 0.0])
    yield case("a number less", [*rest, *still, *turns[1:]])
    for at in range(0, len(numbers), 11):
        for value in (float("nan"), float("inf"), -1e300, 0.5 - 2.0**40):
            yield case(f"{value} at {at}", [*numbers[:at], value, *numbers[at + 1 :]])
    for name, at, value in (
        ("no frames", 0, 0.0),
        ("half a frame", 0, 1.5),
        ("more frames than there are", 0, 2.0**60),
        ("no moves", 2, 0.0),
        ("half a move", 2, 0.5),
        ("moves beyond the file", 2, 2.0**24),
        ("turns beyond the file", 3, 2.0**23),
        ("turns beyond all files", 4, 2.0**62),
    ):
        edited = list(rest)
        edited[at] = value
        yield case(name, [*edited, *still, *turns])
    one = (0.0, -1.0, 1.0)
    for name, move, shares in (
        ("before the one before it", (1.0, *still[1:]), ()),
        ("a length below 0", (5.0, -1.0, *still[2:]), ()),
        ("shares beyond the file", (5.0, *still[1:7], 2.0**24), ()),
        ("a label that there is not", (5.0, *still[1:7], 1.0), (99.0, -1.0, 1.0)),
        ("a style that there is not", (5.0, *still[1:7], 1.0), (0.0, 99.0, 1.0)),
        ("a weight of 0", (5.0, *still[1:7], 1.0), (0.0, -1.0, 0.0)),
        ("a weight above 1", (5.0, *still[1:7], 1.0), (0.0, -1.0, 1.5)),
        ("weights above 1", (5.0, *still[1:7], 2.0), (*one, 1.0, -1.0, 0.5)),
        ("a point outside", (5.0, 0.0, 0.0, 1.5, 0.0, *still[5:7], 1.0), one),
        ("a sequence that there is not", (5.0, *still[1:5], 2.0**20, 0.0, 1.0), one),
        ("an intensity that there is not", (5.0, *still[1:5], 0.0, 99.0, 1.0), one),
        ("a sequence of nobody", (5.0, *still[1:5], 0.0, 0.0, 0.0), ()),
    ):
        before = 3.0 if name.startswith("before") else 0.0
        yield case(name, moved(*move, shares=shares, before=before))
    yield case("a turn too wide", [*rest, *still, 0.0, 0.0, 361.0, 0.0, *turns[:4]])
    late = (*rest[:3], 2.0, 1.0)
    yield case("turns that go back", [*late, *still, 5.0, *turns[:3], 4.0, *turns[:3], *turns[:4]])


def signed(body: bytes) -> bytes:
    """With the digest that belongs to it."""
    return body + hashlib.sha256(body).digest()
