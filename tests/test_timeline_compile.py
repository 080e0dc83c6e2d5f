"""Whatever an author writes of a label in time compiles to curves that a reader takes."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.artifact.read import read_artifact
from mien.artifact.write import artifact_bytes
from mien.authored.bank import AuthoredBank
from mien.authored.reader import read_bank
from mien.authored.timeline import Key, Level, Move, Pulse, Sequence, Tremor
from mien.bank import Bank
from mien.engine.registry import get_engine
from mien.timelines.bound import ROUNDING, ROUNDING_DEGREES, bound_of
from mien.timelines.curve import pulse_times, tremor_points
from mien.timelines.easing import EASING_NUMBERS
from mien.versions import ENGINE

TIMED = Path(__file__).parent / "banks" / "timed"
PARTS = ("gain", "offset", "head", "gaze")
LAST = 4000


@cache
def authored() -> AuthoredBank:
    return read_bank(TIMED)


def _pulse(span: tuple[int, int], **rest: Any) -> Pulse:  # noqa: ANN401  the record checks it
    return Pulse(begin=span[0], end=span[1], **rest)


def _tremor(span: tuple[int, int], hz: float, **rest: Any) -> Tremor:  # noqa: ANN401
    return Tremor(begin=span[0], end=span[1], hz=(hz, 2.0 * hz), **rest)


def _in_order(some: list[Key]) -> tuple[Key, ...]:
    return tuple(sorted(some, key=lambda key: key.t))


def _up_to(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], sum(span)


channels = st.sampled_from(authored().rig.names)
levels = st.lists(st.sampled_from(("low", "mid", "high")), unique=True, max_size=2).map(tuple)
easings = st.sampled_from(sorted(EASING_NUMBERS))
degrees = st.floats(-60.0, 60.0)
spans = st.tuples(st.integers(0, LAST), st.integers(1, 2000)).map(_up_to)
moves = st.builds(
    Move,
    ms=st.integers(1, 3000),
    easing=easings,
    follow=st.dictionaries(channels, st.integers(-900, 900), max_size=3),
)
keys = st.builds(
    Key,
    t=st.integers(0, LAST),
    at=levels,
    over=st.none() | st.integers(1, 1500),
    easing=easings,
    face=st.none() | st.floats(0.0, 1.5),
    style=st.sampled_from(("", "", "sly", "gentle")),
    like=st.none() | st.builds(Level, label=st.just("calm"), at=st.sampled_from(("low", "high"))),
    share=st.dictionaries(channels, st.floats(0.0, 2.0), max_size=3),
    weight=st.dictionaries(channels, st.floats(0.0, 1.0), max_size=2),
    head=st.dictionaries(st.sampled_from(("yaw", "pitch", "roll")), degrees, max_size=2),
    gaze=st.dictionaries(st.sampled_from(("yaw", "pitch")), degrees, max_size=2),
)
pulses = st.builds(
    _pulse,
    spans,
    hz=st.floats(0.1, 12.0),
    depth=st.floats(0.0, 1.0),
    decay=st.floats(0.0, 1.0),
    channels=st.lists(channels, unique=True, max_size=2).map(tuple),
    head=st.dictionaries(st.sampled_from(("yaw", "pitch")), degrees, max_size=1),
    at=levels,
)
tremors = st.builds(
    _tremor,
    spans,
    hz=st.floats(0.1, 12.0),
    amount=st.floats(0.0, 0.5),
    channels=st.lists(channels, unique=True, min_size=1, max_size=2).map(tuple),
    seed=st.integers(1, 1_000_000),
    at=levels,
)
sequences = st.builds(
    Sequence,
    description=st.just("drawn"),
    keys=st.lists(keys, min_size=1, max_size=6).map(_in_order),
    ends=st.sampled_from(("held", "rest")),
    pulses=st.lists(pulses, max_size=2).map(tuple),
    tremors=st.lists(tremors, max_size=2).map(tuple),
)


@given(
    onset=moves,
    offset=moves,
    apex=st.none() | st.integers(0, 3000),
    sequence=sequences,
    times=st.lists(st.floats(-50.0, LAST + 6000.0), min_size=2, max_size=6),
    hold=st.none() | st.floats(0.0, 5000.0),
)
@settings(max_examples=60, deadline=None)
def test_every_sequence_is_read_back_and_keeps_its_bound(
    onset: Move,
    offset: Move,
    apex: int | None,
    sequence: Sequence,
    times: list[float],
    hold: float | None,
) -> None:
    bank = authored()
    emotions = tuple(
        evolve(
            one,
            dynamics=evolve(one.dynamics, onset=onset, offset=offset, apex=apex, usual=""),
            sequences={"drawn": sequence},
        )
        if one.label == "glad" and one.dynamics is not None
        else one
        for one in bank.emotions
    )
    tables = get_engine(ENGINE).compile_tables(evolve(bank, emotions=emotions))
    glad = Bank(read_artifact(artifact_bytes(tables))).timelines["glad"]
    at = np.array(sorted(times))
    for clip in (glad.dynamics, *glad.clips["drawn"]):
        found, bound = clip.sample(at, hold), bound_of(clip, hold)
        assert (found.gain >= 0).all()
        for part in PARTS:
            change = np.abs(np.diff(getattr(found, part).astype(np.float64), axis=0))
            allowed = np.diff(at)[:, None] * getattr(bound, part)
            rounding = ROUNDING if part in ("gain", "offset") else ROUNDING_DEGREES
            assert (change <= allowed + rounding).all(), (clip.name, part)
        start = clip.sample(np.array([-1.0]), hold)
        if clip is glad.dynamics or sequence.keys[0].t > 0:
            assert not any(getattr(start, part).any() for part in PARTS)


@given(span=spans, hz=st.floats(0.1, 12.0))
def test_a_pulse_comes_back_within_its_time(span: tuple[int, int], hz: float) -> None:
    times = pulse_times(*span, hz)
    assert len(times) % 2 == 0
    assert times == sorted(set(times))
    assert all(span[0] < time <= span[1] for time in times)
    assert all(abs(b - a - 500.0 / hz) <= 1.0 for a, b in pairwise(times))


@given(span=spans, low=st.floats(0.1, 12.0), amount=st.floats(0.0, 0.5), seed=st.integers(1, 10**6))
def test_a_tremor_stays_within_its_amount_and_comes_back(
    span: tuple[int, int], low: float, amount: float, seed: int
) -> None:
    points = list(tremor_points(*span, (low, 2.0 * low), amount, seed))
    assert points == list(tremor_points(*span, (low, 2.0 * low), amount, seed))
    times = [time for time, _ in points]
    assert times == sorted(set(times))
    assert all(span[0] < time <= span[1] for time in times)
    assert all(abs(away) <= amount for _, away in points)
    assert not points or points[-1][1] == 0.0


def test_a_seed_is_the_same_tremor_on_every_machine() -> None:
    points = list(tremor_points(100, 700, (5.0, 8.0), 0.06, 3))
    assert [time for time, _ in points[:4]] == [185, 256, 325, 395]
    assert [round(away, 6) for _, away in points[:3]] == [0.059946, -0.057263, 0.032082]
