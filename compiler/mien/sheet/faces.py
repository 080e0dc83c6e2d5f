"""Every face of a bank that has a name of its own: archetypes, and styles at their anchors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Vad
from mien.engine.registry import ENGINES, Evaluator, get_engine


@frozen(kw_only=True)
class NamedFace:
    """``name`` is an intensity, or a style where ``style`` is true."""

    label: str
    name: str
    style: bool
    vad: Vad
    weights: Mapping[str, float]


def named_faces(bank: AuthoredBank) -> tuple[NamedFace, ...]:
    """Labels in the bank's order; in each its intensities, then its styles, as compiled.

    Raises:
        SourceError: the bank cannot be compiled.
    """
    engine = get_engine(max(ENGINES))
    evaluator = engine.evaluator(engine.compile_tables(bank))
    return tuple(faces_by(evaluator, bank))


def faces_by(evaluator: Evaluator, bank: AuthoredBank) -> Iterator[NamedFace]:
    """The same, from tables that are made ready already."""
    for position, emotion in enumerate(bank.emotions):
        for intensity in bank.manifest.intensities:
            yield NamedFace(
                label=emotion.label,
                name=intensity,
                style=False,
                vad=emotion.anchors[intensity].vad,
                weights=emotion.archetypes[intensity],
            )
        for number, (name, style) in enumerate(emotion.styles.items()):
            face = evaluator.face(position, style.anchor.vad, number, 0.0)
            weights = zip(bank.rig.names, face.tolist(), strict=True)
            yield NamedFace(
                label=emotion.label,
                name=name,
                style=True,
                vad=style.anchor.vad,
                weights={channel: weight for channel, weight in weights if weight > 0.0},
            )
