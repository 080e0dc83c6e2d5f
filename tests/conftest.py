"""Settings that every test shares."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from mien import resources

if TYPE_CHECKING:
    from mien.view.server import ViewServer

settings.register_profile("default", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default bank, with its rig beside it, to be changed."""
    home = tmp_path / "default"
    shutil.copytree(resources.presets() / "default", home)
    shutil.copytree(resources.presets() / "rigs", tmp_path / "rigs")
    return home


@pytest.fixture
def server(folder: Path) -> Iterator[ViewServer]:
    """`mien view` of that copy."""
    from mien.view.server import ViewServer

    with ViewServer(folder) as running:
        running.start()
        yield running
