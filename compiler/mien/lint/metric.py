"""Distance between VAD points."""

from __future__ import annotations

from math import sqrt

from mien.authored.bank import Metric
from mien.authored.emotion import Vad


def distance(metric: Metric, a: Vad, b: Vad) -> float:
    """Distance of two VAD points in the bank's metric."""
    v, ar, d = (x - y for x, y in zip(a, b, strict=True))
    return sqrt(metric.valence * v * v + metric.arousal * ar * ar + metric.dominance * d * d)
