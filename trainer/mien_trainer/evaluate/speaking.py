"""A clip on an evaluation's page: its lips as taught and as networks gave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from mien.bank import Bank
from mien_trainer.evaluate.example import Example
from mien_trainer.evaluate.gallery import figure
from mien_trainer.evaluate.record import Report
from mien_trainer.frames import F32, FRAME_RATE, frame_times
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.plots import Line, line_chart

_MOMENTS = 6
_LEAST = 0.05
"""Seconds of a sound that is shown; shorter ones have no face of their own."""

_JAW = "jawOpen"
_LIPS = 1
"""Channels of the lips that are drawn beside the jaw."""


def speaking(report: Report, bank: Bank) -> Iterator[str]:
    """HTML of the clip: some moments as faces, then the jaw and what of the lips moves most."""
    first = report.networks[0].example
    many = len(report.networks) > 1
    rows = [("taught", first.taught)]
    rows += [(one.name if many else "network", one.example.given) for one in report.networks]
    moments = _moments(first.phonemes, len(first.taught))
    yield (
        f"<p>“{escape(first.text)}”, {escape(first.label)}, in the voice "
        f"{escape(first.voice)}.</p>\n"
    )
    for number, (name, weights) in enumerate(rows):
        yield f'<div class="row">\n<div><h3>{escape(name)}</h3></div>\n<div class="faces">\n'
        for place, (frame, symbol) in enumerate(moments):
            yield figure(symbol, weights[frame], bank.channels, f"s{number}-{place}")
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
    spread = found.taught.std(axis=0).tolist()
    return jaw + sorted(lips, key=lambda at: -spread[at])[:_LIPS]


def _points(values: F32) -> list[tuple[float, float]]:
    return list(zip(frame_times(len(values)).tolist(), values.tolist(), strict=True))
