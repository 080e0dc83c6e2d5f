"""What the readers of takes are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from mien.formats.arkit import arkit_channels


@frozen(kw_only=True)
class TakeRequest:
    """The ``channels`` of the weights in their order; None: as the file or ARKit has them.

    ``rate`` in frames a second is for files whose clock does not tell it. Where the file may be
    ``partial``, channels that it lacks are at rest.
    """

    channels: Sequence[str] | None = None
    rate: float | None = None
    partial: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The channels that are asked for, else those of ARKit's rig."""
        return arkit_channels() if self.channels is None else tuple(self.channels)


ANY = TakeRequest()
"""Nothing in particular."""
