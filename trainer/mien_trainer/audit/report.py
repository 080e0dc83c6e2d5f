"""What an audit found, as records."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from mien.text.fault import Severity
from mien_trainer.audit.faults import FaultKind
from mien_trainer.audit.statistics import Example
from mien_trainer.frames import F32
from mien_trainer.speech import Split


@frozen(kw_only=True)
class Energy:
    """Mean weight, and mean change from frame to frame, over the channels of a class."""

    weight: float
    motion: float


@frozen(kw_only=True)
class Moment:
    """Frames of silence or of speech, and what the mouth does in them by channel class."""

    frames: int
    shared: Energy
    lipsync: Energy


@frozen(kw_only=True, eq=False)
class Group:
    """Measures of clips that belong together; parts of the name may be empty: all of them.

    gap is how far the lips part in silence on average, rest how far they do in the bank's faces;
    distance and distance95 are the median and the 95th percentile of the mean absolute distance of
    silent faces to the nearest archetype, own the share of them nearest to one of their own label,
    near the archetype that is nearest most often. kept of closures p, b, m, f, v touch. ones and
    zeros: share of frames by channel at exactly 1, and of silent ones at 0, where the bank is not.
    """

    source: str
    real: bool | None
    label: str
    clips: int
    frames: int
    silence: Moment
    speech: Moment
    gap: float
    rest: float
    distance: float
    distance95: float
    own: float
    near: str
    kept: int
    closures: int
    ones: Mapping[str, float]
    zeros: Mapping[str, float]
    face: F32 | None = field(default=None, repr=False)
    expected: F32 | None = field(default=None, repr=False)
    distances: tuple[int, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The source and the label, where they are given."""
        return ", ".join(part for part in (self.source, self.label) if part) or "all"

    @property
    def excess(self) -> float:
        """How much wider than in the bank the lips part in silence."""
        return self.gap - self.rest


@frozen(kw_only=True)
class VoiceRow:
    """A voice of a source: clips by split, and its closures."""

    source: str
    voice: str
    splits: Mapping[Split, int]
    kept: int
    closures: int


@frozen(kw_only=True, eq=False)
class Cover:
    """What the set has. Maps (cells, cells) count frames; levels count mel values."""

    splits: Mapping[Split, int]
    phonemes: Mapping[str, int]
    evenness: float
    missing: tuple[str, ...]
    rare: tuple[str, ...]
    absent_labels: tuple[str, ...]
    valence_arousal: Mapping[str, tuple[tuple[int, ...], ...]] = field(repr=False)
    arousal_dominance: Mapping[str, tuple[tuple[int, ...], ...]] = field(repr=False)
    levels: tuple[int, ...] = field(repr=False)


@frozen(kw_only=True)
class Finding:
    """What is to be done something about; an ERROR fails the audit."""

    code: str
    severity: Severity
    subject: str
    message: str
    hint: str


@frozen(kw_only=True, eq=False)
class Report:
    """A whole audit."""

    folder: str
    bank: str
    version: str
    artifact: str
    clips: int
    frames: int
    unmeasured: int
    findings: tuple[Finding, ...]
    faults: tuple[FaultKind, ...]
    whole: Group
    labels: tuple[Group, ...]
    sources: tuple[Group, ...]
    groups: tuple[Group, ...]
    voices: tuple[VoiceRow, ...]
    cover: Cover
    open: tuple[Example, ...] = field(repr=False)
    far: tuple[Example, ...] = field(repr=False)

    @property
    def failed(self) -> bool:
        """Whether anything must change before the set is learned from."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def by_code(self) -> Mapping[str, tuple[Finding, ...]]:
        """The findings by code, in the order of the first of each."""
        found: dict[str, tuple[Finding, ...]] = {}
        for one in self.findings:
            found[one.code] = (*found.get(one.code, ()), one)
        return found
