"""Our own logarithm, exponential and power beside exact ones, and their bits."""

from __future__ import annotations

import hashlib
from decimal import Decimal, getcontext

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien.exact import exact_exp, exact_log, exact_power

getcontext().prec = 60
NEAR = 4e-16
"""A relative error: under two units in the last place."""


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_the_logarithm_is_near_the_true_one(x: float) -> None:
    true, found = Decimal(x).ln(), Decimal(float(exact_log(x)))
    assert abs(found - true) <= Decimal(NEAR) * max(abs(true), Decimal("1e-300"))


@given(st.floats(min_value=-700.0, max_value=700.0))
def test_the_exponential_is_near_the_true_one(x: float) -> None:
    true, found = Decimal(x).exp(), Decimal(float(exact_exp(x)))
    assert abs(found / true - 1) <= Decimal(NEAR)


@given(st.floats(min_value=1e-6, max_value=1e3), st.floats(min_value=0.5, max_value=3.0))
def test_the_power_is_near_the_true_one(base: float, exponent: float) -> None:
    true, found = Decimal(base) ** Decimal(exponent), Decimal(float(exact_power(base, exponent)))
    assert abs(found / true - 1) <= Decimal("2e-14")


def test_ends() -> None:
    assert exact_exp([0.0, -1e4, -np.inf]).tolist() == [1.0, 0.0, 0.0]
    assert exact_log([1.0, 2.0]).tolist() == [0.0, np.log(2.0)]
    assert exact_power([0.0, 1.0], 1.6).tolist() == [0.0, 1.0]


def test_the_bits_are_those_of_every_machine() -> None:
    steps = np.arange(1, 20001, dtype=np.float64)
    found = hashlib.sha256()
    for part in (
        exact_log(steps / 512.0),
        exact_exp(-steps / 64.0),
        exact_power(steps / 4096.0, 1.6),
    ):
        found.update(part.astype("<f8").tobytes())
    assert found.hexdigest() == "c66aaf7359fc02ccb5771c4772245d7114e285cda7386ba157e2b731c3f18cf0"
