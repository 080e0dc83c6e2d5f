"""From a recipe to all that making needs: the bank, what the sources offer, the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from attrs import frozen

from mien import load
from mien_trainer.speech import SpeechRefusedError, SpeechSource
from mien_trainer.targets.clip import ClipSpec
from mien_trainer.targets.config import Recipe
from mien_trainer.targets.manifest import Refused
from mien_trainer.targets.plan import plan
from mien_trainer.targets.sources import items_of, open_sources
from mien_trainer.targets.workshop import RecipeWorkshop, workshop


@frozen(kw_only=True, eq=False)
class Prepared:
    """A recipe ready to be made; ``unusable`` is what sources found and cannot offer."""

    recipe: Recipe
    specs: tuple[ClipSpec, ...]
    workshop: RecipeWorkshop
    unusable: tuple[Refused, ...]


@runtime_checkable
class _Choosy(Protocol):
    """A source that also says what it cannot offer."""

    def refusals(self) -> tuple[SpeechRefusedError, ...]: ...


def prepare(recipe: Recipe) -> Prepared:
    """Load the bank, ask the sources and plan the clips.

    Raises:
        TrainerError: a source cannot be used, or the recipe cannot be planned.
        QueryError: there is no such bank.
        ArtifactError: the bank's artifact is damaged.
    """
    bank = load(recipe.bank)
    sources = open_sources(recipe, bank)
    try:
        items = items_of(sources)
        unusable = tuple(_unusable(sources))
    finally:
        for source in sources.values():
            source.close()
    return Prepared(
        recipe=recipe,
        specs=plan(recipe, items, bank),
        workshop=workshop(recipe, bank),
        unusable=unusable,
    )


def _unusable(sources: Mapping[str, SpeechSource]) -> list[Refused]:
    return [
        Refused(clip="", source=name, item="", reason=str(refusal))
        for name, source in sources.items()
        if isinstance(source, _Choosy)
        for refusal in source.refusals()
    ]
