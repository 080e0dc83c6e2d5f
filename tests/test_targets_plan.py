"""A recipe decides every clip, evenly, whatever the sources' order."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mien import load
from mien_trainer.fault import TrainerError
from mien_trainer.speech import Prosody, SpeechItem, Split
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice, spoken_items
from mien_trainer.targets.clip import ClipSpec
from mien_trainer.targets.plan import SILENCE, apportion, plan
from mien_trainer.targets.recipe import (
    RECIPES,
    Prompts,
    Recipe,
    RecipeSources,
    Synthesis,
    Takes,
    read_recipe,
)

BANK = load("default")
SENTENCES = tuple(
    Sentence(key=f"s{number:04}", text=f"Sentence {number}.", split=split)
    for number, split in enumerate(
        [*[Split.TRAIN] * 40, *[Split.VALIDATION] * 6, *[Split.TEST] * 6]
    )
)
VOICES = (
    *(Voice(name=f"v{number}", split=Split.TRAIN) for number in range(5)),
    Voice(name="kept", split=Split.VALIDATION),
    Voice(name="unheard", split=Split.TEST),
)
ITEMS = {
    "espeak": spoken_items(VOICES, SENTENCES),
    "asterisk": tuple(
        SpeechItem(key=f"p{number}", voice="allison", text="", split=list(Split)[number % 3])
        for number in range(30)
    ),
}
RECIPE = Recipe(
    name="tried",
    clips=1600,
    sources=RecipeSources(espeak=Synthesis(share=3.0, voices=VOICES), asterisk=Prompts(share=1.0)),
)


def drawn(specs: Sequence[ClipSpec], split: Split, source: str = "espeak") -> list[ClipSpec]:
    return [spec for spec in specs if spec.split is split and spec.source == source]


def test_the_default_recipe_is_even_and_big_enough() -> None:
    recipe = read_recipe(RECIPES / "default.yaml")
    sources = recipe.sources
    assert sources.espeak is not None
    assert sources.flite is not None
    assert sources.asterisk is not None
    held = Counter(voice.split for voice in (*sources.espeak.voices, *sources.flite.voices))
    assert held[Split.VALIDATION] == held[Split.TEST] == 1
    assert held.total() + 1 >= 8
    items = {
        "espeak": spoken_items(sources.espeak.voices, SENTENCES),
        "flite": spoken_items(sources.flite.voices, SENTENCES),
        "asterisk": ITEMS["asterisk"],
    }
    specs = plan(recipe, items, BANK)
    assert len(specs) == recipe.clips >= 15_000
    assert len({spec.id for spec in specs}) == len({spec.seed for spec in specs}) == len(specs)
    labels = Counter(spec.label for spec in specs)
    assert set(labels) == set(BANK.labels)
    assert max(labels.values()) - min(labels.values()) <= 1
    splits = Counter(spec.split for spec in specs)
    assert [splits[split] for split in Split] == [14_080, 960, 960]
    by_item: dict[str, set[str]] = {}
    for spec in specs:
        if spec.source == "asterisk":
            by_item.setdefault(spec.item, set()).add(spec.label)
    assert min(len(found) for found in by_item.values()) >= 5


def test_voices_are_even_under_each_label_and_held_out_voices_stay_in_their_split() -> None:
    voice_of = {item.key: item.voice for item in ITEMS["espeak"]}
    specs = plan(RECIPE, ITEMS, BANK)
    seen = {split: Counter[str]() for split in Split}
    for split in Split:
        seen[split].update(voice_of[spec.item] for spec in drawn(specs, split))
    assert set(seen[Split.TRAIN]) == {f"v{number}" for number in range(5)}
    assert max(seen[Split.TRAIN].values()) - min(seen[Split.TRAIN].values()) <= 3
    for split, voice, absent in (
        (Split.VALIDATION, "kept", "unheard"),
        (Split.TEST, "unheard", "kept"),
    ):
        assert absent not in seen[split]
        assert abs(2 * seen[split][voice] - seen[split].total()) <= 2
    for label in BANK.labels:
        heard = Counter(
            voice_of[spec.item] for spec in drawn(specs, Split.TRAIN) if spec.label == label
        )
        assert len(heard) == 5
        assert max(heard.values()) - min(heard.values()) <= 1


def test_sentences_are_used_equally_often() -> None:
    used = Counter(spec.item for spec in drawn(plan(RECIPE, ITEMS, BANK), Split.TRAIN))
    assert len(used) == 5 * 40
    assert max(used.values()) - min(used.values()) <= 1


@given(st.integers(0, 2**32), st.integers(1, 300), st.floats(0, 1))
def test_the_order_of_items_does_not_matter(seed: int, clips: int, silence: float) -> None:
    recipe = evolve(RECIPE, clips=clips, silence_share=silence)
    shuffled = {
        name: random.Random(seed).sample(items, len(items))  # noqa: S311  any order will do
        for name, items in reversed(ITEMS.items())
    }
    specs = plan(recipe, ITEMS, BANK)
    assert plan(recipe, shuffled, BANK) == specs
    assert len(specs) == clips
    splits = {item.key: item.split for items in ITEMS.values() for item in items}
    assert all(splits.get(spec.item, spec.split) is spec.split for spec in specs)
    quiet = [spec for spec in specs if spec.source == SILENCE]
    assert all(1.5 <= spec.seconds <= 5.0 and not spec.item for spec in quiet)
    assert abs(len(quiet) - silence * clips) <= 3
    labels = Counter(spec.label for spec in specs)
    assert max(labels.values()) - min(labels[label] for label in BANK.labels) <= 1


def test_seeds_are_of_the_clip_and_the_recipe() -> None:
    one, other = (plan(evolve(RECIPE, seed=seed), ITEMS, BANK) for seed in (1, 2))
    assert [spec.id for spec in one] == [spec.id for spec in other]
    assert not {spec.seed for spec in one} & {spec.seed for spec in other}
    assert all(0 <= spec.seed < 2**63 for spec in one)


def test_prosody_follows_the_emotion_where_asked() -> None:
    specs = plan(RECIPE, ITEMS, BANK)
    rates = {
        label: [spec.prosody.rate for spec in drawn(specs, Split.TRAIN) if spec.label == label]
        for label in ("anger", "boredom")
    }
    assert min(rates["anger"]) > max(rates["boredom"])
    assert len(set(rates["anger"])) > 20
    flat = plan(evolve(RECIPE, emotional_prosody=False), ITEMS, BANK)
    assert {spec.prosody for spec in flat} == {Prosody()}


def test_takes_come_on_top_once_each() -> None:
    takes = (
        SpeechItem(key="a", voice="me", text="", split=Split.TRAIN, label="joy"),
        SpeechItem(key="b", voice="me", text="", split=Split.TEST, label="awe"),
    )
    recipe = evolve(RECIPE, sources=evolve(RECIPE.sources, takes=Takes(folders=("takes",))))
    specs = plan(recipe, {**ITEMS, "takes": takes}, BANK)
    assert len(specs) == RECIPE.clips + 2
    found = {spec.item: spec for spec in specs if spec.source == "takes"}
    assert (found["a"].split, found["a"].label) == (Split.TRAIN, "joy")
    assert (found["b"].split, found["b"].label) == (Split.TEST, "awe")
    unknown = (evolve(takes[0], label="glee"),)
    with pytest.raises(
        TrainerError, match=r"takes a: glee is not a label of the bank: neutral, joy"
    ):
        plan(recipe, {**ITEMS, "takes": unknown}, BANK)


def test_a_split_without_speech_is_named() -> None:
    only = {"espeak": tuple(item for item in ITEMS["espeak"] if item.split is Split.TRAIN)}
    with pytest.raises(TrainerError, match=r"no source has anything to say for validation"):
        plan(RECIPE, only, BANK)


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 100), min_size=1, max_size=8))
def test_parts_are_fair_and_whole(total: int, weights: list[float]) -> None:
    parts = apportion(total, dict(enumerate(weights)))
    assert sum(parts.values()) == total
    for at, weight in enumerate(weights):
        assert abs(parts[at] - total * weight / sum(weights)) < 1 + 1e-6


def test_the_small_recipe_is_small() -> None:
    recipe = read_recipe(RECIPES / "small.yaml")
    assert recipe.clips == 300
    assert recipe.sources.used == ("espeak", "flite")
