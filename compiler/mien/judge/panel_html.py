"""A panel of judges as one self-contained HTML file, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

from mien.avatar.sheet import describe_model
from mien.drawing.svg import markup
from mien.judge.head import DRAWN
from mien.judge.html import STYLE as REPORT_STYLE
from mien.judge.html import confusion_svg, report_sections
from mien.judge.judges import MEDIAPIPE
from mien.judge.measures import Face
from mien.judge.panel import Panel, Row
from mien.judge.panel_text import hardest, leaning_line
from mien.sheet.html import END, STYLE, begin

_STYLE = """
.panel { overflow-x: auto; }
.panel table { width: auto; }
.panel td, .panel th { vertical-align: middle; white-space: nowrap; }
.panel img { width: 96px; height: 96px; display: block; border-radius: 8px; }
.panel small { color: var(--soft); display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; max-width: 60rem; }
dt { font-weight: 600; } dd { margin: 0; color: var(--soft); }
"""


def panel_html(panel: Panel) -> str:
    """The whole file; it needs no other file and no network."""
    return "".join(_document(panel))


def _document(panel: Panel) -> Iterator[str]:
    title = f"{panel.title}, judged"
    yield begin(title, STYLE + REPORT_STYLE + _STYLE)
    yield f"<header>\n<h1>{markup(title)}</h1>\n"
    yield from (f"<p>{markup(line)}</p>\n" for line in _summary(panel))
    yield "</header>\n"
    yield from _judges(panel)
    yield from _tallies(panel)
    yield from _confusions(panel)
    yield from _faces(panel)
    if MEDIAPIPE in panel.judges:
        for report in panel.reports:
            yield f"<h2>MediaPipe on {markup(report.avatar)}</h2>\n"
            yield from report_sections(report)
    yield END


def _summary(panel: Panel) -> Iterator[str]:
    for report in panel.reports:
        if report.avatar == DRAWN:
            yield f"{DRAWN.capitalize()} is the face that the product draws itself."
        else:
            yield describe_model(report.avatar, report.facts)
    yield (
        "Each archetype is drawn on each head and read by each judge, relative to the head at "
        "rest: a classifier's scores are taken as if it had called that head neutral. These are "
        "machines' eyes: a check on the people who look, not their stand-in."
    )
    if len(panel.reports) > 1:
        yield (
            "Learnt: each head is left out in turn, and a face of it is called what the nearest "
            "mean reading of the other heads' faces is."
        )
    if hard := hardest(panel):
        listed = ", ".join(f"{face} ({right} of {whole})" for face, right, whole in hard)
        yield f"Named wrong more often than right: {listed}."


def _judges(panel: Panel) -> Iterator[str]:
    yield "<h2>Judges, and what each is known to get wrong</h2>\n<dl>\n"
    for judge in panel.judges:
        yield f"<dt>{markup(judge.name)}</dt><dd>{markup(judge.about)}. {markup(judge.weakness)}"
        leans = [
            f"{head} {panel.rest[head, judge.name].name} {panel.rest[head, judge.name].score:.2f}"
            for head in panel.heads
            if (head, judge.name) in panel.rest
        ]
        yield f" At rest here: {markup(', '.join(leans))}." if leans else ""
        yield "</dd>\n"
    for name, reason in panel.absent.items():
        yield f'<dt>{markup(name)}</dt><dd class="missed">Not asked: {markup(reason)}</dd>\n'
    yield "</dl>\n"


def _tallies(panel: Panel) -> Iterator[str]:
    several = len(panel.reports) > 1
    measures = ["right", *(["learnt from other heads"] if several else [])]
    heads = "".join(
        f"<th>{markup(intensity)}: {measure}</th>"
        for intensity in panel.intensities
        for measure in measures
    )
    yield (
        "<h2>How many are right</h2>\n<p>Of the basic emotions, in parentheses by what the "
        "classifier says without regard to the head at rest; by MediaPipe, of the faces whose "
        "nearest other face on the same head is of their own label.</p>\n"
        '<div class="panel"><table>\n'
        f"<thead><tr><th>head</th><th>judge</th>{heads}</tr></thead>\n<tbody>\n"
    )
    for head in panel.heads:
        for judge in panel.judges:
            cells = f"<td>{markup(head)}</td><td>{markup(judge.name)}</td>"
            for one in panel.tallies:
                if (one.head, one.judge) != (head, judge.name):
                    continue
                own = (
                    f"{one.nearest} of {one.judged}"
                    if judge == MEDIAPIPE
                    else f"{one.named} of {one.basic} ({one.said})"
                )
                cells += f"<td>{own}</td>"
                cells += f"<td>{one.learnt} of {one.judged}</td>" if several else ""
            yield f"<tr>{cells}</tr>\n"
    yield "</tbody>\n</table></div>\n"
    for head in panel.heads:
        if line := leaning_line(panel, head):
            yield f"<p>{markup(head)}: {markup(line)}.</p>\n"


def _confusions(panel: Panel) -> Iterator[str]:
    if len(panel.reports) < 2:
        return
    yield (
        "<h2>What is taken for what, over all heads</h2>\n<p>Rows are what was meant, columns "
        'what it is nearest to on the other heads.</p>\n<div class="grids">\n'
    )
    for judge in panel.judges:
        pairs = [
            (row.face.label, row.learnt.label)
            for row in panel.rows
            if row.judge == judge.name and row.learnt is not None
        ]
        counts = [[pairs.count((meant, seen)) for seen in panel.labels] for meant in panel.labels]
        right = sum(meant == seen for meant, seen in pairs)
        grid = confusion_svg(panel.labels, counts, f"Confusion by {judge.name}")
        yield f"<div>\n<p>{markup(judge.name)}: {right} of {len(pairs)}.</p>\n{grid}</div>\n"
    yield "</div>\n"


def _faces(panel: Panel) -> Iterator[str]:
    pictures = {
        (report.avatar, one.face): one.picture for report in panel.reports for one in report.faces
    }
    rows = {(row.head, row.face, row.judge): row for row in panel.rows}
    names = "".join(f"<th>{markup(judge.name)}</th>" for judge in panel.judges)
    for label in panel.labels:
        yield (
            f'<h2>{markup(label)}</h2>\n<div class="panel"><table>\n<thead><tr><th></th>'
            f"<th>intensity</th><th>head</th>{names}</tr></thead>\n<tbody>\n"
        )
        for intensity in panel.intensities:
            face = Face(label=label, intensity=intensity)
            for head in panel.heads:
                found = [rows.get((head, face, judge.name)) for judge in panel.judges]
                yield _line(face, head, pictures.get((head, face)), found)
        yield "</tbody>\n</table></div>\n"


def _line(face: Face, head: str, picture: str | None, found: list[Row | None]) -> str:
    alt = markup(f"{face} on {head}")
    image = f'<img src="{markup(picture)}" alt="{alt}">' if picture else "no face found"
    cells = "".join(f"<td>{_cell(row) if row else 'none'}</td>" for row in found)
    return (
        f"<tr><td>{image}</td><td>{markup(face.intensity)}</td><td>{markup(head)}</td>"
        f"{cells}</tr>\n"
    )


def _cell(row: Row) -> str:
    parts: list[str] = []
    if row.named is not None and row.said is not None:
        parts.append(_toned(f"{row.named.name} {row.named.score:.2f}", row.named_right))
        parts.append(f"<small>as said {row.said.name} {row.said.score:.2f}</small>")
    if row.nearest is not None:
        parts.append(_toned(f"nearest {row.nearest}", row.nearest_right))
    if row.learnt is not None:
        parts.append(f"<small>{_toned(f'learnt {row.learnt}', row.learnt_right)}</small>")
    return "".join(parts) or "at rest"


def _toned(text: str, right: bool | None) -> str:
    tone = {True: "recognised", False: "missed", None: ""}[right]
    return f'<span class="{tone}">{markup(text)}</span>'
