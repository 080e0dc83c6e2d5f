"""Check the aligner: ``python -m mien_trainer.speech.alignment_check``.

First against the times that synthesisers give for their own phonemes, then by aligning recorded
prompts with their own texts and with wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click

from mien.cli.progress import progress
from mien_trainer.speech.align import Aligner
from mien_trainer.speech.alignment_census import Census, Trial, census
from mien_trainer.speech.alignment_error import StartErrors, measure
from mien_trainer.speech.espeak import EspeakSource
from mien_trainer.speech.flite import FliteSource
from mien_trainer.speech.prompts import PromptSource
from mien_trainer.speech.sentences import Sentence, read_sentences
from mien_trainer.speech.source import SpeechSource, SpeechUnavailable, Split
from mien_trainer.speech.voices import Voice

VOICES: tuple[tuple[Callable[..., SpeechSource], tuple[str, ...]], ...] = (
    (FliteSource, ("slt", "rms", "awb")),
    (EspeakSource, ("en-us", "en-us+f3")),
)


@click.command()
@click.option("--sentences", default=48, show_default=True, help="How many each voice says.")
@click.option("--every", default=1, show_default=True, help="Take every n-th prompt only; 0: none.")
def command(sentences: int, every: int) -> None:
    """Say how well the aligner does here."""
    aligner = Aligner()
    held_out = [one for one in read_sentences() if one.split is not Split.TRAIN][:sentences]
    for line in _synthesised(held_out, aligner):
        click.echo(line)
    if every:
        for line in _recorded(every, aligner):
            click.echo(line)


def _synthesised(sentences: list[Sentence], aligner: Aligner) -> Iterator[str]:
    for make, voices in VOICES:
        for name in voices:
            source = make([Voice(name=name, split=Split.TRAIN)], sentences)
            try:
                yield _errors(f"{source.name} {name}", measure(source, source.items(), aligner))
            except SpeechUnavailable as missing:
                yield f"{source.name} {name}: {missing}"
            finally:
                source.close()


def _recorded(every: int, aligner: Aligner) -> Iterator[str]:
    source = PromptSource()
    try:
        items = source.items()[::every]
        with progress("aligning", len(items)) as step:
            found = census(source, items, aligner, step)
        yield from (f"{source.name}: left out: {refusal}" for refusal in source.refusals())
        yield from _census(source.name, found)
    except SpeechUnavailable as missing:
        yield f"{source.name}: {missing}"
    finally:
        source.close()


def _errors(name: str, found: StartErrors) -> str:
    return (
        f"{name}: phoneme starts off by {found.median * 1e3:.1f} ms (median), "
        f"{found.high * 1e3:.1f} ms (90 %), bias {found.bias * 1e3:+.1f} ms; "
        f"{len(found.errors)} of {found.phonemes} phonemes in "
        f"{found.utterances - found.refused} utterances compared, {found.refused} refused"
    )


def _census(name: str, found: Census) -> Iterator[str]:
    yield from (f"{name}: refused: {reason}" for reason in found.refused)
    total = found.aligned + len(found.refused)
    yield f"{name}: {found.aligned} of {total} aligned, {found.seconds / 60:.1f} minutes"
    yield f"{name}: with the text of another: {_caught(found.other)}"
    yield f"{name}: likewise, 4 words or more: {_caught(found.several)}"
    yield f"{name}: likewise, one word replaced: {_caught(found.one_word)}"


def _caught(trial: Trial) -> str:
    share = trial.caught / max(trial.texts, 1)
    return f"{trial.caught} of {trial.texts} refused ({share:.1%})"


if __name__ == "__main__":
    command()
