"""`mien train compare`: what the labels and the snap are worth."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import frozen

from mien.cli.options import FOLDER, argument, as_record, format_option, option, shared
from mien.cli.terminal import progress, write_report
from mien_trainer.cli.options import data_option
from mien_trainer.fault import need_torch


@frozen(kw_only=True)
class Asked:
    """What is asked of `mien train compare`."""

    config: str = argument(metavar="[CONFIG]", default="v3")
    data: Path = shared(data_option)
    out: Path = option(
        "-o", required=True, type=FOLDER, help="The folder for the trainings and the report."
    )
    steps: int | None = option(
        type=click.IntRange(min=1), help="Override the config's number of steps."
    )
    seeds: int = option(type=click.IntRange(min=1), default=3)
    workers: int = option(type=click.IntRange(min=1), default=2)
    clips: int = option(
        type=click.IntRange(min=1), default=48, help="Number of test clips to measure lips on."
    )
    output: str = shared(format_option)


@click.command("compare")
@as_record(Asked)
def command(asked: Asked) -> None:
    """Train CONFIG with and without labels and anchor snap, and compare the results.

    CONFIG is a file or a configuration that ships. Each setting is trained with several seeds on
    the same data: VAD only, labels and VAD, each with and without the snap, and other weights of
    the snap. OUT gets a folder for each training and compare.html. If it is stopped, run it again
    to continue.
    """
    need_torch()
    from attrs import evolve

    from mien.text.atomic import write_atomic
    from mien_trainer.compare.page import comparison_html
    from mien_trainer.compare.result import as_json, lines, results
    from mien_trainer.compare.trainings import jobs, settings, train_all
    from mien_trainer.evaluate.clips import clips_with, pick
    from mien_trainer.speech import Split
    from mien_trainer.targets.manifest import read_manifest
    from mien_trainer.targets.rows import clip_rows
    from mien_trainer.train.config import find_config, read_config
    from mien_trainer.train.trust import check_data, trusted_bank

    given = read_config(find_config(asked.config))
    if asked.steps is not None:
        given = evolve(given, steps=asked.steps)
    trusted, manifest = trusted_bank(given.bank), read_manifest(asked.data)
    check_data(manifest, trusted, asked.data)
    todo = jobs(settings(given), asked.seeds, asked.out)
    with progress("training", len(todo)) as step:
        train_all(todo, asked.data, asked.workers, step)
    known_voices = {row.voice for row in clip_rows(asked.data, manifest, Split.TRAIN)}
    chosen = pick(clip_rows(asked.data, manifest, Split.TEST), known_voices, asked.clips)
    unheard = list(clips_with(asked.data, manifest, Split.TEST, chosen))
    with progress("measuring", len(todo)) as step:
        found = results(todo, trusted.bank, unheard, step)
    description = (
        f"{given.steps} steps of {given.name} on {manifest.clips} clips of {manifest.recipe}, "
        f"{asked.seeds} seeds each, bank {trusted.bank.source}"
    )
    page = asked.out / "compare.html"
    write_atomic(page, "".join(comparison_html(found, trusted.bank, description)).encode())
    write_report(asked.output, as_json(found), (description, *lines(found), f"{page}: the faces"))
