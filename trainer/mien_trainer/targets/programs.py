"""The programs and packages that the bytes of a set depend on, with their versions."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mien_trainer.targets.config import Prompts, RecipeSources

_ALWAYS = ("mien", "numpy", "pyarrow", "soxr")
_OF_SOURCE = {
    "asterisk": ("pocketsphinx", "soundfile"),
    "takes": ("soundfile",),
    "mead": ("soundfile",),
}


def programs(sources: RecipeSources) -> dict[str, str]:
    """Name -> version of what makes speech of these sources and keeps it, by name in order.

    Recorded prompts have no version, but the form that they are read in.

    Raises:
        SpeechUnavailableError: there are no such prompts.
    """
    names = {*_ALWAYS, *(name for source in sources.used for name in _OF_SOURCE.get(source, ()))}
    found = {name: known for name in names if (known := _package(name))}
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
    said = subprocess.run(  # noqa: S603  a fixed program, no shell
        [shutil.which("flite") or "flite", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"version:\s*flite-(\S+)", said)
    return found[1] if found else "unknown"


def _prompts(asterisk: Prompts) -> str:
    from mien_trainer.prompts import FOLDER, sound_kind

    return sound_kind(FOLDER if asterisk.folder is None else Path(asterisk.folder))
