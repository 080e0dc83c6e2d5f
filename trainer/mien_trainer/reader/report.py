"""An evaluation as tables: for the terminal, and as a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from attrs import frozen

from mien_trainer.reader.evaluate import Evaluation
from mien_trainer.reader.measures import CorpusMeasures

_STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;"
    "margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:.5rem 0 1.5rem;"
    "font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.2rem 1rem .2rem 0;"
    "border-bottom:1px solid #8884}"
)


@frozen
class Table:
    """A title, a head and rows of cells."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables_of(found: Evaluation) -> list[Table]:
    """Everything that was measured."""
    tables = [_corpora(found)]
    for one in found.corpora:
        tables += [_labels(one), _tenths(one)]
    if found.vad is not None:
        rows = tuple(
            (axis, f"{read:.2f}", f"{most:.2f}")
            for axis, read, most in zip(
                ("valence", "arousal", "dominance"), found.vad.read, found.vad.ceiling, strict=True
            )
        )
        title = f"VAD of {found.vad.texts} texts that were never learnt from: r"
        tables.append(Table(title, ("axis", "read", "readers with writers"), rows))
    changed = tuple((name, f"{share:.1%}") for name, share in found.robust.items())
    tables.append(Table("The top label stays", ("written with", "of texts"), changed))
    lists = tuple((one.name, f"{one.right} of {one.many}") for one in found.lists)
    tables.append(Table("Lists of sentences", ("list", "right"), lists))
    wrong = tuple((one.name, text) for one in found.lists for text in one.wrong)
    tables.append(Table("Of these lists, wrong or moved", ("list", "sentence (read as)"), wrong))
    cost = ((f"{found.milliseconds:.2f}", f"{found.size:,}", f"{found.memory:.0f}"),)
    head = ("ms a text", "bytes of the file", "MiB, the most of the program")
    tables.append(Table("What it costs", head, cost))
    return tables


def text_of(found: Evaluation) -> str:
    """The tables for the terminal."""
    return "\n".join([found.reader, "", *(line for one in tables_of(found) for line in _text(one))])


def _corpora(found: Evaluation) -> Table:
    rows: list[tuple[str, ...]] = []
    for one in found.corpora:
        own = found.own_labels.get(one.corpus)
        rows.append(
            (
                one.corpus,
                str(one.texts),
                f"{one.macro:.3f} of {len(one.scores)}",
                "not fitted" if own is None else f"{own[0]:.3f} of {own[1]}",
                f"{one.right:.3f}",
                f"{one.most_common:.3f}",
                f"{one.negated[0]:.3f} of {one.negated[1]}",
                *(f"{one.faces[name]:.4f}" for name in _FACES),
            )
        )
    head = (
        "corpus",
        "texts",
        "macro-F1",
        "in its own labels",
        "top label right",
        "always the commonest",
        "with a negation",
        *(f"face error {name}" for name in _FACES),
    )
    return Table("Test texts", head, tuple(rows))


_FACES = ("as read", "always neutral", "raw mixture")


def _labels(one: CorpusMeasures) -> Table:
    rows = tuple((label, f"{score:.2f}") for label, score in one.scores.items())
    return Table(f"F1 by label, {one.corpus}", ("label", "F1"), rows)


def _tenths(one: CorpusMeasures) -> Table:
    rows = tuple(
        (str(tenth.texts), f"{tenth.sure:.3f}", f"{tenth.right:.3f}") for tenth in one.tenths
    )
    return Table(f"Confidence by tenths, {one.corpus}", ("texts", "sure", "right"), rows)


def _text(table: Table) -> Iterator[str]:
    yield table.title
    rows: Sequence[tuple[str, ...]] = (table.head, *table.rows)
    if len(table.head) > 4:
        for row in table.rows:
            yield from (f"  {name:<32}{cell}" for name, cell in zip(table.head, row, strict=True))
            yield ""
        return
    wide = [max(len(row[i]) for row in rows) + 2 for i in range(len(table.head))]
    for row in rows:
        yield (
            "  "
            + "".join(f"{cell:<{width}}" for cell, width in zip(row, wide, strict=True)).rstrip()
        )
    yield ""


def page_of(found: Evaluation) -> Iterator[str]:
    """The tables as one self-contained HTML file."""
    title = f"Reader {found.reader}"
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    yield f"<style>{_STYLE}</style><h1>{escape(title)}</h1>\n"
    for table in tables_of(found):
        yield f"<h2>{escape(table.title)}</h2>\n<table>"
        yield _row(table.head, "th")
        yield from (_row(row, "td") for row in table.rows)
        yield "</table>\n"
    yield "</html>\n"


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>\n"
