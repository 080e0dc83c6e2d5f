"""Hypothesis strategies: what can be asked of a bank, and whole banks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen
from hypothesis import strategies as st

from mien.bank import Bank
from mien.engine.tables import F32

Point = tuple[float, float, float]
"""Valence, arousal, dominance, each in [-1, 1] and a float32."""

_PARTS = 1024
"""Label weights are whole parts of this, so that float32 holds them and their sum exactly."""


@frozen
class Query:
    """One face: a label, a point, a style or None, and speech in [0, 1]."""

    label: str
    vad: Point
    style: str | None = None
    speech: float = 0.0

    def face(self, bank: Bank) -> F32:
        """The bank's weights (C,)."""
        return bank.face(self.label, vad=self.vad, style=self.style, speech=self.speech)

    def __str__(self) -> str:
        style = f", style {self.style}" if self.style else ""
        speech = f", speech {self.speech!r}" if self.speech else ""
        return f"{self.label} at {_spelled(self.vad)}{style}{speech}"


@frozen
class Mixture:
    """A mixture of labels: weights that sum to 1, a point, and speech in [0, 1]."""

    weights: Mapping[str, float]
    vad: Point
    speech: float = 0.0

    def face(self, bank: Bank) -> F32:
        """The bank's weights (C,)."""
        return bank.face(self.weights, vad=self.vad, speech=self.speech)

    def __str__(self) -> str:
        shares = ", ".join(f"{label} {weight!r}" for label, weight in self.weights.items())
        speech = f", speech {self.speech!r}" if self.speech else ""
        return f"{shares} at {_spelled(self.vad)}{speech}"


def points(bank: Bank, label: str) -> st.SearchStrategy[Point]:
    """Points of the cube: anywhere, at the label's anchors, near them, and about their plateaus.

    Faces change fastest where a plateau ends, so that a third of the points lie there.
    """
    coordinate = st.floats(-1.0, 1.0, width=32)
    anywhere = st.tuples(coordinate, coordinate, coordinate)
    names = (*bank.intensities, *bank.styles(label))
    anchors = st.sampled_from([_anchor(bank, label, name) for name in names])
    rims = st.builds(
        _on_rim,
        st.just(bank),
        st.just(label),
        st.integers(0, len(bank.intensities) - 1),
        anywhere,
        st.floats(0.0, 1.1),
    )
    return anywhere | anchors | st.builds(_near, anchors, anywhere, st.integers(0, 24)) | rims


def queries(bank: Bank, *, label: str | None = None) -> st.SearchStrategy[Query]:
    """Faces of ``label``, or of any label: plain or in a style, silent or speaking."""
    labels = st.sampled_from(bank.labels) if label is None else st.just(label)
    return labels.flatmap(
        lambda one: st.builds(
            Query,
            st.just(one),
            points(bank, one),
            st.sampled_from((None, *bank.styles(one))),
            st.just(0.0) | st.just(1.0) | st.floats(0.0, 1.0, width=32),
        )
    )


def label_weights(bank: Bank) -> st.SearchStrategy[dict[str, float]]:
    """One to four labels with weights over 0 that sum to exactly 1."""
    few = st.lists(st.sampled_from(bank.labels), min_size=1, max_size=4, unique=True)
    return few.flatmap(
        lambda labels: st.lists(
            st.integers(1, _PARTS - 1),
            min_size=len(labels) - 1,
            max_size=len(labels) - 1,
            unique=True,
        ).map(lambda cuts: _shares(labels, sorted(cuts)))
    )


def mixtures(bank: Bank) -> st.SearchStrategy[Mixture]:
    """Mixtures of labels at points of the first of them."""
    speech = st.just(0.0) | st.floats(0.0, 1.0, width=32)
    return label_weights(bank).flatmap(
        lambda weights: st.builds(
            Mixture, st.just(weights), points(bank, next(iter(weights))), speech
        )
    )


def visemes(bank: Bank) -> st.SearchStrategy[F32]:
    """Weights (C,) of the lips, as speech gives them to `Bank.compose`: LIPSYNC and SHARED only."""
    spoken = [name != "EXPRESSION" for name in bank.tables.classes]
    weight = st.just(0.0) | st.just(1.0) | st.floats(0.0, 1.0, width=32)
    return st.tuples(*(weight if one else st.just(0.0) for one in spoken)).map(
        lambda row: np.array(row, dtype=np.float32)
    )


def banks(*, channels: int = 8, labels: int = 3, intensities: int = 3) -> st.SearchStrategy[Bank]:
    """Compiled banks of made-up names and numbers, for tests of code that takes any bank."""
    from mien.conformance.banks import generated_bank
    from mien.engine.registry import get_engine
    from mien.versions import ENGINE

    def compiled(seed: int) -> Bank:
        authored = generated_bank(seed, channels=channels, labels=labels, intensities=intensities)
        return Bank(get_engine(ENGINE).compile_tables(authored))

    return st.integers(0, 2**32 - 1).map(compiled)


def _anchor(bank: Bank, label: str, name: str) -> Point:
    v, a, d = bank.anchor(label, name).tolist()
    return v, a, d


def _near(anchor: Point, direction: Point, halvings: int) -> Point:
    """A point of the cube off an anchor by ``direction`` halved that often."""
    return rounded(np.array(anchor) + np.array(direction) * 2.0**-halvings)


def _on_rim(bank: Bank, label: str, position: int, way: Point, share: float) -> Point:
    """A point off an anchor: at ``share`` 0 its plateau is flat, at 1 it ends."""
    table = bank.tables.labels[bank.labels.index(label)]
    outer = float(np.sqrt(table.plateau_outer[position]))
    inner = float(np.sqrt(max(0.0, table.plateau_outer[position] - table.plateau_span[position])))
    length = float(np.sqrt((bank.tables.metric * np.square(way)).sum()))
    radius = (inner + share * (outer - inner)) / length if length else 0.0
    return rounded(table.anchors[position] + np.array(way) * radius)


def rounded(place: npt.NDArray[np.floating[Any]]) -> Point:
    """A place (3,) as a point of the cube."""
    v, a, d = np.clip(place, -1.0, 1.0).astype(np.float32).tolist()
    return v, a, d


def _shares(labels: list[str], cuts: list[int]) -> dict[str, float]:
    ends = zip([0, *cuts], [*cuts, _PARTS], strict=True)
    return {label: (end - start) / _PARTS for label, (start, end) in zip(labels, ends, strict=True)}


def _spelled(vad: Point) -> str:
    return " ".join(f"{axis} {value!r}" for axis, value in zip("VAD", vad, strict=True))
