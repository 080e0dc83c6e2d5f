"""A bank as its authors wrote it: manifest, rig, rules and one record a label."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from mien.authored.document import Document
from mien.authored.emotion import Emotion
from mien.authored.rig import Rig
from mien.authored.rules import Rules
from mien.text.fault import Fault


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
class Budgets:
    """What a bank promises: slopes, separation of labels, spacing of intensity anchors."""

    slope: SlopeBudget
    separation: float
    spacing: float


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
    """A whole bank, validated against its schemas. Emotions are in the order of the labels."""

    manifest: Manifest
    rig: Rig
    rules: Rules
    emotions: tuple[Emotion, ...]
    documents: Mapping[str, Document]

    def outdated(self) -> tuple[Fault, ...]:
        """A warning for every source that is written in an older schema version."""
        warnings = (document.outdated() for document in self.documents.values())
        return tuple(warning for warning in warnings if warning is not None)
