"""From a recipe to what each clip should be, evenly over labels, voices and sentences.

Everything is chosen by position or by sha256, so that the plan of a recipe is the same everywhere,
in whatever order the sources list their items.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TypeVar

from attrs import frozen

from mien.bank import Bank
from mien_trainer.fault import TrainerError
from mien_trainer.speech import Prosody, SpeechItem, Split
from mien_trainer.synthesis.voices import prosody_of
from mien_trainer.targets.clip import ClipSpec
from mien_trainer.targets.recipe import Recipe

K = TypeVar("K")

SILENCE = "silence"
"""The source of clips in which nobody speaks."""

_QUIET = (1.5, 5.0)  # seconds of such a clip


@frozen(kw_only=True)
class _Draft:
    """A clip that has no number yet."""

    source: str
    item: str
    label: str


def plan(
    recipe: Recipe, items: Mapping[str, Sequence[SpeechItem]], bank: Bank
) -> tuple[ClipSpec, ...]:
    """Every clip of the recipe, split by split, mixed within a split. ``items`` by source.

    Labels are even to one clip in each split; the voices of a source are even under each label,
    save that voices held out for a split say half of it; sentences are used equally often.

    Raises:
        TrainerError: a split has nothing to say, or a recording is of no label of the bank.
    """
    weights = {split: getattr(recipe.splits, split.value) for split in Split}
    specs: list[ClipSpec] = []
    turn = 0
    for split, many in apportion(recipe.clips, weights).items():
        cells = _cells(recipe, items, split, many)
        drafts: list[_Draft] = []
        for source, part in cells.items():
            spoken = [item for item in items.get(source, ()) if item.split is split]
            drafts.extend(_cell(recipe, source, spoken, turn, part, bank.labels))
            turn += part
        drafts.extend(_recordings(items, split, bank.labels))
        specs.extend(_numbered(recipe, split, drafts, bank))
    return tuple(specs)


def apportion(total: int, weights: Mapping[K, float]) -> dict[K, int]:
    """``total`` divided by weights, each part within one of its share; the sum is ``total``."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    parts = {key: int(share) for key, share in exact.items()}
    short = total - sum(parts.values())
    for key in sorted(exact, key=lambda key: parts[key] - exact[key])[:short]:
        parts[key] += 1
    return parts


def _cells(
    recipe: Recipe, items: Mapping[str, Sequence[SpeechItem]], split: Split, many: int
) -> dict[str, int]:
    """How many clips of a split each source gives; a source with nothing for it gives none."""
    shares = {
        name: share
        for name, share in recipe.sources.shares.items()
        if any(item.split is split for item in items.get(name, ()))
    }
    spoken = 1.0 - recipe.silence_share
    if many and spoken and not shares:
        raise TrainerError(
            f"recipe {recipe.name}: no source has anything to say for {split.value}; "
            f"add a source, or set splits.{split.value} to 0"
        )
    whole = sum(shares.values())
    weights = {name: spoken * share / whole for name, share in shares.items()}
    return apportion(many, {SILENCE: recipe.silence_share, **weights})


def _cell(
    recipe: Recipe,
    source: str,
    items: Sequence[SpeechItem],
    turn: int,
    many: int,
    labels: Sequence[str],
) -> Iterator[_Draft]:
    """``many`` drafts of one source in one split, labels taken in turn from ``turn`` on."""
    if source == SILENCE:
        for at in range(turn, turn + many):
            yield _Draft(source=source, item="", label=labels[at % len(labels)])
        return
    by_voice: dict[str, list[str]] = {}
    for item in items:
        by_voice.setdefault(item.voice, []).append(item.key)
    decks = {
        voice: _deck(f"{recipe.seed}/{source}/{voice}", keys) for voice, keys in by_voice.items()
    }
    held = held_out(recipe, source)
    groups = [sorted(decks.keys() - held), sorted(decks.keys() & held)]
    groups = [group for group in groups if group]
    for at in range(turn, turn + many):
        block, label = divmod(at, len(labels))
        # Under each label every group, and within it every voice, has its turn as blocks pass.
        place, group = divmod(block + label, len(groups))
        voices = groups[group]
        voice = voices[place % len(voices)]
        yield _Draft(source=source, item=next(decks[voice]), label=labels[label])


def held_out(recipe: Recipe, source: str) -> set[str]:
    """The voices of a synthesiser that are not for training."""
    synthesis = {"espeak": recipe.sources.espeak, "flite": recipe.sources.flite}.get(source)
    voices = synthesis.voices if synthesis is not None else ()
    return {voice.name for voice in voices if voice.split is not Split.TRAIN}


def _deck(name: str, keys: Sequence[str]) -> Iterator[str]:
    """The keys over and over, each round in an order of its own."""
    for round_ in count():
        yield from sorted(keys, key=lambda key: (_hash(f"{name}/{round_}/{key}"), key))


def _recordings(
    items: Mapping[str, Sequence[SpeechItem]], split: Split, labels: Sequence[str]
) -> Iterator[_Draft]:
    """A draft for every recording of a known emotion."""
    for source in ("takes", "mead"):
        for item in items.get(source, ()):
            if item.label is None or item.label not in labels:
                raise TrainerError(
                    f"{source} {item.key}: {item.label or 'no label'} is not a label of the bank: "
                    f"{', '.join(labels)}"
                )
            if item.split is split:
                yield _Draft(source=source, item=item.key, label=item.label)


def _numbered(
    recipe: Recipe, split: Split, drafts: Sequence[_Draft], bank: Bank
) -> Iterator[ClipSpec]:
    """The drafts of a split mixed, numbered and given their seeds."""
    order = sorted(
        range(len(drafts)), key=lambda at: _hash(f"{recipe.seed}/{split.value}/mix/{at}")
    )
    for number, at in enumerate(order):
        draft = drafts[at]
        name = f"{split.value}-{number:06}"
        own = f"{recipe.seed}/{name}"
        speaks = recipe.emotional_prosody and draft.item
        low, high = _QUIET
        yield ClipSpec(
            id=name,
            source=draft.source,
            item=draft.item,
            split=split,
            label=draft.label,
            seed=_hash(own) >> 1,
            prosody=_prosody(bank, draft.label, own) if speaks else Prosody(),
            seconds=0.0 if draft.item else round(low + (high - low) * _share(f"{own}/s"), 3),
        )


def _prosody(bank: Bank, label: str, own: str) -> Prosody:
    """The manner of speech_seconds at a point of the label that the clip's name chooses."""
    return prosody_of(bank.point(label, intensity=_share(f"{own}/prosody")).tolist())


def _hash(text: str) -> int:
    """A number below 2^64 that the text alone decides."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _share(text: str) -> float:
    """Likewise, in [0, 1)."""
    return (_hash(text) >> 11) / 2.0**53
