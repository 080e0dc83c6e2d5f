"""How fast a network runs on one core, how late it answers, and how large it is."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Speed:
    """``real_time``: seconds of speech a second, from sound to faces, in one stream on one core.

    ``latency``: the median time in seconds to answer one frame; ``look_ahead``: the sound in
    seconds after a frame's moment that its face waits for; ``size`` in bytes.
    """

    real_time: float
    latency: float
    look_ahead: float
    size: int
