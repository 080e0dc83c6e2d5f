"""What a lock says."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen


@frozen(kw_only=True)
class ArtifactPin:
    """The frozen lookup file: its name, size in bytes and sha256 in hex."""

    file: str
    bytes: int
    sha256: str


@frozen(kw_only=True)
class MeanSlope:
    """Change of the mean over counted channels per unit of max-norm VAD step: at most, and seen."""

    proved: float
    sampled: float


@frozen(kw_only=True)
class CountedChannels:
    """The channels of the rig, and how many of them the bank can move: the mean counts those."""

    all: int
    moving: int


@frozen(kw_only=True)
class MixtureSlopes:
    """What no mixture of labels passes; ``antagonists_meet`` where a mixture can make any meet."""

    mean: float
    channel: float
    antagonists_meet: bool


@frozen(kw_only=True)
class ChannelSlope:
    """The same for the label's worst single channel, and where it was seen (V, A, D)."""

    channel: str
    proved: float
    sampled: float
    at: tuple[float, float, float]


@frozen(kw_only=True)
class Slopes:
    """What the certificate proves for one label, plain or in one style."""

    mean: MeanSlope
    channel: ChannelSlope


@frozen(kw_only=True)
class LabelPin:
    """One label: digest of its table, flat radius about each anchor, proved slopes."""

    table: str
    plateaus: Mapping[str, float]
    plain: Slopes
    styles: Mapping[str, Slopes]


@frozen(kw_only=True)
class ClosestPair:
    """The two labels nearest each other at one intensity: mean and sum of |difference|."""

    labels: tuple[str, str]
    mean: float
    sum: float


@frozen(kw_only=True)
class Lock:
    """The pinned state of a bank.

    ``schemas`` holds the version that the documents of each kind are written in (the oldest, where
    they differ), ``sources`` the sha256 of what each source
    says (comments and spacing do not count), ``shared`` the digest of the tables that all labels
    use, ``separation`` the closest pair of labels at each intensity. ``prover`` is the number of
    the search that proved the slopes: prover 1 wrote mien/lock/1, which says neither ``channels``
    nor ``mixtures`` and takes means over all channels.
    """

    bank: str
    version: str
    engine: int
    artifact: ArtifactPin
    shared: str
    schemas: Mapping[str, int]
    sources: Mapping[str, str]
    separation: Mapping[str, ClosestPair]
    labels: Mapping[str, LabelPin]
    prover: int = field(default=1)
    channels: CountedChannels | None = field(default=None)
    mixtures: MixtureSlopes | None = field(default=None)
