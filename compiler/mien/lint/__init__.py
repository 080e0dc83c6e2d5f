"""What a bank means, checked: one small rule a function, faults with places."""

from mien.lint.run import lint
from mien.lint.separation import ClosestPair, closest_pairs

__all__ = ["ClosestPair", "closest_pairs", "lint"]
