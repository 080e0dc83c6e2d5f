"""The parametric trends of a bank, and how its antagonists are handled."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

TERMS = ("bias", "V", "A", "D", "VV", "AA", "DD", "VA", "VD", "AD")
"""The terms of the quadratic q_c, in the order in which they are added."""


@frozen(kw_only=True)
class Trend:
    """Coefficients of one channel's quadratic of valence, arousal and dominance, by ``TERMS``."""

    coefficients: tuple[float, ...]
    reason: str


@frozen(kw_only=True)
class CapOverride:
    """A bank's own cap for one of the rig's near or soft pairs."""

    pair: tuple[str, str]
    cap: float
    reason: str


@frozen(kw_only=True)
class AntagonistPolicy:
    """Which kinds of pairs are capped (hard ones always are), and the caps this bank changes."""

    near: bool
    soft: bool
    overrides: tuple[CapOverride, ...]


@frozen(kw_only=True)
class Rules:
    """The trend of each channel (full names), and the share of it that a label keeps."""

    strength: float
    trends: Mapping[str, Trend]
    antagonists: AntagonistPolicy
    description: str = ""
