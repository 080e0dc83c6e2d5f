"""Check the aligner: ``python -m tests.alignment.check``.

First against the times that synthesisers give for their own phonemes, then by aligning recorded
prompts with their own texts and with wrong ones.
"""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

import click
import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.cli.terminal import progress
from mien_trainer.alignment.aligner import Aligner
from mien_trainer.alignment.pronunciation import english_dictionary, spoken_words
from mien_trainer.audit.coverage import english
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.prompts import PromptSource
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Split,
    Utterance,
)
from mien_trainer.synthesis.espeak import EspeakSource
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence, read_sentences
from mien_trainer.synthesis.voices import Voice

_RHOTIC = "ɹɚ"
"""What espeak-ng writes with the vowel before it: ɑːɹ begins as ɑː does."""


@frozen(kw_only=True, eq=False)
class StartErrors:
    """Errors of phoneme starts in seconds, (M,): later is positive.

    ``phonemes`` counts all that the synthesiser said in ``utterances``; only those are compared
    that the dictionary and the synthesiser both say. ``refused`` utterances were not aligned.
    """

    errors: npt.NDArray[np.float64]
    phonemes: int
    utterances: int
    refused: int

    @property
    def median(self) -> float:
        """The median absolute error in seconds."""
        return float(np.median(np.abs(self.errors)))

    @property
    def high(self) -> float:
        """The 90th percentile of the absolute error in seconds."""
        return float(np.percentile(np.abs(self.errors), 90))

    @property
    def bias(self) -> float:
        """The median error in seconds."""
        return float(np.median(self.errors))


def start_errors(truth: Iterable[Phoneme], found: Iterable[Phoneme]) -> list[float]:
    """How much later than in ``truth`` the same phonemes begin in ``found``, in seconds.

    What one has and the other has not is left out, as a synthesiser's "and" without its d.
    """
    said, aligned = _spoken(truth), _spoken(found)
    names = [_name(phoneme.symbol) for phoneme in said], [_name(p.symbol) for p in aligned]
    blocks = SequenceMatcher(None, *names, autojunk=False).get_matching_blocks()
    return [
        aligned[block.b + i].start - said[block.a + i].start
        for block in blocks
        for i in range(block.size)
    ]


def measure(source: SpeechSource, items: Sequence[SpeechItem], aligner: Aligner) -> StartErrors:
    """Speak, align by the text alone, and compare.

    Raises:
        SpeechUnavailableError: the source or the aligner is missing.
    """
    errors: list[float] = []
    phonemes = refused = 0
    for item in items:
        try:
            utterance = source.speak(item, Prosody())
            found = aligner.align_text(utterance.audio, utterance.text)
        except SpeechRefusedError:
            refused += 1
            continue
        phonemes += len(_spoken(utterance.phonemes))
        errors += start_errors(utterance.phonemes, found)
    return StartErrors(
        errors=np.array(errors, dtype=np.float64),
        phonemes=phonemes,
        utterances=len(items),
        refused=refused,
    )


def _spoken(phonemes: Iterable[Phoneme]) -> list[Phoneme]:
    return [phoneme for phoneme in phonemes if phoneme.symbol != SILENCE]


def _name(symbol: str) -> str:
    """One name for the sounds that the dictionary tells less finely apart."""
    bare = english(symbol)
    return english(bare.rstrip(_RHOTIC) or bare)


SEVERAL = 4
"""Words from which on a text is more than a name or a number."""


@frozen(kw_only=True)
class Trial:
    """Recordings aligned with wrong words: how many there were, and how many were refused."""

    texts: int
    caught: int


@frozen(kw_only=True)
class Survey:
    """What came of a source's recordings.

    ``seconds`` is the sound of the ``aligned`` ones, ``refused`` why the others were not. ``other``
    is the trial of each with another's text, the most alike in length; ``several`` the same where
    both texts have four words or more; ``one_word`` the trial of those with one word replaced.
    """

    aligned: int
    seconds: float
    refused: tuple[str, ...]
    other: Trial
    several: Trial
    one_word: Trial


def survey(
    source: SpeechSource, items: Sequence[SpeechItem], aligner: Aligner, step: Callable[[], None]
) -> Survey:
    """Align every item with its own words and with wrong ones; ``step`` is called after each.

    Raises:
        SpeechUnavailableError: the source or the aligner is missing.
    """
    dictionary = english_dictionary()
    words = {item.key: spoken_words(item.text, dictionary) for item in items}
    others = _others(words)
    counts: Counter[str] = Counter()
    refused: list[str] = []
    seconds = 0.0
    for item in items:
        try:
            utterance = source.speak(item, Prosody())
        except SpeechRefusedError as refusal:
            refused.append(str(refusal))
        else:
            seconds += utterance.seconds
            own, other = words[item.key], others[item.key]
            kinds = ["other"]
            if min(len(own), len(other)) >= SEVERAL:
                kinds.append("several")
                changed = _with_one_of(own, other)
                _add(counts, ["one word"], _is_refused(utterance, changed, aligner))
            _add(counts, kinds, _is_refused(utterance, other, aligner))
        step()
    return Survey(
        aligned=len(items) - len(refused),
        seconds=seconds,
        refused=tuple(refused),
        other=_of(counts, "other"),
        several=_of(counts, "several"),
        one_word=_of(counts, "one word"),
    )


def _others(words: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """For each key the words of the next in length, in phonemes, that are not its own."""
    dictionary = english_dictionary()
    order = sorted(words, key=lambda key: (_length(words[key], dictionary.phonemes), key))
    chosen: dict[str, tuple[str, ...]] = {}
    for place, key in enumerate(order):
        following = (words[other] for other in (*order[place + 1 :], *reversed(order[:place])))
        chosen[key] = next(other for other in following if other != words[key])
    return chosen


def _length(words: Sequence[str], phonemes: Callable[[str], Sequence[str]]) -> int:
    return sum(len(phonemes(word)) for word in words)


def _with_one_of(own: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """``own`` with its longest word replaced by the longest of ``other`` that it has not."""
    replaced = max(own, key=len)
    new = max((word for word in other if word not in own), key=len, default="umbrella")
    return tuple(new if word == replaced else word for word in own)


def _is_refused(utterance: Utterance, words: Sequence[str], aligner: Aligner) -> bool:
    try:
        aligner.align(utterance.audio, words)
    except SpeechRefusedError:
        return True
    return False


def _add(counts: Counter[str], kinds: Sequence[str], refused: bool) -> None:
    counts.update(kinds)
    if refused:
        counts.update(f"{kind} caught" for kind in kinds)


def _of(counts: Counter[str], name: str) -> Trial:
    return Trial(texts=counts[name], caught=counts[f"{name} caught"])


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
            except SpeechUnavailableError as missing:
                yield f"{source.name} {name}: {missing}"
            finally:
                source.close()


def _recorded(every: int, aligner: Aligner) -> Iterator[str]:
    source = PromptSource()
    try:
        items = source.items()[::every]
        with progress("aligning", len(items)) as step:
            found = survey(source, items, aligner, step)
        yield from (f"{source.name}: left out: {refusal}" for refusal in source.refusals())
        yield from _survey(source.name, found)
    except SpeechUnavailableError as missing:
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


def _survey(name: str, found: Survey) -> Iterator[str]:
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
