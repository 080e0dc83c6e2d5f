"""Engine 1 gives the written formula's bits, by every path."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.child import finished

from mien.artifact.write import artifact_bytes
from mien.bank import Bank, load
from mien.engine.e1.evaluate import KERNEL_ROWS, Evaluator1
from mien.engine.e1.solve import plateau_radii
from mien.engine.tables import F32, I32, LabelTable, Tables

f = np.float32
seeds = st.integers(0, 2**32 - 1)


def random_tables(seed: int) -> Tables:
    """Random numbers, with twin channels, conflicts, ceilings, styles and idle channels."""
    rng = np.random.default_rng(seed)
    channels, intensities = int(rng.integers(4, 12)), int(rng.choice([3, 3, 3, 4, 6]))
    free = rng.permutation(channels)
    bounded, paired = free[:2], free[2:]

    def numbers(low: float, high: float, *shape: int) -> F32:
        return rng.uniform(low, high, shape).astype(f)

    def sparse(values: F32, share: float) -> F32:
        return np.where(rng.random(values.shape) < share, values, f(0))

    pairs = [rng.choice(paired, 2, replace=False) for _ in range(int(rng.integers(0, 5)))]
    metric = numbers(0.3, 1, 3)
    labels: list[LabelTable] = []
    for e in range(3):
        styles = int(rng.integers(0, 3))
        used = rng.random(channels) < 0.6
        archetypes = numbers(0, 1, intensities, channels) * used
        weights = numbers(-2, 2, intensities, channels) * used
        strength = sparse(numbers(0, 1, channels) * used, 0.7)
        for column in (archetypes, weights):
            column[:, free[3]] = column[:, free[2]]
        strength[free[3]] = strength[free[2]]
        anchors = numbers(-1, 1, intensities, 3)
        outer, span = plateau_radii(anchors, metric, reach=0.96, flat=0.25)
        labels.append(
            LabelTable(
                label=f"label{e}",
                styles=tuple(f"style{s}" for s in range(styles)),
                anchors=anchors,
                archetypes=archetypes,
                weights=weights,
                strength=strength,
                plateau_outer=outer,
                plateau_span=span,
                attenuation=rng.choice(np.array([0, 0.3, 1], f), channels),
                style_anchors=numbers(-1, 1, styles, 3),
                style_gain=rng.choice(np.array([1, 1, 0.5, 2], f), (styles, channels)),
                style_offset=sparse(numbers(-0.5, 0.5, styles, channels), 0.4),
            )
        )
    rules = sparse(numbers(-8, 8, channels, 10), 0.6)
    rules[free[3]] = rules[free[2]]
    return Tables(
        engine=1,
        bank="random",
        version="1.0.0",
        rig="random",
        channels=tuple(f"channel{c}" for c in range(channels)),
        classes=("SHARED",) * channels,
        intensities=tuple(f"i{k}" for k in range(intensities)),
        rules=rules,
        metric=metric,
        support=numbers(0.3, 2, 1),
        pairs=np.array(pairs, np.int32).reshape(-1, 2),
        caps=rng.choice(np.array([0, 0.1, 0.4], f), len(pairs)),
        ceilings=np.array([[bounded[0], paired[0]], [bounded[1], paired[1]]], np.int32),
        slacks=np.array([0, 0.06], f),
        sealing=np.array([0], np.int32),
        sealing_levels=np.array([0.4], f),
        parting=np.array([1, 2], np.int32),
        labels=tuple(labels),
    )


def conflict(tables: Tables, x: list[np.float32]) -> list[np.float32]:
    result = list(x)
    pairs: list[list[int]] = tables.pairs.tolist()
    ceilings: list[list[int]] = tables.ceilings.tolist()
    for (a, b), cap in zip(pairs, tables.caps, strict=True):
        for c, p in ((a, b), (b, a)):
            allowed = min(x[c], cap) if x[c] <= x[p] else x[c] - max(f(0), x[p] - cap)
            result[c] = min(result[c], allowed)
    for (a, b), slack in zip(ceilings, tables.slacks, strict=True):
        result[a] = min(result[a], result[b] + slack)
    return result


def clamp(x: np.float32) -> np.float32:
    return min(f(1), max(f(0), x))


def reference(tables: Tables, label: int, vad: F32, style: int, speech: np.float32) -> F32:
    """The formula as it is written, one float32 operation after the other."""
    table = tables.labels[label]
    v, a, d = vad
    l1, l2, l3 = tables.metric
    phi: list[np.float32] = []
    blend: list[np.float32] = []
    for i, (vi, ai, di) in enumerate(table.anchors):
        dv, da, dd = v - vi, a - ai, d - di
        r2 = ((l1 * dv) * dv + (l2 * da) * da) + (l3 * dd) * dd
        u = np.sqrt(r2) / tables.support[0]
        p = max(f(0), f(1) - u)
        phi.append(((p * p) * (p * p)) * (f(4) * u + f(1)))
        t = clamp((table.plateau_outer[i] - r2) / table.plateau_span[i])
        blend.append((t * t) * (f(3) - f(2) * t))
    terms = (v, a, d, v * v, a * a, d * d, v * a, v * d, a * d)
    face: list[np.float32] = []
    for c in range(len(tables.channels)):
        q = tables.rules[c, 0]
        for k, term in zip(tables.rules[c, 1:], terms, strict=True):
            q = q + k * term
        g = table.strength[c] * ((f(1) + q / np.sqrt(f(1) + q * q)) * f(0.5))
        for i, weight in enumerate(table.weights[:, c]):
            g = g + weight * phi[i]
        h = blend[0] * table.archetypes[0, c]
        total = blend[0]
        for i in range(1, len(blend)):
            h = h + blend[i] * table.archetypes[i, c]
            total = total + blend[i]
        face.append(min(f(1), h + (f(1) - total) * clamp(g)))
    face = conflict(tables, face)
    if style >= 0:
        gain, offset = table.style_gain[style], table.style_offset[style]
        worn = [clamp(k * x + o) for k, x, o in zip(gain, face, offset, strict=True)]
        face = conflict(tables, worn)
    faded = [x * (f(1) - speech * k) for x, k in zip(face, table.attenuation, strict=True)]
    return np.array(faded, f)


def queries(tables: Tables, seed: int, count: int) -> tuple[I32, F32, I32, F32]:
    """Labels, points, styles and speech; points at anchors, corners, -0.0 and subnormals too."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, len(tables.labels), count).astype(np.int32)
    vads = rng.uniform(-1, 1, (count, 3)).astype(f)
    odd = np.array([-0.0, 0.0, 1.0, -1.0, 1e-45, -1e-40], f)
    vads[::3] = rng.choice(odd, vads[::3].shape)
    for row in range(1, count, 5):
        vads[row] = tables.labels[int(labels[row])].anchors[0]
    most = np.array([len(table.styles) for table in tables.labels])[labels]
    styles = (rng.integers(0, 99, count) % (most + 1) - 1).astype(np.int32)
    return labels, vads, styles, rng.choice(np.array([0, 0.25, 1], f), count)


def same(one: F32, other: F32) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()


@given(seeds)
def test_the_numpy_path_is_the_formula(seed: int) -> None:
    tables = random_tables(seed)
    evaluator = Evaluator1(tables)
    labels, vads, styles, speech = queries(tables, seed, 12)
    faces = np.empty((12, len(tables.channels)), f)
    evaluator.faces_by_numpy(labels, vads, styles, speech, faces)
    for row, face in enumerate(faces):
        label, style = int(labels[row]), int(styles[row])
        assert same(face, reference(tables, label, vads[row], style, speech[row]))
        assert same(face, evaluator.face(label, vads[row].tolist(), style, float(speech[row])))
    assert not np.signbit(faces).any()
    assert faces.max() <= 1


@given(seeds, st.booleans(), st.booleans())
def test_the_kernels_are_the_numpy_path(seed: int, styled: bool, spoken: bool) -> None:
    tables = random_tables(seed)
    evaluator = Evaluator1(tables)
    count = 700
    labels, vads, styles, speech = queries(tables, seed, count)
    worn, faded = (styles if styled else None), (speech if spoken else None)
    light = np.empty((count, len(tables.channels)), f)
    batch = np.full_like(light, 7)
    evaluator.faces_by_numpy(labels, vads, worn, faded, light)
    evaluator.faces_by_kernels(labels, vads, worn, faded, batch, 1)
    assert same(light, batch)
    style = int(styles[0]) if styled else -1
    warm = evaluator.face(int(labels[0]), vads[0].tolist(), style, float(speech[0]) * spoken)
    assert same(warm, light[0])


@pytest.mark.parametrize("count", [KERNEL_ROWS, 9001, 4096, 1, 0])
def test_threads_blocks_and_sizes_change_nothing(count: int) -> None:
    tables = random_tables(5)
    labels, vads, styles, speech = queries(tables, 6, count)
    vads.setflags(write=False)
    results: list[F32] = []
    for threads in (1, 2, 7):
        out = np.full((count, len(tables.channels)), 7, f)
        Evaluator1(tables).faces_by_kernels(labels, vads, styles, speech, out, threads)
        results.append(out)
    plain = np.full_like(results[0], 7)
    Evaluator1(tables).faces(labels, vads, styles, speech, plain, 1)
    assert all(same(result, plain) for result in results)


@pytest.mark.parametrize("streamed", [False, True])
def test_lines_of_faces_begin_wherever_the_batch_lies(
    streamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written past the caches or not, to any place, and nothing beside it."""
    monkeypatch.setattr("mien.engine.e1.batch.STREAMED", 0 if streamed else 1 << 60)
    for tables in (random_tables(2), load("default").tables):
        channels = len(tables.channels)
        evaluator = Evaluator1(tables)
        labels, vads, styles, speech = queries(tables, 3, 2100)
        for count, begin, worn in (
            (2100, 1, styles),
            (2100, 16, None),
            (3, 7, styles),
            (1, 0, None),
        ):
            faded = None if worn is None else speech[:count]
            worn = None if worn is None else worn[:count]
            expected = np.empty((count, channels), f)
            evaluator.faces_by_numpy(labels[:count], vads[:count], worn, faded, expected)
            room = np.full(begin + count * channels + 16, 7, f)
            out = room[begin : begin + count * channels].reshape(count, channels)
            evaluator.faces_by_kernels(labels[:count], vads[:count], worn, faded, out, 1)
            assert same(out, expected)
            assert (room[:begin] == 7).all()
            assert (room[begin + count * channels :] == 7).all()


def test_terms_that_a_rule_leaves_out_would_change_nothing() -> None:
    """A rule of zeros, some of them negative, and one with every term, side by side."""
    tables = random_tables(7)
    tables.rules[0], tables.rules[1] = 0.0, -0.0
    tables.rules[2], tables.rules[3, 5:] = 1.5, -0.0
    for table in tables.labels:
        table.strength[:4] = 0.5
    labels, vads, _, _ = queries(tables, 8, 200)
    evaluator = Evaluator1(tables)
    out = np.empty((200, len(tables.channels)), f)
    evaluator.faces_by_kernels(labels, vads, None, None, out, 1)
    for row, face in enumerate(out[:60]):
        assert same(face, reference(tables, int(labels[row]), vads[row], -1, f(0)))


def test_a_label_that_never_moves_is_zero() -> None:
    tables = random_tables(1)
    still = tables.labels[0]
    for array in (still.archetypes, still.weights, still.strength, still.style_offset):
        array[:] = 0
    evaluator = Evaluator1(tables)
    labels, vads, _, speech = queries(tables, 1, 50)
    labels[:] = 0
    out = np.full((50, len(tables.channels)), 7, f)
    evaluator.faces_by_kernels(labels, vads, None, speech, out, 1)
    assert same(out, np.zeros_like(out))
    assert not evaluator.numpy_path(0, -1).faces(vads, None).any()


def full_tables() -> Tables:
    """Two labels whose first anchors have every channel at 1, without conflicts or speech."""
    tables = random_tables(3)
    for table in tables.labels:
        for array in (table.weights, table.strength, table.attenuation):
            array[:] = 0
        table.archetypes[:] = 1
        table.anchors[0] = tables.labels[0].anchors[0]
    none = np.zeros((0, 2), np.int32)
    return evolve(tables, pairs=none, caps=np.zeros(0, f), ceilings=none, slacks=np.zeros(0, f))


def test_a_mixture_is_held_to_1_where_weights_sum_to_a_little_more() -> None:
    tables = full_tables()
    point = tables.labels[0].anchors[0].tolist()
    weights = [(0, f(0.5)), (1, f(0.5000009))]
    assert f(0.5) + f(0.5000009) > 1
    mixed = Evaluator1(tables).mixture(weights, point, 0.0)
    assert same(mixed, np.ones_like(mixed))


def test_a_face_under_visemes_is_held_to_1() -> None:
    tables = full_tables()
    face = np.full(len(tables.channels), 0.75, f)
    visemes = np.full_like(face, 0.5)
    visemes[tables.sealing] = 0
    composed = Evaluator1(tables).compose(face, visemes)
    expected = np.ones_like(face)
    expected[tables.sealing] = 0.75
    assert same(composed, expected)


@pytest.mark.parametrize("edge", [1.0, -1.0])
def test_a_mixture_s_point_stays_in_the_cube(edge: float) -> None:
    tables = full_tables()
    for table in tables.labels:
        table.anchors[:] = edge
    bank = Bank(tables)
    point = bank.point({"label0": 0.5, "label1": 0.5000009}, at="i0")
    assert same(point, np.full(3, edge, f))
    assert bank.face({"label0": 0.5, "label1": 0.5000009}, at="i0").max() <= 1


def test_intensity_1_is_the_last_anchor_and_no_sum_that_nearly_reaches_it() -> None:
    tables = random_tables(4)
    anchors = tables.labels[0].anchors
    anchors[-2], anchors[-1] = 0.7, 1e-20
    assert f(0.7 + (float(anchors[-1, 0]) - float(anchors[-2, 0]))) != anchors[-1, 0]
    bank = Bank(tables)
    assert same(bank.point("label0", intensity=1.0), anchors[-1])
    assert same(bank.point("label0", intensity=0.0), anchors[0])


PROGRAM = """
import hashlib, sys
from pathlib import Path
import numpy as np
from mien.artifact.read import read_artifact
from mien.engine.e1.evaluate import Evaluator1

tables = read_artifact(Path(sys.argv[1]))
with np.load(sys.argv[2]) as asked:
    labels, vads, styles, speech = (asked[key] for key in ("l", "v", "s", "p"))
out = np.empty((len(labels), len(tables.channels)), np.float32)
Evaluator1(tables).faces_by_kernels(labels, vads, styles, speech, out, 1)
print(hashlib.sha256(out.tobytes()).hexdigest())
"""


def test_without_the_jit_the_kernels_give_the_same_bits(tmp_path: Path) -> None:
    tables = random_tables(11)
    labels, vads, styles, speech = queries(tables, 12, 60)
    (tmp_path / "bank").write_bytes(artifact_bytes(tables))
    np.savez(tmp_path / "asked.npz", l=labels, v=vads, s=styles, p=speech)
    out = np.empty((60, len(tables.channels)), f)
    Evaluator1(tables).faces_by_kernels(labels, vads, styles, speech, out, 1)
    root = Path(__file__).resolve().parents[1] / "compiler"
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(root)}
    command = [sys.executable, "-W", "error", "-c", PROGRAM, "bank", "asked.npz"]
    found = finished(command, cwd=tmp_path, env=environment)
    assert found.stdout.strip() == hashlib.sha256(out.tobytes()).hexdigest()
