"""Every way to move lips on every recording, as it is and as it reaches a microphone elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from attrs import field, frozen

from mien.bank import Bank
from mien_trainer.alignment.voice_activity import segment
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.lips.activity import speech_activity
from mien_trainer.lips.read import shipped_table
from mien_trainer.speak.lip_network import is_lip_network, read_lip_network, shipped_lips
from mien_trainer.speak.live_lips import DELAY
from mien_trainer.speak.network import CONTACT_THRESHOLD, read_network, shipped_network
from mien_trainer.speak.way import given_bank
from mien_trainer.speech import SpeechRefusedError
from mien_trainer.voices.baselines import profiles
from mien_trainer.voices.kept_times import FoundTimes
from mien_trainer.voices.measures import Heard, Moments, captured, followed, in_step, motion, spoken
from mien_trainer.voices.methods import (
    Method,
    by_lips,
    by_network,
    by_sounds,
    by_words,
    loud,
    nearest,
    shown,
)
from mien_trainer.voices.recordings import (
    Clip,
    Kind,
    Recording,
    Refused,
    find_recordings,
    read_clips,
    speaker_mark,
)
from mien_trainer.voices.result import Row, VoicesReport
from mien_trainer.voices.rooms import ROOMS
from mien_trainer.voices.sync import seconds_apart


@frozen(kw_only=True, eq=False)
class VoicesTrial:
    """What is measured, and on what; networks have ``heard`` the speakers with these marks."""

    bank: Bank
    networks: tuple[Method, ...]
    recordings: tuple[Recording, ...]
    rooms: tuple[str, ...]
    delay: float
    heard: frozenset[str] = field(default=frozenset())

    @property
    def steps(self) -> int:
        """How often `measure_voices` reports progress."""
        return len(self.recordings) * (len(self.rooms) + 1)


def open_voices(
    networks: Sequence[Path],
    paths: Iterable[Path],
    bank: str | None,
    rooms: Sequence[str],
    delay: int = DELAY,
) -> VoicesTrial:
    """Find the recordings and open exported networks; without any those that ship.

    Networks of lips are measured ``delay`` milliseconds after the sound.

    Raises:
        TrainerError: as `find_recordings`; or a network cannot be run.
        QueryError: there is no bank ``bank``.
    """
    shipped = [path for path in (shipped_lips(), shipped_network()) if path is not None]
    own, found = given_bank(bank), list(networks) or shipped
    heard: set[str] = set()
    methods: list[Method] = []
    for path in found:
        if path.exists() and path.suffix != _EXPORTED:
            raise TrainerError(
                f"{path}: no exported network ({_EXPORTED}), as real voices are measured with; "
                "`mien train export` makes one of a training"
            )
        if is_lip_network(path):
            lips = read_lip_network(path)
            heard |= set(lips.card.heard)
            name = _name(lips.card.name, path, methods)
            methods.append(by_lips(name, lips, own, delay))
        else:
            network = read_network(path, threshold=CONTACT_THRESHOLD)
            methods.append(by_network(_name(network.card.name, path, methods), network, own))
    return VoicesTrial(
        bank=own,
        networks=tuple(methods),
        recordings=find_recordings(paths),
        rooms=tuple(rooms),
        delay=delay / 1e3,
        heard=frozenset(heard),
    )


def _name(name: str, path: Path, others: Sequence[Method]) -> str:
    """What tables call a network: its own name, or its file where that is taken."""
    taken = any(one.name == f"network {name}" for one in others)
    return f"network {path}" if taken else f"network {name}"


def measure_voices(
    trial: VoicesTrial, step: Callable[[], None], times: FoundTimes | None = None
) -> VoicesReport:
    """Measure all methods; ``times`` are those that were found before.

    Raises:
        TrainerError: not one recording can be used.
    """
    times = times or FoundTimes()
    refused: list[Refused] = []
    clips: list[Clip] = []
    for recording in trial.recordings:
        if speaker_mark(recording.speaker) in trial.heard:
            reason = f"a network was trained on the speaker {recording.speaker!r}"
            refused.append(Refused(place=recording.place, reason=reason))
        else:
            clips += read_clips([recording], times.by_words, refused)
        step()
    times.save()
    if not clips:
        first = "\n".join(f"{one.place}: {one.reason}" for one in refused[:_FEW])
        raise TrainerError(f"not one of {len(refused)} recordings can be used:\n{first}")
    calibrated = [(one.recording.speaker, one.audio, one.phonemes) for one in clips if one.phonemes]
    methods = (
        *trial.networks,
        by_words(times.by_words),
        by_sounds(times.by_ear),
        loud(),
        nearest(profiles(calibrated)),
    )
    found: dict[tuple[Kind, str, str], _Group] = {}
    doubts = [_noted(one, f"its words are not used: {one.doubt}") for one in clips if one.doubt]
    for clip in clips:
        taken: list[Heard] = []
        for room in trial.rooms:
            audio = ROOMS[room](clip.audio)
            for method in methods:
                group = found.setdefault((clip.recording.kind, room, method.name), _Group())
                taken += _take(group, clip, method, audio, trial.bank)
            step()
        times.save()
        doubts += _sync_doubts(clip, taken)
    return VoicesReport(
        bank=f"{trial.bank.id} {trial.bank.version}",
        networks=tuple(one.name for one in trial.networks),
        delay=trial.delay,
        speakers={
            kind: len({one.recording.speaker for one in clips if one.recording.kind is kind})
            for kind in Kind
        },
        clips=Counter(one.recording.kind for one in clips),
        rows=tuple(_rows(found, methods, trial.rooms)),
        refused=tuple(refused),
        doubts=tuple(doubts),
    )


def _sync_doubts(clip: Clip, taken: Sequence[Heard]) -> Iterator[Refused]:
    apart = seconds_apart(taken) if clip.recording.kind is Kind.CAPTURE else None
    if apart is not None:
        yield _noted(
            clip,
            f"lips by its sound come {apart:.2f} s after its curves: was it recorded apart? an "
            f"offset of {clip.recording.offset + apart:.2f} in a TSV moves the curves",
        )


def _noted(clip: Clip, reason: str) -> Refused:
    return Refused(place=clip.recording.place, reason=reason)


_FEW = 5
_EXPORTED = ".onnx"


class _Group:
    """The clips of one kind in one room by one method, so far."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.missed = 0


def _take(group: _Group, clip: Clip, method: Method, audio: F32, bank: Bank) -> list[Heard]:
    """What is heard of the clip, if anything; it goes to the group too."""
    try:
        track = method.lips(clip, audio)
    except SpeechRefusedError:
        group.missed += 1
        return []
    if track is None:
        return []
    names = shipped_table().rig.names
    nothing = np.zeros((clip.frames, len(names)), dtype=np.float32)
    of = captured if clip.recording.kind is Kind.CAPTURE else motion
    heard = Heard(
        found=shown(track, bank, method.ahead),
        true=of(nothing if clip.true is None else clip.true, names),
        speech=_speech(clip),
        phonemes=clip.phonemes,
        rows=clip.rows,
    )
    group.heard.append(in_step(heard) if clip.recording.kind is Kind.CAPTURE else heard)
    return [heard]


def _speech(clip: Clip) -> Moments:
    speech = clip.speech
    if speech is None:
        speech = speech_activity(segment(clip.audio), clip.frames)
    return spoken(speech) if clip.seen is None else spoken(speech) & clip.seen


def _rows(
    found: dict[tuple[Kind, str, str], _Group], methods: Sequence[Method], rooms: Sequence[str]
) -> Iterable[Row]:
    for kind in Kind:
        for room in rooms:
            for method in methods:
                group = found.get((kind, room, method.name))
                if group is not None and group.heard:
                    yield Row(
                        kind=kind,
                        room=room,
                        method=method.name,
                        live=method.live,
                        missed=group.missed,
                        followed=followed(group.heard, known=kind is not Kind.NOTHING),
                    )
