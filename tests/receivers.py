"""Programs of others that read models: three.js, three-vrm and its animation, the validator."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.child import finished

SCRIPT = Path(__file__).with_name("receivers.mjs")


def received(command: str, *words: str | Path | float) -> Any:  # noqa: ANN401  what JSON holds
    """What a command of `receivers.mjs` says."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    given = [node, str(SCRIPT), command, *map(str, words)]
    ended = finished(given)
    return json.loads(ended.stdout)
