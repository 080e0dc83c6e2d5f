"""Plateaus that would touch only in float32 count as touching: the safety factor of `overlap`."""

from __future__ import annotations

import numpy as np
import pytest

from mien.engine.e1.solve import ROUNDING, overlap, plateau_radii

f = np.float32
ANCHORS = np.array([[0, 0, 0], [1, 0, 0]], f)
METRIC = np.ones(3, f)


def touching(outer: np.float32) -> tuple[int, int] | None:
    both = np.array([outer, outer], f)
    return overlap(ANCHORS, METRIC, both, both)


def test_plateaus_that_meet_but_for_the_last_bit_touch() -> None:
    just_under = np.nextafter(f(0.25), f(0))
    assert 2 * np.sqrt(np.float64(just_under)) < 1.0
    assert touching(just_under) == (0, 1)


def test_the_factor_leaves_room_for_rounding_and_for_little_else() -> None:
    radius = 0.5 / ROUNDING
    assert touching(f(radius**2 * (1 + 4e-7))) == (0, 1)
    assert touching(f(radius**2 * (1 - 4e-7))) is None
    assert 2.0**-21 < ROUNDING - 1.0 < 2.0**-18


def test_a_plateau_without_a_slope_is_told() -> None:
    outer = np.array([0.1, 0.1], f)
    assert overlap(ANCHORS, METRIC, outer, np.array([0.05, 0.0], f)) == (0, 1)
    assert overlap(ANCHORS, METRIC, outer, np.array([0.05, 0.05], f)) is None


@pytest.mark.parametrize("reach", [0.5, 0.96])
def test_radii_are_shares_of_half_the_way(reach: float) -> None:
    outer, span = plateau_radii(ANCHORS, METRIC, reach=reach, flat=0.25)
    np.testing.assert_allclose(outer, (reach / 2) ** 2, rtol=1e-6)
    np.testing.assert_allclose(outer - span, (reach / 8) ** 2, rtol=1e-5)
