"""Laws of the conflict rules: they settle at once, gently, and alike on both sides."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien.authored.reader import read_bank
from mien.engine.e1.conflict import Conflict, build_conflict, conflict_of
from mien.engine.registry import get_engine
from mien.engine.tables import F32
from mien.resources import presets

TABLES = get_engine(1).compile_tables(read_bank(presets() / "default"))
CONFLICT = conflict_of(TABLES)
WIDTH = len(TABLES.channels)

weights = st.one_of(st.sampled_from([0.0, 1.0, 0.1]), st.floats(0, 1, width=32))
faces = st.lists(weights, min_size=WIDTH, max_size=WIDTH).map(
    lambda values: np.array(values, np.float32)
)


def resolved(face: F32, conflict: Conflict = CONFLICT) -> F32:
    result: F32 = conflict(face[:, None])[:, 0]
    return result


@given(faces)
def test_idempotent_and_in_range(face: F32) -> None:
    once = resolved(face)
    assert resolved(once).tobytes() == once.tobytes()
    assert (once >= 0).all()
    assert (once <= face).all()
    assert not np.signbit(once).any()
    for (a, b), cap in zip(TABLES.pairs.tolist(), TABLES.caps, strict=True):
        assert min(once[a], once[b]) <= cap
    for (a, b), slack in zip(TABLES.ceilings.tolist(), TABLES.slacks, strict=True):
        assert once[a] <= once[b] + slack


@given(faces)
def test_mirrored_faces_resolve_to_mirrored_faces(face: F32) -> None:
    index = TABLES.channel_index
    mirror = np.arange(WIDTH)
    for left, right in TABLES.mirror:
        mirror[[index[left], index[right]]] = index[right], index[left]
    assert resolved(face[mirror]).tobytes() == resolved(face)[mirror].tobytes()


@given(faces, st.integers(0, 2**32 - 1))
def test_the_order_of_the_pairs_does_not_matter(face: F32, seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(TABLES.pairs))
    pairs = np.ascontiguousarray(TABLES.pairs[order][:, ::-1])
    other = build_conflict(pairs, TABLES.caps[order], TABLES.ceilings, TABLES.slacks, WIDTH)
    assert resolved(face, other).tobytes() == resolved(face).tobytes()


@given(faces, st.integers(0, WIDTH - 1), st.floats(-1e-3, 1e-3))
def test_small_changes_stay_small(face: F32, channel: int, change: float) -> None:
    moved = face.copy()
    moved[channel] = np.clip(moved[channel] + np.float32(change), 0, 1)
    step = abs(float(moved[channel]) - float(face[channel]))
    assert np.abs(resolved(moved) - resolved(face)).max() <= step + 1e-6


def test_a_hard_pair_keeps_its_difference() -> None:
    face = np.zeros(WIDTH, np.float32)
    index = TABLES.channel_index
    face[index["mouthSmileLeft"]], face[index["mouthFrownLeft"]] = 0.75, 0.25
    after = resolved(face)
    assert after[index["mouthSmileLeft"]] == 0.5
    assert after[index["mouthFrownLeft"]] == 0
