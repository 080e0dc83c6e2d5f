"""Lips from a network, for any bank: its neutral face speaks, and the bank's own faces are worn.

A network that was trained on a bank gives whole faces of it (`mien_trainer.speak.speaker`). Of
another bank it has never heard; what the mouth does for a sound is not the bank's, though, so that
its lips under the label neutral serve any bank, by `Bank.compose`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from mien.bank import Bank
from mien.performance.lips import LipTrack, left_out, lip_track
from mien.performance.sources import LipRequest, SpokenLips
from mien.queries import REST
from mien.text.regular_file import NETWORK, sha256_of
from mien_trainer.audio import sound_frames, stream_audio
from mien_trainer.conditions import condition_rows
from mien_trainer.fault import TrainerError
from mien_trainer.frame_windows import Listener
from mien_trainer.frames import F32
from mien_trainer.lips.touching import touching
from mien_trainer.mel import MELS
from mien_trainer.speak.hearing import Hearing
from mien_trainer.speak.lip_network import is_lip_network, read_lip_network, shipped_lips
from mien_trainer.speak.live_lips import DELAYS, LiveLipSpeaker, live_words
from mien_trainer.speak.mouth import mouth_of
from mien_trainer.speak.network import (
    CONTACT_THRESHOLD,
    NetworkCard,
    OnnxNetwork,
    read_network,
    shipped_network,
)
from mien_trainer.speak.speaker import Speaker
from mien_trainer.speak.voice import Voice


def neutral_conditions(card: NetworkCard) -> F32:
    """The conditions (L + 3,) of a face at rest: the label neutral, or the first that it knows."""
    known = card.knows or card.labels
    label = REST if REST in known else known[0]
    origin = np.zeros((1, 3))
    row: F32 = condition_rows(card.labels.index(label), len(card.labels), origin)[0]
    return row


class LipSpeaker(Listener[LipTrack]):
    """The lips of sound that comes in pieces, by a network; memory stays flat."""

    def __init__(self, network: OnnxNetwork, bank: Bank) -> None:
        self._speaker = Speaker(network, neutral_conditions(network.card))
        self._hearing = Hearing()
        self._channels = network.card.channels
        self._mouth = mouth_of(self._channels, bank)
        self._voice = Voice()

    def push(self, samples: F32) -> LipTrack:
        """The lips that ``samples`` of mono 16 kHz sound complete."""
        return self._track(self._hearing.push(samples))

    def finish(self) -> LipTrack:
        """The last lips, once no more sound comes."""
        return self._track(self._hearing.finish())

    def _track(self, heard: F32) -> LipTrack:
        mel, prosody = heard[:, :MELS], heard[:, MELS:]
        faces = self._speaker.faces_of(mel)
        weights = np.where(self._mouth, faces, np.float32(0.0))
        speech, emphases = self._voice.heard(weights, mel)
        meets = touching(faces, speech, self._channels).max(axis=1, initial=0.0)
        return lip_track(
            self._channels, weights, speech, contacts=meets, emphases=emphases, prosody=prosody
        )


def network_lips(request: LipRequest) -> SpokenLips:
    """The lips of ``request.audio`` by ``request.network``, else by the one that ships.

    Raises:
        TrainerError: there is no such network, or no sound to speak.
        SpeechRefusedError: the sound cannot be read.
    """
    if request.audio is None:
        raise TrainerError("lips from a network need a sound")
    audio, bank = request.audio, request.bank
    path = request.network or shipped_lips() or shipped_network()
    frames = sound_frames(audio)
    speaker: Callable[[], LipSpeaker | LiveLipSpeaker]
    if is_lip_network(path):
        lips = read_lip_network(path)
        speaker = partial(LiveLipSpeaker, lips, bank, DELAYS[-1])
        name, said = lips.card.name, live_words(lips.card, bank, DELAYS[-1])
    else:
        network = read_network(path, threshold=CONTACT_THRESHOLD)
        speaker = partial(LipSpeaker, network, bank)
        name, said = network.card.name, composed_words(network.card, bank)

    def tracks() -> Iterator[LipTrack]:
        with stream_audio(audio) as blocks:
            yield from speaker().stream(blocks)

    return SpokenLips(
        frames=frames,
        tracks=tracks,
        source=f"{audio.name} by {name} {sha256_of(path, NETWORK)[:8]}",
        said=said,
        exact=False,
    )


def composed_words(card: NetworkCard, bank: Bank) -> str:
    """What is done where the network's lips are under the bank's own faces, and what it lacks."""
    ours = f"{bank.id} {bank.version}"
    missing = left_out(card.channels, bank.tables)
    without = f"; {bank.id} has no {', '.join(missing)}" if missing else ""
    if bank.digest == card.artifact:
        return f"lips of the network {card.name} under the faces of {ours}, by composition{without}"
    return (
        f"lips of the network {card.name} ({card.bank} {card.version}) under the faces of {ours}, "
        f"put together by composition{without}. `mien train adapt` on {ours} would add a mouth "
        "that speaks in each label's own way"
    )
