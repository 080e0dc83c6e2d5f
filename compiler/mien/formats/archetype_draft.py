"""A moment of a recording as a draft of an archetype: YAML of ours, with what lint says of it.

Dimension letters: N rows, C channels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

import numpy as np
from attrs import evolve

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import ActionUnits, Emotion, Speech
from mien.formats.take import Take
from mien.lint import archetypes
from mien.lint.rule import by_shorthand

LEAST = 0.02
"""Smaller weights are a tracker's noise, and are left out."""

_WIDTH = 98
_LABEL = "draft"


def weights_at(take: Take, moment: float) -> dict[str, float]:
    """The face at ``moment`` seconds from the first row."""
    return _named(take, take.weights_at(np.array([moment]))[0].astype(np.float64))


def mean_weights(take: Take, start: float, end: float) -> dict[str, float]:
    """The mean of the rows from ``start`` to ``end`` seconds; there is one at least."""
    return _named(take, take.weights[_inside(take, start, end)].astype(np.float64).mean(axis=0))


def peak_weights(take: Take, start: float, end: float) -> tuple[dict[str, float], float]:
    """The row from ``start`` to ``end`` seconds that is furthest from rest, and its moment."""
    inside = _inside(take, start, end)
    rows = take.weights[inside].astype(np.float64)
    furthest = int((rows * rows).sum(axis=1).argmax())
    return _named(take, rows[furthest]), float(take.times[inside][furthest])


def has_rows(take: Take, start: float, end: float) -> bool:
    """Whether a row lies from ``start`` to ``end`` seconds."""
    return bool(_inside(take, start, end).any())


def draft(bank: AuthoredBank, weights: Mapping[str, float], intensity: str, origin: str) -> str:
    """The YAML of an archetype of these ``weights``, faults of the bank's lint as comments.

    ``origin`` says where the face comes from. Weights are rounded to hundredths.
    """
    kept = {
        name: round(weights[name], 2)
        for name in bank.rig.names
        if round(weights.get(name, 0.0), 2) >= LEAST
    }
    lines = [*_comment(f"A draft from {origin}. Copy it under the archetypes of an emotion.")]
    for line in _faults(bank, kept, intensity):
        lines += _comment(line)
    texts = by_shorthand(bank.rig, {name: f"{weight:g}" for name, weight in kept.items()})
    lines += ["archetypes:", f"  {intensity}:" if texts else f"  {intensity}: {{}}"]
    lines += [f"    {name}: {text}" for name, text in texts.items()]
    return "\n".join(lines) + "\n"


def _faults(bank: AuthoredBank, weights: Mapping[str, float], intensity: str) -> Iterator[str]:
    emotion = Emotion(
        label=_LABEL,
        title=_LABEL,
        description=_LABEL,
        sources=(),
        action_units=ActionUnits(core=(), optional=()),
        anchors={},
        archetypes={intensity: weights},
        styles={},
        speech=Speech(attenuation=0.0, channels={}),
    )
    alone = evolve(bank, emotions=(emotion,), documents={})
    for rule in archetypes.RULES:
        for fault in rule(alone):
            if fault.path.startswith("archetypes"):
                yield f"{fault.message}; {fault.hint} [{fault.code}]"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, _WIDTH, break_long_words=False)]


def _inside(take: Take, start: float, end: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]] = (take.times >= start) & (take.times <= end)
    return inside


def _named(take: Take, weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, float]:
    return dict(zip(take.channels, weights.tolist(), strict=True))
