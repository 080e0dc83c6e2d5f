"""One label on one sound: what `mien speak` makes of a network and a bank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from mien.bank import Bank, Point
from mien.formats.take import F32, Take
from mien.performance.expression import Pose
from mien.performance.gaze import Look
from mien.performance.life import LifeSettings
from mien.performance.lips import LipTrack
from mien.performance.performer import FaceBlock, Performer, Plan
from mien.performance.poses import State, pose_of
from mien.performance.takes import take_blocks
from mien.queries import vad_point
from mien_trainer.conditions import condition_rows
from mien_trainer.fault import TrainerError
from mien_trainer.speak.cues import CueReader
from mien_trainer.speak.lip_network import (
    LipNetwork,
    is_lip_network,
    read_lip_network,
    shipped_lips,
)
from mien_trainer.speak.lips import LipSpeaker
from mien_trainer.speak.live_lips import DELAY, LiveLipSpeaker, live_words
from mien_trainer.speak.lively import lively_faces
from mien_trainer.speak.network import (
    CONTACT_THRESHOLD,
    OnnxNetwork,
    read_network,
    shipped_network,
)
from mien_trainer.speak.speaker import Speaker
from mien_trainer.speak.spoken import SpokenUtterance, spoken_lips
from mien_trainer.speak.way import Way, given_bank, speaking_bank, way_of


@frozen(kw_only=True, eq=False)
class LiveNetwork:
    """A network of lips, and how many milliseconds after the sound it gives them."""

    network: LipNetwork
    delay: int


class Utterance:
    """A network, a bank and what is shown, ready for sound; ``frames`` came so far."""

    def __init__(
        self,
        network: OnnxNetwork | LiveNetwork,
        bank: Bank,
        pose: Pose,
        way: Way,
        *,
        life: bool,
        seed: int,
    ) -> None:
        self._network, self._bank, self._pose, self._way = network, bank, pose, way
        self._life, self._seed = life, seed
        self.frames = 0

    @property
    def said(self) -> str:
        """How the bank speaks, where that is not by what the network was trained on."""
        return self._way.said

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of its faces."""
        return self._bank.channels

    def source(self, name: str) -> str:
        """What files say they were made from; ``name`` is the sound's."""
        bank = self._bank
        return f"{name} with {bank.id} {bank.version}, artifact {bank.digest}"

    def takes(self, sound: Iterable[F32], cues: str | None = None) -> Iterator[F32 | Take]:
        """The faces of each block of sound, with head and eyes where anything lives.

        ``cues`` names what lines of cues come from; see `mien_trainer.speak.cues`.

        Raises:
            TrainerError: the network stops, or there is no such pipe of cues.
        """
        network = self._network
        if not isinstance(network, OnnxNetwork) or not self._way.trained:
            blocks = self._composed(sound, cues)
        elif self._life:
            arousal = self._pose.point[1]
            blocks = lively_faces(self._speaker(network), self._bank, arousal, self._seed, sound)
        else:
            for faces in self._speaker(network).stream(sound):
                self.frames += len(faces)
                yield faces
            return
        for take in take_blocks(self._bank, blocks):
            self.frames += len(take.times)
            yield take

    def _speaker(self, network: OnnxNetwork) -> Speaker:
        slot = next(iter(self._pose.weights))
        conditions = condition_rows(slot.label, len(self._bank.labels), [self._pose.point])
        return Speaker(network, conditions[0])

    def _composed(self, sound: Iterable[F32], cues: str | None) -> Iterator[FaceBlock]:
        life = LifeSettings() if self._life else None
        plan = Plan(first=self._pose, life=life, seed=self._seed, rests=False)
        if isinstance(self._network, LiveNetwork):
            # What these lips know ahead is in their own delay.
            performer = Performer(self._bank, plan, ahead=0)
            network, delay = self._network.network, self._network.delay
            lips = LiveLipSpeaker(network, self._bank, delay).stream(sound)
        else:
            performer = Performer(self._bank, plan)
            lips = LipSpeaker(self._network, self._bank).stream(sound)
        if cues is None:
            yield from performer.perform(lips)
            return
        reader = CueReader(cues, self._bank)
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


def prepare_utterance(
    model: Path | None,
    bank: str | None,
    label: str | Mapping[str, float],
    *,
    vad: Point | None = None,
    at: str | None = None,
    intensity: float | None = None,
    style: str | None = None,
    life: bool = True,
    seed: int = 0,
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
        own = given_bank(bank)
        pose = _pose(own, label, vad, at, intensity, style)
        return _live(path, own, pose, delay, life=life, seed=seed)
    network = read_network(path)
    own = speaking_bank(network.card, bank, shipped=model is None)
    pose = _pose(own, label, vad, at, intensity, style)
    single = label if isinstance(label, str) and style is None and not cued else None
    moved = any(one is not None for one in (vad, at, intensity))
    way = way_of(network.card, own, single, moved=moved)
    lips = shipped_lips() if model is None else None
    if lips is not None and (not way.trained or delay is not None):
        return _live(lips, own, pose, delay, life=life, seed=seed)
    if delay is not None:
        raise TrainerError(f"{network.card.name} gives whole faces, whose delay is its own")
    if not way.trained:
        network = read_network(path, threshold=CONTACT_THRESHOLD)
    return Utterance(network, own, pose, way, life=life, seed=seed)


def _live(
    path: Path, bank: Bank, pose: Pose, delay: int | None, *, life: bool, seed: int
) -> Utterance:
    delay = DELAY if delay is None else delay
    network = read_lip_network(path)
    way = Way(trained=False, said=live_words(network.card, bank, delay))
    live = LiveNetwork(network=network, delay=delay)
    return Utterance(live, bank, pose, way, life=life, seed=seed)


def prepare_spoken(
    kind: str,
    audio: Path,
    bank: str | None,
    label: str | Mapping[str, float],
    *,
    text: str | None = None,
    times: Path | None = None,
    vad: Point | None = None,
    at: str | None = None,
    intensity: float | None = None,
    style: str | None = None,
    life: bool = True,
    seed: int = 0,
) -> SpokenUtterance:
    """What `mien speak` performs where the lips of the file ``audio`` are no network's.

    Raises:
        QueryError: there is no bank ``bank``, or it cannot show what is asked.
        MienError: as the source of the lips says.
    """
    own = given_bank(bank)
    pose = _pose(own, label, vad, at, intensity, style)
    lips = spoken_lips(kind, own, audio, text=text, times=times)
    return SpokenUtterance(own, pose, lips, life=life, seed=seed)


def _pose(
    bank: Bank,
    label: str | Mapping[str, float],
    vad: Point | None,
    at: str | None,
    intensity: float | None,
    style: str | None,
) -> Pose:
    point = None if vad is None else vad_point(vad)
    state = State(label=label, vad=point, at=at, intensity=intensity, style=style)
    return pose_of(bank, state)
