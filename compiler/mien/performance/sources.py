"""Where lips come from: one table of kinds, each opened by one function, imported when asked for.

A function takes a `LipRequest` and gives `SpokenLips`. It raises a `mien.MienError` whose message
says what is wrong with the sound or the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

import numpy as np
from attrs import evolve, field, frozen

from mien.bank import Bank
from mien.engine.tables import F32
from mien.errors import QueryError, not_installed
from mien.performance.lips import LipTrack


@frozen(kw_only=True)
class LipRequest:
    """What is asked of a source: lips for ``bank``.

    ``audio`` is the sound, ``file`` what the lips are read from, ``text`` what is said, ``network``
    an exported network other than the one that ships, ``recogniser`` one of speech other than that
    which comes along; None where a score does not say.
    ``prosody`` is whether the voice is to be listened to as well. ``listened`` is told the share of
    the sound in [0, 1] that has been heard, where that takes long.
    """

    bank: Bank
    audio: Path | None = field(default=None)
    file: Path | None = field(default=None)
    text: str | None = field(default=None)
    network: Path | None = field(default=None)
    recogniser: str | None = field(default=None)
    prosody: bool = field(default=False)
    listened: Callable[[float], None] | None = field(default=None)


@frozen(kw_only=True)
class Word:
    """A word and its moments in seconds."""

    text: str
    start: float
    end: float


@frozen(kw_only=True, eq=False)
class SpokenLips:
    """Lips that a source gives.

    ``frames`` are those that begin within the sound. ``tracks`` gives the blocks from the first
    on, each time anew. ``words`` are those that the source knows the times of. ``source`` is short,
    for files; ``said`` says for people how the lips come about, ``doubts`` what in the sources may
    be wrong. ``exact`` where the same sources give the same bits on every machine.
    """

    frames: int
    tracks: Callable[[], Iterator[LipTrack]]
    source: str
    said: str
    words: tuple[Word, ...] = field(default=())
    doubts: tuple[str, ...] = field(default=())
    exact: bool = field(default=True)


SOURCES: Mapping[str, str] = {
    "network": "mien_trainer.speak.lips:network_lips",
    "words": "mien_trainer.timings.spoken:transcript_lips",
    "sounds": "mien_trainer.timings.recognised:recognised_lips",
    "times": "mien_trainer.timings.spoken:timed_lips",
    "take": "mien.performance.take_lips:take_lips",
}
"""Module and function of each kind."""

NEED_SOUND = frozenset({"network", "words", "sounds"})
"""Kinds that cannot do without a sound."""

NEED_FILE = frozenset({"take", "times"})
"""Kinds that are read from a file."""


_CHOICE = "mien_trainer.speak.spoken:chosen_kind"


def default_kind(audio: Path) -> tuple[str, str]:
    """The kind of a sound's lips where nothing is said, and why it is not what it mostly is.

    Raises:
        MienError: the sound cannot be read.
    """
    module, _, name = _CHOICE.partition(":")
    try:
        found = import_module(module)
    except ModuleNotFoundError:
        return "network", ""
    return cast("Callable[[Path], tuple[str, str]]", getattr(found, name))(audio)


def open_lips(kind: str, request: LipRequest) -> SpokenLips:
    """The lips of a kind.

    Raises:
        MienError: as the source says; or what it needs is not installed.
    """
    module, _, name = SOURCES[kind].partition(":")
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        raise QueryError(f"lips from {kind}: {not_installed(error) or error}") from error
    function = cast("Callable[[LipRequest], SpokenLips]", getattr(found, name))
    lips = function(request)
    return lips if request.audio is None or not request.prosody else _listened(lips, request.audio)


def _listened(lips: SpokenLips, audio: Path) -> SpokenLips:
    """Lips with the prosody of their sound."""
    hear = cast("Callable[[Path], F32]", _of_the_trainer(audio, "mien_trainer.speak.prosody:heard"))

    def tracks() -> Iterator[LipTrack]:
        voice: F32 | None = None
        at = 0
        for track in lips.tracks():
            if track.prosody is not None:
                yield track
                continue
            voice = hear(audio) if voice is None else voice
            own = np.zeros((track.frames, 2), dtype=np.float32)
            here = voice[at : at + track.frames]
            own[: len(here)] = here
            at += track.frames
            yield evolve(track, prosody=own)

    return evolve(lips, tracks=tracks)


def sound_frames(audio: Path) -> int:
    """How many frames begin within a sound.

    Raises:
        MienError: it cannot be read, or what reads sound is not installed.
    """
    return cast("Callable[[Path], int]", _of_the_trainer(audio, "mien_trainer.audio:sound_frames"))(
        audio
    )


def _of_the_trainer(audio: Path, what: str) -> object:
    module, _, name = what.partition(":")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise QueryError(f"{audio}: {not_installed(error) or error}") from error
