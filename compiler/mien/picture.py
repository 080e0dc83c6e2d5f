"""One face for people: a drawing in a notebook, a table in a terminal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape

from attrs import frozen

from mien.text.fault import counted

BAR = 24
"""Characters of a full bar."""

AT_REST = 0.0005
"""A weight under this is shown as 0.000, so the channel counts as being at rest."""

_PIXELS = 300


@frozen(kw_only=True)
class Picture:
    """A face by channel name. In a notebook it shows itself; ``print`` gives the table."""

    weights: Mapping[str, float]

    def __str__(self) -> str:
        active = {name: weight for name, weight in self.weights.items() if weight >= AT_REST}
        width = max((len(name) for name in active), default=0)
        at_rest = len(self.weights) - len(active)
        lines = [
            f"  {name:<{width}}  {weight:5.3f}  {'█' * max(1, round(weight * BAR))}"
            for name, weight in active.items()
        ]
        return "\n".join((*lines, f"  {counted(at_rest, 'channel')} at rest"))

    def svg(self, size: int = _PIXELS) -> str:
        """The drawn face as an SVG document, ``size`` pixels wide.

        Raises:
            ValueError: the drawn face lacks one of the channels.
        """
        from mien.drawing.document import shipped_face
        from mien.drawing.svg import svg

        drawn = repr(sorted(self.weights.items())).encode()
        prefix = f"face-{hashlib.sha256(drawn).hexdigest()[:12]}"  # ids are a page's, not a face's
        return svg(shipped_face(), self.weights, size, prefix=prefix)

    def html(self) -> str:
        """The drawing over the table; the table alone where the drawn face lacks a channel."""
        try:
            drawing = self.svg()
        except ValueError as error:
            drawing = f"<p>{escape(str(error))}</p>"
        return f"<div>{drawing}<pre>{escape(str(self))}</pre></div>"

    _repr_html_ = html
