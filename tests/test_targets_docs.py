"""What the page on targets shows runs, with every library that it names."""

from __future__ import annotations

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.child import finished
from tests.targets.fakes import HEAD, make

import mien_trainer
from mien_trainer.targets.shard import shard_schema

pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")

PAGE = (Path(mien_trainer.__file__).parent / "docs" / "targets.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds one of targets."""
    folder = tmp_path_factory.mktemp("home")
    make(folder / "targets")
    return folder


@pytest.mark.parametrize("library", ["mien", "pandas", "polars", "datasets", "ray"])
def test_each_library_reads_every_clip(home: Path, library: str) -> None:
    if find_spec(library) is None:
        pytest.skip(f"needs {library}")
    (block,) = [one for one in BLOCKS if re.search(rf"^(import|from) {library}\b", one, re.M)] or [
        BLOCKS[0]
    ]
    # a dashboard takes Ray most of the time, and nobody looks at it here
    start = "import ray\nray.init(include_dashboard=False)\n" if library == "ray" else ""
    done = finished(
        [sys.executable, "-c", f"from pathlib import Path\n{start}{block}"],
        cwd=home,
        env={**os.environ, "HF_HOME": str(home / "cache"), "HF_HUB_OFFLINE": "1"},
        timeout=240,
    )
    assert done.stdout.split()[-1] == "17"


def test_the_page_tells_every_column() -> None:
    rows = re.findall(r"^\| (`.*?`) \|", PAGE, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == set(shard_schema(HEAD).names)
