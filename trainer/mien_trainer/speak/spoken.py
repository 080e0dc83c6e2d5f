"""What a sound's lips are made from: words, times, sounds that are recognised, or a network.

What is known decides: words or times where they are given, a recogniser where nothing is, and the
network for sound that is too long for one or where none is installed.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from mien.bank import Bank
from mien.errors import QueryError
from mien.performance.sources import LipRequest, SpokenLips, open_lips
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


def spoken_lips(
    kind: str, bank: Bank, audio: Path, *, text: str | None, times: Path | None, prosody: bool
) -> SpokenLips:
    """The lips of a sound file by words, times or sounds; ``text`` may be the name of a file.

    Raises:
        MienError: as the source says.
    """
    written, text = (None, None) if text is None else what_is_said(text)
    request = LipRequest(bank=bank, audio=audio, file=times or written, text=text, prosody=prosody)
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
