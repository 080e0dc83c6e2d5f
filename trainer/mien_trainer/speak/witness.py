"""What a network of lips hears in a whole sound, for those who weigh it against other witnesses."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from mien_trainer.frames import F32
from mien_trainer.lips.table import Contact
from mien_trainer.mel import SILENCE, log_mel
from mien_trainer.speak.lip_network import LipNetwork, read_lip_network, shipped_lips
from mien_trainer.speak.live_lips import split_heads
from mien_trainer.timings.agreed import Witness

_PART = 512
"""Frames at a time."""


def shipped_witness() -> LipNetwork | None:
    """The network of lips that ships, if this installation has one and can run it."""
    path = shipped_lips()
    if path is None or find_spec("onnxruntime") is None:
        return None
    return read_lip_network(path)


def witness_of(network: LipNetwork, audio: F32) -> Witness:
    """What it hears in mono audio at 16 kHz with the longest of its delays.

    Raises:
        TrainerError: the network cannot be run.
    """
    mel, late = log_mel(audio), network.card.delays[-1]
    silence = np.full((late, mel.shape[1]), SILENCE, dtype=np.float32)
    mel, state = np.concatenate((mel, silence)), network.start
    found: list[F32] = []
    for begin in range(0, len(mel), _PART):
        heads, state = network.run(mel[begin : begin + _PART], state)
        found.append(heads[:, -1])
    visemes, contacts, _ = split_heads(network.card, np.concatenate(found)[late:])
    return Witness(visemes=visemes, meets=contacts[:, list(Contact).index(Contact.LIPS)])
