"""`mien train lips`: train the network of live lips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.cli.options import OutputFile, argument, as_record, format_option, option, shared
from mien.cli.terminal import say, write_json
from mien_trainer.cli.options import phases

if TYPE_CHECKING:
    from mien_trainer.lip_training.train import Heard


WIDTH = 192
"""Numbers of the inner state of a network that begins anew."""


@frozen(kw_only=True)
class Asked:
    """What is asked of `mien train lips`."""

    recordings: tuple[Path, ...] = argument(
        metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True)
    )
    out: Path = option(
        "-o", required=True, type=OutputFile(".onnx"), help="The network to write (.onnx)."
    )
    artificial: tuple[Path, ...] = option(
        metavar="PATH",
        multiple=True,
        type=click.Path(path_type=Path, exists=True),
        help="As PATH, but no person spoke it: with --synthetic half of what is heard.",
    )
    synthetic: int = option(
        type=click.IntRange(min=0),
        default=160,
        help="Sentences that espeak-ng and flite each speak beside.",
    )
    steps: int = option(
        type=click.IntRange(min=1),
        default=6000,
        help="Steps of training; a thousand take nearly five minutes at the width that is the "
        "default.",
    )
    width: int | None = option(
        type=click.IntRange(8, 512),
        help="Numbers of the network's inner state: cost and size grow with their square.  "
        f"[default: {WIDTH}, or that of --start]",
    )
    start: Path | None = option(
        metavar="FILE.onnx",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="A network of this command to go on from.",
    )
    teachers: tuple[Path, ...] = option(
        "--teacher",
        metavar="FILE.onnx",
        multiple=True,
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="A network of this command to learn from besides. Several that began differently "
        "know more together than each, and what learned from them knows nearly as much.",
    )
    seed: int = option(
        type=click.IntRange(0, 2**32 - 1),
        default=1,
        help="Another network to begin with, and another order.",
    )
    kept: Path | None = option(
        metavar="FILE.json",
        type=OutputFile(),
        help="Keep the times of sounds that are found here, and read them next time.",
    )
    output: str = shared(format_option)


@click.command("lips")
@as_record(Asked)
def command(asked: Asked) -> None:
    """Train lips for a pipe on recordings with words, or with times of their sounds.

    PATH is what `mien evaluate --voices` takes: a TSV with the column file and any of speaker,
    language, text and times, or a folder with such a transcripts.tsv. English words are aligned
    with the sound; what cannot be aligned is left out, counted and named. Each recording is also
    played slower and faster, and heard in rooms, in noise, among other voices, over music and on
    narrow lines. The same recordings, options and machine give the same network, which serves any
    bank. Measure it on other speakers: `mien evaluate OUT --voices` leaves out those that a network
    was trained on.
    """
    from mien_trainer.fault import need_onnx, need_torch
    from mien_trainer.voices.kept_times import FoundTimes
    from mien_trainer.voices.recordings import find_recordings

    need_torch()
    need_onnx()
    if asked.start and asked.width:
        raise click.UsageError("--start already says the width: leave --width out")
    found, others = find_recordings(asked.recordings), find_recordings(asked.artificial)
    times = FoundTimes(asked.kept)

    import numpy as np

    from mien.text.atomic import write_atomic
    from mien_trainer.lip_training.given import read_given
    from mien_trainer.lip_training.synthesisers import synthesisers
    from mien_trainer.lip_training.train import DRAWN, hear, train_lips
    from mien_trainer.voices.output import left_out

    begun = read_given(asked.start) if asked.start else None
    teachers = [read_given(one) for one in asked.teachers]
    width = begun.card.state[1] if begun else asked.width or WIDTH
    sources = synthesisers() if asked.synthetic else ()
    rng, losses = np.random.default_rng(DRAWN), list[str]()
    with phases() as begin:
        listened = begin("listening", len(found) + len(others))
        heard = hear(found, others, sources, asked.synthetic, rng, listened, times)
        sounds = len(heard.recorded) + len(heard.made) + len(heard.unspoken)
        moved = begin("as others would hear it", sounds)

        def told(loss: str) -> None:
            nonlocal moved
            if loss:
                if not losses:
                    moved = begin("training", asked.steps)
                losses.append(loss)
            moved()

        data = train_lips(
            asked.out.stem, heard, width, asked.steps, asked.seed, rng, told, begun, teachers
        )
    write_atomic(asked.out, data)
    if asked.output == "json":
        write_json(_document(asked.out, heard, len(data), asked.steps, losses[-1]))
        return
    speakers = len({one.speaker for one in heard.recorded})
    say(
        f"{asked.out}: {len(data):,} bytes, from {len(heard.recorded)} recordings of {speakers} "
        f"speakers and {len(heard.made)} of artificial voices; {asked.steps} steps, the last with "
        f"loss {losses[-1]}"
    )
    if heard.refused:
        say("\n".join(left_out(heard.refused)), err=True)


def _document(out: Path, heard: Heard, size: int, steps: int, loss: str) -> dict[str, object]:
    from attrs import asdict

    return {
        "network": str(out),
        "bytes": size,
        "recordings": len(heard.recorded),
        "speakers": len({one.speaker for one in heard.recorded}),
        "artificial": len(heard.made),
        "unspoken": len(heard.unspoken),
        "steps": steps,
        "loss": float(loss),
        "refused": [asdict(one) for one in heard.refused],
    }
