"""The lips of a performance: the one record through which every source of lips reaches it.

A source gives one `LipTrack` of the whole sound, or one a block, in order and without gaps: a
stream of lips is an iterable of tracks. Dimension letters: F frames at 60 a second, C channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien.engine.tables import F32, Tables
from mien.errors import QueryError

Index = npt.NDArray[np.intp]

_OF_THE_FACE = "EXPRESSION"
"""The class of the channels that lips leave alone."""


@frozen(kw_only=True, eq=False)
class LipTrack:
    """What the mouth does for the sound over F frames, frame k at k / 60 s from the first.

    ``weights`` (F, C) in [0, 1], a column for each of ``channels``: what lips, jaw and tongue do
    for the sound alone, 0 in silence. ``speech`` (F,) in [0, 1] is how much the mouth belongs to
    the sound: 0 in silence, 1 in speech, and smooth between, from a tenth of a second before the
    sound to a tenth after. ``contacts`` (F,) in [0, 1] is how firmly lips or teeth meet: 1 while a
    p, b, m, f or v is closed, however the source knows; no expression parts them there.
    ``emphases`` (F,) in [0, 1] is above 0 in the frame in which a stressed syllable begins, and
    says how strong it is; brows and head may follow it. ``prosody`` (F, 2) in [-1, 1] is what the
    voice does beside what it says (`mien.performance.prosody` has its columns), None where nobody
    has listened. ``source`` is what messages and files call where the lips come from, such as
    ``line.TextGrid (MFA)``.
    """

    channels: tuple[str, ...]
    weights: F32
    speech: F32
    contacts: F32
    emphases: F32
    prosody: F32 | None = field(default=None)
    source: str = field(default="")

    @property
    def frames(self) -> int:
        """F."""
        return len(self.weights)


def lip_track(
    channels: Sequence[str],
    weights: npt.ArrayLike,
    speech: npt.ArrayLike,
    *,
    contacts: npt.ArrayLike | None = None,
    emphases: npt.ArrayLike | None = None,
    prosody: npt.ArrayLike | None = None,
    source: str = "",
) -> LipTrack:
    """The track of numbers from outside, checked; what is not given is 0.

    Raises:
        QueryError: a wrong shape, a channel that comes twice, or a number that is out of range.
    """
    names = tuple(channels)
    if len(set(names)) != len(names):
        raise QueryError("the lips name a channel twice")
    shown = _unit("weights", weights)
    if shown.ndim != 2 or shown.shape[1] != len(names):
        raise QueryError(f"the lips' weights have shape {shown.shape}, expected (F, {len(names)})")
    curves: dict[str, F32] = {}
    for what, given in (("speech", speech), ("contacts", contacts), ("emphases", emphases)):
        none = np.zeros(len(shown), dtype=np.float32)
        curves[what] = none if given is None else _unit(what, given)
        if curves[what].shape != (len(shown),):
            raise QueryError(
                f"the lips' {what} have shape {curves[what].shape}, expected ({len(shown)},)"
            )
    voice = None if prosody is None else _within("prosody", prosody, -1.0)
    if voice is not None and voice.shape != (len(shown), 2):
        raise QueryError(f"the lips' prosody has shape {voice.shape}, expected ({len(shown)}, 2)")
    return LipTrack(channels=names, weights=shown, source=source, prosody=voice, **curves)


def still_lips(channels: Sequence[str], frames: int) -> LipTrack:
    """Lips that say nothing for so many frames."""
    return lip_track(channels, np.zeros((frames, len(channels))), np.zeros(frames))


def joined(tracks: Iterable[LipTrack], channels: Sequence[str]) -> LipTrack:
    """The blocks of a stream as one track; of none at all, one without frames in ``channels``."""
    parts = list(tracks) or [still_lips(channels, 0)]
    first = parts[0]
    if len(parts) == 1:
        return first
    return LipTrack(
        channels=first.channels,
        weights=np.concatenate([one.weights for one in parts]),
        speech=np.concatenate([one.speech for one in parts]),
        contacts=np.concatenate([one.contacts for one in parts]),
        emphases=np.concatenate([one.emphases for one in parts]),
        prosody=_joined_prosody(parts),
        source=first.source,
    )


def prosody_of(track: LipTrack) -> F32:
    """The prosody (F, 2) of a track, 0 where nobody has listened."""
    if track.prosody is None:
        return np.zeros((track.frames, 2), dtype=np.float32)
    return track.prosody


def _joined_prosody(parts: Sequence[LipTrack]) -> F32 | None:
    if all(one.prosody is None for one in parts):
        return None
    return np.concatenate([prosody_of(one) for one in parts])


def on_bank(track: LipTrack, tables: Tables) -> F32:
    """The lips' weights (F, C) in the order of a bank's channels, matched by name.

    A channel that the bank has and the lips have not is 0; one that the bank's rig leaves to the
    expression stays out, and so does one that the bank has not: `left_out` names those.
    """
    shown = np.zeros((track.frames, len(tables.channels)), dtype=np.float32)
    columns, own = _matched(track.channels, tables)
    shown[:, columns] = track.weights.take(own, axis=1)
    return shown


@lru_cache(maxsize=8)
def _matched(own: tuple[str, ...], tables: Tables) -> tuple[Index, Index]:
    """The columns of a bank's channels that lips may move, and which of their ``own`` each is."""
    places = {name: place for place, name in enumerate(own)}
    found = [
        (column, places[name])
        for column, (name, class_) in enumerate(zip(tables.channels, tables.classes, strict=True))
        if name in places and class_ != _OF_THE_FACE
    ]
    columns, taken = np.array(found, dtype=np.intp).reshape(-1, 2).T
    return columns, taken


def left_out(channels: Sequence[str], tables: Tables) -> tuple[str, ...]:
    """Those of the lips' ``channels`` that a bank has not, in their order."""
    return tuple(name for name in channels if name not in tables.channel_index)


def _unit(what: str, values: npt.ArrayLike) -> F32:
    return _within(what, values, 0.0)


def _within(what: str, values: npt.ArrayLike, low: float) -> F32:
    try:
        array = np.ascontiguousarray(values, dtype=np.float32)
    except (TypeError, ValueError):
        raise QueryError(f"the lips' {what} are no rows of numbers of one length") from None
    if array.size and not (array.min() >= low and array.max() <= 1.0):
        row = int(np.argwhere(~((array >= low) & (array <= 1.0)))[0][0])
        raise QueryError(f"the lips' {what} leave [{low:g}, 1] in frame {row}")
    return array
