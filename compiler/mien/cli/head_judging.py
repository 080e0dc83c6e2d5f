"""`mien sheet --judge`: the bench of judges, the heads, the page, and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from mien.cli.options import bank_source
from mien.cli.terminal import progress, say, write_json

if TYPE_CHECKING:
    from mien.cli.commands.sheet import Asked
    from mien.judge.judges import Bench

DRAWN = "drawn"
"""In place of a head's file: the drawn face."""


class HeadPath(click.Path):
    """The type of a head: a file that is there, or the word for the drawn face, which is None."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False, exists=True)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """As click does, but for the word, which stays as it is unless a file is called so."""
        if value == DRAWN and not Path(DRAWN).exists():
            return Path(DRAWN)
        return cast("Path", super().convert(value, param, ctx))


def is_drawn(head: Path) -> bool:
    """Whether the drawn face is meant."""
    return head == Path(DRAWN) and not head.exists()


def judge_names() -> tuple[str, ...]:
    """The judges that can be chosen."""
    return ("mediapipe", "fer", "human", "face-api")


def judge_sheet(asked: Asked) -> int:
    """Write the page that is asked for, and say what it says in short."""
    from mien.authored.reader import read_bank
    from mien.judge.head import heads_of
    from mien.judge.judge import count_pictures, judge_heads
    from mien.judge.judges import open_bench
    from mien.judge.panel import build_panel
    from mien.judge.panel_html import panel_html
    from mien.judge.panel_text import panel_json, panel_lines
    from mien.text.atomic import write_atomic

    taken = bank_source(asked.bank)
    read = read_bank(taken.sources)
    described = taken.described(read.manifest.id, read.manifest.version)
    bench = open_bench(asked.judges or judge_names())
    _say_absent(bench)
    heads = heads_of([None if is_drawn(path) else path for path in asked.avatars])
    with progress("judging", count_pictures(read, heads)) as step:
        judged = judge_heads(read, heads, bench.classifiers, asked.model, step)
    panel = build_panel(judged, read.manifest.intensities, bench.records, bench.absent)
    write_atomic(asked.out, panel_html(panel).encode())
    if asked.output == "json":
        source = taken.as_json(read.manifest.id, read.manifest.version)
        write_json({"source": source, **panel_json(panel)})
    else:
        say("\n".join(panel_lines(panel)))
        faces = sum(len(report.faces) for report in panel.reports)
        say(f"{asked.out}: the readings of {faces} faces of {described}")
    return 0


def _say_absent(bench: Bench) -> None:
    for name, reason in bench.absent.items():
        say(f"without the judge {name}: {reason}", err=True)
    if not bench.records:
        raise click.UsageError("none of the judges can be used; see above what to install")
