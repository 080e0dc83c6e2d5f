"""What a process needs to make the clips of a recipe."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from mien.bank import Bank
from mien.engine.tables import Tables
from mien_trainer.fault import TrainerError
from mien_trainer.frames import FRAME_RATE
from mien_trainer.targets.clip import MELS
from mien_trainer.targets.config import Recipe
from mien_trainer.targets.programs import programs
from mien_trainer.targets.sources import open_sources
from mien_trainer.targets.stored import ShardHead
from mien_trainer.targets.work import Maker


@frozen(kw_only=True, eq=False)
class RecipeWorkshop:
    """A recipe with its compiled bank; see `mien_trainer.targets.work.Workshop`."""

    recipe: Recipe
    tables: Tables
    head: ShardHead
    programs: Mapping[str, str]

    def open(self) -> Maker:
        """A maker with sources of its own.

        Raises:
            TrainerError: this process has other programs, or the bank cannot be used.
        """
        from mien_trainer.targets.maker import ClipMaker

        own = programs(self.recipe.sources)
        if own != self.programs:
            raise TrainerError(
                f"a process that makes clips has {_listed(own)}; expected {_listed(self.programs)}"
            )
        bank = Bank(self.tables, self.head.artifact)
        return ClipMaker(bank, open_sources(self.recipe, bank))


def workshop(recipe: Recipe, bank: Bank) -> RecipeWorkshop:
    """The workshop of a recipe in this process."""
    head = ShardHead(
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        channels=bank.channels,
        labels=bank.labels,
        frame_rate=FRAME_RATE,
        mels=MELS,
    )
    return RecipeWorkshop(
        recipe=recipe,
        tables=bank.tables,
        head=head,
        programs=programs(recipe.sources),
    )


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
