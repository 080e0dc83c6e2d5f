"""One frame of a film: the faces, what is said, and the phonemes running by. Plain SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from html import escape

from mien.drawing.face import FlatFace
from mien.drawing.svg import number, page_svg, placed_svg, shapes
from mien_trainer.frames import FRAME_RATE
from mien_trainer.phonemes import Phoneme
from mien_trainer.preview.content import Kind, PreviewClip, kind_of

_FACE, _GAP, _MARGIN, _HEAD, _LINE, _CAPTION = 432, 16, 24, 52, 18, 26
_TICKER, _FOOT = 44, 22
_REACH = 0.7  # seconds to either side of the moment
_LETTERS = 62  # in a line over one face
_LETTER = 8  # the width of one in the ticker
_FONTS = "system-ui, 'DejaVu Sans', 'Liberation Sans', 'Noto Sans', Helvetica, Arial, sans-serif"
_INK, _SOFT, _LINE_COLOUR = "#26212b", "#665f6e", "#e5dfe0"
_SUNK, _HEAD_COLOUR, _ACCENT = "#f1edea", "#c1682b", "#2a7179"
_COLOURS = {
    Kind.CLOSED: "#d1495b",
    Kind.TEETH: "#d08a22",
    Kind.VOWEL: "#2f7f86",
    Kind.OTHER: "#8f87a0",
}


def size_of(show: PreviewClip) -> tuple[int, int]:
    """Width and height of its frames in pixels; both even, as films want."""
    width = 2 * _MARGIN + len(show.tracks) * (_FACE + _GAP) - _GAP
    height = _top(show) + _FACE + _caption(show) + 12 + _TICKER + _FOOT + 10
    return width, height + height % 2


def picture(show: PreviewClip, face: FlatFace, frame: int) -> str:
    """The whole document of one frame, on a white ground."""
    width, height = size_of(show)
    inside = "".join(_parts(show, face, frame))
    return page_svg(width, height, inside, f'font-family="{_FONTS}"')


def _parts(show: PreviewClip, face: FlatFace, frame: int) -> Iterator[str]:
    width, _ = size_of(show)
    moment = frame / FRAME_RATE
    yield _text(_MARGIN, 38, show.label, _INK, 20, weight=700)
    time = f"{moment:.2f} s"
    yield _text(width - _MARGIN, 38, time, _SOFT, 13, anchor="end")
    for position, line in enumerate(_lines(show)):
        yield _text(_MARGIN, _HEAD + 10 + _LINE * position, line, _SOFT, 13)
    top = _top(show)
    for turn, track in enumerate(show.tracks):
        left = _MARGIN + turn * (_FACE + _GAP)
        drawn = shapes(face, show.weights_at(turn, frame), prefix=f"t{turn}")
        yield placed_svg(face, drawn, left, top, _FACE)
        if _caption(show):
            middle = left + _FACE / 2
            yield _text(middle, top + _FACE + 18, track.title, _SOFT, 13, 600, "middle")
    below = top + _FACE + _caption(show) + 12
    yield from _ticker(show, moment, below, width)
    share = (frame + 1) / show.frames
    bar = width - 2 * _MARGIN
    foot = below + _TICKER + 10
    yield f'<rect x="{_MARGIN}" y="{foot}" width="{bar}" height="4" rx="2" fill="{_LINE_COLOUR}"/>'
    yield (
        f'<rect x="{_MARGIN}" y="{foot}" width="{number(bar * share)}" height="4" rx="2"'
        f' fill="{_ACCENT}"/>\n'
    )


def _ticker(show: PreviewClip, moment: float, top: float, width: int) -> Iterator[str]:
    inner = width - 2 * _MARGIN
    scale = inner / (2 * _REACH)
    yield (
        f'<svg x="{_MARGIN}" y="{number(top)}" width="{inner}" height="{_TICKER}">\n'
        f'<rect width="{inner}" height="{_TICKER}" rx="8" fill="{_SUNK}"/>\n'
    )
    for one in show.phonemes:
        if (
            kind_of(one.symbol) is Kind.PAUSE
            or one.end < moment - _REACH
            or one.start > moment + _REACH
        ):
            continue
        yield from _block(one, (one.start - moment + _REACH) * scale, scale, moment)
    middle = number(inner / 2 - 1)
    yield f'<rect x="{middle}" width="2" height="{_TICKER}" fill="{_HEAD_COLOUR}"/>\n</svg>\n'


def _block(one: Phoneme, left: float, scale: float, moment: float) -> Iterator[str]:
    wide = (one.end - one.start) * scale
    spoken = one.start <= moment < one.end
    faint = "" if spoken else ' opacity="0.4"'
    yield (
        f'<rect x="{number(left + 1)}" y="6" width="{number(max(1.0, wide - 2))}"'
        f' height="{_TICKER - 12}" rx="5" fill="{_COLOURS[kind_of(one.symbol)]}"{faint}/>'
    )
    if wide >= _LETTER * len(one.symbol):
        ink = "#ffffff" if spoken else _INK
        yield _text(left + wide / 2, _TICKER / 2 + 5, one.symbol, ink, 15, anchor="middle")


def _lines(show: PreviewClip) -> list[str]:
    room = _LETTERS * len(show.tracks)
    return textwrap.wrap(show.text, room, max_lines=2, placeholder=" …")


def _top(show: PreviewClip) -> int:
    return _HEAD + _LINE * len(_lines(show)) + 6


def _caption(show: PreviewClip) -> int:
    return _CAPTION if len(show.tracks) > 1 else 0


def _text(
    x: float, y: float, text: str, colour: str, size: int, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{size}" font-weight="{weight}"'
        f' text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>\n'
    )
