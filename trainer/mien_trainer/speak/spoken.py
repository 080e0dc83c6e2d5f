"""One label on a whole sound whose lips are known before the first face: from words, times, sounds.

What is known decides: words or times where they are given, a recogniser where nothing is, and the
network for sound that is too long for one or where none is installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from mien.bank import Bank
from mien.errors import QueryError
from mien.formats.take import F32, Take
from mien.performance.expression import Pose
from mien.performance.life import LifeSettings
from mien.performance.performer import Performer, Plan
from mien.performance.sources import LipRequest, SpokenLips, open_lips
from mien.performance.takes import take_blocks
from mien_trainer.audio import LONGEST, sound_frames
from mien_trainer.frames import FRAME_RATE

NETWORK, WORDS, SOUNDS, TIMES = "network", "words", "sounds", "times"

KINDS = (NETWORK, WORDS, SOUNDS, TIMES)
"""The ways to speak, as `--lips` names them."""


def chosen_kind(
    audio: Path,
    kind: str | None = None,
    *,
    text: bool = False,
    times: bool = False,
    network: bool = False,
) -> tuple[str, str]:
    """The way to speak a sound file, and why it is not the recogniser's where that is not clear.

    ``kind`` is what was asked for; ``text`` and ``times`` whether they are given, ``network``
    whether a network is.

    Raises:
        TrainerError: the sound cannot be read.
    """
    if kind is not None:
        return kind, ""
    if times or text:
        return (TIMES if times else WORDS), ""
    if network:
        return NETWORK, ""
    if find_spec("pocketsphinx") is None:
        missing = "pip install 'mien[speak]' brings a recogniser, which follows real voices better"
        return NETWORK, f"lips by the network ({missing})"
    if sound_frames(audio) > LONGEST * FRAME_RATE:
        return NETWORK, f"lips by the network: a recogniser takes {LONGEST / 60:g} minutes at most"
    return SOUNDS, ""


class SpokenUtterance:
    """A bank, what it shows and known lips; ``frames`` came so far."""

    def __init__(self, bank: Bank, pose: Pose, lips: SpokenLips, *, life: bool, seed: int) -> None:
        self._bank, self._pose, self._lips = bank, pose, lips
        self._life, self._seed = life, seed
        self.frames = 0

    @property
    def said(self) -> str:
        """Where the lips come from."""
        return self._lips.said

    @property
    def doubts(self) -> tuple[str, ...]:
        """What may be wrong with what the lips come from."""
        return self._lips.doubts

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of its faces."""
        return self._bank.channels

    def source(self, name: str) -> str:
        """What files say they were made from; ``name`` is the sound's."""
        bank = self._bank
        return f"{name} with {bank.id} {bank.version}, artifact {bank.digest}, {self._lips.source}"

    def takes(self, sound: Iterable[F32], cues: str | None = None) -> Iterator[F32 | Take]:
        """The faces, with head and eyes; the sound has been listened to before."""
        del sound, cues
        life = LifeSettings() if self._life else None
        plan = Plan(
            first=self._pose, life=life, seed=self._seed, frames=self._lips.frames, rests=False
        )
        blocks = Performer(self._bank, plan).perform(self._lips.tracks())
        for take in take_blocks(self._bank, blocks):
            self.frames += len(take.times)
            yield take


def spoken_lips(
    kind: str, bank: Bank, audio: Path, *, text: str | None, times: Path | None
) -> SpokenLips:
    """The lips of a sound file by words, times or sounds; ``text`` may be the name of a file.

    Raises:
        MienError: as the source says.
    """
    written, text = (None, None) if text is None else what_is_said(text)
    request = LipRequest(bank=bank, audio=audio, file=times or written, text=text)
    return open_lips(kind, request)


_TEXTS = (".txt", ".text", ".md", ".srt", ".vtt", ".lab", ".tsv", ".csv", ".json", ".yaml", ".docx")


def what_is_said(text: str) -> tuple[Path | None, str | None]:
    """The file that ``text`` names, else the text itself.

    Raises:
        QueryError: it looks like the name of a file, and there is none.
    """
    path = Path(text)
    if _is_file(path):
        return path, None
    named = path.suffix.lower() in _TEXTS or text.startswith(("./", "../", "/", "~/"))
    if named and len(text.split()) == 1:
        raise QueryError(f"there is no file {text}: --text takes the words, or a file that is here")
    return None, text


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a long text is no name of a file
        return False
