"""The faces of an evaluation's page: presets as authored and as given, and a clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from mien.bank import Bank
from mien.sheet.html import drawn_face
from mien_trainer.evaluate.result import Evaluation, Example, Report
from mien_trainer.frames import F32, FRAME_RATE, frame_times
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.plots import Line, line_chart

_FACE = 136
_MOMENTS = 6
_LEAST = 0.05
"""Seconds of a sound that is shown; shorter ones have no face of their own."""

_JAW = "jawOpen"
_LIPS = 1
"""Channels of the lips that are drawn beside the jaw."""


def preset_faces(report: Report, bank: Bank) -> Iterator[str]:
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
            yield _figure("preset", wanted, bank.channels, prefix)
            given = [_face(one, position, at) for one in report.networks]
            for number, (one, face) in enumerate(zip(report.networks, given, strict=True)):
                name = one.name if many else "network"
                yield _figure(name, face, bank.channels, f"{prefix}-{number}")
            missed = escape(_largest_error(wanted, given, bank))
            yield f'</div>\n<p class="off">{missed}</p>\n</div>\n'
        yield "</div>\n</div>\n"


def _face(found: Evaluation, label: int, intensity: int) -> F32:
    face: F32 = found.anchors[0].faces[label * len(found.intensities) + intensity]
    return face


def _largest_error(wanted: F32, given: Sequence[F32], bank: Bank) -> str:
    """The channel that any of the faces misses by most."""
    away = np.max([np.abs(face - wanted) for face in given], axis=0)
    at = int(away.argmax())
    return f"at most {away[at]:.3f} off ({bank.channels[at]})"


def _figure(name: str, weights: F32, channels: Sequence[str], prefix: str) -> str:
    return drawn_face(name, dict(zip(channels, weights.tolist(), strict=True)), _FACE, prefix)


def example_faces(report: Report, bank: Bank) -> Iterator[str]:
    """HTML of the clip: some moments as faces, then the jaw and what of the lips moves most."""
    first = report.networks[0].example
    many = len(report.networks) > 1
    rows = [("taught", first.targets)]
    rows += [(one.name if many else "network", one.example.faces) for one in report.networks]
    moments = _moments(first.phonemes, len(first.targets))
    yield (
        f"<p>“{escape(first.text)}”, {escape(first.label)}, in the voice "
        f"{escape(first.voice)}.</p>\n"
    )
    for number, (name, weights) in enumerate(rows):
        yield f'<div class="row">\n<div><h3>{escape(name)}</h3></div>\n<div class="faces">\n'
        for place, (frame, symbol) in enumerate(moments):
            yield _figure(symbol, weights[frame], bank.channels, f"s{number}-{place}")
        yield "</div>\n</div>\n"
    yield '<div class="plots">\n'
    for channel in _liveliest(first, bank):
        yield line_chart(
            [Line(name=name, points=_points(weights[:, channel])) for name, weights in rows],
            title=bank.channels[channel],
            xlabel="seconds",
            width=560,
            height=220,
        )
    yield "</div>\n"


def _moments(phonemes: Sequence[Phoneme], frames: int) -> list[tuple[int, str]]:
    """Frames in the middle of sounds, evenly over the clip, with the sounds."""
    sounds = [one for one in phonemes if one.symbol != SILENCE and one.end - one.start >= _LEAST]
    count = min(_MOMENTS, len(sounds))
    chosen = [sounds[(2 * at + 1) * len(sounds) // (2 * count)] for at in range(count)]
    return [
        (min(frames - 1, round((one.start + one.end) / 2 * FRAME_RATE)), one.symbol)
        for one in chosen
    ]


def _liveliest(found: Example, bank: Bank) -> list[int]:
    jaw = [at for at, name in enumerate(bank.channels) if name == _JAW]
    classes = enumerate(bank.tables.classes)
    lips = [at for at, kind in classes if kind == "LIPSYNC" and at not in jaw]
    spread = found.targets.std(axis=0).tolist()
    return jaw + sorted(lips, key=lambda at: -spread[at])[:_LIPS]


def _points(values: F32) -> list[tuple[float, float]]:
    return list(zip(frame_times(len(values)).tolist(), values.tolist(), strict=True))
