"""Small plots as plain SVG text, for pages: light and dark, with no other file and no script.

Texts and lines take the page's colours: `mien.sheet.html.STYLE` or anything that sets --line.
"""

from __future__ import annotations

from mien_trainer.plot.axis import Axis
from mien_trainer.plot.bars import Bar, bar_chart
from mien_trainer.plot.heat import Spot, heat_map
from mien_trainer.plot.histogram import histogram
from mien_trainer.plot.lines import Line, line_chart
from mien_trainer.plot.scatter import Cloud, scatter

__all__ = [
    "Axis",
    "Bar",
    "Cloud",
    "Line",
    "Spot",
    "bar_chart",
    "heat_map",
    "histogram",
    "line_chart",
    "scatter",
]
