"""What is plainly wrong with clips and shards: by themselves, and beside all others."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
from attrs import field, frozen

from mien.bank import Bank
from mien.engine.tables import Tables
from mien.text.fault import counted
from mien_trainer.audit.limits import HELD_OUT, TOLERANCE
from mien_trainer.frames import F32
from mien_trainer.mead.source import MeadSource
from mien_trainer.speech import Split
from mien_trainer.takes.source import TakesSource
from mien_trainer.targets.clip import Clip

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "not-a-number": "make the clip again; if it comes back, its source is at fault",
        "out-of-range": "weights and speech lie in [0, 1]: clamp captures before they are stored",
        "lengths": "every series of a clip has one row a frame: make the clip again",
        "conditions": "conditions are one label one-hot and a point in [-1, 1]",
        "antagonists": "compose the lips last: it takes apart what excludes each other",
        "captured-antagonists": "trackers report a little of it; much of it is a bad capture",
        "artifact": "make the targets again from the bank that the manifest names",
        "shard-changed": "make the shard again, or restore it: its bytes are not the manifest's",
        "stray-shard": "delete it, or make the manifest again",
        "refused": "see why the source refuses it; the others can be used",
        "same-id": "ids are unique within a set",
        "sentence-leak": "keep a sentence in one split only",
        "voice-leak": "keep a held-out voice out of the other splits",
        "duplicate": "delete one of the two",
        "duplicate-leak": "the same clip is learned and judged by: delete one of the two",
        "silent": "the text says speech and the sound has none: see what the source wrote",
    }
)
"""What to do, by code."""

SHOWN = 50
"""So many faults of a kind are kept; the others are counted."""


@frozen(kw_only=True)
class ClipFault:
    """One fault; ``clip`` is empty where the whole shard is meant."""

    code: str
    shard: str
    clip: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.shard, self.clip, self.message) if part)


@frozen(kw_only=True)
class FaultKind:
    """All faults of one code: how many, and the first ``SHOWN`` of them."""

    code: str
    count: int
    first: tuple[ClipFault, ...]

    @property
    def hint(self) -> str:
        """What to do."""
        return HINTS[self.code]


class Faults:
    """Faults as they come, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self._first: dict[str, list[ClipFault]] = {code: [] for code in HINTS}
        self._counts = dict.fromkeys(HINTS, 0)

    def add(self, code: str, shard: str, clip: str, message: str) -> None:
        """One more."""
        self._counts[code] += 1
        if len(self._first[code]) < SHOWN:
            found = ClipFault(code=code, shard=shard, clip=clip, message=message)
            self._first[code].append(found)

    def kinds(self) -> Iterator[FaultKind]:
        """The codes that were found, in the order of ``HINTS``."""
        for code, first in self._first.items():
            if first:
                yield FaultKind(code=code, count=self._counts[code], first=tuple(first))


CAPTURED = frozenset({TakesSource.name, MeadSource.name})
"""Sources whose faces were seen by a tracker, not made by the bank."""

Found = tuple[str, str]
"""A fault's code and message."""


def structure_faults(clip: Clip, bank: Bank, mels: int) -> Iterator[Found]:
    """Faults after which nothing can be measured; none, and the clip's arrays can be trusted."""
    labels, channels = len(bank.labels), len(bank.channels)
    series = (
        ("targets", clip.targets, (clip.frames, channels)),
        ("conditions", clip.conditions, (clip.frames, labels + 3)),
        ("mel", clip.mel, (clip.frames, mels)),
        ("speech", clip.speech, (clip.frames,)),
    )
    for name, values, shape in series:
        if values.shape != shape:
            yield "lengths", f"{name} has shape {values.shape}, expected {shape}"
    if clip.frames == 0:
        yield "lengths", "it has no frames"
    for name, values, _ in series:
        if not np.isfinite(values).all():
            frame = int(np.argwhere(~np.isfinite(values))[0][0])
            yield "not-a-number", f"{name} of frame {frame} is not finite"
    for name, values in (("targets", clip.targets), ("speech", clip.speech)):
        finite = values[np.isfinite(values)]
        if finite.size and (finite.min() < 0.0 or finite.max() > 1.0):
            span = f"{finite.min():.4g} to {finite.max():.4g}"
            yield "out-of-range", f"{name} run from {span}, expected [0, 1]"
    if clip.conditions.shape == (clip.frames, labels + 3):
        yield from _condition_faults(clip, bank.labels)


def _condition_faults(clip: Clip, labels: tuple[str, ...]) -> Iterator[Found]:
    hot, points = clip.conditions[:, : len(labels)], clip.conditions[:, len(labels) :]
    one_hot = ((hot == 0.0) | (hot == 1.0)).all(axis=1) & (hot.sum(axis=1) == 1.0)
    if not one_hot.all():
        yield "conditions", f"frame {int(np.argmin(one_hot))} is not one label one-hot"
    elif clip.label not in labels:
        yield "conditions", f"the bank has no label {clip.label}"
    else:
        named = hot.argmax(axis=1) == labels.index(clip.label)
        if not named.all():
            frame = int(np.argmin(named))
            message = labels[int(hot[frame].argmax())]
            yield "conditions", f"frame {frame} is {message}, the clip {clip.label}"
    outside = np.abs(points) > 1.0
    if outside.any():
        frame, axis = (int(place) for place in np.argwhere(outside)[0])
        value = points[frame, axis]
        yield "conditions", f"{'VAD'[axis]} of frame {frame} is {value:.4g}, expected [-1, 1]"


def antagonist_faults(clip: Clip, tables: Tables) -> Iterator[Found]:
    """The worst of what the clip's faces hold that the bank's conflict would take apart."""
    names, targets = tables.channels, clip.targets
    code = "captured-antagonists" if clip.source in CAPTURED else "antagonists"
    one, other = tables.pairs.T
    smaller = np.minimum(targets[:, one], targets[:, other])
    yield from _worst(
        code,
        smaller - tables.caps,
        lambda frame, pair: (
            f"{names[one[pair]]} {targets[frame, one[pair]]:.3f} with "
            f"{names[other[pair]]} {targets[frame, other[pair]]:.3f} in frame {frame}, "
            f"expected the smaller to be at most {tables.caps[pair]:.2g}"
        ),
    )
    channel, under = tables.ceilings.T
    yield from _worst(
        code,
        targets[:, channel] - targets[:, under] - tables.slacks,
        lambda frame, at: (
            f"{names[channel[at]]} {targets[frame, channel[at]]:.3f} over "
            f"{names[under[at]]} {targets[frame, under[at]]:.3f} in frame {frame}, "
            f"expected at most {tables.slacks[at]:.2g} more"
        ),
    )


def _worst(code: str, over: F32, message: Callable[[int, int], str]) -> Iterator[Found]:
    """The message on the frame and column of ``over`` (N, P) that is over most, if any is."""
    if over.size and over.max() > TOLERANCE:
        frame, column = divmod(int(over.argmax()), over.shape[1])
        more = int((over.max(axis=0) > TOLERANCE).sum()) - 1
        also = f" (and {counted(more, 'more pair')})" if more else ""
        yield code, message(frame, column) + also


_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@frozen(kw_only=True)
class _Occurrence:
    shard: str
    clip: str
    split: Split

    def __str__(self) -> str:
        return f"{self.clip} of {self.shard} ({self.split.value})"


@frozen
class _Voice:
    counts: dict[Split, int] = field(factory=lambda: dict.fromkeys(Split, 0))
    first: dict[Split, _Occurrence] = field(factory=dict[Split, _Occurrence])


class Leaks:
    """Remembers of every clip its id and a digest, of every sentence and voice where it was met."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._ids: dict[str, str] = {}
        self._texts: dict[str, _Occurrence] = {}
        self._contents: dict[bytes, _Occurrence] = {}
        self._voices: dict[tuple[str, str], _Voice] = {}

    def add(self, clip: Clip, shard: str) -> None:
        """Compare a clip with all before it."""
        if clip.id in self._ids:
            message = f"{self._ids[clip.id]} has a clip of this id, too"
            self._faults.add("same-id", shard, clip.id, message)
        self._ids.setdefault(clip.id, shard)
        here = _Occurrence(shard=shard, clip=clip.id, split=clip.split)
        self._add_text(clip, here)
        self._add_content(clip, here)
        if clip.voice and clip.phonemes:
            voice = self._voices.setdefault((clip.source, clip.voice), _Voice())
            voice.counts[clip.split] += 1
            voice.first.setdefault(clip.split, here)

    def end(self) -> Mapping[tuple[str, str], Mapping[Split, int]]:
        """Judge the voices, of which all clips must be known; clips by split, a source's voice."""
        for (_, name), voice in sorted(self._voices.items()):
            learned = voice.counts[Split.TRAIN]
            if learned:
                self._judge_learned(name, voice, learned)
            elif voice.counts[Split.VALIDATION] and voice.counts[Split.TEST]:
                first = voice.first[Split.TEST]
                message = f"voice {name} is held out for test and for validation"
                self._faults.add("voice-leak", first.shard, first.clip, message)
        return {name: dict(voice.counts) for name, voice in sorted(self._voices.items())}

    def _judge_learned(self, name: str, voice: _Voice, learned: int) -> None:
        """A voice to learn from says most sentences in training; one held out says none there."""
        clips = sum(voice.counts.values())
        if learned < HELD_OUT * clips:
            first = voice.first[Split.TRAIN]
            message = (
                f"voice {name} is held out ({clips - learned} of {counted(clips, 'clip')}), "
                "and trains here"
            )
            self._faults.add("voice-leak", first.shard, first.clip, message)

    def _add_text(self, clip: Clip, here: _Occurrence) -> None:
        words = " ".join(_WORDS.findall(clip.text.casefold()))
        before = self._texts.setdefault(words, here) if words else here
        if before.split is not here.split:
            message = f"in {here.split.value}, and its sentence is in {before}"
            self._faults.add("sentence-leak", here.shard, here.clip, message)

    def _add_content(self, clip: Clip, here: _Occurrence) -> None:
        digest = hashlib.blake2b(digest_size=16)
        for values in (clip.mel, clip.conditions, clip.targets):
            digest.update(values.tobytes())
        before = self._contents.setdefault(digest.digest(), here)
        if before is not here:
            code = "duplicate" if before.split is here.split else "duplicate-leak"
            self._faults.add(code, here.shard, here.clip, f"the same, value by value, as {before}")
