"""The record of lips: checked where it comes in, matched to a bank by name."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mien
from mien.errors import QueryError
from mien.performance.lips import joined, left_out, lip_track, lips_digest, on_bank, still_lips

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
    assert lips_digest(together) == lips_digest(whole)
    assert together.frames == sum(sizes)


def test_the_digest_hears_every_number() -> None:
    still = still_lips(("a", "b"), 2)
    said = {lips_digest(still)}
    silent = np.zeros((2, 2))
    said.add(lips_digest(lip_track("ab", silent, [0, 0], contacts=[0, 1])))
    said.add(lips_digest(lip_track("ab", silent, [0, 0], emphases=[0, 1])))
    said.add(lips_digest(lip_track("ab", silent, [0, 0], source="there")))
    said.add(lips_digest(lip_track("ac", silent, [0, 0])))
    said.add(lips_digest(lip_track("ab", silent, [1, 0])))
    assert len(said) == 5  # the source alone is no part of it


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
