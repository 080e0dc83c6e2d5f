"""The ways to move lips that are measured beside each other, each as a person gets to see it.

Every one's lips are put under a bank's face at rest, without life, as `mien speak` does.
Dimension letters: N frames, C channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from attrs import field, frozen

from mien.bank import Bank
from mien.performance.lips import LipTrack, joined, lip_track
from mien.performance.performer import AHEAD, Performer, Plan
from mien_trainer.frames import F32
from mien_trainer.lips.read import shipped_table
from mien_trainer.speak.lip_network import LipNetwork
from mien_trainer.speak.lips import LipSpeaker
from mien_trainer.speak.live_lips import LiveLipSpeaker
from mien_trainer.speak.network import OnnxNetwork
from mien_trainer.timings.spoken import lip_track_of
from mien_trainer.timings.timed import TimedSpeech
from mien_trainer.voices.baselines import Profile, by_loudness, by_nearest_vowel
from mien_trainer.voices.measures import Motion, motion
from mien_trainer.voices.recordings import Align, Clip, Kind, Recognise

Lips = Callable[[Clip, F32], LipTrack | None]
"""The lips of a clip as it is heard (its sound in some room); None where they cannot be had.

May raise `SpeechRefusedError`.
"""


@frozen(kw_only=True)
class Method:
    """A way to move lips, by the name that tables show; ``live`` where a pipe can have it.

    ``ahead`` frames of its lips are known ahead of a face.
    """

    name: str
    lips: Lips
    live: bool = field(default=False)
    ahead: int = field(default=AHEAD)


WORDS = "rule lips from words"
SOUNDS = "rule lips from sounds"
LOUDNESS = "loudness on the jaw"
NEAREST = "uLipSync's algorithm"


def by_network(name: str, network: OnnxNetwork, bank: Bank) -> Method:
    """The lips of a live network; ``network`` with the threshold that composed lips have."""

    def lips(clip: Clip, audio: F32) -> LipTrack:
        del clip
        speaker = LipSpeaker(network, bank)
        return joined((speaker.push(audio), speaker.finish()), network.card.channels)

    return Method(name=name, lips=lips, live=True)


def by_lips(name: str, network: LipNetwork, bank: Bank, delay: int) -> Method:
    """The lips of a network of lips, ``delay`` milliseconds after the sound."""

    def lips(clip: Clip, audio: F32) -> LipTrack:
        del clip
        speaker = LiveLipSpeaker(network, bank, delay)
        return joined((speaker.push(audio), speaker.finish()), shipped_table().rig.names)

    return Method(name=name, lips=lips, live=True, ahead=0)


def by_words(align: Align) -> Method:
    """Rules, by words that are aligned with the sound as it is heard."""

    def lips(clip: Clip, audio: F32) -> LipTrack | None:
        recording = clip.recording
        if not recording.is_aligned or (recording.kind is Kind.WORDS and audio is clip.audio):
            return None
        speech = TimedSpeech(phonemes=align(audio, recording.text), source="words")
        return lip_track_of(speech, clip.frames)

    return Method(name=WORDS, lips=lips)


def by_sounds(recognise: Recognise) -> Method:
    """Rules, by the sounds that are recognised."""

    def lips(clip: Clip, audio: F32) -> LipTrack:
        speech = TimedSpeech(phonemes=recognise(audio), source="sounds")
        return lip_track_of(speech, clip.frames)

    return Method(name=SOUNDS, lips=lips)


def loud() -> Method:
    """The jaw by loudness."""
    return Method(name=LOUDNESS, lips=lambda _, audio: _plain(by_loudness(audio)), live=True)


def nearest(profiles: Mapping[str, Profile]) -> Method:
    """The nearest of the sounds that other speakers' ``profiles`` hold."""

    def lips(clip: Clip, audio: F32) -> LipTrack | None:
        profile = profiles.get(clip.recording.speaker)
        return None if profile is None else _plain(by_nearest_vowel(audio, profile))

    return Method(name=NEAREST, lips=lips, live=True)


def shown(track: LipTrack, bank: Bank, ahead: int = AHEAD) -> Motion:
    """What is seen of lips on the bank's face at rest."""
    plan = Plan(life=None, frames=track.frames, rests=False)
    performer = Performer(bank, plan, ahead=ahead)
    faces = np.concatenate([block.weights for block in performer.perform([track])])
    return motion(faces, bank.channels)


def _plain(weights: F32) -> LipTrack:
    speech = np.ones(len(weights), dtype=np.float32)
    return lip_track(shipped_table().rig.names, weights, speech)
