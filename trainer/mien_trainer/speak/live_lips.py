"""Lips of sound that comes in pieces, by a network of lips and the rules' own kernels.

The delay is how long after its moment a frame is given, at most: `mel.LOOK_AHEAD` (20 ms), which
the network hears ahead, and frames more. Two of them the network waits for, to be surer of what it
heard; the others are those that the kernels know ahead. Contacts are told several times, first as a
guess that lets lips begin to close, at last by what waited for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mien.bank import Bank
from mien.performance.lips import LipTrack, joined, left_out
from mien_trainer.fault import TrainerError
from mien_trainer.frame_windows import Listener
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.lips.live import LipKernels
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.mel import LOOK_AHEAD, MELS, SILENCE
from mien_trainer.speak.hearing import Hearing
from mien_trainer.speak.lip_network import LipCard, LipNetwork
from mien_trainer.speak.mouth import mouth_of
from mien_trainer.speak.prosody import COLUMNS, LATE
from mien_trainer.speak.voice import Voice

DELAYS = (20, 53, 87, 120)
"""The delays that are offered, in milliseconds."""

DELAY = 87
"""The delay of a pipe: more than this earns little."""

SEEN_AHEAD = 2
"""Frames of a longer delay that the kernels keep for themselves."""

OWN = 0.25
"""The share of a contact's own logit in how likely it is: its viseme's hears better in noise."""

AGAIN = 0.2
"""The share of what was told of a moment before, in what is told of its contacts later: together
they err less than the later alone, in rooms above all."""

_FAINT, _STEEP = 1e-6, 40.0
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)

_PART = 512
"""Frames at a time, so that memory does not grow with the sound."""


def ahead_of(delay: int) -> int:
    """The frames that a delay in milliseconds waits for, beyond what the network hears ahead."""
    return round((delay - 1e3 * LOOK_AHEAD / SAMPLE_RATE) * FRAME_RATE / 1e3)


class LiveLipSpeaker(Listener[LipTrack]):
    """The lips of sound that comes in pieces; memory stays flat."""

    def __init__(self, network: LipNetwork, bank: Bank, delay: int = DELAY) -> None:
        """``delay`` is one of `DELAYS`.

        Raises:
            TrainerError: it is not.
        """
        if delay not in DELAYS:
            raise TrainerError(f"a delay of {delay} ms, expected one of {DELAYS}")
        card, table = network.card, shipped_table()
        self._network, self._state = network, network.start
        self._ahead = ahead_of(delay)
        self._likely = _head(card.delays, self._ahead - SEEN_AHEAD)
        self._told = _head(card.delays, self._ahead)
        self._kernels = LipKernels(
            table,
            self._ahead - card.delays[self._likely],
            card.channels,
            [self._ahead - delay for delay in card.delays[: self._told + 1]],
        )
        # What the heads say of moments before the first frame is passed over.
        self._early = list(card.delays[: self._told + 1])
        # What is told again was told so many frames ago, at most.
        shape = card.delays[self._told], self._told + 1, card.numbers
        self._before = np.zeros(shape, dtype=np.float32)
        self._hearing, self._voice = Hearing(), Voice()
        self._bands = np.zeros((0, card.mels), dtype=np.float32)
        # Stress comes later than its sound: with a delay it is shown in time.
        self._late = min(self._ahead, LATE)
        self._stress = np.zeros((0, COLUMNS), dtype=np.float32)
        self._channels = table.rig.names
        self._mouth = mouth_of(self._channels, bank)

    def push(self, samples: F32) -> LipTrack:
        """The lips that ``samples`` of mono 16 kHz sound complete."""
        return self._track(self._hearing.push(samples))

    def finish(self) -> LipTrack:
        """The last lips, once no more sound comes: silence follows."""
        heard = self._hearing.finish(self._ahead)
        heard[len(heard) - self._ahead :, :MELS] = SILENCE
        return self._track(heard)

    def _track(self, heard: F32) -> LipTrack:
        parts = range(0, len(heard), _PART)
        return joined((self._part(heard[begin : begin + _PART]) for begin in parts), self._channels)

    def _part(self, heard: F32) -> LipTrack:
        mel, prosody = heard[:, :MELS], heard[:, MELS:]
        late = min(self._late, len(prosody))
        self._late -= late
        self._stress = np.concatenate((self._stress, prosody[late:]))
        self._bands = np.concatenate((self._bands, mel))
        card = self._network.card
        heads, self._state = self._network.run(mel, self._state)
        heads = heads[:, : self._told + 1]
        told = np.concatenate((self._before, heads))
        self._before = told[len(heads) :]
        visemes, contacts, weights = split_heads(card, heads, told_again(card, told))
        early = [min(one, len(heads)) for one in self._early]
        self._early = [one - gone for one, gone in zip(self._early, early, strict=True)]
        lips = self._kernels.push(
            visemes[early[self._likely] :, self._likely],
            [contacts[gone:, at] for at, gone in enumerate(early)],
            weights[early[-1] :, -1],
        )
        count = len(lips.weights)
        prosody, self._stress = self._stress[:count], self._stress[count:]
        bands, self._bands = self._bands[:count], self._bands[count:]
        shown = np.where(self._mouth, lips.weights, _ZERO)
        speech, emphases = self._voice.heard(shown, bands)
        return LipTrack(
            channels=self._channels,
            weights=shown,
            speech=speech,
            contacts=lips.contacts * speech,
            emphases=emphases,
            prosody=prosody,
        )


def told_again(card: LipCard, told: F32) -> F32:
    """Logits (n, H, V + K) of heads, `AGAIN` parts what the head before said of the same moment.

    ``told`` (d + n, H, O) are heads with d frames more before them, the delay of the last head.
    """
    delays, logits = card.delays[: told.shape[1]], len(card.visemes) + len(Contact)
    late = delays[-1]
    found = told[late:, :, :logits].copy()
    for head, (sooner, later) in enumerate(pairwise(delays)):
        earlier = told[late + sooner - later : len(told) + sooner - later, head, :logits]
        now = found[:, head + 1]
        now += AGAIN * (earlier - now)
    return found


def split_heads(card: LipCard, heads: F32, again: F32 | None = None) -> tuple[F32, F32, F32]:
    """Likelihoods of visemes (n, H, V) and contacts (n, H, K), and weights (n, H, D), of heads.

    A contact is as likely as its own logit and its viseme's say, `OWN` parts of it the former; by
    the logits ``again`` (n, H, V + K) where they are given.
    """
    count, end = len(card.visemes), len(card.visemes) + len(Contact)
    logits = heads[..., :end]
    told = np.empty((2, *logits.shape))
    told[0], told[1] = logits, logits if again is None else again
    likely = told[..., :count]
    likely = np.exp(likely - np.maximum.reduce(likely, axis=-1, keepdims=True))
    likely /= np.add.reduce(likely, axis=-1, keepdims=True)
    own = told[1, ..., count:] - math.log(card.contact_odds)
    sure = likely[1].take(_contact_rows(), axis=-1)
    sure = np.minimum(1.0 - _FAINT, np.maximum(_FAINT, sure))
    mean = OWN * own + (1.0 - OWN) * np.log(sure / (1.0 - sure))
    contacts = 1.0 / (1.0 + np.exp(-np.minimum(_STEEP, np.maximum(-_STEEP, mean))))
    weights = np.minimum(_ONE, np.maximum(_ZERO, heads[..., end:]))
    return likely[0].astype(np.float32), contacts.astype(np.float32), weights


@lru_cache(maxsize=1)
def _contact_rows() -> npt.NDArray[np.intp]:
    """The first viseme of each kind of contact."""
    visemes = list(shipped_table().visemes.values())
    kinds = [one.contact for one in visemes]
    return np.array([kinds.index(kind) for kind in Contact])


def _head(delays: Sequence[int], most: int) -> int:
    """The head with the longest delay of at most so many frames; the first where there is none."""
    return max([at for at, delay in enumerate(delays) if delay <= most], default=0)


def live_words(card: LipCard, bank: Bank, delay: int) -> str:
    """Whose lips these are, what they lack in this bank, and how far ahead they hear."""
    missing = left_out(card.channels, bank.tables)
    without = f"; {bank.id} has no {', '.join(missing)}" if missing else ""
    return (
        f"lips of the network {card.name} under the faces of {bank.id} {bank.version}, by "
        f"composition, hearing {delay} ms ahead{without}"
    )
