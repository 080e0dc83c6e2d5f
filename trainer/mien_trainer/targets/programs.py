"""The programs and packages that the bytes of a set depend on, with their versions."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, version

_ALWAYS = ("mien", "numpy", "pyarrow", "soxr")
_OF_SOURCE = {
    "asterisk": ("pocketsphinx", "soundfile"),
    "takes": ("soundfile",),
    "mead": ("soundfile",),
}


def programs(sources: Collection[str]) -> dict[str, str]:
    """Name -> version of what makes speech of these sources and keeps it, by name in order."""
    names = {*_ALWAYS, *(name for source in sources for name in _OF_SOURCE.get(source, ()))}
    found = {name: known for name in names if (known := _package(name))}
    if "espeak" in sources:
        found["espeak-ng"] = _espeak()
    if "flite" in sources:
        found["flite"] = _flite()
    return dict(sorted(found.items()))


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _espeak() -> str:
    from mien_trainer.speech.espeak_process import EspeakProcess

    process = EspeakProcess()
    process.close()
    return process.version


def _flite() -> str:
    said = subprocess.run(  # noqa: S603  a fixed program, no shell
        [shutil.which("flite") or "flite", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"version:\s*flite-(\S+)", said)
    return found[1] if found else "unknown"
