"""One label on one sound: what `mien speak` makes of a bank and of where the lips come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from attrs import field, frozen

from mien.bank import Bank, Point
from mien.formats.take import F32, Take
from mien.performance.expression import Pose
from mien.performance.gaze import Look
from mien.performance.life import LifeSettings
from mien.performance.lips import LipTrack
from mien.performance.performer import AHEAD, FaceBlock, Performer, Plan
from mien.performance.poses import State, pose_of
from mien.performance.sources import Word
from mien.performance.takes import take_blocks
from mien.queries import vad_point
from mien.twins import load_meanwhile
from mien_trainer.conditions import condition_rows
from mien_trainer.fault import TrainerError
from mien_trainer.speak.cues import CueReader
from mien_trainer.speak.lip_network import is_lip_network, read_lip_network, shipped_lips
from mien_trainer.speak.lips import LipSpeaker
from mien_trainer.speak.live_lips import DELAY, LiveLipSpeaker, live_words
from mien_trainer.speak.lively import lively_faces
from mien_trainer.speak.network import (
    CONTACT_THRESHOLD,
    NetworkCard,
    OnnxNetwork,
    read_network,
    shipped_network,
)
from mien_trainer.speak.speaker import Speaker
from mien_trainer.speak.spoken import spoken_lips
from mien_trainer.speak.way import given_bank, speaking_bank, way_of

LONG = 500
"""Pieces of sound after which it is worth loading kernels: it costs as much as they save in twice
as many."""

Faces = Callable[[Iterable[F32], str | None], Iterator[F32 | FaceBlock]]
"""The faces of each block of sound; the name of what lines of cues come from, if any."""


def usual_life(*, prosody: bool = True, arousal: bool = False) -> LifeSettings:
    """How a face lives while it speaks; ``arousal`` where the voice may move the point's own."""
    return LifeSettings(prosody=float(prosody), arousal=float(arousal))


def still_life() -> LifeSettings:
    """Nothing lives but what the voice's arousal moves."""
    return LifeSettings(blinks=0.0, glances=0.0, brows=0.0, head=0.0, breath=0.0, arousal=1.0)


@frozen(kw_only=True)
class Shown:
    """What is shown: a label or mixture at a place, how it lives (None: not at all), its seed."""

    label: str | Mapping[str, float]
    vad: Point | None = None
    at: str | None = None
    intensity: float | None = None
    style: str | None = None
    life: LifeSettings | None = field(factory=usual_life)
    seed: int = 0

    def pose(self, bank: Bank) -> Pose:
        """Its pose on a bank.

        Raises:
            QueryError: the bank cannot show it.
        """
        point = None if self.vad is None else vad_point(self.vad)
        state = State(
            label=self.label, vad=point, at=self.at, intensity=self.intensity, style=self.style
        )
        return pose_of(bank, state)

    def plan(self, bank: Bank, frames: int | None = None) -> Plan:
        """What is performed on a bank."""
        pose = self.pose(bank)
        return Plan(first=pose, life=self.life, seed=self.seed, frames=frames, rests=False)


class Utterance:
    """A bank that is ready for sound; ``frames`` came so far.

    ``said`` is how it speaks, where that has to be said, ``doubts`` what may be wrong with that,
    ``words`` are those whose moments are known.
    """

    def __init__(
        self,
        bank: Bank,
        faces: Faces,
        said: str,
        made: str = "",
        doubts: tuple[str, ...] = (),
        words: tuple[Word, ...] = (),
    ) -> None:
        """``made`` is what files say of the lips."""
        self.bank, self._faces, self._made = bank, faces, made
        self.said, self.doubts, self.words = said, doubts, words
        self.frames = 0

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of its faces."""
        return self.bank.channels

    def source(self, name: str) -> str:
        """What files say they were made from; ``name`` is the sound's."""
        bank = self.bank
        lips = f", {self._made}" if self._made else ""
        return f"{name} with {bank.id} {bank.version}, artifact {bank.digest}{lips}"

    def takes(self, sound: Iterable[F32], cues: str | None = None) -> Iterator[F32 | Take]:
        """The faces of each block of sound, with head and eyes where anything lives.

        ``cues`` names what lines of cues come from; see `mien_trainer.speak.cues`.

        Raises:
            TrainerError: the network stops, or there is no such pipe of cues.
        """
        for piece, block in enumerate(self._faces(sound, cues)):
            if piece == LONG:
                load_meanwhile(self.bank.warm_up)
            if isinstance(block, FaceBlock):
                self.frames += len(block.weights)
                yield from take_blocks(self.bank, [block])
            else:
                self.frames += len(block)
                yield block


def prepare_utterance(
    model: Path | None,
    bank: str | None,
    shown: Shown,
    *,
    cued: bool = False,
    delay: int | None = None,
) -> Utterance:
    """What `mien speak` performs: the network in the file ``model``, else the one that ships.

    ``cued``: cues may change what is shown, so that it is put together by composition. ``delay``:
    how many milliseconds after the sound faces come, where a network of lips gives them.

    Raises:
        QueryError: there is no bank ``bank``, or it cannot show what is asked.
        TrainerError: there is no such network, or no delay for it.
    """
    path = model if model is not None else shipped_network()
    if model is not None and is_lip_network(path):
        return _live(path, given_bank(bank), shown, delay)
    network = read_network(path)
    own = speaking_bank(network.card, bank, shipped=model is None)
    single = shown.label if isinstance(shown.label, str) and shown.style is None else None
    moved = any(one is not None for one in (shown.vad, shown.at, shown.intensity))
    pose = shown.pose(own)
    way = way_of(network.card, own, None if cued else single, moved=moved)
    lips = shipped_lips() if model is None else None
    if lips is not None and (not way.trained or delay is not None):
        return _live(lips, own, shown, delay)
    if delay is not None:
        raise TrainerError(f"{network.card.name} gives whole faces, whose delay is its own")
    if way.trained:
        return Utterance(own, partial(_trained, network, own, pose, shown), way.said)
    network = read_network(path, threshold=CONTACT_THRESHOLD)
    composed = partial(_composed, own, shown, partial(LipSpeaker, network, own), AHEAD)
    return Utterance(
        own, composed, way.said + _absent(network.card, own, bank, shipped=model is None)
    )


def _absent(card: NetworkCard, own: Bank, given: str | None, *, shipped: bool) -> str:
    """What is to be said where the bank of a network was meant and is not there."""
    if shipped or given is not None or own.id == card.bank:
        return ""
    return f"; {card.bank} {card.version} is not among the banks that ship: name it with --bank"


def prepare_spoken(
    kind: str,
    audio: Path,
    bank: str | None,
    shown: Shown,
    *,
    text: str | None = None,
    times: Path | None = None,
    recogniser: str | None = None,
    listened: Callable[[float], None] | None = None,
) -> Utterance:
    """What `mien speak` performs where the lips of the file ``audio`` are no network's.

    ``recogniser`` names another than the best that is installed; ``listened`` is told the share of
    the sound that has been heard, where that takes long.

    Raises:
        QueryError: there is no bank ``bank``, or it cannot show what is asked.
        MienError: as the source of the lips says.
    """
    own = given_bank(bank)
    shown.pose(own)
    follows = shown.life is not None and shown.life.follows
    lips = spoken_lips(
        kind,
        own,
        audio,
        text=text,
        times=times,
        recogniser=recogniser,
        prosody=follows,
        listened=listened,
    )

    def faces(sound: Iterable[F32], cues: str | None) -> Iterator[FaceBlock]:
        del sound, cues  # the sound has been listened to before
        yield from Performer(own, shown.plan(own, lips.frames)).perform(lips.tracks())

    return Utterance(own, faces, lips.said, lips.source, lips.doubts, lips.words)


def _live(path: Path, bank: Bank, shown: Shown, delay: int | None) -> Utterance:
    delay = DELAY if delay is None else delay
    network = read_lip_network(path)
    shown.pose(bank)
    # What these lips know ahead is in their own delay.
    composed = partial(_composed, bank, shown, partial(LiveLipSpeaker, network, bank, delay), 0)
    return Utterance(bank, composed, live_words(network.card, bank, delay))


def _composed(
    bank: Bank,
    shown: Shown,
    speaker: Callable[[], LipSpeaker | LiveLipSpeaker],
    ahead: int,
    sound: Iterable[F32],
    cues: str | None,
) -> Iterator[FaceBlock]:
    performer = Performer(bank, shown.plan(bank), ahead=ahead)
    lips = speaker().stream(sound)
    if cues is None:
        yield from performer.perform(lips)
        return
    reader = CueReader(cues, bank)
    reader.start()
    yield from _cued(performer, lips, reader)


def _cued(performer: Performer, lips: Iterator[LipTrack], reader: CueReader) -> Iterator[FaceBlock]:
    for track in lips:
        for cue in reader.waiting():
            if isinstance(cue, Look):
                performer.look(cue)
            else:
                performer.cue(cue)
        yield performer.push(track)
    yield performer.finish()


def _trained(
    network: OnnxNetwork,
    bank: Bank,
    pose: Pose,
    shown: Shown,
    sound: Iterable[F32],
    cues: str | None,
) -> Iterator[F32 | FaceBlock]:
    del cues  # what cues can change is composed
    slot = next(iter(pose.weights))
    conditions = condition_rows(slot.label, len(bank.labels), [pose.point])
    speaker = Speaker(network, conditions[0])
    if shown.life is None:
        yield from speaker.stream(sound)
    else:
        yield from lively_faces(speaker, bank, pose, shown.life, shown.seed, sound)
