"""The names and orders of the 52 channels that recordings come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from mien import resources
from mien.authored.documents import parse
from mien.authored.rig import Rig
from mien.authored.structure import rig_record
from mien.errors import SourceError
from mien.text.files import shown_path
from mien.text.spellings import channel_named
from mien.text.suggest import nearest

_MOST = 12
"""Names in one hint."""

ABSENT = "tongueOut"
"""The one channel that recordings may lack, at rest then: MediaPipe, for one, does not see it."""


def missed(absent: Iterable[str], others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Channels that a recording cannot do without, and what to do; it has the names ``others``."""
    for channel, close in _near(absent, others):
        yield channel, f"is it {close}? write the name as {_whose(channel)} does" if close else ""


def missed_together(absent: Iterable[str], others: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """As `missed`, with one hint for all of them."""
    missing = tuple(_near(absent, others))
    near = [f"{close} {channel}" for channel, close in missing if close]
    if len(missing) == 1:
        ((_, hint),) = missed(absent, others)
    else:
        whose = _whose(missing[0][0]) if missing else ""
        hint = f"is {', '.join(near[:_MOST])}? write the names as {whose} does" if near else ""
    return tuple(channel for channel, _ in missing), hint


def _whose(channel: str) -> str:
    return "ARKit" if channel in arkit_channels() else "the rig"


def _near(absent: Iterable[str], others: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    for channel in absent:
        close = nearest(channel, others)
        if channel != ABSENT or close:
            yield channel, close


@cache
def arkit_rig() -> Rig:
    """The rig of 52 channels that ships."""
    folder = resources.presets() / "rigs"
    path = folder / "arkit52.yaml"
    root, faults = parse(path, shown_path(path), folder.resolve())
    if root is None or faults:
        raise SourceError(faults)
    return rig_record(root)


@cache
def arkit_channels() -> tuple[str, ...]:
    """The names of the rig that ships, in its order, which is Apple's documentation's."""
    return arkit_rig().names


@cache
def sdk_channels() -> tuple[str, ...]:
    """The names in the order of Apple's header file: by the alphabet, which puts tongueOut last."""
    return tuple(sorted(arkit_channels()))


def unspelled(names: Iterable[str]) -> tuple[str, ...]:
    """The channels of ARKit that none of ``names`` spells: ``JawOpen`` is jawOpen."""
    spelled = {arkit_channel(name) for name in names}
    return tuple(channel for channel in arkit_channels() if channel not in spelled)


@lru_cache(maxsize=4096)
def arkit_channel(name: str) -> str | None:
    """The channel that ``name`` spells; None for none."""
    return channel_named(name, arkit_channels())
