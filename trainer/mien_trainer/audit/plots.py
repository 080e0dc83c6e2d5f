"""The plots of the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from mien.bank import Bank
from mien_trainer.audit.coverage import CONSONANTS, ENGLISH, LEVELS, VOWELS
from mien_trainer.audit.report import Cover, Group, Report
from mien_trainer.audit.run import DISTANCES
from mien_trainer.plots import Bar, bar_chart, density_map, histogram

_WIDTH = 390


def plots(report: Report, alarmed: Collection[str]) -> Iterator[str]:
    """Lips and mouths by label, distances, phonemes and levels; ``alarmed`` are in error."""
    groups = report.labels if len(report.sources) < 2 else (*report.labels, *report.sources)
    yield '<div class="plots">\n'
    yield bar_chart(
        [_lips(group, alarmed) for group in groups if group.silence.frames],
        title="Lips apart in silence",
        mark="in the bank",
        xlabel="in units of jawOpen",
        width=_WIDTH,
    )
    yield _energies(report, "LIPSYNC")
    yield _energies(report, "SHARED")
    bins, high = DISTANCES
    yield histogram(
        report.whole.distances,
        np.linspace(0.0, high, bins + 1).tolist(),
        title="Silent faces to the nearest archetype",
        xlabel="mean absolute difference over channels",
        ylabel="frames",
        width=_WIDTH,
        marks={"median": report.whole.distance, "95 %": report.whole.distance95},
    )
    low, top, count = LEVELS
    yield histogram(
        report.cover.levels,
        np.linspace(low, top, count + 1).tolist(),
        title="Levels of the sound",
        xlabel="natural logarithm of a band's energy",
        ylabel="bands",
        width=_WIDTH,
    )
    if report.cover.phonemes:
        yield from _phonemes(report.cover)
    yield "</div>\n"


def _lips(group: Group, alarmed: Collection[str]) -> Bar:
    """Red where it is judged too wide, as itself or, for a label, in one of its sources."""
    wrong = any(name == group.name or name.endswith(f", {group.label}") for name in alarmed)
    return Bar(name=group.name, values=[group.gap], mark=group.rest, alarm=wrong)


def _phonemes(cover: Cover) -> Iterator[str]:
    said = cover.phonemes
    high = max(said.get(name, 0) for name in ENGLISH) * 1.12
    for title, names in (("Consonants", CONSONANTS), ("Vowels", VOWELS)):
        yield bar_chart(
            [Bar(name=name, values=[said.get(name, 0)], alarm=name not in said) for name in names],
            title=title,
            xlabel="times said",
            high=high,
            width=_WIDTH,
        )


def _energies(report: Report, kind: str) -> str:
    def weights(group: Group) -> list[float]:
        moments = (group.silence, group.speech)
        return [(one.lipsync if kind == "LIPSYNC" else one.shared).weight for one in moments]

    return bar_chart(
        [Bar(name=group.name, values=weights(group)) for group in report.labels],
        title=f"Mean weight of the {kind} channels",
        series=("in silence", "in speech"),
        width=_WIDTH,
    )


def vad_maps(report: Report, bank: Bank) -> Iterator[str]:
    """Two maps a label."""
    yield '<div class="maps">\n'
    cover = report.cover
    for label, counts in cover.valence_arousal.items():
        yield "<div>\n"
        yield density_map(
            counts, _points(bank, label, (0, 1)), title=label, xlabel="valence", ylabel="arousal"
        )
        yield density_map(
            cover.arousal_dominance[label],
            _points(bank, label, (1, 2)),
            xlabel="arousal",
            ylabel="dominance",
        )
        yield "</div>\n"
    yield "</div>\n"


def _points(bank: Bank, label: str, axes: tuple[int, int]) -> Mapping[str, tuple[float, float]]:
    """Where the label's intensities lie on two axes."""
    points = {name: bank.anchor(label, name).tolist() for name in bank.intensities}
    return {name: (point[axes[0]], point[axes[1]]) for name, point in points.items()}
