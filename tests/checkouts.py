"""A git of the tests' own, whatever the machine's is told to do."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_SETTINGS = ("user.name=A", "user.email=a@example.org", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = (part for setting in _SETTINGS for part in ("-c", setting))
    subprocess.run(
        ["git", "-C", str(folder), *settings, *arguments],
        check=True,
        capture_output=True,
        env={**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
    )
