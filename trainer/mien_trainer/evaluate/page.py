"""An evaluation as one self-contained page: figures, plots, and the faces it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import chain

from mien.bank import Bank
from mien.sheet.html import END, STYLE, Shown, begin, wide_table
from mien_trainer.evaluate.lips import LipMatch
from mien_trainer.evaluate.output import shown
from mien_trainer.evaluate.page_faces import example_faces, preset_faces
from mien_trainer.evaluate.plots import apart_plots, closure_plot, effect_plots, label_plots
from mien_trainer.evaluate.result import (
    Evaluation,
    Figure,
    Report,
    all_figures,
    drift_figure,
    figures,
)

_LIPS = ("correlation", "mean error", "opening", "shut")

TABLES = """
body { max-width: 76rem; } h2 { margin: 2.75rem 0 .35rem; }
.verdict { display: inline-block; margin: .6rem 0 0; padding: .3rem .8rem; border-radius: 99px;
  color: var(--page); background: #2e7d4f; font-weight: 600; }
.verdict.missed { background: var(--error); }
table { width: auto; font-size: 13.5px; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; } td, th { white-space: nowrap; padding-right: 1.75rem; }
td.kept::before { content: "\\2713"; color: #2e9e5f; padding-right: .5rem; }
td.missed { color: var(--error); font-weight: 600; }
td.missed::before { content: "\\2717"; padding-right: .5rem; }
td.soft { color: var(--soft); }
.plots { display: flex; flex-wrap: wrap; gap: 1.5rem 2.5rem; padding: .9rem 0 0; }
.plots svg { max-width: 100%; height: auto; }
p.part { max-width: 60rem; } .faces { gap: .75rem; }
.row { border-top: 1px solid var(--line); padding: 1.1rem 0; break-inside: avoid;
  display: grid; grid-template-columns: 9rem 1fr; gap: .5rem 1.25rem; }
.row h3 { margin: 0 0 .25rem; font-size: 1.05rem; } .row p { font-size: 12px; }
.places { display: flex; flex-wrap: wrap; gap: 1rem 1.6rem; }
.place { border-left: 2px solid var(--line); padding-left: .7rem; }
.place > p { margin: 0 0 .3rem; color: var(--ink); font-weight: 600; }
.place .faces { gap: .35rem; }
.place > p.off { color: var(--soft); font-weight: 400; font-size: 11px; margin: .15rem 0 0; }
figure, figure svg { width: 136px; } figure svg { height: 136px; }
figcaption { margin-top: .1rem; font-size: 11.5px; font-weight: 400; color: var(--soft);
  text-align: center; overflow-wrap: anywhere; }
@media (max-width: 48rem) { .row { grid-template-columns: 1fr; } }
"""


def report_html(report: Report, bank: Bank) -> Iterator[str]:
    """The pieces of the whole page; it needs no other file and no network."""
    names = ", ".join(one.name for one in report.networks)
    title = f"{names}: faces for speech, held to {bank.id} {bank.version}"
    yield begin(title, STYLE + TABLES)
    yield (
        f"<header>\n<h1>{escape(title)}</h1>\n"
        f"<p>Whether the presets are still the presets once a network speaks with them.</p>\n"
        f"{verdict(all_figures(report), kept=report.kept)}</header>\n"
    )
    yield _figures_table(report)
    yield from _part(
        "Lips",
        "How the channels of the lips follow speech that was not in training, and how "
        "often what has to touch does touch, under each label. A mouth that stayed shut would keep "
        "every contact, so opening is how wide the lips part where they were taught to, as a "
        "share, and shut in how many of those moments they touch.",
    )
    yield f'<div class="plots">\n{_lips_table(report)}{closure_plot(report)}</div>\n'
    yield from _part(
        "Speaking",
        "A clip that was not in training, as the phonemes would have it and as it is given.",
    )
    yield from example_faces(report, bank)
    yield from _part(
        "Faces",
        f"Each preset as authored, and what {'each' if len(report.networks) > 1 else 'the'} "
        "network gives for it in a quiet room.",
    )
    yield from preset_faces(report, bank)
    yield from _part(
        "Labels",
        "Distance from the presets, and between the mean face while speaking and the presets of "
        "all labels: a dark diagonal would be a label that is lost, a pale one is a label kept.",
    )
    yield from _plots(*label_plots(report), *apart_plots(report))
    yield from _part(
        "What moves the face",
        "The mean change of a channel when one thing changes. A label or an axis near zero would "
        "be one that the network does not listen to.",
    )
    yield from _plots(*effect_plots(report))
    yield END


def verdict(rows: Sequence[Figure], *, kept: bool) -> str:
    """How many figures keep their bounds; ``kept`` is what follows from that."""
    kind = "verdict" if kept else "verdict missed"
    count = sum(row.kept for row in rows)
    return f'<p class="{kind}">{count} of {len(rows)} figures keep their bounds</p>\n'


def _part(title: str, words: str) -> Iterator[str]:
    yield f'<h2>{escape(title)}</h2>\n<p class="part">{escape(words)}</p>\n'


def _plots(*drawn: str) -> Iterator[str]:
    yield '<div class="plots">\n'
    yield from drawn
    yield "</div>\n"


def _figures_table(report: Report) -> str:
    """What decides, measured and as it should be."""
    heads = ["", *(one.name for one in report.networks), "should be"]
    return wide_table(heads, _figure_rows(report))


def _lips_table(report: Report) -> str:
    """The kinds of speech, and how well the lips follow them."""
    heads = ["speech", "of it"]
    heads += [f"{one.name}: {what}" for one in report.networks for what in _LIPS]
    if len(report.networks) == 1:
        heads = ["speech", "of it", *_LIPS]
    return wide_table(heads, _lip_rows(report.networks))


def _figure_rows(report: Report) -> Iterator[tuple[Shown, ...]]:
    columns = [list(figures(one)) for one in report.networks]
    for row in zip(*columns, strict=True):
        yield (row[0].name, *map(measured, row), bound(row[0]))
    for one in drift_figure(report):
        yield one.name, measured(one, f' colspan="{len(columns)}"'), bound(one)


def _lip_rows(networks: Sequence[Evaluation]) -> Iterator[tuple[Shown, ...]]:
    for matches in zip(*(one.lips for one in networks), strict=True):
        first: LipMatch = matches[0]
        heard = (f"{first.clips} clips, {first.seconds:.0f} s", _SOFT)
        yield (first.name, heard, *chain.from_iterable(map(_followed, matches)))


def _followed(match: LipMatch) -> tuple[str, ...]:
    shares = (f"{match.opening:.0%}", f"{match.shut:.0%}")
    return (f"{match.correlation:.3f}", f"{match.error:.4f}", *shares)


_SOFT = 'class="soft"'


def measured(row: Figure, more: str = "") -> Shown:
    """The cell of a figure; ``more`` are attributes of it."""
    return shown(row, row.value), f'class="{"kept" if row.kept else "missed"}"{more}'


def bound(row: Figure) -> Shown:
    """The cell of what a figure should be."""
    return f"{'at most' if row.most else 'at least'} {shown(row, row.bound)}", _SOFT
