"""The pre-commit hooks run where a commit touches presets, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOOKS = {
    hook["id"]: hook
    for hook in cast(
        "list[dict[str, str]]", yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    )
}
BANK = [
    "presets/default/bank.yaml",
    "bank.yml",
    "ours/rules.json",
    "presets/default/emotions/joy.yaml",
    "presets/rigs/arkit52.yaml",
]
OTHERS = [
    "README.md",
    ".github/workflows/ci.yaml",
    "docker-compose.yaml",
    "presets/default/emotions/joy.txt",
    "src/rules.py",
    "mybank.yaml",
    "package.json",
    "presets/releases/default/1.0.0/sources/emotions/joy.yaml",
    "presets/releases/ledger.yaml",
]


def fires(hook: str, path: str) -> bool:
    """Whether pre-commit hands the path to the hook."""
    settings = HOOKS[hook]
    return bool(re.search(settings["files"], path) and not re.search(settings["exclude"], path))


@pytest.mark.parametrize("name", ["mien-fmt", "mien-check", "mien-lock"])
def test_a_hook_runs_on_preset_files_alone(name: str) -> None:
    assert [path for path in BANK if not fires(name, path)] == []
    assert [path for path in OTHERS if fires(name, path)] == []
    assert fires(name, "presets/default/mien.lock") is (name == "mien-lock")


def test_every_shipped_source_is_formatted_by_the_hook() -> None:
    banks = [path.parent for path in (ROOT / "presets").glob("*/bank.yaml")]
    sources = [path for bank in banks for path in bank.rglob("*.yaml")]
    names = [path.relative_to(ROOT).as_posix() for path in sources]
    assert names
    assert [name for name in names if not fires("mien-fmt", name)] == []
