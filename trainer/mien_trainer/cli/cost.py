"""`mien train cost`: what a step takes, and how much of it is the anchor snap."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import format_option
from mien.cli.terminal import progress, say, write_json
from mien_trainer.cli.options import data_option
from mien_trainer.fault import need_torch


@click.command("cost")
@click.argument("config", metavar="[CONFIG]", default="v3")
@data_option
@click.option("--steps", type=click.IntRange(min=1), default=60)
@format_option
def command(config: str, data: Path, steps: int, output: str) -> None:
    """Time training steps of CONFIG with and without the anchor snap, taking turns.

    CONFIG is a file or a configuration that ships. The network is not kept.
    """
    need_torch()
    from attrs import asdict

    from mien_trainer.train.config import find_config, read_config
    from mien_trainer.train.cost import step_cost

    given = read_config(find_config(config))
    with progress(given.name, steps) as step:
        cost = step_cost(given, data, steps, step)
    if output == "json":
        write_json({**asdict(cost), "snap": cost.snap})
        return
    say(
        f"a step of {given.name} takes {1e3 * (cost.draw + cost.learn):.1f} ms, of which "
        f"{1e3 * cost.draw:.1f} to draw it; the anchor snap is {cost.snap:.1%} of a step"
    )
