"""A bank as its authors wrote it: manifest, rig, rules and one record a label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import field, frozen

from mien.authored.emotion import Emotion
from mien.authored.rig import Antagonist, PairKind, Rig
from mien.migrate.migration import is_current
from mien.text.fault import Fault, Severity, fault_at
from mien.text.node import Node
from mien.versions import schema_name


@frozen(kw_only=True)
class Document:
    """One source file: its place in the bank, its node tree and the digest of what it says.

    ``name`` is the path relative to the bank's folder with forward slashes (``emotions/joy.yaml``);
    a rig that lies elsewhere is named ``rigs/<id>.yaml``. ``root`` is in the current version of its
    ``kind``; ``version`` is the one that the file is written in, and ``digest`` (a sha256 in hex)
    is of what the file itself says.
    """

    name: str
    kind: str
    path: Path
    root: Node
    digest: str
    version: int

    def outdated(self) -> Fault | None:
        """The warning that the file is written in an older version, if that asks for a change."""
        if is_current(self.kind, self.version):
            return None
        message = f"mien/{self.kind}/{self.version} is read as {schema_name(self.kind)}"
        hint = "`mien migrate` with the bank's folder brings it up to date"
        return fault_at(
            self.root, ("schema",), "schema-older", message, hint, severity=Severity.WARNING
        )


TERMS = ("bias", "V", "A", "D", "VV", "AA", "DD", "VA", "VD", "AD")
"""The terms of the quadratic q_c, in the order in which they are added."""


@frozen(kw_only=True)
class Trend:
    """Coefficients of one channel's quadratic of valence, arousal and dominance, by ``TERMS``."""

    coefficients: tuple[float, ...]
    reason: str


@frozen(kw_only=True)
class CapOverride:
    """A bank's own cap for one of the rig's near or soft pairs."""

    pair: tuple[str, str]
    cap: float
    reason: str


@frozen(kw_only=True)
class AntagonistPolicy:
    """Which kinds of pairs are capped (hard ones always are), and the caps this bank changes."""

    near: bool
    soft: bool
    overrides: tuple[CapOverride, ...]


@frozen(kw_only=True)
class Rules:
    """The trend of each channel (full names), and the share of it that a label keeps."""

    strength: float
    trends: Mapping[str, Trend]
    antagonists: AntagonistPolicy
    description: str = ""


NO_RULES = Rules(
    strength=0.0, trends={}, antagonists=AntagonistPolicy(near=True, soft=True, overrides=())
)
"""The rules of a bank without rules.yaml; its rig has no near or soft pairs."""


@frozen(kw_only=True)
class Metric:
    """Factors on the squared differences of V, A and D."""

    valence: float
    arousal: float
    dominance: float


@frozen(kw_only=True)
class Kernel:
    """The radial basis function; ``support`` is its radius in metric units."""

    name: str
    support: float


@frozen(kw_only=True)
class Plateau:
    """Where an archetype holds exactly.

    Around an anchor at metric distance ``d`` from its nearest neighbour the blend ends at
    ``reach * d / 2`` and is flat within ``flat`` times that.
    """

    reach: float
    flat: float


@frozen(kw_only=True)
class SlopeBudget:
    """Largest proved change of a face per unit of max-norm VAD step."""

    mean: float
    channel: float


@frozen(kw_only=True)
class SpeedBudget:
    """Largest change a second in time: of any channel, and of head and gaze in degrees."""

    channel: float = field(default=20.0)
    head: float = field(default=240.0)
    gaze: float = field(default=700.0)


@frozen(kw_only=True)
class Budgets:
    """What a bank promises: slopes, separation of labels, spacing of intensity anchors, speed."""

    slope: SlopeBudget
    separation: float
    spacing: float
    speed: SpeedBudget = field(factory=SpeedBudget)


@frozen(kw_only=True)
class Manifest:
    """The file `bank.yaml`."""

    id: str
    version: str
    title: str
    description: str
    licence: str
    authors: tuple[str, ...]
    rig: str
    labels: tuple[str, ...]
    intensities: tuple[str, ...]
    metric: Metric
    kernel: Kernel
    plateau: Plateau
    budgets: Budgets


@frozen(kw_only=True)
class AuthoredBank:
    """A whole bank, validated against its schemas. Emotions are in the order of the labels.

    ``aliases`` are its own other words for labels, as written: lint says whether they are labels.
    """

    manifest: Manifest
    rig: Rig
    rules: Rules
    emotions: tuple[Emotion, ...]
    documents: Mapping[str, Document]
    aliases: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])

    def outdated(self) -> tuple[Fault, ...]:
        """A warning for every source that is written in an older schema version."""
        warnings = (document.outdated() for document in self.documents.values())
        return tuple(warning for warning in warnings if warning is not None)


def enforced_pairs(bank: AuthoredBank) -> Iterator[tuple[Antagonist, float]]:
    """The pairs, in the order of the rig, each with the cap that holds in this bank."""
    policy = bank.rules.antagonists
    enforced = {PairKind.HARD: True, PairKind.NEAR: policy.near, PairKind.SOFT: policy.soft}
    overrides = {frozenset(override.pair): override.cap for override in policy.overrides}
    for antagonist in bank.rig.antagonists:
        if antagonist.kind is PairKind.HARD:
            yield antagonist, 0.0
        elif enforced[antagonist.kind]:
            yield antagonist, overrides.get(frozenset(antagonist.pair), antagonist.cap)
