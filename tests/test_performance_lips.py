"""The record of lips: checked where it comes in, matched to a bank by name."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mien
from mien.engine.tables import F32
from mien.errors import QueryError
from mien.performance.lips import LipTrack, joined, left_out, lip_track, on_bank

BANK = mien.load("default@1.1.0")


def test_channels_are_matched_by_name_and_the_expression_is_left_alone() -> None:
    names = ("tongueTip", "browInnerUp", "mouthClose", "jawOpen")
    track = lip_track(names, [[0.1, 0.2, 0.3, 0.4]], [1.0])
    shown = dict(zip(BANK.channels, on_bank(track, BANK.tables)[0].tolist(), strict=True))
    assert {name: weight for name, weight in shown.items() if weight} == {
        "jawOpen": pytest.approx(0.4),
        "mouthClose": pytest.approx(0.3),
    }
    assert left_out(names, BANK.tables) == ("tongueTip",)


def numbers(track: LipTrack) -> tuple[F32, ...]:
    return track.weights, track.speech, track.contacts, track.emphases


@given(st.lists(st.integers(0, 5), max_size=4))
def test_blocks_make_one_track(sizes: list[int]) -> None:
    rng = np.random.default_rng(sum(sizes))
    weights = rng.random((sum(sizes), 2), dtype=np.float32)
    curves = rng.random((3, sum(sizes)), dtype=np.float32)
    whole = lip_track(
        "ab", weights, curves[0], contacts=curves[1], emphases=curves[2], source="here"
    )
    ends = np.cumsum([0, *sizes]).tolist()
    parts = [
        lip_track(
            "ab", weights[a:b], curves[0, a:b], contacts=curves[1, a:b], emphases=curves[2, a:b]
        )
        for a, b in pairwise(ends)
    ]
    together = joined(parts, ("a", "b"))
    assert together.channels == whole.channels
    for one, other in zip(numbers(together), numbers(whole), strict=True):
        np.testing.assert_array_equal(one, other)
    assert together.frames == sum(sizes)


@pytest.mark.parametrize(
    ("weights", "speech", "expected"),
    [
        ([[0.0, 1.5]], [0.0], "weights leave [0, 1] in frame 0"),
        ([[0.0, 0.5], [float("nan"), 0.0]], [0.0, 0.0], "weights leave [0, 1] in frame 1"),
        ([[0.0]], [0.0], "shape (1, 1), expected (F, 2)"),
        ([[0.0, 0.0]], [0.0, 0.0], "speech have shape (2,), expected (1,)"),
        ([["a", "b"]], [0.0], "no rows of numbers"),
    ],
)
def test_what_is_no_track_is_refused(weights: list[Any], speech: list[Any], expected: str) -> None:
    with pytest.raises(QueryError) as refusal:
        lip_track("ab", weights, speech)
    assert expected in str(refusal.value)
    with pytest.raises(QueryError, match="twice"):
        lip_track("aa", [[0.0, 0.0]], [0.0])
