"""Maya's .anim: a curve for the weight of each target of a blend shape node."""

from __future__ import annotations

from collections.abc import Iterator

from mien.formats.take import Take, curve
from mien.formats.text_file import decimal

_UNITS = {15: "game", 24: "film", 25: "pal", 30: "ntsc", 48: "show", 50: "palf", 60: "ntscf"}
"""The names of frames a second; a take of another rate has fractions of 60ths."""

_CURVE = """\
anim {channel} {channel} {node} 0 0 {number};
animData {{
  input time;
  output unitless;
  weighted 0;
  preInfinity constant;
  postInfinity constant;
  keys {{
"""


def pieces(take: Take, mesh: str) -> Iterator[str]:
    """The file of a take; ``mesh`` is the name of the blend shape node."""
    rate = take.rate if take.rate in _UNITS else 60.0
    end = float(take.times[-1]) * rate if len(take.times) else 0.0
    yield "animVersion 1.1;\nmayaVersion 2022;\n"
    yield f"timeUnit {_UNITS[round(rate)]};\nlinearUnit cm;\nangularUnit deg;\n"
    yield f"startTime 0;\nendTime {decimal(end)};\n"
    for number, channel in enumerate(take.channels if len(take.times) else ()):
        yield _CURVE.format(channel=channel, node=mesh, number=number)
        for moment, weight in zip(*curve(take, channel), strict=True):
            yield f"    {decimal(moment * rate)} {decimal(weight)} linear linear 1 0 0;\n"
        yield "  }\n}\n"
