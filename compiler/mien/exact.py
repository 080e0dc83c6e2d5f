"""Logarithm, exponential and power by basic operations alone: the same bits on every machine.

What the maths library of a machine gives differs in the last bit from one to the next. These take
+ - * / in one written order, and the exact splitting of a number into fraction and exponent. They
are within a few units in the last place of the true value.
"""

from __future__ import annotations

from math import factorial

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

HALF_ROOT = 0.7071067811865476
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
"""ln 2 in two parts; products of the first with whole numbers up to 2**20 are exact."""

_LOG2_E = 1.4426950408889634
LOG_TERMS = 11
_RECIPROCALS = tuple(1.0 / factorial(term) for term in range(15))
"""Those of the factorials, correctly rounded: the factorials themselves are exact."""

_LEAST = -745.2
"""Its exponential is 0 in float64."""


def exact_log(x: npt.ArrayLike) -> F64:
    """The natural logarithm of numbers above 0, by the series of the inverse hyperbolic tangent."""
    fraction, exponent = np.frexp(np.asarray(x, dtype=np.float64))
    low = fraction < HALF_ROOT
    fraction = np.where(low, 2.0 * fraction, fraction)
    power = exponent - low
    ratio = (fraction - 1.0) / (fraction + 1.0)
    square = ratio * ratio
    series = np.full_like(square, 1.0 / (2 * LOG_TERMS + 1))
    for term in range(LOG_TERMS - 1, -1, -1):
        series *= square
        series += 1.0 / (2 * term + 1)
    found: F64 = power * LN2_HIGH + (2.0 * ratio * series + power * LN2_LOW)
    return found


def exact_exp(x: npt.ArrayLike) -> F64:
    """The exponential of numbers up to 700, by its Taylor series about a multiple of ln 2."""
    power = np.maximum(np.asarray(x, dtype=np.float64), _LEAST)
    twos = np.rint(power * _LOG2_E)
    rest = (power - twos * LN2_HIGH) - twos * LN2_LOW
    series = np.full_like(rest, _RECIPROCALS[-1])
    for reciprocal in reversed(_RECIPROCALS[:-1]):
        series *= rest
        series += reciprocal
    return np.ldexp(series, twos.astype(np.int32))


def exact_power(base: npt.ArrayLike, exponent: npt.ArrayLike) -> F64:
    """Numbers of 0 or more to powers above 0."""
    number = np.asarray(base, dtype=np.float64)
    positive = number > 0.0
    raised = exact_exp(np.asarray(exponent) * exact_log(np.where(positive, number, 1.0)))
    return np.where(positive, raised, 0.0)
