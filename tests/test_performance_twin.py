"""The performance in JavaScript: Python's bits, played from the start and from anywhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.node_program import NodeProgram
from tests.test_performance import BANK, TIMED, performed, plans, timed_plans, tracks

from mien.artifact.write import artifact_bytes
from mien.bank import Bank
from mien.engine.tables import F32, PLAIN
from mien.formats.take import steady_take
from mien.performance.clock import FRAME
from mien.performance.expression import Move, Pose, Slot
from mien.performance.life import LifeSettings
from mien.performance.lips import LipTrack, joined, lip_track, still_lips
from mien.performance.page_data import lips_bytes, plan_data
from mien.performance.performer import FaceBlock, Plan
from mien.performance.take_lips import lips_of

SCRIPT = Path(__file__).parent / "performance_frames.mjs"


class Node(NodeProgram):
    """A program in JavaScript that performs what it is asked to."""

    def perform(self, bank: Bank, plan: Plan, lips: LipTrack, frames: Sequence[int]) -> FaceBlock:
        path = self.folder / f"{bank.id}.safetensors"
        if not path.exists():
            path.write_bytes(artifact_bytes(bank.tables))
        asked = {
            "bank": str(path),
            "plan": plan_data(plan, bank),
            "lips": base64.b64encode(lips_bytes(lips)).decode(),
            "frames": list(frames),
        }
        data = base64.b64decode(self.answer(asked))
        width = len(bank.channels)
        rows: F32 = np.frombuffer(data, dtype="<f4").reshape(-1, width + 9)
        return FaceBlock(
            weights=rows[:, :width], head=rows[:, width : width + 3], eyes=rows[:, width + 3 :]
        )


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    started = Node(SCRIPT, tmp_path_factory.mktemp("banks"))
    yield started
    started.close()


def assert_same(found: FaceBlock, wanted: FaceBlock, frames: Sequence[int]) -> None:
    for name in ("weights", "head", "eyes"):
        mine: F32 = getattr(found, name)
        theirs: F32 = getattr(wanted, name)[list(frames)]
        assert mine.shape == theirs.shape
        wrong = np.argwhere(mine.view(np.uint32) != np.ascontiguousarray(theirs).view(np.uint32))
        assert not len(wrong), f"{name} {wrong[0]}: {mine[tuple(wrong[0])]}"


orders = st.lists(st.integers(0, 299), min_size=1, max_size=12)


def jumps(order: Sequence[int], plan: Plan) -> list[int]:
    assert plan.frames is not None
    return [frame % plan.frames for frame in order]


@settings(max_examples=60)
@given(plans(), tracks(), st.booleans(), orders)
def test_its_bits_are_pythons(
    node: Node, plan: Plan, track: LipTrack, rests: bool, order: list[int]
) -> None:
    plan = evolve(plan, rests=rests)
    assert plan.frames is not None
    whole = performed(plan, [track])
    frames = range(plan.frames)
    assert_same(node.perform(BANK, plan, track, frames), whole, frames)
    jumped = jumps(order, plan)
    assert_same(node.perform(BANK, plan, track, jumped), whole, jumped)


@settings(max_examples=40)
@given(timed_plans(), st.booleans(), orders)
def test_sequences_have_pythons_bits(node: Node, plan: Plan, rests: bool, order: list[int]) -> None:
    plan = evolve(plan, rests=rests)
    assert plan.frames is not None
    lips = still_lips(TIMED.channels, plan.frames)
    whole = performed(plan, [lips], TIMED)
    frames = range(plan.frames)
    assert_same(node.perform(TIMED, plan, lips, frames), whole, frames)
    jumped = jumps(order, plan)
    assert_same(node.perform(TIMED, plan, lips, jumped), whole, jumped)


def test_a_minute_of_life_with_the_lips_of_a_take(node: Node) -> None:
    rng = np.random.default_rng(4)
    knots = rng.random((400, len(BANK.channels)))
    mouth = np.repeat(knots, 9, axis=0).astype(np.float32) * (rng.random(3600) < 0.7)[:, None]
    take = steady_take(60.0, BANK.channels, mouth)
    lips = lips_of(take, BANK.tables.classes)
    lips = evolve(lips, emphases=(rng.random(3600) < 0.02).astype(np.float32))
    settings_ = LifeSettings(blinks=2.5, glances=0.05, brows=2.0, head=0.3, breath=3.0)
    plan = Plan(life=settings_, seed=4294967295, frames=3600)
    whole = performed(plan, [lips])
    assert whole.head.any()
    for frames in (range(3600), [3599, 1200, 0, 3000]):
        assert_same(node.perform(BANK, plan, lips, frames), whole, frames)


def test_labels_blink_as_their_timelines_say(node: Node) -> None:
    lids = {"browDownLeft": "eyeBlinkLeft", "browDownRight": "eyeBlinkRight"}
    tables = evolve(
        TIMED.tables,
        bank="lidded",
        channels=tuple(lids.get(name, name) for name in TIMED.channels),
        mirror=tuple((lids.get(a, a), lids.get(b, b)) for a, b in TIMED.tables.mirror),
    )
    bank = Bank(tables)
    v, a, d = bank.point("glad").tolist()
    shown = {Slot(bank.labels.index("glad"), PLAIN): 0.6, Slot(0, PLAIN): 0.4}
    moves = tuple(
        Move(start=at * FRAME, length=FRAME, pose=Pose(weights=shown, point=(v, a, d)))
        for at in (40, 700)
    )
    plan = Plan(moves=moves, frames=1500, seed=5)
    lips = still_lips(bank.channels, 1500)
    whole = performed(plan, [lips], bank)
    assert whole.weights[:, bank.channels.index("eyeBlinkLeft")].max() > 0.9
    frames = range(1500)
    assert_same(node.perform(bank, plan, lips, frames), whole, frames)


def test_lips_of_other_channels_are_matched_by_name(node: Node) -> None:
    names = ("jawOpen", "browInnerUp", "not-here", "mouthFunnel")
    weights = np.random.default_rng(1).random((50, 4))
    lips = lip_track(names, weights, np.ones(50), contacts=np.linspace(0, 1, 50))
    plan = Plan(frames=70, life=None)
    whole = performed(plan, [joined([lips], ())])
    assert_same(node.perform(BANK, plan, lips, range(70)), whole, range(70))
