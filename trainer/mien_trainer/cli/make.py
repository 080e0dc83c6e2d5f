"""`mien targets make`: a folder of training targets from a recipe."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from mien.cli.options import FOLDER, NumberRange, format_option
from mien.cli.terminal import say, write_report

if TYPE_CHECKING:
    from mien_trainer.targets.make import Engine, Outcome, Step
    from mien_trainer.targets.preparation import Prepared

PRICE = 0.04
"""Of a core for an hour, in any currency: what clouds ask for a shared one, roughly."""


@click.command("make")
@click.argument("recipe", metavar="RECIPE")
@click.option(
    "-o",
    "--out",
    "folder",
    type=FOLDER,
    metavar="DIR",
    help="The folder for the shards and their manifest.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="Number of processes.  [default: number of cores]",
)
@click.option(
    "--without",
    "left_out",
    multiple=True,
    metavar="SOURCE",
    help="Leave out this speech source of the recipe and what it needs. Can be repeated.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    help="Use processes on this machine, or a Ray cluster.",
)
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="The address of the Ray cluster.  [default: this machine]",
)
@click.option(
    "--estimate",
    "only_estimate",
    is_flag=True,
    help="Make a few clips and estimate the cost of all.",
)
@click.option(
    "--price",
    type=NumberRange(min=0),
    default=PRICE,
    help="The price of one core for one hour, for --estimate.",
)
@format_option
def command(
    recipe: str,
    folder: Path | None,
    workers: int | None,
    left_out: tuple[str, ...],
    engine: str,
    address: str | None,
    only_estimate: bool,
    price: float,
    output: str,
) -> int:
    """Make the clips of RECIPE into Parquet shards: speech, conditions and weights per frame.

    RECIPE is a file, or the name of a recipe that ships (default, medium, small). The same recipe,
    bank and programs give the same bytes with any engine and number of workers. If it is stopped,
    run it again to continue. Exit codes: 0 success, 1 more clips were refused than the recipe
    allows, 2 it cannot be made.
    """
    if folder is None and not only_estimate:
        raise click.UsageError("say where the shards go: -o DIR (or give --estimate)")
    if address is not None and engine != "ray":
        raise click.UsageError("--address belongs to --engine ray")
    from mien.release.verify import usable_cores

    prepared = _prepare(recipe, left_out)
    say(f"bank: {prepared.bank}", err=True)
    if only_estimate or folder is None:
        return _estimate(prepared, workers or usable_cores(), price, output)
    run = _engine(engine, workers, usable_cores(), address)
    return _make(prepared, folder, run, output)


def _prepare(recipe: str, left_out: Sequence[str]) -> Prepared:
    from mien_trainer.targets.preparation import prepare
    from mien_trainer.targets.recipe import read_recipe, recipe_path, without

    return prepare(without(read_recipe(recipe_path(recipe)), left_out))


def _engine(engine: str, workers: int | None, cores: int, address: str | None) -> Engine:
    if engine == "ray":
        from mien_trainer.targets.engines import run_ray

        return partial(run_ray, address=address, workers=workers or cores)
    from mien_trainer.targets.engines import run_local

    return partial(run_local, workers=workers or cores)


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
    """A bar of clips with their rate, on stderr; what was there before does not count as speed."""
    started = monotonic()
    done = -1

    def rate(_: int | None) -> str:
        return f"{max(done, 0) / max(monotonic() - started, 1e-3):.0f} clips/s"

    with click.progressbar(
        length=clips, label="making", file=sys.stderr, show_pos=True, item_show_func=rate
    ) as bar:

        def step(many: int) -> None:
            nonlocal done
            done = 0 if done < 0 else done + many
            bar.update(many, many)

        yield step
