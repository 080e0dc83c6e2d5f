"""`mien train run`: train a network on targets."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from attrs import frozen

from mien.cli.options import FOLDER, argument, as_record, option, shared
from mien.cli.terminal import log_lines, say
from mien_trainer.cli.options import data_option
from mien_trainer.fault import TrainerError, need_torch

if TYPE_CHECKING:
    from mien_trainer.train.config import TrainConfig
    from mien_trainer.train.log import Curves
    from mien_trainer.train.loop import Run
    from mien_trainer.train.validation import Score

_OUT = FOLDER


@frozen(kw_only=True)
class Asked:
    """What is asked of `mien train run`."""

    config: str = argument(metavar="CONFIG")
    data: Path = shared(data_option)
    out: Path = option(
        "-o", required=True, type=_OUT, help="The folder for checkpoints, config and log."
    )
    resume: bool = option(is_flag=True, help="Continue the training in the output folder.")
    start: Path | None = option(
        type=click.Path(path_type=Path),
        help="Start from this network, for example one that `mien train expand` wrote.",
    )
    steps: int | None = option(
        type=click.IntRange(min=1), help="Override the config's number of steps."
    )
    seed: int | None = option(type=click.IntRange(min=0), help="Override the config's seed.")
    tensorboard: bool = option(is_flag=True, help="Also write curves for TensorBoard.")


@click.command("run")
@as_record(Asked)
def command(asked: Asked) -> None:
    """Train a network as CONFIG says: a file, or a configuration that ships (v2, v3, tiny).

    OUT gets last.safetensors, from which --resume continues, best.safetensors, config.yaml with all
    defaults, and log.jsonl with all losses. A training that was stopped, even killed, and resumed
    ends with the same bits as one that ran through.
    """
    need_torch()
    from attrs import evolve

    from mien_trainer.targets.manifest import read_manifest
    from mien_trainer.train.config import find_config, read_config
    from mien_trainer.train.trust import check_data, trusted_bank

    given = read_config(find_config(asked.config))
    if asked.steps is not None:
        given = evolve(given, steps=asked.steps)
    if asked.seed is not None:
        given = evolve(given, seed=asked.seed)
    check_data(read_manifest(asked.data), trusted_bank(given.bank), asked.data)
    _prepare(asked.out, asked.resume)

    from mien_trainer.train.checkpoint import load_checkpoint
    from mien_trainer.train.loop import Run

    order = Run(
        config=given,
        data=asked.data,
        out=asked.out,
        start=None if asked.start is None else load_checkpoint(asked.start),
        resume=asked.resume,
        curves=_curves(asked.out) if asked.tensorboard else None,
    )
    _train(order)


def _prepare(out: Path, resume: bool) -> None:
    """See that nothing that was trained is lost."""
    from mien.text.atomic import remove_stale
    from mien_trainer.train.checkpoint_file import LAST

    if (out / LAST).exists() and not resume:
        raise TrainerError(f"{out} holds a training: --resume goes on with it, or choose another")
    if resume and not (out / LAST).exists():
        raise TrainerError(f"{out} holds no training to resume; leave --resume to start one")
    out.mkdir(parents=True, exist_ok=True)
    remove_stale(out)


class TrainingBar:
    """How far a training is, on stderr: a bar on a terminal, else lines, and one a validation."""

    def __init__(self, move: Callable[[int, float], None]) -> None:
        self._move = move

    def stepped(self, step: int, loss: float) -> None:
        """Move on; a resumed training begins where it stopped."""
        self._move(step, loss)

    def scored(self, step: int, score: Score) -> None:
        """Say what was found."""
        after_bar = "\n" if sys.stderr.isatty() else ""
        say(
            f"{after_bar}step {step}: lips {score.lipsync:.4f}, shared {score.shared:.4f}, "
            f"expression {score.expression:.4f}, anchors {score.anchors:.4f} "
            f"(worst {score.worst_anchor:.3f})",
            err=True,
        )


@contextmanager
def training_bar(config: TrainConfig, *, hidden: bool = False) -> Generator[TrainingBar]:
    """How far the steps of a training are."""
    if not (hidden or sys.stderr.isatty()):
        at = log_lines(config.name, config.steps)
        yield TrainingBar(lambda step, loss: at(step, _loss(loss)))
        return
    with click.progressbar(
        cast("Iterable[float]", ()),
        length=config.steps,
        label=config.name,
        file=sys.stderr,
        show_pos=True,
        hidden=hidden,
        item_show_func=_loss,
    ) as bar:
        yield TrainingBar(lambda step, loss: bar.update(step - bar.pos, loss))


def _loss(loss: float | None) -> str:
    return "" if loss is None else f"loss {loss:.4f}"


def _train(order: Run) -> None:
    from mien_trainer.train.loop import train
    from mien_trainer.train.trust import trusted_bank

    first = os.environ.get("RANK", "0") == "0"
    if first:
        say(f"bank: {trusted_bank(order.config.bank).bank.source}", err=True)
    with training_bar(order.config, hidden=not first) as bar:
        head = train(order, bar)
    if first:
        best = "" if head.best is None else f", best score {head.best:.4f}"
        say(f"{order.out}: {head.step} steps of {head.config.name}{best}")


def _curves(out: Path) -> Curves:

    if find_spec("tensorboard") is None:
        raise TrainerError("--tensorboard needs TensorBoard: pip install tensorboard")
    from torch.utils.tensorboard import SummaryWriter

    return cast("Curves", cast("Any", SummaryWriter)(str(out / "tensorboard")))
