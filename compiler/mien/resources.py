"""Where the shipped data lies. Nothing else computes a path to it."""

from __future__ import annotations

from pathlib import Path


def _folder(name: str) -> Path:
    """A wheel carries the folder under data/; a checkout keeps it at its root."""
    package = Path(__file__).resolve().parent
    shipped = package / "data" / name
    return shipped if shipped.is_dir() else package.parents[1] / name


def presets() -> Path:
    """The folder of the banks and rigs that ship."""
    return _folder("presets")


def schemas() -> Path:
    """The folder of the JSON Schemas."""
    return _folder("schema")


def web() -> Path:
    """The folder of the browser's modules."""
    return Path(__file__).resolve().parent / "web"
