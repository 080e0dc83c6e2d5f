"""From a recipe to all that making needs: the bank, what the sources offer, the plan."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from mien import load
from mien.bank import Bank
from mien.engine.tables import Tables
from mien_trainer.fault import TrainerError
from mien_trainer.targets.clip import ClipSpec, ShardHeader
from mien_trainer.targets.manifest import Refused
from mien_trainer.targets.plan import plan
from mien_trainer.targets.recipe import Recipe
from mien_trainer.targets.sources import items_of, open_sources, programs
from mien_trainer.targets.worker import ClipWorker


@frozen(kw_only=True, eq=False)
class RecipeSetup:
    """A recipe with its compiled bank; see `mien_trainer.targets.worker.WorkerSetup`."""

    recipe: Recipe
    tables: Tables
    header: ShardHeader
    programs: Mapping[str, str]

    def open(self) -> ClipWorker:
        """A worker with sources of its own.

        Raises:
            TrainerError: this process has other programs, or the bank cannot be used.
        """
        from mien_trainer.targets.maker import ClipMaker

        own = programs(self.recipe.sources)
        if own != self.programs:
            found, wanted = (
                ", ".join(f"{name} {version}" for name, version in versions.items())
                for versions in (own, self.programs)
            )
            raise TrainerError(f"a process that makes clips has {found}; expected {wanted}")
        bank = Bank(self.tables, self.header.artifact)
        return ClipMaker(bank, open_sources(self.recipe, bank))


@frozen(kw_only=True, eq=False)
class Prepared:
    """A recipe ready to be made.

    ``bank`` says which bank was taken, ``unusable`` is what sources found and cannot offer.
    """

    recipe: Recipe
    bank: str
    specs: tuple[ClipSpec, ...]
    setup: RecipeSetup
    unusable: tuple[Refused, ...]


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
        unusable = tuple(
            Refused(clip="", source=name, item="", reason=str(refusal))
            for name, source in sources.items()
            for refusal in source.refusals()
        )
    finally:
        for source in sources.values():
            source.close()
    return Prepared(
        recipe=recipe,
        bank=bank.source,
        specs=plan(recipe, items, bank),
        setup=RecipeSetup(
            recipe=recipe,
            tables=bank.tables,
            header=ShardHeader.of(bank),
            programs=programs(recipe.sources),
        ),
        unusable=unusable,
    )
