"""A moment of a recording as a draft of an archetype: YAML of ours, with what lint says of it.

Dimension letters: N rows, C channels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

import numpy as np
from attrs import evolve

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import ActionUnits, Emotion, Speech
from mien.formats.take import Take
from mien.lint import action_units, archetypes, labels
from mien.lint.rule import LintRule, by_shorthand, emotion_source

LEAST = 0.02
"""Smaller weights are a tracker's noise, and are left out."""

Faces = Mapping[str, Mapping[str, float]]
"""Weights by channel, by intensity."""

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
    """The YAML of one archetype, with what lint says of it; see `draft_of`."""
    faces = {intensity: weights}
    return draft_of(bank, faces, origin, notes=lint_notes(bank, faces))


def draft_of(
    bank: AuthoredBank,
    faces: Mapping[str, Mapping[str, float]],
    origin: str,
    label: str = "",
    notes: Sequence[str] = (),
) -> str:
    """The YAML of archetypes by intensity, ``notes`` as comments above them.

    ``origin`` says where the faces come from. Weights are rounded to hundredths.
    """
    target = f"of {label}" if label else "of an emotion"
    lines = comment_lines(f"A draft from {origin}. Copy it under the archetypes {target}.")
    for line in notes:
        lines += comment_lines(line)
    lines.append("archetypes:")
    for intensity, weights in _rounded(bank, faces).items():
        texts = by_shorthand(bank.rig, {name: f"{weight:g}" for name, weight in weights.items()})
        lines.append(f"  {intensity}:" if texts else f"  {intensity}: {{}}")
        lines += [f"    {name}: {text}" for name, text in texts.items()]
    return "\n".join(lines) + "\n"


def lint_notes(
    bank: AuthoredBank, faces: Mapping[str, Mapping[str, float]], label: str = ""
) -> tuple[str, ...]:
    """What the bank's lint says of archetypes by intensity.

    Where ``label`` is the bank's, its action units and its distance from other labels count too.
    """
    return tuple(_faults(bank, _rounded(bank, faces), label))


def _rounded(bank: AuthoredBank, faces: Mapping[str, Mapping[str, float]]) -> Faces:
    return {
        intensity: {
            name: round(weights[name], 2)
            for name in bank.rig.names
            if round(weights.get(name, 0.0), 2) >= LEAST
        }
        for intensity, weights in faces.items()
    }


def _faults(bank: AuthoredBank, faces: Faces, label: str) -> Iterator[str]:
    own = next((one for one in bank.emotions if one.label == label), None)
    if own is None or len(faces) < len(bank.manifest.intensities):
        tried = evolve(bank, emotions=(_alone(label or _LABEL, faces),), documents={})
        rules: tuple[LintRule, ...] = archetypes.RULES
    else:
        there = evolve(own, archetypes=faces)
        others = (there if one is own else one for one in bank.emotions)
        tried = evolve(bank, emotions=tuple(others), documents={})
        rules = (*archetypes.RULES, *action_units.RULES, *labels.RULES)
    file = emotion_source(tried, label or _LABEL).file
    found: dict[tuple[str, str], dict[str, str]] = {}
    for rule in rules:
        for fault in rule(tried):
            if fault.path.startswith("archetypes") and fault.place.file == file:
                _, intensity, *rest = (*fault.path.split("."), "")
                hint = f"; {fault.hint}" if fault.hint else ""
                said = f"{fault.message}{hint} [{fault.code}]"
                same = found.setdefault((fault.code, ".".join(rest)), {})
                same[intensity] = said
    for same in found.values():
        # of one cause at several intensities the numbers differ: those of the strongest are said
        *weaker, last = same
        where = f"{last}: " if len(faces) > 1 and last else ""
        also = f" (so, with other numbers, at {' and '.join(weaker)})" if weaker else ""
        yield f"{where}{same[last]}{also}"


def _alone(label: str, faces: Faces) -> Emotion:
    return Emotion(
        label=label,
        title=label,
        description=label,
        sources=(),
        action_units=ActionUnits(core=(), optional=()),
        anchors={},
        archetypes=faces,
        styles={},
        speech=Speech(attenuation=0.0, channels={}),
    )


def comment_lines(text: str) -> list[str]:
    """The lines of a comment that says ``text``, in print alone."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return [f"# {line}" for line in wrap(shown, _WIDTH, break_long_words=False)]


def _inside(take: Take, start: float, end: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]] = (take.times >= start) & (take.times <= end)
    return inside


def _named(take: Take, weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, float]:
    return dict(zip(take.channels, weights.tolist(), strict=True))
