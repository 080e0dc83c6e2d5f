"""The sources of a recipe, opened, with all that is missing said at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from mien.bank import Bank
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import SpeechItem, SpeechSource, SpeechUnavailableError
from mien_trainer.synthesis.sentences import read_sentences
from mien_trainer.targets.config import Recipe

if TYPE_CHECKING:
    from mien_trainer.alignment.aligner import Aligner


def without(recipe: Recipe, names: Sequence[str]) -> Recipe:
    """The recipe with these sources left out.

    Raises:
        TrainerError: the recipe does not use one of them, or nothing that speaks is left.
    """
    for name in names:
        if name not in recipe.sources.used:
            hint = did_you_mean(name, recipe.sources.used)
            raise TrainerError(f"recipe {recipe.name} has no source {name}; {hint}")
    left = evolve(recipe.sources, **dict.fromkeys(names, None))
    if names and recipe.silence < 1.0 and not left.shares:
        raise TrainerError(f"recipe {recipe.name}: without {', '.join(names)} nothing speaks")
    return evolve(recipe, sources=left)


def open_sources(recipe: Recipe, bank: Bank) -> dict[str, SpeechSource]:
    """The sources that the recipe uses, by name; a module is imported when its source is used."""
    used = recipe.sources
    opened: dict[str, SpeechSource] = {}
    if used.espeak is not None:
        from mien_trainer.synthesis.espeak import EspeakSource

        opened["espeak"] = EspeakSource(used.espeak.voices, read_sentences())
    if used.flite is not None:
        from mien_trainer.synthesis.flite import FliteSource

        opened["flite"] = FliteSource(used.flite.voices, read_sentences())
    if used.asterisk is not None:
        from mien_trainer.prompts import PromptSource

        opened["asterisk"] = PromptSource(
            _path(used.asterisk.folder), _path(used.asterisk.transcripts)
        )
    if used.takes is not None:
        from mien_trainer.takes.source import TakesSource

        opened["takes"] = TakesSource(
            [Path(folder) for folder in used.takes.folders],
            labels=bank.labels,
            channels=bank.channels,
            align=_align_text,
        )
    if used.mead is not None:
        from mien_trainer.mead.source import MeadSource

        opened["mead"] = MeadSource(Path(used.mead.root), channels=bank.channels)
    return opened


def items_of(sources: Mapping[str, SpeechSource]) -> dict[str, tuple[SpeechItem, ...]]:
    """All that the sources can say, by source.

    Raises:
        SpeechUnavailableError: some cannot be used; the message lists what each needs.
    """
    items: dict[str, tuple[SpeechItem, ...]] = {}
    missing: list[str] = []
    for name, source in sources.items():
        try:
            items[name] = source.items()
        except SpeechUnavailableError as unavailable:
            missing.append(f"{name}: {unavailable}")
    if missing:
        names = " ".join(f"--without {one.partition(':')[0]}" for one in missing)
        listed = "\n".join(f"  {one}" for one in missing)
        raise SpeechUnavailableError(
            f"some sources of speech cannot be used here:\n{listed}\n"
            f"Install what is missing, or leave them out: {names}"
        )
    return items


def _align_text(audio: F32, text: str) -> tuple[Phoneme, ...]:
    return _aligner().align_text(audio, text)


@cache
def _aligner() -> Aligner:
    """This process's aligner; it takes a second to load, and takes need not have words."""
    from mien_trainer.alignment.aligner import Aligner

    return Aligner()


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
