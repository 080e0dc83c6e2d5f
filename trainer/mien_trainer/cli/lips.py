"""`mien train lips`: train the network of live lips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import OutputFile, format_option
from mien.cli.terminal import say, write_json
from mien_trainer.cli.options import phases

if TYPE_CHECKING:
    from mien_trainer.lip_training.train import Heard


@click.command("lips")
@click.argument(
    "recordings", metavar="PATH...", nargs=-1, required=True,
    type=click.Path(path_type=Path, exists=True),
)  # fmt: skip
@click.option(
    "-o", "--out", required=True, type=OutputFile(".onnx"), help="The network to write (.onnx)."
)
@click.option(
    "--artificial",
    metavar="PATH",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="As PATH, but no person spoke it: with --synthetic half of what is heard.",
)
@click.option(
    "--synthetic",
    type=click.IntRange(min=0),
    default=160,
    help="Sentences that espeak-ng and flite each speak beside.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=6000,
    help="Steps of training; a thousand take nearly five minutes at the width that is the default.",
)
@click.option(
    "--width",
    type=click.IntRange(8, 512),
    default=192,
    help="Numbers of the network's inner state: cost and size grow with their square.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    help="Another network to begin with, and another order.",
)
@click.option(
    "--kept",
    metavar="FILE.json",
    type=OutputFile(),
    help="Keep the times of sounds that are found here, and read them next time.",
)
@format_option
def command(
    recordings: tuple[Path, ...],
    out: Path,
    artificial: tuple[Path, ...],
    synthetic: int,
    steps: int,
    width: int,
    seed: int,
    kept: Path | None,
    output: str,
) -> None:
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
    found, others = find_recordings(recordings), find_recordings(artificial)
    times = FoundTimes(kept)

    import numpy as np

    from mien.text.atomic import write_atomic
    from mien_trainer.lip_training.synthesisers import synthesisers
    from mien_trainer.lip_training.train import DRAWN, hear, train_lips
    from mien_trainer.voices.output import left_out

    sources = synthesisers() if synthetic else ()
    rng, losses = np.random.default_rng(DRAWN), list[str]()
    with phases() as begin:
        listened = begin("listening", len(found) + len(others))
        heard = hear(found, others, sources, synthetic, rng, listened, times)
        sounds = len(heard.recorded) + len(heard.made) + len(heard.unspoken)
        moved = begin("as others would hear it", sounds)

        def told(loss: str) -> None:
            nonlocal moved
            if loss:
                if not losses:
                    moved = begin("training", steps)
                losses.append(loss)
            moved()

        data = train_lips(out.stem, heard, width, steps, seed, rng, told)
    write_atomic(out, data)
    if output == "json":
        write_json(_document(out, heard, len(data), steps, losses[-1]))
        return
    speakers = len({one.speaker for one in heard.recorded})
    say(
        f"{out}: {len(data):,} bytes, from {len(heard.recorded)} recordings of {speakers} speakers "
        f"and {len(heard.made)} of artificial voices; {steps} steps, the last with loss "
        f"{losses[-1]}"
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
