"""The default bank on rigs with other channels, for tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from mien.authored.reader import read_bank


def rename_channels(folder: Path, rename: Callable[[str], str]) -> None:
    """Give every channel and shorthand of the bank in ``folder``, and of its rig, another name."""
    rig = read_bank(folder).rig
    names = [*rig.names, *rig.shorthands]
    word = re.compile(rf"\b({'|'.join(sorted(names, key=len, reverse=True))})\b(?!-)")
    for path in (*folder.rglob("*.yaml"), folder.parent / "rigs" / "arkit52.yaml"):
        text = word.sub(lambda found: rename(found[1]), path.read_text("utf-8"))
        path.write_text(text, "utf-8")
    (folder / "mien.lock").unlink(missing_ok=True)


def pascal(name: str) -> str:
    """EyeBlinkLeft."""
    return name[0].upper() + name[1:]


def foreign(name: str) -> str:
    """A name of which nobody knows what it moves."""
    return f"rig_{name.lower()}_x"


def add_aliases(folder: Path, names: dict[str, str]) -> None:
    """Let the rig of the bank in ``folder`` say what its channels are called elsewhere."""
    path = folder.parent / "rigs" / "arkit52.yaml"
    lines = "".join(f"  {name}: [{alias}]\n" for name, alias in names.items())
    path.write_text(f"{path.read_text('utf-8')}\naliases:\n{lines}", "utf-8")
