"""What the tables of engine 1 promise: exactness, range, limits, and clear refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pytest
import scipy.linalg
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mien.artifact.write import artifact_bytes
from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Anchor, Emotion
from mien.authored.reader import read_bank
from mien.authored.rig import Antagonist, Ceiling, PairKind
from mien.engine.e1.compile import ManyIntensities, compile_tables
from mien.engine.e1.evaluate import Evaluator1
from mien.engine.e1.solve import overlap
from mien.engine.registry import UnknownEngineError, get_engine
from mien.engine.tables import F32, Tables
from mien.errors import SourceError
from mien.lint import lint
from mien.resources import presets

Edit = Callable[[Emotion], Emotion]
F64 = npt.NDArray[np.float64]
f = np.float32
T = TypeVar("T")


@cache
def bank() -> AuthoredBank:
    return read_bank(presets() / "default")


@cache
def tables() -> Tables:
    return get_engine(1).compile_tables(bank())


@cache
def evaluator() -> Evaluator1:
    return Evaluator1(tables())


def edited(label: str, edit: Edit) -> AuthoredBank:
    emotions = [edit(e) if e.label == label else e for e in bank().emotions]
    return evolve(bank(), emotions=tuple(emotions))


def backwards(values: Mapping[str, T]) -> dict[str, T]:
    return {name: values[name] for name in reversed(list(values))}


def codes(broken: AuthoredBank) -> list[str]:
    with pytest.raises(SourceError) as caught:
        compile_tables(broken)
    return [fault.code for fault in caught.value.faults]


def faces(label: int, vads: F32) -> F32:
    return evaluator().numpy_path(label, -1).faces(vads, None)


def test_weights_are_those_of_scipy() -> None:
    found = tables()
    l1, l2, l3 = found.metric.astype(np.float64)
    rho = float(found.support[0])
    for table in found.labels:
        at = table.anchors.astype(np.float64)
        away = at[:, None] - at[None]
        r = np.sqrt((away**2) @ np.array([l1, l2, l3]))
        phi = np.clip(1 - r / rho, 0, None) ** 4 * (4 * r / rho + 1)
        v, a, d = at.T
        terms = np.stack([np.ones_like(v), v, a, d, v * v, a * a, d * d, v * a, v * d, a * d])
        q = found.rules.astype(np.float64) @ terms
        trend = table.strength[:, None] * ((1 + q / np.sqrt(1 + q * q)) / 2)
        linalg: Any = scipy.linalg
        weights: F64 = linalg.solve(phi, table.archetypes - trend.T, assume_a="pos")
        np.testing.assert_allclose(table.weights, weights, rtol=1e-5, atol=1e-6)


def test_every_archetype_holds_bit_for_bit_on_its_plateau() -> None:
    rng = np.random.default_rng(1)
    for e, table in enumerate(tables().labels):
        inner = np.sqrt(table.plateau_outer.astype(np.float64) - table.plateau_span)
        for k, archetype in enumerate(table.archetypes):
            away = rng.normal(size=(300, 3))
            metric = tables().metric.astype(np.float64)
            length = np.sqrt((away * away) @ metric)
            scale = inner[k] * 0.9999 * rng.uniform(0, 1, 300) ** 0.1 / length
            scale[0] = 0
            near = np.clip(table.anchors[k] + away * scale[:, None], -1, 1).astype(f)
            held = faces(e, near)
            assert held.tobytes() == np.tile(archetype, (300, 1)).tobytes()


def test_plateaus_do_not_touch() -> None:
    for table in tables().labels:
        metric, outer, span = tables().metric, table.plateau_outer, table.plateau_span
        assert overlap(table.anchors, metric, outer, span) is None
        assert overlap(table.anchors, metric, outer * f(4), span) is not None


@given(st.integers(0, 15), st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3))
def test_faces_stay_in_range(label: int, vad: list[float]) -> None:
    face = faces(label % len(tables().labels), np.array([vad], f))
    assert (face >= 0).all()
    assert (face <= 1).all()
    assert not np.signbit(face).any()


def test_far_from_every_anchor_the_labels_own_rule_remains() -> None:
    manifest = bank().manifest
    small = compile_tables(
        evolve(bank(), manifest=evolve(manifest, kernel=evolve(manifest.kernel, support=0.05)))
    )
    joy = small.label_index["joy"]
    table = small.labels[joy]
    light = Evaluator1(small).numpy_path(joy, -1)
    face = light.faces(np.array([[-1, -1, -1]], f), None)[0]
    assert 0 < face.max() <= float(table.archetypes.max()) * bank().rules.strength + 1e-6
    assert not face[table.archetypes.max(axis=0) == 0].any()


def test_compiling_twice_gives_the_same_bytes_in_any_key_order() -> None:
    def turned(emotion: Emotion) -> Emotion:
        styles = backwards(emotion.styles)
        return evolve(emotion, styles=styles, anchors=backwards(emotion.anchors))

    rig = bank().rig
    seal = evolve(rig.lip_seal, sealing=backwards(rig.lip_seal.sealing))
    other = evolve(
        bank(),
        emotions=tuple(turned(emotion) for emotion in bank().emotions),
        rig=evolve(rig, lip_seal=seal),
    )
    assert artifact_bytes(compile_tables(other)) == artifact_bytes(tables())


def test_minus_zero_in_the_sources_is_zero() -> None:
    def signed(emotion: Emotion) -> Emotion:
        first = next(iter(emotion.archetypes))
        idle = set(bank().rig.names) - set(emotion.archetypes[first])
        weights = {**emotion.archetypes[first], **dict.fromkeys(idle, -0.0)}
        return evolve(emotion, archetypes={**emotion.archetypes, first: weights})

    assert artifact_bytes(compile_tables(edited("joy", signed))) == artifact_bytes(tables())


def test_one_archetype_changes_one_label() -> None:
    def brighter(emotion: Emotion) -> Emotion:
        weights = {**emotion.archetypes["high"], "cheekPuff": 0.125}
        return evolve(emotion, archetypes={**emotion.archetypes, "high": weights})

    other = compile_tables(edited("joy", brighter))
    for old, new in zip(tables().labels, other.labels, strict=True):
        assert (old.weights.tobytes() == new.weights.tobytes()) == (old.label != "joy")


def test_two_anchors_too_close_are_named() -> None:
    def squeezed(emotion: Emotion) -> Emotion:
        low = emotion.anchors["low"]
        near = Anchor(vad=(low.vad[0] + 1e-5, *low.vad[1:]), basis="")
        return evolve(emotion, anchors={**emotion.anchors, "high": near})

    broken = edited("joy", squeezed)
    with pytest.raises(SourceError) as caught:
        compile_tables(broken)
    (fault,) = caught.value.faults
    assert fault.code == "anchors-too-close"
    assert "the anchors low and high of joy are too close" in fault.message
    assert fault.place.file.endswith("joy.yaml")
    assert fault.place.line > 0


def test_an_archetype_that_conflicts_with_itself_is_refused() -> None:
    def torn(emotion: Emotion) -> Emotion:
        weights = {**emotion.archetypes["high"], "mouthFrownLeft": 0.5, "mouthSmileLeft": 0.75}
        return evolve(emotion, archetypes={**emotion.archetypes, "high": weights})

    broken = edited("joy", torn)
    with pytest.raises(SourceError) as caught:
        compile_tables(broken)
    (fault,) = caught.value.faults
    assert fault.code == "archetype-conflicts"
    assert "mouthSmileLeft, mouthFrownLeft of joy high" in fault.message


@pytest.mark.parametrize(("under", "weight", "fits"), [(0.01, 0.07, True), (0.03, 0.09, False)])
def test_ceilings_are_compared_in_float32_by_the_rule_and_by_the_engine(
    under: float, weight: float, fits: bool
) -> None:
    assert (weight <= under + 0.06) != fits, "float64 would say the other"

    def close(emotion: Emotion) -> Emotion:
        weights = {**emotion.archetypes["high"], "jawOpen": under, "mouthClose": weight}
        return evolve(emotion, archetypes={**emotion.archetypes, "high": weights})

    other = edited("joy", close)
    assert ("ceiling" in {fault.code for fault in lint(other)}) != fits
    if fits:
        get_engine(1).compile_tables(other)
    else:
        assert codes(other) == ["archetype-conflicts"]


def test_ceilings_must_not_depend_on_an_order() -> None:
    rig = bank().rig
    one, two, three = "jawOpen", "tongueOut", "cheekPuff"
    chain = (
        Ceiling(channel=one, under=two, slack=0.5, reason=""),
        Ceiling(channel=two, under=three, slack=0.5, reason=""),
    )
    pair = Antagonist(pair=(two, three), kind=PairKind.NEAR, cap=0.9, reason="")
    broken = evolve(bank(), rig=evolve(rig, antagonists=(pair,), ceilings=chain))
    assert sorted(codes(broken)) == ["ceiling-in-a-pair", "ceiling-on-a-ceiling"]


def test_the_policy_decides_which_pairs_are_capped() -> None:
    rules = bank().rules
    off = evolve(rules, antagonists=evolve(rules.antagonists, near=False, soft=False, overrides=()))
    found = compile_tables(evolve(bank(), rules=off))
    assert len(found.pairs) == sum(a.kind is PairKind.HARD for a in bank().rig.antagonists)
    assert not found.caps.any()


def many(count: int) -> AuthoredBank:
    """Joy alone, with ``count`` intensities on a grid in the cube."""
    names = tuple(f"i{k}" for k in range(count))
    side = range(6)
    grid = [(a / 2.5 - 1, b / 2.5 - 1, c / 2.5 - 1) for a in side for b in side for c in side]
    joy = next(e for e in bank().emotions if e.label == "joy")
    joy = evolve(
        joy,
        anchors={n: Anchor(vad=p, basis="") for n, p in zip(names, grid, strict=False)},
        archetypes={n: {"cheekPuff": k % 5 / 4} for k, n in enumerate(names)},
        dynamics=None,
        sequences={},
    )
    manifest = evolve(
        bank().manifest, intensities=names, kernel=evolve(bank().manifest.kernel, support=0.5)
    )
    return evolve(bank(), manifest=manifest, emotions=(joy,))


def test_many_intensities_hold_warn_and_end() -> None:
    with pytest.warns(ManyIntensities, match="60 intensities a label"):
        found = compile_tables(many(60))
    held = Evaluator1(found).numpy_path(0, -1).faces(found.labels[0].anchors, None)
    assert held.tobytes() == found.labels[0].archetypes.tobytes()
    assert codes(many(201)) == ["too-many-intensities"]


def test_an_unknown_kernel_is_refused() -> None:
    manifest = bank().manifest
    other = evolve(manifest, kernel=evolve(manifest.kernel, name="gauss"))
    assert codes(evolve(bank(), manifest=other)) == ["unknown-kernel"]


def test_an_unknown_engine_says_what_to_do() -> None:
    with pytest.raises(UnknownEngineError, match=r"engine 9 is not known; .* upgrade mien"):
        get_engine(9)
