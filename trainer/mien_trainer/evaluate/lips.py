"""How well the lips follow speech that was not in training."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien_trainer.evaluate.network import EvaluatedNetwork
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lips.closures import CLOSED, contact_gaps, lip_gap
from mien_trainer.lips.table import Contact
from mien_trainer.phonemes import Phoneme
from mien_trainer.targets.clip import Clip

_APART = 0.2
"""Lips are well apart from this gap on, in units of jawOpen."""

_MOVES = 0.01
"""A channel whose targets have a smaller standard deviation has no correlation to speak of."""

LATE = 2
"""Frames (33 ms) that a contact may be late without harm: from 45 ms on sound that comes before
its picture is noticed (ITU-R BT.1359)."""


@frozen(kw_only=True)
class LipMatch:
    """The LIPSYNC channels of some clips beside their targets.

    ``correlation``: Pearson's over all frames, mean over the channels that move; ``error``: the
    mean absolute difference. In the frames that have the lips well apart as taught, ``opening`` is
    how wide they are as a share of that, and ``shut`` in how many they touch all the same: a mouth
    that stayed shut would keep every contact.
    """

    name: str
    clips: int
    seconds: float
    correlation: float
    error: float
    opening: float
    shut: float


@frozen(kw_only=True)
class Kept:
    """How many of ``total`` contacts are ``kept`` in time, how many at most `LATE` frames late.

    ``gap`` is the mean over all of how wide they were at their widest, in units of jawOpen.
    """

    kept: int
    late: int
    total: int
    gap: float

    @property
    def share(self) -> float:
        """The share kept in time; 1 where there were none."""
        return self.kept / self.total if self.total else 1.0

    @property
    def share_late(self) -> float:
        """The share kept at most `LATE` frames late."""
        return self.late / self.total if self.total else 1.0


@frozen(kw_only=True)
class Closures:
    """The contacts of some clips under a label at its mid point.

    ``lips`` are closed for p, b and m, ``teeth`` are touched by the lower lip for f and v.
    """

    label: str
    lips: Kept
    teeth: Kept


def lip_match(network: EvaluatedNetwork, name: str, clips: Sequence[Clip]) -> LipMatch:
    """The clips under their own conditions."""
    channels = network.channels_of("LIPSYNC")
    faces = np.concatenate([network.predict(c.mel[None], c.conditions[None])[0] for c in clips])
    targets = np.concatenate([clip.targets for clip in clips])
    found = faces[:, channels].astype(np.float64)
    wanted = targets[:, channels].astype(np.float64)
    apart, taught = _apart(faces, targets, network.bank.channels)
    return LipMatch(
        name=name,
        clips=len(clips),
        seconds=len(wanted) / FRAME_RATE,
        correlation=_correlation(found, wanted),
        error=float(np.abs(found - wanted).mean()),
        opening=float(apart.mean() / taught.mean()) if len(taught) else float("nan"),
        shut=float((apart <= CLOSED).mean()) if len(taught) else float("nan"),
    )


def closures(
    network: EvaluatedNetwork, clips: Iterable[Clip], intensity: str
) -> tuple[Closures, ...]:
    """The clips under every label in turn."""
    labels, vads = network.bank.labels, network.anchors_at(intensity)
    gaps: list[list[_Gaps]] = [[] for _ in labels]
    for clip in clips:
        for found, face in zip(
            gaps, network.faces(clip.mel, range(len(labels)), vads), strict=True
        ):
            found.append(_gaps(face, clip.phonemes))
    return tuple(
        Closures(label=label, lips=_kept(found, Contact.LIPS), teeth=_kept(found, Contact.TEETH))
        for label, found in zip(labels, gaps, strict=True)
    )


@frozen(kw_only=True)
class Comparison:
    """The correlation of LIPSYNC channels on an unheard voice, and that of the network ``name``.

    ``labels`` are those of the ``clips`` that both were measured on.
    """

    name: str
    labels: tuple[str, ...]
    clips: int
    correlation: float
    other: float

    @property
    def shortfall(self) -> float:
        """How far the network falls short of the other; below 0 where it is better."""
        return self.other - self.correlation


def compare_lips(
    network: EvaluatedNetwork,
    older: EvaluatedNetwork,
    name: str,
    clips: Sequence[Clip],
    known_voices: Collection[str],
    labels: Sequence[str],
) -> Comparison | None:
    """Both on the clips of unheard synthetic voices with one of ``labels``; None without any."""
    shared = [
        clip
        for clip in clips
        if clip.voice and clip.voice not in known_voices and not clip.real and clip.label in labels
    ]
    if not shared:
        return None
    return Comparison(
        name=name,
        labels=tuple(sorted({clip.label for clip in shared})),
        clips=len(shared),
        correlation=lip_match(network, name, shared).correlation,
        other=lip_match(older, name, shared).correlation,
    )


_Gaps = dict[Contact, tuple[F32, F32]]
"""The gaps of each kind of contact in time, and a little late."""


def _gaps(face: F32, phonemes: Sequence[Phoneme]) -> _Gaps:
    return {
        one: (contact_gaps(face, phonemes, one), contact_gaps(face, phonemes, one, late=LATE))
        for one in Contact
    }


def _kept(found: Sequence[_Gaps], contact: Contact) -> Kept:
    none = np.zeros(0, dtype=np.float32)
    gaps, late = (np.concatenate([none, *(one[contact][way] for one in found)]) for way in (0, 1))
    return Kept(
        kept=int(np.count_nonzero(gaps <= CLOSED)),
        late=int(np.count_nonzero(late <= CLOSED)),
        total=len(gaps),
        gap=float(gaps.mean()) if len(gaps) else 0.0,
    )


def _apart(faces: F32, targets: F32, channels: Sequence[str]) -> tuple[F32, F32]:
    """How wide lips are (n,), and as taught, in the frames that have them well apart as taught."""
    taught = lip_gap(targets, channels)
    frames = taught >= _APART
    return lip_gap(faces, channels)[frames], taught[frames]


def _correlation(found: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> float:
    moving = wanted.std(axis=0) > _MOVES
    if not moving.any():
        return float("nan")
    one = found[:, moving] - found[:, moving].mean(axis=0)
    other = wanted[:, moving] - wanted[:, moving].mean(axis=0)
    below = np.sqrt((one * one).sum(axis=0) * (other * other).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where(below > 0.0, (one * other).sum(axis=0) / below, 0.0)
    return float(each.mean())
