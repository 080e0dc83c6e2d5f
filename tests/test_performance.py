"""Performances: any plan gives weights, keeps its proved bound, ends at rest, in any blocks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.performance_twin import face_at

import mien
from mien.engine.tables import F32, PLAIN
from mien.performance.blink_habits import BlinkHabits
from mien.performance.bound import expression_change
from mien.performance.clock import FRAME, TICKS, ticks
from mien.performance.expression import REST, Curves, Move, Pose, Slot
from mien.performance.gaze import Look
from mien.performance.layer_bounds import (
    LipChanges,
    clip_speed,
    followed,
    head_speed,
    lively,
    spoken,
)
from mien.performance.life import LifeSettings
from mien.performance.lips import LipTrack, lip_track, still_lips
from mien.performance.performer import RELEASE, FaceBlock, Performer, Plan, part_of
from mien.resolve import resolve
from mien.scores.slopes import ProvedSlopes

SOURCE = "default@1.1.0"
BANK = mien.load(SOURCE)
PROVED = ProvedSlopes(resolve(SOURCE), BANK)
SLOTS = [Slot(label, style) for label in range(4) for style in (PLAIN, 0, 1)]


LIVES = (
    LifeSettings(),
    LifeSettings(blinks=3, glances=3),
    LifeSettings(prosody=1),
    LifeSettings(prosody=2, arousal=1, brows=2, head=0),
)


def one_label(label: str, at: str = "mid", style: str | None = None) -> Pose:
    table = BANK.tables.labels[BANK.labels.index(label)]
    slot = Slot(BANK.labels.index(label), PLAIN if style is None else table.styles.index(style))
    v, a, d = BANK.point(label, at=at).tolist()
    return Pose(weights={slot: 1.0}, point=(v, a, d))


@st.composite
def poses(draw: st.DrawFn) -> Pose:
    number = draw(st.integers(0, 3))
    slots = draw(st.lists(st.sampled_from(SLOTS), min_size=number, max_size=number, unique=True))
    shares = [draw(st.floats(0.05, 1.0)) for _ in slots]
    total = max(1.0, sum(shares))
    axis = st.floats(-1.0, 1.0, width=32)
    return Pose(
        weights={
            slot: float(np.float32(one / total)) for slot, one in zip(slots, shares, strict=True)
        },
        point=(draw(axis), draw(axis), draw(axis)) if slots else (0.0, 0.0, 0.0),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    frames = draw(st.integers(1, 300))
    starts = sorted(draw(st.lists(st.integers(0, frames * FRAME), max_size=6)))
    lengths = st.integers(3 * FRAME, 90 * FRAME)
    looks = sorted(draw(st.lists(st.integers(0, frames * FRAME), max_size=2)))
    turn = st.floats(-40.0, 40.0)
    return Plan(
        first=draw(st.just(REST) | poses()),
        moves=tuple(Move(start=at, length=draw(lengths), pose=draw(poses())) for at in starts),
        looks=tuple(
            Look(start=at, yaw=draw(turn), pitch=draw(turn), head=draw(st.floats(0.0, 1.0)))
            for at in looks
        ),
        life=draw(st.none() | st.sampled_from(LIVES)),
        seed=draw(st.integers(0, 99)),
        frames=frames,
    )


@st.composite
def tracks(draw: st.DrawFn) -> LipTrack:
    """Lips that open, close, press and speak, without any regard to sense."""
    frames, seed = draw(st.integers(0, 300)), draw(st.integers(0, 99))
    rng = np.random.default_rng(seed)
    knots = rng.random((2 + frames // 7, len(BANK.channels) + 2)) * (rng.random() < 0.8)
    at = np.linspace(0, len(knots) - 1.001, frames)
    low = at.astype(int)
    smooth = knots[low] + (at - low)[:, None] * (knots[low + 1] - knots[low])
    moves = rng.random(len(BANK.channels)) < 0.3
    return lip_track(
        BANK.channels,
        smooth[:, :-2] * moves,
        smooth[:, -1],
        contacts=smooth[:, -2] * (smooth[:, -2] > 0.8),
        emphases=(rng.random(frames) < 0.05) * rng.random(frames),
        prosody=None if seed % 3 == 0 else heard(rng, frames),
    )


def heard(rng: np.random.Generator, frames: int) -> F32:
    """A voice that stands out, goes on and falls silent, smoothly or not."""
    steps = rng.uniform(-1.0, 1.0, (frames, 2)) * rng.choice([0.02, 0.15, 1.0])
    walk = np.clip(np.cumsum(steps, axis=0), -1.0, 1.0) * (rng.random(frames) < 0.9)[:, None]
    return np.asarray(walk, dtype=np.float32)


def performed(plan: Plan, lips: Sequence[LipTrack], bank: mien.Bank = BANK) -> FaceBlock:
    blocks = list(Performer(bank, plan).perform(lips))
    return FaceBlock(
        weights=np.concatenate([one.weights for one in blocks]),
        head=np.concatenate([one.head for one in blocks]),
        eyes=np.concatenate([one.eyes for one in blocks]),
    )


def alike(one: FaceBlock, other: FaceBlock) -> bool:
    return all(
        a.tobytes() == b.tobytes()
        for a, b in ((one.weights, other.weights), (one.head, other.head), (one.eyes, other.eyes))
    )


def closing(plan: Plan) -> tuple[Move, ...]:
    """The moves that are performed: the face comes to rest at the end."""
    assert plan.frames is not None
    last = (plan.frames - 1) * FRAME
    start = max(0, last - RELEASE)
    kept = tuple(move for move in plan.moves if move.start < start)
    return (*kept, Move(start=start, length=last - start, pose=REST))


@given(plans(), tracks())
def test_no_step_passes_its_proved_bound(plan: Plan, track: LipTrack) -> None:
    assert plan.frames is not None
    track = part_of(track, 0, plan.frames)
    found = performed(plan, [track])
    assert found.weights.shape == (plan.frames, len(BANK.channels))
    assert found.weights.min() >= 0.0
    assert found.weights.max() <= 1.0
    moves = closing(plan)
    found_lips = LipChanges(BANK.tables)
    found_lips.add(track)
    lips = found_lips.found()
    voice = followed(plan.life, lips)
    change, _ = expression_change(BANK, plan.first, moves, PROVED, PROVED.moving, voice)
    index = BANK.tables.channel_index
    home = moves[-1].length
    change = lively(change, plan.life, plan.looks, home, 0.0, index, PROVED.moving, voice)
    change = spoken(change, lips, BANK.tables, PROVED.moving)
    steps = np.abs(np.diff(found.weights.astype(np.float64), axis=0))
    assert (steps.max(axis=0, initial=0.0) <= change.step).all()
    assert (found.weights.max(axis=0) <= change.high + 1e-6).all()
    assert steps.sum(axis=1).max(initial=0.0) / PROVED.moving <= change.mean + 1e-6
    head = np.abs(np.diff(found.head.astype(np.float64), axis=0)).max(initial=0.0)
    assert head <= head_speed(plan.life, plan.looks, home, lips.speech, voice)


@settings(max_examples=25)
@given(plans(), tracks(), st.lists(st.integers(0, 90), max_size=8))
def test_any_blocks_give_the_same_bits(plan: Plan, track: LipTrack, sizes: list[int]) -> None:
    ends = np.minimum(np.cumsum([0, *sizes]), track.frames).tolist()
    parts = [part_of(track, a, b) for a, b in pairwise([*ends, track.frames])]
    whole = performed(plan, [track])
    assert alike(performed(plan, parts), whole)
    single = [part_of(track, a, a + 1) for a in range(track.frames)]
    assert alike(performed(plan, single), whole)


@given(plans())
def test_it_ends_at_rest(plan: Plan) -> None:
    found = performed(plan, [])
    assert not found.weights[-1].any()
    assert not found.head[-1].any()
    assert not found.eyes[-1].any()


@given(plans(), tracks(), st.integers(1, 200))
def test_what_begins_later_is_the_same_later(plan: Plan, track: LipTrack, late: int) -> None:
    assert plan.frames is not None
    frames = plan.frames + RELEASE // FRAME  # the end comes after what begins
    plan = evolve(plan, life=None, first=REST, frames=frames)
    track = part_of(track, 0, frames)
    shift = late * FRAME
    later = evolve(
        plan,
        moves=tuple(evolve(one, start=one.start + shift) for one in plan.moves),
        looks=tuple(evolve(one, start=one.start + shift) for one in plan.looks),
        frames=frames + late,
    )
    now = performed(plan, [track])
    then = performed(later, [still_lips(BANK.channels, late), track])
    assert not then.weights[:late].any()
    assert then.weights[late:].tobytes() == now.weights.tobytes()
    assert then.head[late:].tobytes() == now.head.tobytes()


@pytest.mark.parametrize("label", BANK.labels)
def test_a_face_that_stands_still_is_the_banks_own(label: str) -> None:
    for style in (None, *BANK.styles(label)):
        at = "high" if style is None else style
        pose = one_label(label, at, style)
        plan = Plan(first=pose, life=None, rests=False, frames=3)
        face = BANK.face(label, at=at, style=style)
        assert performed(plan, []).weights.tobytes() == np.stack([face] * 3).tobytes()


def test_a_mixture_is_the_banks_own() -> None:
    weights = {"joy": 0.6, "surprise": 0.4}
    v, a, d = BANK.point(weights, at="high").tolist()
    slots = {Slot(BANK.labels.index(name), PLAIN): one for name, one in weights.items()}
    plan = Plan(first=Pose(weights=slots, point=(v, a, d)), life=None, rests=False, frames=1)
    assert np.array_equal(performed(plan, []).weights[0], BANK.face(weights, at="high"))


def test_the_same_seed_is_the_same_life_and_another_is_not() -> None:
    plan = Plan(first=one_label("joy"), frames=600, seed=3)
    assert alike(performed(plan, []), performed(plan, []))
    assert not alike(performed(plan, []), performed(evolve(plan, seed=4), []))
    still = performed(evolve(plan, life=None), [])
    assert not still.head.any()


def lids(found: FaceBlock) -> F32:
    column: F32 = found.weights[:, BANK.channels.index("eyeBlinkLeft")]
    return column


@given(st.integers(0, 9999), st.sampled_from(BANK.labels))
def test_lids_reach_closed_and_come_back(seed: int, label: str) -> None:
    found = lids(performed(Plan(first=one_label(label, "low"), frames=900, seed=seed), []))
    before = float(found[0])
    blinking = found > before + 0.3
    edges = np.flatnonzero(np.diff(blinking.astype(int)))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):  # every one that begins ends
        assert found[begin : end + 1].max() == 1.0


def test_wide_eyes_hold_blinks_back_and_arousal_brings_them() -> None:
    def count(pose: Pose) -> int:
        plans = [Plan(first=pose, frames=7200, seed=seed) for seed in range(3)]
        found = [lids(performed(plan, []))[: -RELEASE // FRAME] for plan in plans]
        return sum(int(np.count_nonzero(np.diff((one == 1.0).astype(int)) == 1)) for one in found)

    slots = one_label("interest").weights
    calm, keen = (Pose(weights=slots, point=(0.0, a, 0.0)) for a in (-0.6, 0.6))
    assert count(one_label("surprise", "high")) == 0
    assert count(keen) > count(calm) > 0


def test_a_cue_is_answered_in_the_next_frame() -> None:
    lips = still_lips(BANK.channels, 1)
    plan = Plan(life=None, first=one_label("joy"))
    steady, moved = Performer(BANK, plan), Performer(BANK, plan)
    for _ in range(30):
        steady.push(lips)
        moved.push(lips)
    moved.cue(Move(start=0, length=ticks(0.2), pose=one_label("anger", "high")))
    first, other = moved.push(lips).weights, steady.push(lips).weights
    assert first.tobytes() == other.tobytes()  # it begins here, at no speed
    assert moved.push(lips).weights.tobytes() != steady.push(lips).weights.tobytes()
    rest = moved.finish().weights
    assert not rest[-1].any()
    assert len(rest) == 4 + RELEASE // FRAME


def test_eyes_lead_and_the_head_follows() -> None:
    look = Look(start=TICKS, yaw=30.0, pitch=0.0, head=0.5)
    found = performed(Plan(looks=(look,), life=None, frames=240), [])
    eyes, head = found.eyes[:, 0], found.head[:, 0]
    assert eyes[60:72].max() > 25.0
    assert head[62] < 1.0
    assert head[120] == pytest.approx(15.0)
    assert eyes[120] == pytest.approx(15.0, abs=1e-4)


TIMED_SOURCE = str(Path(__file__).parent / "banks" / "timed")
TIMED = mien.load(TIMED_SOURCE)
TIMED_PROVED = ProvedSlopes(resolve(TIMED_SOURCE), TIMED)


@st.composite
def timed_plans(draw: st.DrawFn) -> Plan:
    """Plans that play sequences of a bank with timelines, also at once."""
    clips = [
        (TIMED.labels.index(label), clip)
        for label, timeline in TIMED.timelines.items()
        for clip in (timeline.clip(), *(timeline.clip(name) for name in timeline.sequences))
    ]
    frames = draw(st.integers(40, 300))
    moves: list[Move] = []
    for start in sorted(draw(st.lists(st.integers(0, frames * FRAME), max_size=5))):
        length = draw(st.integers(3 * FRAME, 60 * FRAME))
        label, clip = draw(st.sampled_from(clips))
        plain = draw(st.booleans())
        v, a, d = TIMED.point(TIMED.labels[label], intensity=draw(st.floats(0.0, 1.0))).tolist()
        slot = Slot(label, PLAIN, 0 if plain else len(moves) + 1)
        pose = Pose(weights={slot: draw(st.floats(0.1, 1.0))}, point=(v, a, d))
        moves.append(Move(start=start, length=length, pose=pose, clip=None if plain else clip))
    life = draw(st.none() | st.just(LifeSettings(blinks=3)))
    return Plan(moves=tuple(moves), life=life, seed=draw(st.integers(0, 9)), frames=frames)


@given(timed_plans())
def test_sequences_keep_their_bound_and_end_at_rest(plan: Plan) -> None:
    found = performed(plan, [], TIMED)
    moves = closing(plan)
    index, moving = TIMED.tables.channel_index, TIMED_PROVED.moving
    change, _ = expression_change(TIMED, plan.first, moves, TIMED_PROVED, moving)
    head, gaze = clip_speed(moves)
    change = lively(change, plan.life, (), moves[-1].length, gaze, index, moving)
    lips = LipChanges(TIMED.tables).found()
    change = spoken(change, lips, TIMED.tables, moving)
    steps = np.abs(np.diff(found.weights.astype(np.float64), axis=0))
    assert (steps.max(axis=0, initial=0.0) <= change.step).all()
    assert steps.sum(axis=1).max(initial=0.0) / moving <= change.mean + 1e-6
    turned = np.abs(np.diff(found.head.astype(np.float64), axis=0)).max(initial=0.0)
    assert turned <= head + head_speed(plan.life, (), moves[-1].length, 0.0)
    assert not found.weights[-1].any()
    assert not found.head[-1].any()


@settings(max_examples=25)
@given(timed_plans(), st.lists(st.integers(0, 90), max_size=8))
def test_sequences_in_any_blocks(plan: Plan, sizes: list[int]) -> None:
    assert plan.frames is not None
    whole = performed(plan, [still_lips(TIMED.channels, plan.frames)], TIMED)
    ends = np.minimum(np.cumsum([0, *sizes]), plan.frames).tolist()
    parts = [still_lips(TIMED.channels, b - a) for a, b in pairwise([*ends, plan.frames])]
    assert alike(performed(plan, parts, TIMED), whole)
    single = [still_lips(TIMED.channels, 1)] * plan.frames
    assert alike(performed(plan, single, TIMED), whole)


def test_a_sequence_is_the_banks_own_in_time() -> None:
    clip = TIMED.timelines["cross"].clip("flash", "high")
    label = TIMED.labels.index("cross")
    v, a, d = TIMED.point("cross", at="high").tolist()
    pose = Pose(weights={Slot(label, PLAIN, 1): 1.0}, point=(v, a, d))
    move = Move(start=0, length=FRAME, pose=pose, clip=clip)
    found = performed(Plan(moves=(move,), life=None, rests=False, frames=70), [], TIMED)
    times = np.arange(1, 70, dtype=np.float64) * 1000.0 / 60.0
    sample = clip.sample(times)
    faces = np.stack([TIMED.face("cross", at="high")] * 69)
    wanted = TIMED.timed(faces, sample.gain, sample.offset)
    assert found.weights[1:].tobytes() == wanted.tobytes()
    assert np.abs(found.head[1:] - sample.head).max() == 0.0


def test_a_label_holds_blinks_back_as_its_timeline_says() -> None:
    label = TIMED.labels.index("glad")
    v, a, d = TIMED.point("glad").tolist()
    pose = Pose(weights={Slot(label, PLAIN): 1.0}, point=(v, a, d))
    habits = BlinkHabits(TIMED)
    habits.add(Move(start=60 * FRAME, length=FRAME, pose=pose))
    curves = Curves(pose).block(0, 180)
    held, gaps = habits.block(curves, 0, 180)
    assert held.tolist() == [0.0] * 60 + [1.0] * 48 + [0.0] * 72  # 800 ms
    assert (gaps == (2.0, 6.0)).all()


def test_a_label_that_is_shown_already_holds_no_blinks_back_again() -> None:
    label = TIMED.labels.index("glad")
    v, a, d = TIMED.point("glad").tolist()
    pose = Pose(weights={Slot(label, PLAIN): 1.0}, point=(v, a, d))
    habits = BlinkHabits(TIMED)
    for second in range(5):
        habits.add(Move(start=60 * second * FRAME, length=FRAME, pose=pose))
    found = [
        habits.block(Curves(pose).block(first, 30), first, 30)[0] for first in range(0, 300, 30)
    ]
    assert np.concatenate(found).tolist() == [1.0] * 48 + [0.0] * 252


@settings(max_examples=25)
@given(plans(), st.lists(st.integers(0, 299), min_size=1, max_size=6))
def test_a_plain_twin_gives_the_same_bits(plan: Plan, frames: list[int]) -> None:
    plan = evolve(plan, life=None, looks=())
    found = performed(plan, []).weights
    moves = list(closing(plan))
    for frame in frames:
        if frame < len(found):
            assert found[frame].tobytes() == face_at(BANK, plan, moves, frame).tobytes(), frame
