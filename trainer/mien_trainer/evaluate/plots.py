"""The plots of an evaluation's page."""

from __future__ import annotations

from collections.abc import Iterator

from mien_trainer.evaluate.lips import LATE, Kept
from mien_trainer.evaluate.result import CLOSED, Report
from mien_trainer.frames import FRAME_RATE
from mien_trainer.plots import Bar, bar_chart, heat_map

_LATE = f"p b m, at most {1e3 * LATE / FRAME_RATE:.0f} ms late"


def closure_plot(report: Report) -> str:
    """The contacts kept under each label, summed over the networks."""
    bars: list[Bar] = []
    for each in zip(*(one.closures for one in report.networks), strict=True):
        lips, teeth = [one.lips for one in each], [one.teeth for one in each]
        bars.append(
            Bar(
                name=each[0].label,
                values=[_share(lips), _share(lips, late=True), _share(teeth)],
                mark=CLOSED,
            )
        )
    return bar_chart(
        bars,
        series=("p b m, in time", _LATE, "f v, in time"),
        title="Contacts kept" + (", all networks" if len(report.networks) > 1 else ""),
        mark="should be",
        xlabel="share",
        high=1.0,
    )


def label_plots(report: Report) -> Iterator[str]:
    """How far each label is from its presets in silence."""
    silent = [one.anchors[0].by_label for one in report.networks]
    yield bar_chart(
        [
            Bar(name=label, values=[errors[label] for errors in silent])
            for label in report.networks[0].labels
        ],
        series=[one.name for one in report.networks],
        title="Distance from the presets in silence",
        xlabel="mean absolute error over channels",
    )


def apart_plots(report: Report) -> Iterator[str]:
    """Each network's mean faces while speaking against all archetypes, at every intensity."""
    for found in report.networks:
        whose = f", {found.name}" if len(report.networks) > 1 else ""
        for one in found.distinct:
            yield heat_map(
                one.distances.tolist(),
                title=f"Distances while speaking, {one.intensity}{whose}",
                rows=found.labels,
                columns=found.labels,
                xlabel="preset of",
                ylabel="network as",
            )


def effect_plots(report: Report) -> Iterator[str]:
    """What labels, axes and sounds do to the face, by class of channel."""
    for found in report.networks:
        whose = f", {found.name}" if len(report.networks) > 1 else ""
        causes = [(one.cause, one.change) for one in found.effects]
        causes.append(("beyond the rule", found.departure.change))
        yield bar_chart(
            [Bar(name=cause, values=list(change.values())) for cause, change in causes],
            series=list(found.departure.change),
            title=f"Effects{whose}",
            xlabel="mean change of a channel",
        )


def _share(kept: list[Kept], *, late: bool = False) -> float:
    total = sum(one.total for one in kept)
    done = sum(one.late if late else one.kept for one in kept)
    return done / total if total else float("nan")
