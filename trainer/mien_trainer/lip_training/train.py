"""From recordings to a network of live lips: what is heard, fitted, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from attrs import frozen

from mien_trainer.fault import TrainerError
from mien_trainer.frames import FRAME_RATE, SAMPLE_RATE
from mien_trainer.lip_training.examples import (
    Spoken,
    examples,
    made_speech,
    taught_channels,
    unspoken,
)
from mien_trainer.lip_training.export import lip_onnx
from mien_trainer.lip_training.fit import CONTACT_ODDS, fit
from mien_trainer.lip_training.given import GivenNet
from mien_trainer.lips.read import shipped_table
from mien_trainer.mel import MELS
from mien_trainer.model.lip_net import DELAYS
from mien_trainer.speak.lip_network import LipCard
from mien_trainer.speech import SpeechSource
from mien_trainer.voices.kept_times import FoundTimes
from mien_trainer.voices.recordings import Align, Recording, Refused, read_clips, speaker_mark

DRAWN = 1
"""What there is to hear is drawn by this; seeds differ in the network and in what it hears when."""


@frozen(kw_only=True)
class Heard:
    """People, made speech and sounds that nobody speaks, to learn from, and what was left out."""

    recorded: tuple[Spoken, ...]
    made: tuple[Spoken, ...]
    unspoken: tuple[Spoken, ...]
    refused: tuple[Refused, ...]


def hear(
    recordings: Sequence[Recording],
    artificial: Sequence[Recording],
    sources: Sequence[SpeechSource],
    count: int,
    rng: np.random.Generator,
    step: Callable[[], None],
    times: FoundTimes | None = None,
) -> Heard:
    """Find the times of the recordings' sounds, of people and of ``artificial`` voices.

    Each synthesiser says ``count`` sentences beside.

    Raises:
        TrainerError: nothing of it can be used.
    """
    times = times or FoundTimes()
    refused: list[Refused] = []
    recorded: list[Spoken] = []
    made: list[Spoken] = []
    for found, listed in ((recorded, recordings), (made, artificial)):
        for recording in listed:
            found += _spoken(recording, times.by_words, refused, real=found is recorded)
            step()
    times.save()
    made += made_speech(sources, count, rng)
    if not recorded and not made:
        first = "\n".join(f"{one.place}: {one.reason}" for one in refused[:5])
        raise TrainerError(f"there is no speech to learn from:\n{first}")
    return Heard(
        recorded=tuple(recorded),
        made=tuple(made),
        unspoken=tuple(unspoken(_seconds((*recorded, *made)), rng)),
        refused=tuple(refused),
    )


def _spoken(
    recording: Recording, align: Align, refused: list[Refused], *, real: bool
) -> Iterator[Spoken]:
    for clip in read_clips([recording], align, refused):
        if clip.phonemes:
            yield Spoken(
                speaker=recording.speaker,
                audio=clip.audio,
                phonemes=clip.phonemes,
                real=real,
                varied=True,
            )
        else:
            refused.append(Refused(place=recording.place, reason=recording.untimed))


def train_lips(
    name: str,
    heard: Heard,
    width: int,
    steps: int,
    seed: int,
    rng: np.random.Generator,
    step: Callable[[str], None],
    begun: GivenNet | None = None,
    teachers: Sequence[GivenNet] = (),
) -> bytes:
    """The network as an ONNX file; ``step`` is told of each recording and of each step.

    ``rng`` draws rooms and noise, ``seed`` the network and what it hears when; ``begun`` and
    ``teachers`` are as for `fit`, and whom they heard counts as heard.

    Raises:
        TrainerError: as `lip_onnx`.
    """
    sounds = (*heard.recorded, *heard.made, *heard.unspoken)
    taught = examples(sounds, rng, lambda: step(""))
    net = fit(
        taught,
        width,
        steps,
        seed,
        lambda loss: step(f"{loss:.3f}"),
        begun.net if begun else None,
        [one.net for one in teachers],
    )
    marks = {speaker_mark(one.speaker) for one in heard.recorded}
    marks.update(mark for one in (begun, *teachers) if one for mark in one.card.heard)
    card = LipCard(
        name=name,
        visemes=tuple(shipped_table().visemes),
        channels=taught_channels(),
        delays=DELAYS,
        contact_odds=CONTACT_ODDS,
        heard=tuple(sorted(marks)),
        seconds=_seconds(heard.recorded),
        synthetic=_seconds(heard.made),
        frame_rate=FRAME_RATE,
        mels=MELS,
        state=(net.context, net.width),
        parameters=sum(one.numel() for one in net.parameters()),
    )
    return lip_onnx(net, card)


def _seconds(spoken: Sequence[Spoken]) -> float:
    return round(sum(len(one.audio) for one in spoken) / SAMPLE_RATE, 1)
