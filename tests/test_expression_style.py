"""Faces along a path: a function of label, VAD point and speech alone, exact at every anchor."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import mien
from mien.bank import Bank
from mien.engine.tables import PLAIN
from mien.resources import presets
from mien_trainer.expression.path import clip_plan, path_of
from mien_trainer.expression.track import WIDEST, expression_track, style_radii, style_weights
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32

BANK = mien.load(presets() / "default")
METRIC = BANK.tables.metric
POINTS = st.lists(st.tuples(*[st.floats(-1, 1, width=32)] * 3), min_size=1, max_size=20)


def silent(faces: F32) -> F32:
    return BANK.compose(faces, np.zeros_like(faces))


@pytest.mark.parametrize("label", BANK.labels)
def test_anchors_are_exact(label: str) -> None:
    table = BANK.tables.labels[BANK.labels.index(label)]
    faces = expression_track(BANK, label, table.anchors, np.zeros(3, np.float32))
    assert silent(faces).tobytes() == table.archetypes.tobytes()
    worn = expression_track(BANK, label, table.style_anchors, np.zeros(2, np.float32))
    for face, style in zip(silent(worn), table.styles, strict=True):
        assert face.tobytes() == BANK.face(label, style=style).tobytes()


@pytest.mark.parametrize("label", BANK.labels)
def test_a_style_reaches_no_plateau_and_no_other_style(label: str) -> None:
    table = BANK.tables.labels[BANK.labels.index(label)]
    radii = style_radii(table, METRIC)
    flat = np.sqrt(table.plateau_outer.astype(np.float64) - table.plateau_span)

    def distance(one: F32, other: F32) -> float:
        return float(np.sqrt((METRIC * (one.astype(np.float64) - other) ** 2).sum()))

    for style, radius in enumerate(radii.tolist()):
        anchor = table.style_anchors[style]
        assert 0.05 < radius <= WIDEST
        for k in range(len(flat)):
            assert radius + flat[k] < distance(anchor, table.anchors[k])
        for other in range(style):
            apart = distance(anchor, table.style_anchors[other])
            assert radius + radii[other] < apart


@given(label=st.sampled_from(BANK.labels), points=POINTS, order=st.randoms(use_true_random=False))
def test_a_face_depends_on_its_own_point_alone(
    label: str, points: list[tuple[float, float, float]], order: np.random.Generator
) -> None:
    path = np.array(points, dtype=np.float32)
    speech = np.linspace(0.0, 1.0, len(path), dtype=np.float32)
    rows = list(range(len(path)))
    order.shuffle(rows)
    faces = expression_track(BANK, label, path, speech)
    assert ((faces >= 0.0) & (faces <= 1.0)).all()
    mixed = expression_track(BANK, label, path[rows], speech[rows])
    assert mixed.tobytes() == faces[rows].tobytes()


@given(label=st.sampled_from(BANK.labels), points=POINTS)
def test_between_plain_and_styled(label: str, points: list[tuple[float, float, float]]) -> None:
    path = np.array(points, dtype=np.float32)
    silence = np.zeros(len(path), np.float32)
    faces = expression_track(BANK, label, path, silence)
    styles, weights = style_weights(BANK, label, path)
    assert ((weights > 0.0) == (styles != PLAIN)).all()
    labels = np.full(len(path), BANK.labels.index(label))
    plain, styled = BANK.faces(labels, path), BANK.faces(labels, path, style=styles)
    assert (faces >= np.minimum(plain, styled) - 1e-6).all()
    assert (faces <= np.maximum(plain, styled) + 1e-6).all()
    assert faces[weights == 0.0].tobytes() == plain[weights == 0.0].tobytes()


@pytest.mark.parametrize("label", BANK.labels)
def test_faces_move_as_fast_as_a_performer_at_most(label: str) -> None:
    """A range-of-motion take has 0.2 a frame on brows and lip corners, 0.033 on average."""
    still = np.zeros(300, np.float32)
    for seed in range(12):
        path = path_of(clip_plan(BANK, label, 300, np.random.default_rng(seed), seed))
        step = np.abs(np.diff(silent(expression_track(BANK, label, path, still)), axis=0))
        assert step.max() <= 0.22
        assert step.mean(axis=1).max() <= 0.033


def test_a_style_without_a_place_of_its_own_is_refused() -> None:
    tables = BANK.tables
    table = tables.labels[1]
    crowded = evolve(table, style_anchors=table.anchors[:2] + np.float32(0.01))
    bank = Bank(evolve(tables, labels=(tables.labels[0], crowded, *tables.labels[2:])))
    with pytest.raises(
        TrainerError, match="the anchor of joy's style mischievous lies on an inten"
    ):
        style_weights(bank, "joy", table.anchors)
    twins = evolve(table, style_anchors=table.style_anchors[[0, 0]])
    with pytest.raises(TrainerError, match="a place of its own"):
        style_radii(twins, METRIC)
