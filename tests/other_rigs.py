"""The default bank on rigs with other channels, for tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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


VRM = (
    *("happy", "angry", "sad", "relaxed", "surprised", "aa", "ih", "ou", "ee", "oh"),
    *("blink", "blinkLeft", "blinkRight", "lookUp", "lookDown", "lookLeft", "lookRight"),
)
"""The preset expressions of VRM 1.0."""

ANCHORS = {
    "neutral": ((0.0, -0.4, 0.0), (0.0, 0.0, 0.0), (0.0, 0.4, 0.0)),
    "glad": ((0.45, 0.0, 0.2), (0.75, 0.35, 0.35), (0.9, 0.8, 0.5)),
    "cross": ((-0.4, 0.1, 0.1), (-0.6, 0.5, 0.3), (-0.8, 0.9, 0.4)),
}


def write_bare_bank(folder: Path, channels: Sequence[str]) -> None:
    """A bank in which nothing stands that may be left out.

    No rules, styles, action units, antagonists, shorthands or sides; no channel that the lips and
    the emotion share. glad moves the first third of the channels, cross the second.
    """
    third = max(1, len(channels) // 3)
    moving = {"neutral": (), "glad": channels[:third], "cross": channels[third : 2 * third]}
    (folder / "rigs").mkdir(parents=True)
    (folder / "emotions").mkdir()
    listed = "".join(
        f"  - {{name: {name}, class: {'LIPSYNC' if position % 3 == 2 else 'EXPRESSION'}}}\n"
        for position, name in enumerate(channels)
    )
    rig = f"schema: mien/rig/1\nid: own\ntitle: Own\nchannels:\n{listed}"
    (folder / "rigs" / "own.yaml").write_text(rig, "utf-8")
    (folder / "bank.yaml").write_text(MANIFEST, "utf-8")
    for label, anchors in ANCHORS.items():
        lines = [f"schema: mien/emotion/1\nlabel: {label}\ntitle: {label}\ndescription: {label}"]
        lines.append("anchors:")
        for name, vad in zip(INTENSITIES, anchors, strict=True):
            lines.append(f"  {name}: {{vad: {list(vad)}, basis: made up}}")
        lines.append("archetypes:")
        for name, weight in zip(INTENSITIES, (0.2, 0.4, 0.6), strict=True):
            face = ", ".join(f"{channel}: {weight}" for channel in moving[label])
            lines.append(f"  {name}: {{{face}}}")
        (folder / "emotions" / f"{label}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


INTENSITIES = ("low", "mid", "high")

MANIFEST = """\
schema: mien/bank/1
id: own
version: 1.0.0
title: Own
description: A bank on another rig.
licence: CC0-1.0
authors: [mien]
rig: own
labels: [neutral, glad, cross]
intensities: [low, mid, high]
metric: {valence: 1.0, arousal: 0.8, dominance: 0.5}
kernel: {name: wendland-c2, support: 1.6}
plateau: {reach: 0.96, flat: 0.25}
budgets:
  slope: {mean: 2.0, channel: 8.0}
  separation: 0.02
  spacing: 0.3
"""
