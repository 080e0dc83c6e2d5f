"""Every number that the audit judges by."""

from __future__ import annotations

SILENT = 0.05
"""At most this much is spoken in a silent frame."""

SPOKEN = 0.5
"""At least this much is spoken in a frame of speech."""

SETTLE = 6
"""Frames (0.1 s) around speech that count as neither: lips move before a sound and after it."""

ENOUGH = 60
"""Fewer frames of silence than this (1 s) are not judged."""

OPEN = 0.05
"""How much wider than in the bank's faces the lips may part in silence, on average."""

KEPT = 0.98
"""The least share of closures that must be kept."""

FEW_CLOSURES = 20
"""Fewer closures than this are not judged."""

FAR = 0.08
"""Silent faces whose median is farther from every archetype than this are pointed out."""

OWN = 0.5
"""The least share of silent frames that should be nearest to an archetype of their own label."""

AT_ONE = 0.05
"""A channel that is at exactly 1 in more frames than this, where the bank's is not, is clipped."""

AT_ZERO = 0.5
"""A channel at exactly 0 in more silent frames than this, where the bank's is not, is stuck."""

EXPLAINED = 0.02
"""A weight of 0 or 1 is the bank's own where the bank's is no farther away than this."""

TOLERANCE = 1e-4
"""By how much an antagonist may pass its cap, or a mouth its ceiling, through rounding."""

QUIET = -10.0
"""A clip that speaks has frames with a band above this (natural logarithm): about -50 dBFS."""

HELD_OUT = 0.25
"""A voice with fewer of its clips in training than this is held out, and these clips are a leak."""

MISSING = 0.002
"""Phonemes with a smaller share than this are called rare."""
