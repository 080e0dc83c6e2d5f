"""The names of channels as other programs and meshes spell them: exact tables, no guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

_BEFORE = re.compile(r"\A(?:.*[.:])?(?:[A-Z]\d\d_)?")
"""What stands before a name: ``blendShapes.``, ``head:``, a number such as ``A01_``."""


@cache
def spelled_channels(channels: tuple[str, ...]) -> Mapping[str, str]:
    """Every known spelling of every channel; a channel's own name wins."""
    spelled = {spelling: channel for channel in channels for spelling in _spellings_of(channel)}
    return {**spelled, **{channel: channel for channel in channels}}


def channel_named(name: str, channels: tuple[str, ...]) -> str | None:
    """The channel that ``name`` spells, whatever mesh or list stands before it; None for none."""
    spelled = spelled_channels(channels)
    folded = _folded(channels)
    for one in (name, _BEFORE.sub("", name)):
        found = folded.get(one.casefold()) or spelled.get(one)
        if found:
            return found
    return None


@cache
def _folded(channels: tuple[str, ...]) -> Mapping[str, str]:
    return {channel.casefold(): channel for channel in channels}


def _spellings_of(channel: str) -> Iterator[str]:
    """``eyeBlinkLeft``: ``EyeBlinkLeft``, ``eye_blink_left``, ``eyeBlink_L``, ``EyeBlinkL``, ..."""
    stem, side = channel, ""
    for ending in ("Left", "Right"):
        if channel.endswith(ending):
            stem, side = channel.removesuffix(ending), ending
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", stem).lower()
    capitals = "_".join(part.capitalize() for part in snake.split("_"))
    for one in (stem, stem[0].upper() + stem[1:], snake, stem.lower(), snake.upper(), capitals):
        if not side:
            yield one
            continue
        for end in (side, side.lower(), side.upper(), side[0], side[0].lower()):
            yield f"{one}_{end}"
        yield one + side
        yield one + side[0]
    if side:
        yield channel.lower()
