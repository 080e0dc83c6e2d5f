"""The tables of an evaluation's page, a column for each network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from mien_trainer.evaluate.as_text import shown
from mien_trainer.evaluate.lips import LipMatch
from mien_trainer.evaluate.record import Evaluation, Figure, Report, drift_figure, figures


def figures_table(report: Report) -> str:
    """What decides, measured and as it should be."""
    heads = ["", *(one.name for one in report.networks), "should be"]
    return _table(heads, _figure_rows(report))


_LIPS = ("correlation", "mean error", "opening", "shut")


def lips_table(report: Report) -> str:
    """The kinds of speech, and how well the lips follow them."""
    heads = ["speech", "of it"]
    heads += [f"{one.name}: {what}" for one in report.networks for what in _LIPS]
    if len(report.networks) == 1:
        heads = ["speech", "of it", *_LIPS]
    return _table(heads, _lip_rows(report.networks))


def _figure_rows(report: Report) -> Iterator[str]:
    columns = [list(figures(one)) for one in report.networks]
    for row in zip(*columns, strict=True):
        yield _cell(row[0].name) + "".join(map(_measured, row)) + _bound(row[0])
    for one in drift_figure(report):
        span = f' colspan="{len(columns)}"'
        yield _cell(one.name) + _measured(one, span) + _bound(one)


def _lip_rows(networks: Sequence[Evaluation]) -> Iterator[str]:
    for matches in zip(*(one.lips for one in networks), strict=True):
        first: LipMatch = matches[0]
        yield (
            _cell(first.name)
            + _cell(f"{first.clips} clips, {first.seconds:.0f} s", "soft")
            + "".join(map(_followed, matches))
        )


def _followed(match: LipMatch) -> str:
    shares = _cell(f"{match.opening:.0%}") + _cell(f"{match.shut:.0%}")
    return _cell(f"{match.correlation:.3f}") + _cell(f"{match.error:.4f}") + shares


def _measured(row: Figure, more: str = "") -> str:
    kind = "kept" if row.kept else "missed"
    return f'<td class="{kind}"{more}>{escape(shown(row, row.value))}</td>'


def _bound(row: Figure) -> str:
    side = "at most" if row.most else "at least"
    return _cell(f"{side} {shown(row, row.bound)}", "soft")


def _cell(words: str, kind: str = "") -> str:
    return f'<td class="{kind}">{escape(words)}</td>' if kind else f"<td>{escape(words)}</td>"


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return (
        f'<div class="scroll"><table>\n<thead><tr>{top}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>\n"
    )
