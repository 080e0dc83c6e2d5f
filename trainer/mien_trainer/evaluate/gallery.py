"""The presets as authored beside what networks give for them, a row a label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from mien.bank import Bank
from mien.drawing.document import shipped_face
from mien.drawing.svg import svg
from mien_trainer.evaluate.record import Evaluation, Report
from mien_trainer.frames import F32

_FACE = 136


def gallery(report: Report, bank: Bank) -> Iterator[str]:
    """HTML of all anchors."""
    many = len(report.networks) > 1
    for position, table in enumerate(bank.tables.labels):
        errors = [one.anchors[0].by_label[table.label] for one in report.networks]
        yield f'<div class="row">\n<div><h3>{escape(table.label)}</h3>\n'
        for one, error in zip(report.networks, errors, strict=True):
            yield f"<p>{escape(one.name) + ': ' if many else ''}mean error {error:.4f}</p>\n"
        yield '</div>\n<div class="places">\n'
        for at, intensity in enumerate(bank.intensities):
            yield f'<div class="place">\n<p>{escape(intensity)}</p>\n<div class="faces">\n'
            wanted = table.archetypes[at]
            prefix = f"a{position}-{at}"
            yield figure("preset", wanted, bank.channels, prefix)
            given = [_face(one, position, at) for one in report.networks]
            for number, (one, face) in enumerate(zip(report.networks, given, strict=True)):
                name = one.name if many else "network"
                yield figure(name, face, bank.channels, f"{prefix}-{number}")
            yield f'</div>\n<p class="off">{escape(_farthest(wanted, given, bank))}</p>\n</div>\n'
        yield "</div>\n</div>\n"


def _face(found: Evaluation, label: int, intensity: int) -> F32:
    face: F32 = found.anchors[0].faces[label * len(found.intensities) + intensity]
    return face


def _farthest(wanted: F32, given: Sequence[F32], bank: Bank) -> str:
    """The channel that any of the faces misses by most."""
    away = np.max([np.abs(face - wanted) for face in given], axis=0)
    worst = int(away.argmax())
    return f"at most {away[worst]:.3f} off ({bank.channels[worst]})"


def figure(name: str, weights: F32, channels: Sequence[str], prefix: str) -> str:
    """A drawn face over its name; ``prefix`` is its own on the page."""
    worn = dict(zip(channels, weights.tolist(), strict=True))
    drawn = svg(shipped_face(), worn, _FACE, prefix=prefix, title=name)
    return f"<figure>\n{drawn}<figcaption>{escape(name)}</figcaption></figure>\n"
