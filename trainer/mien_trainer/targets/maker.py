"""Clips from their specs: speech over noise, lips from phonemes, an expression from the bank.

Dimension letters: N frames at 60 fps, L labels, C channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from time import perf_counter

import numpy as np
from attrs import evolve

from mien.bank import Bank
from mien.performance.lips import LipTrack
from mien.performance.performer import Performer, Plan
from mien.text.suggest import did_you_mean
from mien_trainer.conditions import condition_rows
from mien_trainer.expression.emphases import emphases
from mien_trainer.expression.path import clip_plan, path_of
from mien_trainer.expression.track import styled_faces
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, SAMPLE_RATE, frame_count, frame_sample
from mien_trainer.lips.activity import speech_activity
from mien_trainer.lips.read import shipped_table
from mien_trainer.mel import log_mel
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import SpeechItem, SpeechRefusedError, SpeechSource, Utterance
from mien_trainer.targets.clip import Clip, ClipSpec
from mien_trainer.timings.spoken import lip_track_of
from mien_trainer.timings.timed import TimedSpeech


class Stream(IntEnum):
    """What a clip's seed is drawn from separately, so that no choice moves another."""

    PAUSES = 0
    NOISE = 1
    PATH = 2


class ClipMaker:
    """Makes the clips of one bank. A spec gives the same clip in any process and order."""

    def __init__(self, bank: Bank, sources: Mapping[str, SpeechSource]) -> None:
        """Takes sources by their names.

        Raises:
            TrainerError: the bank has other channels than the lips.
        """
        require_lips(bank)
        self._bank = bank
        self._sources = sources
        self._items: dict[str, dict[str, SpeechItem]] = {}
        self.speech_seconds = 0.0

    def make(self, spec: ClipSpec) -> Clip:
        """The clip of a spec.

        Raises:
            SpeechRefusedError: its item cannot be used; others can.
            SpeechUnavailableError: nothing of its source can be used.
            TrainerError: the bank has no such label, or there is no such source or item.
        """
        if spec.label not in self._bank.labels:
            raise _unknown(spec, "label", spec.label, self._bank.labels)
        if not spec.item:
            return self._made(spec, _silence(spec), real=False)
        item, source = self._item(spec), self._sources[spec.source]
        started = perf_counter()
        try:
            utterance = source.speak(item, spec.prosody)
        finally:
            self.speech_seconds += perf_counter() - started
        if utterance.curves is not None:
            return self._captured(
                spec, utterance, utterance.curves, item.intensity, real=source.real
            )
        if not utterance.phonemes:
            raise SpeechRefusedError(
                f"{spec.source} {spec.item}: sound without phonemes has no lips"
            )
        audio, before = with_pauses(utterance.audio, _draws(spec, Stream.PAUSES))
        phonemes = _shifted(utterance.phonemes, before, len(audio) / SAMPLE_RATE)
        return self._made(spec, evolve(utterance, audio=audio, phonemes=phonemes), real=source.real)

    def _made(self, spec: ClipSpec, utterance: Utterance, *, real: bool) -> Clip:
        """A clip whose face is performed: a label along a path, its lips and life."""
        plan, lips = performance(self._bank, spec, utterance)
        targets = performed_faces(self._bank, plan, lips)
        return self._clip(spec, utterance, path_of(plan), lips.speech, targets, real=real)

    def _captured(
        self, spec: ClipSpec, take: Utterance, curves: F32, intensity: str | None, *, real: bool
    ) -> Clip:
        """A clip whose face was captured: its VAD is that of what was to be shown."""
        frames = min(len(curves), frame_count(len(take.audio)))
        cut = evolve(take, audio=take.audio[: frame_sample(frames)])
        known = self._bank.intensities
        at = intensity if intensity in known else known[len(known) // 2]
        path = np.tile(self._bank.anchor(spec.label, at), (frames, 1))
        speech = speech_activity(take.phonemes, frames)
        targets = np.clip(curves[:frames], np.float32(0.0), np.float32(1.0))
        return self._clip(spec, cut, path, speech, targets, real=real)

    def _clip(
        self,
        spec: ClipSpec,
        utterance: Utterance,
        path: F32,
        speech: F32,
        targets: F32,
        *,
        real: bool,
    ) -> Clip:
        audio = add_background_noise(utterance.audio, _draws(spec, Stream.NOISE))
        label = self._bank.labels.index(spec.label)
        return Clip(
            id=spec.id,
            split=spec.split,
            source=spec.source,
            real=real,
            voice=utterance.voice,
            label=spec.label,
            seed=spec.seed,
            text=utterance.text,
            licence=utterance.licence,
            provenance=utterance.provenance,
            phonemes=utterance.phonemes,
            audio=audio,
            mel=log_mel(audio),
            conditions=condition_rows(label, len(self._bank.labels), path),
            targets=targets,
            speech=speech,
        )

    def _item(self, spec: ClipSpec) -> SpeechItem:
        """What the spec's source is to say.

        Raises:
            TrainerError: there is no such source or item.
            SpeechUnavailableError: the source cannot be used.
        """
        if spec.source not in self._sources:
            raise _unknown(spec, "source", spec.source, list(self._sources))
        items = self._items.get(spec.source)
        if items is None:
            items = {item.key: item for item in self._sources[spec.source].items()}
            self._items[spec.source] = items
        if spec.item not in items:
            raise _unknown(spec, f"item of {spec.source}", spec.item, list(items))
        return items[spec.item]


def require_lips(bank: Bank) -> None:
    """See that a bank has the channels that lips are made for.

    Raises:
        TrainerError: it has others.
    """
    rig = shipped_table().rig
    if bank.channels != rig.names:
        raise TrainerError(
            f"the bank {bank.id} is for another rig than {rig.id}, which the lips are made for"
        )


def performance(bank: Bank, spec: ClipSpec, utterance: Utterance) -> tuple[Plan, LipTrack]:
    """What is performed in a clip, and the lips of what is said in it."""
    frames = frame_count(len(utterance.audio))
    stresses = emphases(utterance.audio, utterance.phonemes)
    speech = TimedSpeech(phonemes=utterance.phonemes, stresses=stresses, source=spec.source)
    return plan_of(bank, spec.label, frames, spec.seed), lip_track_of(speech, frames)


def plan_of(bank: Bank, label: str, frames: int, seed: int) -> Plan:
    """What a clip of so many frames and this seed shows of a label.

    Raises:
        QueryError: an unknown label.
    """
    rng = np.random.default_rng([seed, Stream.PATH])
    return clip_plan(bank, label, frames, rng, seed)


def performed_faces(bank: Bank, plan: Plan, lips: LipTrack) -> F32:
    """The faces (N, C) in [0, 1] of a plan and its lips."""
    blocks = Performer(bank, plan, styled_faces).perform([lips])
    return np.concatenate([block.weights for block in blocks])


def _draws(spec: ClipSpec, stream: Stream) -> np.random.Generator:
    return np.random.default_rng([spec.seed, stream])


def _unknown(spec: ClipSpec, what: str, name: str, known: Sequence[str]) -> TrainerError:
    hint = did_you_mean(name, known)
    return TrainerError(f"clip {spec.id}: no {what} {name!r}" + (f": {hint}" if hint else ""))


def _silence(spec: ClipSpec) -> Utterance:
    """Nothing said for the spec's seconds.

    Raises:
        TrainerError: it has none.
    """
    samples = round(spec.seconds * SAMPLE_RATE)
    if samples <= 0:
        raise TrainerError(f"clip {spec.id}: silence of {spec.seconds:g} s, expected more than 0")
    return Utterance(
        audio=np.zeros(samples, dtype=np.float32),
        phonemes=(Phoneme(symbol=SILENCE, start=0.0, end=samples / SAMPLE_RATE),),
        voice="",
        text="",
        provenance="silence",
        licence="CC0-1.0",
    )


def _shifted(phonemes: Sequence[Phoneme], by: float, end: float) -> tuple[Phoneme, ...]:
    """The phonemes ``by`` seconds later, between pauses that reach from 0 to ``end``."""
    moved = [
        evolve(phoneme, start=phoneme.start + by, end=phoneme.end + by) for phoneme in phonemes
    ]
    if moved[0].symbol == SILENCE:
        moved[0] = evolve(moved[0], start=0.0)
    else:
        moved.insert(0, Phoneme(symbol=SILENCE, start=0.0, end=moved[0].start))
    if moved[-1].symbol == SILENCE:
        moved[-1] = evolve(moved[-1], end=end)
    else:
        moved.append(Phoneme(symbol=SILENCE, start=moved[-1].end, end=end))
    return tuple(moved)


PAUSE = (0.25, 0.8)
"""The seconds of silence before speech, and after it."""

GAIN = (-6.0, 3.0)
"""How much louder speech is made, in decibels; never so much that it clips."""

NOISE = (-70.0, -60.0)
"""The level of the noise, in decibels below full scale."""

_PEAK = 0.98
_TILT = 0.5
"""The noise's amplitude falls with this power of the frequency: a quiet room, neither white nor
pink."""


def with_pauses(speech: F32, rng: np.random.Generator) -> tuple[F32, float]:
    """``speech`` with a seeded pause before and after it, and the seconds of the first."""
    before, after = (rng.uniform(*PAUSE, size=2) * SAMPLE_RATE).astype(int).tolist()
    return np.pad(speech, (before, after)), before / SAMPLE_RATE


def add_background_noise(audio: F32, rng: np.random.Generator) -> F32:
    """``audio`` at a level of its own, with room noise everywhere, in [-1, 1]."""
    gain = 10.0 ** (rng.uniform(*GAIN) / 20.0)
    loudest = float(np.abs(audio).max(initial=0.0))
    gain = min(gain, _PEAK / loudest) if loudest else gain
    level = 10.0 ** (rng.uniform(*NOISE) / 20.0)
    mixed: F32 = np.clip(gain * audio + level * _noise(len(audio), rng), -1.0, 1.0)
    return mixed.astype(np.float32)


def _noise(samples: int, rng: np.random.Generator) -> F32:
    """Noise (n,) with a root mean square of 1."""
    length = 1 << max(samples - 1, 1).bit_length()
    bins = length // 2 + 1
    shape = np.arange(1, bins + 1, dtype=np.float32) ** np.float32(-_TILT)
    parts = rng.standard_normal((2, bins), dtype=np.float32) * shape
    noise = np.fft.irfft(parts[0] + 1j * parts[1], length)[:samples]
    scale = np.sqrt(np.square(noise).mean()) if samples else 1.0
    return (noise / scale).astype(np.float32)
