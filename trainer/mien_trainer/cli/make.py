"""`mien targets make`: a folder of training targets from a recipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.cli.options import FOLDER, NumberRange, argument, as_record, format_option, option, shared
from mien.cli.terminal import log_lines, say, write_report

if TYPE_CHECKING:
    from mien_trainer.targets.make import Engine, Outcome, Step
    from mien_trainer.targets.preparation import Prepared

PRICE = 0.04
"""Of a core for an hour, in any currency: what clouds ask for a shared one, roughly."""


@frozen(kw_only=True)
class Asked:
    """What is asked of `mien targets make`."""

    recipe: str = argument(metavar="RECIPE")
    folder: Path | None = option(
        "-o",
        "--out",
        type=FOLDER,
        metavar="DIR",
        help="The folder for the shards and their manifest.",
    )
    workers: int | None = option(
        type=click.IntRange(1), metavar="N", help="Number of processes.  [default: number of cores]"
    )
    left_out: tuple[str, ...] = option(
        "--without",
        multiple=True,
        metavar="SOURCE",
        help="Leave out this speech source of the recipe and what it needs. Can be repeated.",
    )
    engine: str = option(
        type=click.Choice(["local", "ray"]),
        default="local",
        help="Use processes on this machine, or a Ray cluster.",
    )
    address: str | None = option(
        metavar="HOST:PORT", help="The address of the Ray cluster.  [default: this machine]"
    )
    only_estimate: bool = option(
        "--estimate", is_flag=True, help="Make a few clips and estimate the cost of all."
    )
    price: float = option(
        type=NumberRange(min=0),
        default=PRICE,
        help="The price of one core for one hour, for --estimate.",
    )
    output: str = shared(format_option)


@click.command("make")
@as_record(Asked)
def command(asked: Asked) -> int:
    """Make the clips of RECIPE into Parquet shards: speech, conditions and weights per frame.

    RECIPE is a file, or the name of a recipe that ships (default, medium, small). The same recipe,
    bank and programs give the same bytes with any engine and number of workers. If it is stopped,
    run it again to continue. Exit codes: 0 success, 1 more clips were refused than the recipe
    allows, 2 it cannot be made.
    """
    if asked.folder is None and not asked.only_estimate:
        raise click.UsageError("say where the shards go: -o DIR (or give --estimate)")
    if asked.address is not None and asked.engine != "ray":
        raise click.UsageError("--address belongs to --engine ray")
    from mien.release.verify import usable_cores
    from mien_trainer.targets.engines import run_local, run_ray
    from mien_trainer.targets.preparation import prepare
    from mien_trainer.targets.recipe import read_recipe, recipe_path, without

    prepared = prepare(without(read_recipe(recipe_path(asked.recipe)), asked.left_out))
    say(f"bank: {prepared.bank}", err=True)
    workers = asked.workers or usable_cores()
    if asked.only_estimate or asked.folder is None:
        return _estimate(prepared, workers, asked.price, asked.output)
    run = partial(run_local, workers=workers)
    if asked.engine == "ray":
        run = partial(run_ray, address=asked.address, workers=workers)
    return _make(prepared, asked.folder, run, asked.output)


def _make(prepared: Prepared, folder: Path, engine: Engine, output: str) -> int:
    from mien_trainer.targets.make import make_targets
    from mien_trainer.targets.summary import outcome_json, outcome_lines

    with clip_progress(len(prepared.specs)) as step:
        outcome = make_targets(
            prepared.recipe,
            prepared.specs,
            prepared.setup,
            folder,
            engine,
            unusable=prepared.unusable,
            step=step,
        )
    write_report(output, outcome_json(outcome, folder), outcome_lines(outcome, folder))
    return _judged(outcome, prepared.recipe.max_refused_share)


def _judged(outcome: Outcome, most: float) -> int:
    if outcome.refused_share <= most:
        return 0
    say(
        f"Error: {outcome.refused_share:.1%} of the clips were refused, and the recipe allows "
        f"{most:.1%}; the manifest lists each with its reason",
        err=True,
    )
    return 1


def _estimate(prepared: Prepared, workers: int, price: float, output: str) -> int:
    from attrs import asdict

    from mien_trainer.targets.summary import estimate, estimate_lines

    found = estimate(prepared.specs, prepared.setup, workers=workers, price=price)
    write_report(output, asdict(found), estimate_lines(found))
    return 0


@contextmanager
def clip_progress(clips: int) -> Generator[Step]:
    """How many clips there are, and their rate, on stderr: a bar on a terminal, else lines.

    What was there before does not count as speed.
    """
    started, there, done = monotonic(), -1, 0

    def rate(_: int | None = None) -> str:
        made = done - max(there, 0)
        return f"{made / max(monotonic() - started, 1e-3):.0f} clips/s" if made else ""

    with _clip_display(clips, rate) as show:

        def step(many: int) -> None:
            nonlocal there, done
            there, done = many if there < 0 else there, done + many
            show(many, done)

        yield step


@contextmanager
def _clip_display(
    clips: int, rate: Callable[[int | None], str]
) -> Generator[Callable[[int, int], None]]:
    """Shows so many clips more, and how many there are then."""
    if not sys.stderr.isatty():
        at = log_lines("making", clips)
        yield lambda _, done: at(done, rate(None))
        return
    with click.progressbar(
        length=clips, label="making", file=sys.stderr, show_pos=True, item_show_func=rate
    ) as bar:
        yield lambda many, _: bar.update(many, many)
