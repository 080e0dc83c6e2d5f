"""The sources of a recipe, opened, with all that is missing said at once; their programs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mien.bank import Bank
from mien.versions import VERSIONS
from mien_trainer.speech import SpeechItem, SpeechSource, SpeechUnavailableError
from mien_trainer.synthesis.sentences import read_sentences
from mien_trainer.targets.recipe import Prompts, Recipe, RecipeSources


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
            aliases=bank.aliases,
            channels=bank.channels,
        )
    if used.mead is not None:
        from mien_trainer.mead.source import MeadSource

        opened["mead"] = MeadSource(Path(used.mead.folder), channels=bank.channels)
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


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


_ALWAYS = ("mien", "numpy", "pyarrow", "soxr")
_OF_SOURCE = {
    "asterisk": ("pocketsphinx", "soundfile"),
    "takes": ("soundfile",),
    "mead": ("soundfile",),
}


def programs(sources: RecipeSources) -> dict[str, str]:
    """Name -> version of what makes clips of these sources and keeps them, by name in order.

    Recorded prompts have no version, but the form that they are read in; ``targets`` is the version
    of recipes that faces are performed by.

    Raises:
        SpeechUnavailableError: there are no such prompts, or a program cannot be started.
    """
    names = {*_ALWAYS, *(name for source in sources.used for name in _OF_SOURCE.get(source, ()))}
    found = {name: known for name in names if (known := _package(name))}
    found["targets"] = str(VERSIONS["targets"])
    if sources.espeak is not None:
        found["espeak-ng"] = _espeak()
    if sources.flite is not None:
        found["flite"] = _flite()
    if sources.asterisk is not None:
        found["prompts"] = _prompts(sources.asterisk)
    return dict(sorted(found.items()))


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _espeak() -> str:
    from mien_trainer.synthesis.espeak_process import EspeakProcess

    process = EspeakProcess()
    process.close()
    return process.version


def _flite() -> str:
    from mien_trainer.synthesis.flite import program_version

    return program_version() or "unknown"


def _prompts(asterisk: Prompts) -> str:
    from mien_trainer.prompts import FOLDER, sound_kind

    return sound_kind(FOLDER if asterisk.folder is None else Path(asterisk.folder))
