"""All that was measured of networks, and the figures that they should reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from mien_trainer.evaluate.effects import Departure, Effect
from mien_trainer.evaluate.lips import Closures, Comparison, LipMatch
from mien_trainer.evaluate.presets import AnchorErrors, Distinctness, Repeats, Smoothness
from mien_trainer.evaluate.speed import Speed
from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme

ANCHOR_MEAN, ANCHOR_WORST = 0.005, 0.03
SMOOTH_MEAN = 0.02
CLOSED = 0.98
REAL_TIME = 50.0
LOOK_AHEAD = 0.020
BYTES = 5 << 20
SHORTFALL = 0.02
DRIFT = 0.005


@frozen(kw_only=True, eq=False)
class Example:
    """Weights (N, C) of a clip: ``targets`` as made by the phonemes, ``faces`` by the network."""

    voice: str
    label: str
    text: str
    phonemes: tuple[Phoneme, ...]
    targets: F32
    faces: F32


@frozen(kw_only=True, eq=False)
class Evaluation:
    """One network beside the bank it was trained on.

    ``checkpoint`` is that of its card. ``anchors`` holds silence first, over all channels, then
    voices, over EXPRESSION channels; ``distinct`` every intensity under the first voice.
    """

    name: str
    checkpoint: str
    bank: str
    version: str
    artifact: str
    labels: tuple[str, ...]
    intensities: tuple[str, ...]
    anchors: tuple[AnchorErrors, ...]
    repeats: Repeats
    smoothness: tuple[Smoothness, ...]
    distinct: tuple[Distinctness, ...]
    lips: tuple[LipMatch, ...]
    closures: tuple[Closures, ...]
    effects: tuple[Effect, ...]
    departure: Departure
    speed: Speed
    example: Example
    comparison: Comparison | None = None


@frozen(kw_only=True)
class Figure:
    """One number with the bound that it should keep; ``most`` says which side is right."""

    name: str
    value: float
    bound: float
    most: bool = True
    unit: str = ""

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        return self.value <= self.bound if self.most else self.value >= self.bound


def figures(found: Evaluation) -> Iterator[Figure]:
    """The numbers that decide, in the order of their weight."""
    yield from anchor_figures(found.anchors[0])
    yield Figure(
        name="labels told apart while speaking",
        value=min(one.own for one in found.distinct),
        bound=len(found.labels),
        most=False,
        unit=f"of {len(found.labels)}",
    )
    yield Figure(
        name=f"variance over {found.repeats.runs} runs", value=found.repeats.variance, bound=0.0
    )
    yield Figure(
        name="change for a VAD step of 0.05, mean",
        value=max(one.mean for one in found.smoothness),
        bound=SMOOTH_MEAN,
    )
    yield closure_figure(found.closures)
    if found.comparison is not None:
        yield Figure(
            name=f"lips on an unheard voice, short of {found.comparison.name}",
            value=found.comparison.shortfall,
            bound=SHORTFALL,
        )
    yield Figure(
        name="times real time on one core",
        value=found.speed.real_time,
        bound=REAL_TIME,
        most=False,
        unit="x",
    )
    yield Figure(name="look-ahead", value=found.speed.look_ahead, bound=LOOK_AHEAD, unit="s")
    yield Figure(name="size", value=found.speed.size, bound=BYTES, unit="bytes")


def anchor_figures(silence: AnchorErrors) -> Iterator[Figure]:
    """Whether the presets are where they were authored."""
    anchors = len(silence.faces)
    yield Figure(name="anchors in silence, mean error", value=silence.mean, bound=ANCHOR_MEAN)
    yield Figure(name="anchors in silence, worst error", value=silence.worst, bound=ANCHOR_WORST)
    yield Figure(
        name="anchors nearest to their own archetype",
        value=silence.own,
        bound=anchors,
        most=False,
        unit=f"of {anchors}",
    )


def closure_figure(found: Sequence[Closures]) -> Figure:
    """Whether lips close for p, b and m under each label."""
    return Figure(
        name="closures of p, b, m kept, least label",
        value=min((one.lips.share for one in found), default=1.0),
        bound=CLOSED,
        most=False,
    )


@frozen(kw_only=True, eq=False)
class Report:
    """Networks side by side; with two or more, ``drift`` is that of their anchors in silence."""

    networks: tuple[Evaluation, ...]
    drift: float | None

    @property
    def kept(self) -> bool:
        """Whether all figures keep their bounds."""
        return all(row.kept for row in all_figures(self))


def all_figures(report: Report) -> tuple[Figure, ...]:
    """Those of each network, then the one that only several have."""
    each = (row for one in report.networks for row in figures(one))
    return (*each, *drift_figure(report))


def drift_figure(report: Report) -> Iterator[Figure]:
    """The figure that only several networks have."""
    if report.drift is not None:
        yield Figure(
            name=f"drift at anchors between {len(report.networks)} networks",
            value=report.drift,
            bound=DRIFT,
        )
