"""Programs of others that read models: three.js, three-vrm and its animation, the validator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.child import finished, installed

SCRIPT = Path(__file__).with_name("receivers.mjs")


def received(command: str, *words: str | Path | float) -> Any:  # noqa: ANN401  what JSON holds
    """What a command of `receivers.mjs` says."""
    node = installed("node")
    given = [node, str(SCRIPT), command, *map(str, words)]
    ended = finished(given)
    return json.loads(ended.stdout)
