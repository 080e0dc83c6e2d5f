"""The recipe of a set of targets, read strictly, with every default in place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from attrs import evolve, field, frozen
from cattrs import Converter

from mien.authored.documents import read_valid
from mien.errors import SourceError
from mien.text.canonical import canonical
from mien.text.fault import Fault, fault_at
from mien.text.node import Node, Plain, plain
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError
from mien_trainer.migrations import MIGRATIONS, TARGETS_2
from mien_trainer.synthesis.voices import Voice

_CONVERTER = Converter(forbid_extra_keys=True)

_Data = dict[str, Any]

RECIPES = Path(__file__).resolve().parents[1] / "recipes" / "targets"
"""The recipes that ship, a file each."""


@frozen(kw_only=True)
class Synthesis:
    """A synthesiser: its part of the speech, relative to other sources, and its voices."""

    share: float
    voices: tuple[Voice, ...]


@frozen(kw_only=True)
class Prompts:
    """Recorded prompts: their part of the speech, and where they lie if not where installed."""

    share: float
    folder: str | None = field(default=None)
    transcripts: str | None = field(default=None)


@frozen(kw_only=True)
class Takes:
    """Folders of recorded takes; each take gives one clip."""

    folders: tuple[str, ...]


@frozen(kw_only=True)
class Mead:
    """The folder of MEAD's features; each recording gives one clip."""

    folder: str


@frozen(kw_only=True)
class RecipeSources:
    """Where speech comes from; None: not used."""

    espeak: Synthesis | None = field(default=None)
    flite: Synthesis | None = field(default=None)
    asterisk: Prompts | None = field(default=None)
    takes: Takes | None = field(default=None)
    mead: Mead | None = field(default=None)

    @property
    def shares(self) -> dict[str, float]:
        """The parts of the sources whose speech is used as often as the recipe asks."""
        sharing = {"espeak": self.espeak, "flite": self.flite, "asterisk": self.asterisk}
        return {name: one.share for name, one in sharing.items() if one is not None}

    @property
    def used(self) -> tuple[str, ...]:
        """The names of all that are used."""
        recorded = (("takes", self.takes), ("mead", self.mead))
        return (*self.shares, *(name for name, one in recorded if one is not None))


@frozen(kw_only=True)
class Splits:
    """How clips are divided, relative to the sum."""

    train: float = field(default=88.0)
    validation: float = field(default=6.0)
    test: float = field(default=6.0)


@frozen(kw_only=True)
class Recipe:
    """All that decides a set of targets; see schema/targets.schema.json.

    ``clips`` counts synthesised speech, prompts and silence; takes and MEAD come on top.
    ``silence_share`` and ``max_refused_share`` are shares in [0, 1].
    """

    name: str
    clips: int
    sources: RecipeSources
    description: str = field(default="")
    bank: str = field(default="default")
    seed: int = field(default=1)
    silence_share: float = field(default=0.04)
    clips_per_shard: int = field(default=128)
    splits: Splits = field(factory=Splits)
    emotional_prosody: bool = field(default=True)
    max_refused_share: float = field(default=0.05)


def recipe_path(recipe: str) -> Path:
    """The file that RECIPE means: a file that exists, else a recipe that ships under that name.

    Raises:
        TrainerError: it is neither.
    """
    path = Path(recipe)
    if path.is_file():
        return path
    shipped = sorted(file.stem for file in RECIPES.glob("*.yaml"))
    if recipe in shipped:
        return RECIPES / f"{recipe}.yaml"
    if path.suffix or len(path.parts) > 1:
        raise TrainerError(f"there is no file {recipe}")
    hint = did_you_mean(recipe, shipped)
    raise TrainerError(f"there is no file {recipe}, and no recipe of that name ships; {hint}")


def read_recipe(path: Path) -> Recipe:
    """The recipe in the file ``path``, valid against ``schema/targets.schema.json``.

    Raises:
        SourceError: with every fault of the file.
    """
    root = read_valid(path, "targets", MIGRATIONS)
    found = {key: value for key, value in cast("_Data", plain(root)).items() if key != "schema"}
    recipe = _CONVERTER.structure(found, Recipe)
    beyond = tuple(_beyond_schema(root, recipe))
    if beyond:
        raise SourceError(beyond)
    return recipe


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
    if names and recipe.silence_share < 1.0 and not left.shares:
        raise TrainerError(f"recipe {recipe.name}: without {', '.join(names)} nothing speaks")
    return evolve(recipe, sources=left)


def recipe_digest(recipe: Recipe) -> str:
    """The sha256 in hex of what the recipe says, defaults spelled out, without its description.

    However the file is written, the same recipe has the same digest. It is taken over the keys of
    mien/targets/1, so that folders that were made from one go on and keep their manifests.
    """
    found = cast("_Data", _CONVERTER.unstructure(recipe))
    del found["description"]
    for (*above, before), name in TARGETS_2.items():
        place: _Data | None = found
        for key in above:
            place = place and place[key]
        if place is not None:
            place[before] = place.pop(name)
    return hashlib.sha256(canonical(cast("Plain", found)).encode()).hexdigest()


def _beyond_schema(root: Node, recipe: Recipe) -> Iterator[Fault]:
    if recipe.silence_share < 1.0 and not recipe.sources.shares:
        message = f"no source speaks, but only a share of {recipe.silence_share:g} is to be silence"
        hint = "name espeak, flite or asterisk, or set silence_share: 1"
        yield fault_at(root, ("sources",), "no-speech", message, hint)
    for name, source in (("espeak", recipe.sources.espeak), ("flite", recipe.sources.flite)):
        voices = [voice.name for voice in source.voices] if source is not None else []
        for position, voice in enumerate(voices):
            if voice in voices[:position]:
                yield fault_at(
                    root,
                    ("sources", name, "voices", position, "name"),
                    "repeated-voice",
                    f"the voice {voice} is in the list a second time",
                    "a voice is for one split: keep one of the two",
                )
