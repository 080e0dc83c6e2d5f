"""A score made ready to be performed: its bank, sound and lips found, its cues turned to moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from mien.authored.rig_checks import Complaints
from mien.bank import Bank
from mien.errors import MienError, SourceError
from mien.performance.clock import FRAME, FRAME_RATE, ticks
from mien.performance.expression import REST, Move
from mien.performance.gaze import Look
from mien.performance.lips import LipTrack, still_lips
from mien.performance.performer import BLOCK, RELEASE, FaceBlock, Performer, Plan
from mien.performance.poses import playing, pose_of
from mien.performance.sources import (
    NEED_FILE,
    NEED_SOUND,
    LipRequest,
    SpokenLips,
    Word,
    default_kind,
    open_lips,
    sound_frames,
)
from mien.resolve import BankSource, load_bank, resolve
from mien.scores.poses import complain
from mien.scores.record import LipSettings, Moment, Score
from mien.scores.sequences import clip_of
from mien.text.fault import Fault, Severity
from mien.text.node import Path as NodePath
from mien.text.suggest import did_you_mean

if TYPE_CHECKING:
    from mien.formats.take import Take


@frozen(kw_only=True, eq=False)
class Prepared:
    """A score with all that it names.

    ``lips_from`` is the kind of its ``lips``, which are None where the mouth is the expression's;
    ``why`` says why it is that kind, where the score does not and it is not clear. It lasts
    ``frames``. ``warnings`` are faults that stop nothing.
    """

    score: Score
    source: BankSource
    bank: Bank
    plan: Plan
    lips_from: str
    lips: SpokenLips | None
    frames: int
    why: str = field(default="")
    warnings: tuple[Fault, ...] = field(default=())

    @property
    def said(self) -> str:
        """Where the lips come from, for people."""
        if self.lips is None:
            return "the mouth is the expression's"
        return f"{self.why}: {self.lips.said}" if self.why else self.lips.said

    def lip_blocks(self) -> Iterator[LipTrack]:
        """The lips in blocks that fit into memory, to the last frame and no further."""
        done = 0
        for track in self.lips.tracks() if self.lips is not None else ():
            done += track.frames
            yield track
        while done < self.frames:
            missing = min(BLOCK, self.frames - done)
            yield still_lips(self.bank.channels, missing)
            done += missing

    def blocks(self, *, life: bool = True) -> Iterator[FaceBlock]:
        """The performance, block by block; without ``life`` nothing moves beside cues and lips."""
        plan = self.plan if life else evolve(self.plan, life=None)
        yield from Performer(self.bank, plan).perform(self.lip_blocks())

    def take(self, *, life: bool = True) -> Take:
        """The whole performance at once."""
        from mien.performance.takes import take_of

        return take_of(self.bank, self.blocks(life=life), self.source_text)

    @property
    def source_text(self) -> str:
        """What files say they were made from."""
        bank = self.bank
        spoken = f", lips {self.lips.source}" if self.lips is not None else ""
        return (
            f"{self.score.path.name} with {bank.id} {bank.version}, artifact {bank.digest}{spoken}"
        )


@frozen(kw_only=True)
class Openers:
    """What opens a score's bank, its lips and the length of its sound; to keep what is open."""

    bank: Callable[[BankSource], Bank] = field(default=load_bank)
    lips: Callable[[str, LipRequest], SpokenLips] = field(default=open_lips)
    sound: Callable[[Path], int] = field(default=sound_frames)


WORDS_DOUBTED = "the lips follow the words all the same; is this what is said?"

ANEW = Openers()
"""Everything is opened anew."""


def prepare(
    score: Score,
    *,
    bank: str | None = None,
    openers: Openers = ANEW,
    listened: Callable[[float], None] | None = None,
) -> Prepared:
    """Find what a score names, and make its cues moves; ``bank`` stands in for the score's own.

    ``listened`` is told the share of a sound that has been heard.

    Raises:
        SourceError: with every fault: of names, moments, the sound, the lips.
        MienError: the bank cannot be loaded.
    """
    complaints = Complaints(root=score.root)
    source = _source(score, bank, complaints)
    loaded = openers.bank(source)
    kind, why = _kind(score, complaints)
    lips = _lips(score, kind, loaded, complaints, openers, listened)
    frames = _frames(score, kind, lips, complaints, openers)
    warnings = [] if lips is None else list(_doubts(score, kind, lips))
    moves = tuple(_moves(score, loaded, lips, frames, complaints, warnings))
    looks = tuple(_looks(score, lips, frames, complaints))
    first = REST
    if score.start is not None and not complain(loaded, score.start, complaints):
        first = pose_of(loaded, score.start)
    if complaints.faults or frames is None:
        raise SourceError(complaints.faults)
    plan = Plan(
        first=first,
        moves=moves,
        looks=looks,
        life=score.life,
        seed=score.seed,
        frames=frames,
        rests=score.rests,
    )
    return Prepared(
        score=score,
        source=source,
        bank=loaded,
        plan=plan,
        lips_from=kind,
        why=why,
        lips=lips,
        frames=frames,
        warnings=tuple(warnings),
    )


def _source(score: Score, given: str | None, complaints: Complaints) -> BankSource:
    name = score.bank if given is None else given
    try:
        return resolve(name)
    except MienError as error:
        if given is not None:
            raise
        complaints.at_value(("bank",), "unknown-bank", str(error))
        raise SourceError(complaints.faults) from error


def _kind(score: Score, complaints: Complaints) -> tuple[str, str]:
    """Where the lips come from, and why, where a score does not say and it is not clear."""
    if score.lips is not None:
        return score.lips.kind, ""
    if score.audio is None:
        return "none", ""
    try:
        return default_kind(score.audio)
    except MienError as error:
        complaints.at_value(("audio",), "bad-sound", str(error))
        return "none", ""


def _lips(
    score: Score,
    kind: str,
    bank: Bank,
    complaints: Complaints,
    openers: Openers,
    listened: Callable[[float], None] | None,
) -> SpokenLips | None:
    if kind == "none":
        return None
    settings = score.lips or LipSettings(kind=kind)
    where: NodePath = ("lips", "from") if score.lips is not None else ("audio",)
    if kind in NEED_SOUND and score.audio is None:
        hint = "name it: audio: line.wav"
        complaints.at_value(where, "bad-lips", f"lips from {kind} need a sound", hint)
        return None
    if kind in NEED_FILE and settings.file is None:
        hint = f"name it: lips: {{from: {kind}, file: ...}}"
        complaints.at_value(where, "bad-lips", f"lips from {kind} need a file", hint)
        return None
    if score.audio is not None and _heard(score.audio, complaints, openers) is None:
        return None
    request = LipRequest(
        bank=bank,
        audio=score.audio,
        file=settings.file,
        text=settings.text,
        network=settings.network,
        recogniser=settings.recogniser,
        prosody=score.life.follows,
        listened=listened,
    )
    try:
        return openers.lips(kind, request)
    except SourceError as error:
        complaints.faults.extend(error.faults)
    except MienError as error:
        complaints.at_value(where, "bad-lips", str(error))
    return None


def _doubts(score: Score, kind: str, lips: SpokenLips) -> Iterator[Fault]:
    """What may be wrong with the lips, as warnings."""
    held = Complaints(root=score.root)
    hint = WORDS_DOUBTED if kind == "words" else ""
    for doubt in lips.doubts:
        held.at_value(("lips",), "doubtful-words", doubt, hint)
    yield from (evolve(one, severity=Severity.WARNING) for one in held.faults)


def _frames(
    score: Score, kind: str, lips: SpokenLips | None, complaints: Complaints, openers: Openers
) -> int | None:
    """How long it lasts; None where that cannot be known, once it is said why."""
    if score.seconds is not None:
        return max(1, -(-ticks(score.seconds) // FRAME))
    if score.audio is not None:
        if lips is not None and kind in NEED_SOUND:
            return max(lips.frames, 1)
        return None if complaints.faults else _heard(score.audio, complaints, openers)
    if lips is not None:
        return max(lips.frames, 1)
    if not complaints.faults:
        hint = "write seconds: 5, or name an audio or a take of lips"
        complaints.at_value((), "score-endless", "nothing says how long it is", hint)
    return None


def _heard(audio: Path, complaints: Complaints, openers: Openers) -> int | None:
    try:
        return max(1, openers.sound(audio))
    except MienError as error:
        complaints.at_value(("audio",), "bad-sound", str(error))
        return None


def _moves(
    score: Score,
    bank: Bank,
    lips: SpokenLips | None,
    frames: int | None,
    complaints: Complaints,
    warnings: list[Fault],
) -> Iterator[Move]:
    words = () if lips is None else lips.words
    paths: list[NodePath] = [("cues", number) for number in range(len(score.cues))]
    moments = [cue.moment for cue in score.cues]
    starts = list(_starts(paths, moments, words, frames, complaints))
    resting = inf if frames is None else frames * FRAME - RELEASE
    busy = 0
    for number, (path, cue, start) in enumerate(zip(paths, score.cues, starts, strict=True), 1):
        wrong = complain(bank, cue.state, complaints)
        if start is None or wrong:
            continue
        if score.rests and start >= resting and not complaints.faults:
            held = Complaints(root=score.root)
            message = "the face comes to rest in the last half second: this cue is not seen"
            held.at_value(path, "cue-unseen", message, "move it, or write end: hold")
            warnings.extend(evolve(one, severity=Severity.WARNING) for one in held.faults)
        pose, length = pose_of(bank, cue.state), ticks(cue.transition)
        if cue.sequence is None:
            yield Move(start=start, length=length, pose=pose)
            continue
        clip = clip_of(bank, cue, path, complaints)
        if clip is None:
            continue
        if start < busy:
            end = busy / (FRAME * FRAME_RATE)
            message = f"the sequence before it plays until {end:g} s"
            complaints.at_value(
                (*path, "sequence"), "sequences-overlap", message, "let it end, or leave one out"
            )
        over = clip.end()
        busy = start + ticks(over / 1000.0) if isfinite(over) else 0
        yield Move(start=start, length=length, pose=playing(pose, number), clip=clip)


def _looks(
    score: Score, lips: SpokenLips | None, frames: int | None, complaints: Complaints
) -> Iterator[Look]:
    words = () if lips is None else lips.words
    paths = [look.path for look in score.gaze]
    moments = [look.moment for look in score.gaze]
    starts = _starts(paths, moments, words, frames, complaints)
    for look, start in zip(score.gaze, starts, strict=True):
        if start is not None:
            yaw, pitch = look.look
            yield Look(start=start, yaw=yaw, pitch=pitch, head=look.head)


def _starts(
    paths: Iterable[NodePath],
    moments: Iterable[Moment],
    words: tuple[Word, ...],
    frames: int | None,
    complaints: Complaints,
) -> Iterator[int | None]:
    """The ticks at which cues begin; None for one that is wrong, once that is said."""
    last: int | None = None
    heard = -1.0
    for path, moment in zip(paths, moments, strict=True):
        seconds = _seconds(path, moment, words, heard, complaints)
        if seconds is None:
            yield None
            continue
        heard = seconds
        start = ticks(seconds + moment.shift)
        key = (*path, "time" if moment.time is not None else "word")
        if start < 0 or (frames is not None and start >= frames * FRAME):
            ends = "" if frames is None else f" to {frames / FRAME_RATE:g} s"
            message = f"it begins at {start / (FRAME * FRAME_RATE):g} s, and the performance lasts "
            complaints.at_value(key, "cue-beyond", f"{message}from 0{ends}")
            yield None
            continue
        if last is not None and start <= last:
            before = last / (FRAME * FRAME_RATE)
            message = f"it begins at {seconds + moment.shift:g} s, not after {before:g} s"
            complaints.at_value(key, "cue-order", message, "put cues in the order of their times")
        last = start if last is None else max(last, start)
        yield start


def _seconds(
    path: NodePath, moment: Moment, words: tuple[Word, ...], heard: float, complaints: Complaints
) -> float | None:
    if (moment.time is None) == (moment.word is None):
        both = "both time and word" if moment.time is not None else "neither time nor word"
        complaints.at_value(path, "cue-moment", f"it has {both}", "give one of them")
        return None
    if moment.word is None:
        return moment.time
    wanted = _spelled(moment.word)
    found = next(
        (one for one in words if one.start >= heard and _spelled(one.text) == wanted), None
    )
    if found is not None:
        return found.start
    if not words:
        message = "the lips do not know the words of the sound"
        hint = "say what is said, lips: {from: words, text: ...}, or give the time in seconds"
    else:
        message = f"the word {moment.word!r} is not said after {max(0.0, heard):g} s"
        hint = did_you_mean(wanted, sorted({_spelled(one.text) for one in words}))
    complaints.at_value((*path, "word"), "unknown-word", message, hint)
    return None


def _spelled(word: str) -> str:
    return "".join(one for one in word.casefold() if one.isalnum() or one == "'")
