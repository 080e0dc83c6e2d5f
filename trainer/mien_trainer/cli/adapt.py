"""`mien train adapt`: a network for a bank of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.cli.options import OutputFile, argument, as_record, format_option, option, shared
from mien.cli.terminal import say
from mien_trainer.cli.options import network_file, refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mien.bank import Bank
    from mien_trainer.adapt.given import GivenNetwork
    from mien_trainer.adapt.run import Adaptation, Adapted
    from mien_trainer.evaluate.result import Figure
    from mien_trainer.targets.clip import Clip


@frozen(kw_only=True)
class Asked:
    """What is asked of `mien train adapt`."""

    network: Path = argument(metavar="NETWORK", type=click.Path(path_type=Path))
    bank: str = option(required=True, metavar="BANK", help="The bank to adapt it to.")
    data: Path = option(
        required=True,
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        help="Speech to learn from: a folder that `mien targets make` wrote, for any bank.",
    )
    out: Path = option(
        "-o",
        required=True,
        type=OutputFile(".onnx"),
        metavar="FILE.onnx",
        help="The network to write; its card is written beside it, as FILE.card.md.",
    )
    work: Path | None = option(
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="The folder for faces and training, some 500 MB.  [default: FILE.work]",
    )
    fresh: bool = option(is_flag=True, help="Begin anew, whatever the work folder holds.")
    steps: int | None = option(
        type=click.IntRange(min=1), help="Steps of the training.  [default: 1500]"
    )
    clips: int | None = option(
        type=click.IntRange(min=1), help="Clips of speech, at most.  [default: 4000]"
    )
    seed: int = option(type=click.IntRange(min=0), default=0)
    workers: int | None = option(
        type=click.IntRange(1),
        metavar="N",
        help="Number of processes that make faces.  [default: number of cores]",
    )
    output: str = shared(format_option)


@click.command("adapt")
@as_record(Asked)
def command(asked: Asked) -> int:
    """Adapt NETWORK to a bank of your own, in minutes, with speech that is there already.

    NETWORK is an exported network (.onnx), a checkpoint or the folder of a training, of any bank;
    default is the one that ships for BANK, else the newest. The speech keeps its sound, and the
    bank's faces are made anew over it; the labels may be others, and more or fewer. The presets are
    snapped to at every step.

    It hears speech as NETWORK does, and learns faces alone. If it is stopped, even killed, run it
    again to continue: the file ends with the same bytes. Exit codes: 0 the network keeps the bank's
    presets within bounds, and lips close for p, b and m under every label; 1 it was written and
    misses a bound; 2 it cannot be made.
    """
    with refusals():
        from mien_trainer.adapt.folder import alone
        from mien_trainer.adapt.given import agreed
        from mien_trainer.fault import need_onnx, need_torch
        from mien_trainer.train.trust import trusted_bank

        need_torch()
        need_onnx()
        trusted = trusted_bank(asked.bank)
        say(f"bank: {trusted.bank.source}", err=True)
        path = network_file(asked.network, lambda: trusted.bank)
        given, _ = agreed(path, trusted.bank, asked.data)
        say(_labels(given, trusted.bank), err=True)
        folder = asked.work or asked.out.with_suffix(".work")
        with alone(folder):
            from mien.cli.terminal import progress
            from mien.release.verify import usable_cores
            from mien_trainer.adapt.rest import STEPS as REST
            from mien_trainer.adapt.run import (
                CLIPS,
                STEPS,
                Adaptation,
                adapted,
                begun,
                fit,
                prepare,
                spoken_clips,
            )
            from mien_trainer.adapt.start import read_start
            from mien_trainer.cli.run import training_bar

            order = Adaptation(
                start=read_start(path),
                trusted=trusted,
                source=asked.bank,
                data=asked.data,
                work=folder,
                steps=asked.steps or STEPS,
                clips=asked.clips or CLIPS,
                seed=asked.seed,
                workers=asked.workers or usable_cores(),
            )
            with progress("the face at rest", REST) as step:
                prepare(order, fresh=asked.fresh, step=step)
            targets = _faces(order)
            with training_bar(order.config) as bar:
                fit(order, targets, bar)
            spoken = spoken_clips(targets)
            with progress("measuring", len(spoken)) as step:
                found = adapted(order, _counted(spoken, step))
            _write(found, order, targets, asked.out)
            before: Figure | None = None
            if not found.closing.kept:
                with progress("measuring the network that it began with", len(spoken)) as step:
                    before = begun(order, _counted(spoken, step))
    _report(found, order, asked.out, asked.output)
    if not found.kept:
        say(_missed(found, before, order), err=True)
    return 0 if found.kept else 1


def _labels(given: GivenNetwork, bank: Bank) -> str:
    new = given.new_labels(bank)
    return f"labels: {len(bank.labels) - len(new)} that {given.name} knows, {len(new)} new" + (
        f" ({', '.join(new)})" if new else ""
    )


def _missed(found: Adapted, before: Figure | None, order: Adaptation) -> str:
    """What to do where a bound is missed; ``before`` are closures of the network it began with."""
    missed = [figure.name for figure in found.figures if not figure.kept]
    advice: list[str] = []
    if missed != [found.closing.name]:
        advice.append(f"--steps {2 * order.steps} --fresh trains longer")
    if before is not None:
        advice.append(
            f"{order.start.card.name} itself closes the lips for {before.value:.3f} of the same, "
            "and hearing is not learned here: adapt a network that hears better"
        )
    return f"Error: a bound is missed ({', '.join(missed)}); {'; '.join(advice)}"


def _faces(order: Adaptation) -> Path:
    from mien_trainer.adapt.run import faces_left, make_faces
    from mien_trainer.cli.make import clip_progress

    left = faces_left(order)
    if not left:
        return make_faces(order, _quiet)
    with clip_progress(left) as step:
        return make_faces(order, step)


def _counted(clips: Sequence[Clip], step: Callable[[], None]) -> Iterator[Clip]:
    for clip in clips:
        yield clip
        step()


def _quiet(_: int) -> None:
    pass


def _write(found: Adapted, order: Adaptation, targets: Path, out: Path) -> None:
    from mien.text.atomic import write_atomic
    from mien_trainer.export.card import Measured, card_markdown, learned_from

    card = found.card
    measured = Measured(
        checkpoint=card.checkpoint, figures=found.figures, lips=(), closures=found.closures
    )
    learned = learned_from(targets, card)
    text = card_markdown(card, len(found.data), learned, measured, order.start.card)
    write_atomic(out, found.data)
    write_atomic(out.with_suffix(".card.md"), text.encode())


def _report(found: Adapted, order: Adaptation, out: Path, output: str) -> None:
    from mien.cli.terminal import write_json
    from mien_trainer.evaluate.output import figure_json, figure_lines

    bank = order.trusted.bank
    if output == "json":
        write_json(
            {
                "network": str(out),
                "bank": bank.id,
                "version": bank.version,
                "artifact": bank.digest,
                "checkpoint": found.card.checkpoint,
                "adapted_from": order.start.card.checkpoint,
                "steps": order.steps,
                "figures": [figure_json(row) for row in found.figures],
                "kept": found.kept,
            }
        )
        return
    say("\n".join(figure_lines(found.figures)))
    say(f"{out}: a network for {bank.source}, {len(found.data) / (1 << 20):.2f} MB")
    say(f"{out.with_suffix('.card.md')}: its card")
    say(f"{order.work}: what it was made in; it can be deleted")
