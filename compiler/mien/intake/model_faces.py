"""Faces that a model file holds still: its pose, and the expressions of a VRM."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.rig import Rig
from mien.gltf.model import Bind, Expression, Model
from mien.gltf.vrm import BLINKS, FULL_OLD_WEIGHT, LOOKS, VOWELS
from mien.intake.face_table import FaceTable, FaceWeights
from mien.text.files import shown_path
from mien.text.node import Place

POSE = "pose"
"""What the face of a model's nodes is called."""

_NO_EMOTIONS = frozenset((*VOWELS, *BLINKS, *LOOKS))


def faces_of_model(model: Model, rig: Rig) -> FaceTable | None:
    """The pose of its morph targets, where they do not rest, and each expression of an emotion.

    Expressions count as far as they move morph targets by channels' names. None where there is no
    face.

    Raises:
        SourceError: a weight is none.
    """
    weights = FaceWeights(rig)
    place = Place(shown_path(model.path))
    pose = [(name, value, place, f"nodes[{node}]") for node, name, value in _pose(model)]
    if any(value and weights.channels(name) for name, value, *_ in pose):
        weights.add(POSE, "", [one for one in pose if one[1]], place)
    for expression in model.expressions:
        label = expression.preset or expression.name
        if label in _NO_EMOTIONS or weights.channels(expression.name):
            continue
        moved = [(name, value, place, label) for name, value in _moved(model, expression)]
        if any(weights.channels(name) for name, *_ in moved):
            weights.add(label, "", moved, place)
    found = weights.table()
    return found if found.faces else None


def _pose(model: Model) -> Iterator[tuple[int, str, float]]:
    """Node, name and weight of every morph target that has a name."""
    for number, node in enumerate(model.nodes):
        if node.mesh is not None:
            mesh = model.meshes[node.mesh]
            for name, value in zip(mesh.target_names, node.weights or mesh.weights, strict=False):
                yield number, name, value


def _moved(model: Model, expression: Expression) -> Iterator[tuple[str, float]]:
    for bind in expression.binds:
        names = _names(model, bind)
        if bind.index < len(names):
            full = 1.0 if bind.node is not None else FULL_OLD_WEIGHT
            yield names[bind.index], bind.weight / full


def _names(model: Model, bind: Bind) -> tuple[str, ...]:
    mesh = bind.mesh if bind.node is None else model.nodes[bind.node].mesh
    return () if mesh is None else model.meshes[mesh].target_names
