"""An evaluation as one self-contained page: figures, plots, and the faces it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from mien.bank import Bank
from mien.drawing.reader import shipped_face
from mien.drawing.svg import svg
from mien.sheet.html import STYLE
from mien_trainer.evaluate.record import Evaluation, Figure, figures
from mien_trainer.frames import F32
from mien_trainer.plot import Axis, Bar, bar_chart, heat_map

_FACE = 112
_MORE = """
.faces figure { width: 112px; } .faces figure svg { width: 112px; height: 112px; }
.plots { display: flex; flex-wrap: wrap; gap: 2rem; padding: 1rem 0; }
.plots svg { max-width: 100%; height: auto; }
.missed { color: var(--error); font-weight: 600; }
"""


def evaluation_html(found: Evaluation, bank: Bank) -> str:
    """The whole page; it needs no other file and no network."""
    return "".join(_document(found, bank))


def _document(found: Evaluation, bank: Bank) -> Iterator[str]:
    title = f"{found.name}: a network beside {found.bank} {found.version}"
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{_MORE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{escape(title)}</h1>\n"
        "<p>Every preset as authored and as the network gives it in silence, and how the network "
        "speaks.</p>\n</header>\n"
    )
    yield _figures(list(figures(found)))
    yield from _plots(found)
    wanted = [table.archetypes for table in bank.tables.labels]
    given = found.anchors[0].faces.reshape(len(found.labels), len(found.intensities), -1)
    for position, label in enumerate(found.labels):
        yield from _label(found, label, wanted[position], given[position], bank.channels)
    yield "</body>\n</html>\n"


def _figures(rows: Sequence[Figure]) -> str:
    body = "".join(
        f"<tr><td>{escape(row.name)}</td>"
        f'<td class="{"" if row.kept else "missed"}">{row.value:.5g} {row.unit}</td>'
        f"<td>{'at most' if row.most else 'at least'} {row.bound:g}</td></tr>\n"
        for row in rows
    )
    head = "<thead><tr><th>what</th><th>measured</th><th>should be</th></tr></thead>"
    return f"<table>\n{head}\n<tbody>\n{body}</tbody>\n</table>\n"


def _plots(found: Evaluation) -> Iterator[str]:
    yield '<div class="plots">\n'
    silence = found.anchors[0]
    yield bar_chart(
        [Bar(name=label, values=[error]) for label, error in silence.by_label.items()],
        title="Distance from the presets at their anchors, in silence",
        x=Axis(label="mean absolute error over channels", low=0.0),
    )
    yield bar_chart(
        [
            Bar(name=one.label, values=[one.kept / one.total if one.total else float("nan")])
            for one in found.closures
        ],
        title="p, b and m that close the lips",
        x=Axis(label="share kept", low=0.0, high=1.0),
    )
    yield bar_chart(
        [Bar(name=one.cause, values=list(one.change.values())) for one in found.effects],
        series=list(found.effects[0].change) if found.effects else (),
        title="What moves the face",
        x=Axis(label="mean change of a channel", low=0.0),
    )
    for one in found.distinct:
        yield heat_map(
            one.distances.tolist(),
            title=f"Told apart while speaking, {one.intensity}",
            rows=found.labels,
            columns=found.labels,
            across="archetype of",
            up="network as",
        )
    yield "</div>\n"


def _label(
    found: Evaluation, label: str, wanted: F32, given: F32, channels: Sequence[str]
) -> Iterator[str]:
    yield f"<section><div><h2>{escape(label)}</h2>"
    yield f"<p>mean error {found.anchors[0].by_label[label]:.4f}</p></div>\n"
    yield '<div class="faces">\n'
    face = shipped_face()
    for at, intensity in enumerate(found.intensities):
        for what, weights in (("preset", wanted[at]), ("network", given[at])):
            named = dict(zip(channels, weights.tolist(), strict=True))
            drawn = svg(face, named, _FACE, prefix=f"{label}-{at}-{what}")
            yield f"<figure>{drawn}<figcaption>{escape(intensity)}, {what}</figcaption></figure>\n"
    yield "</div></section>\n"
