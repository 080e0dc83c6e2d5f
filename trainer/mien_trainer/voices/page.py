"""What was measured on real voices as one self-contained page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mien.sheet.html import END, STYLE, begin, wide_table
from mien_trainer.evaluate.page import TABLES, bound, measured, verdict
from mien_trainer.voices.output import HEADS, MEANING, cells, rows_of, tables
from mien_trainer.voices.result import VoicesReport, figures


def voices_html(report: VoicesReport) -> Iterator[str]:
    """The pieces of the whole page; it needs no other file and no network."""
    names = ", ".join(report.networks)
    title = f"{names}: lips on real voices"
    yield begin(title, STYLE + TABLES)
    rows = list(figures(report))
    notes = (*report.too_little, *report.little)
    yield (
        f"<header>\n<h1>{escape(title)}</h1>\n"
        f"<p>On the face of {escape(report.bank)} at rest; networks hear "
        f"{1e3 * report.delay:.0f} ms ahead.</p>\n{verdict(rows, kept=report.kept)}"
        + "".join(f'<p class="part">{escape(one)}</p>\n' for one in notes)
        + "</header>\n"
    )
    decided = ((one.name, measured(one), bound(one)) for one in rows)
    yield wide_table(("", "measured", "should be"), decided)
    for kind_of, room in tables(report):
        clips, speakers = report.clips[kind_of], report.speakers[kind_of]
        yield f"<h2>{escape(kind_of.value)}, {escape(room)}</h2>\n"
        yield f'<p class="part">{clips} clips of {speakers} speakers</p>\n'
        followed = ((row.method, *cells(row.followed)) for row in rows_of(report, kind_of, room))
        yield wide_table(("", *HEADS), followed)
    yield f'<p class="part">{escape(MEANING)}</p>\n'
    for title, why, listed in (
        ("Odd in what was measured", "what is odd", report.doubts),
        ("Left out", "why", report.refused),
    ):
        if listed:
            yield f'<h2>{title}</h2>\n<p class="part">{len(listed)} recordings</p>\n'
            yield wide_table(("recording", why), ((one.place, one.reason) for one in listed))
    yield END
