"""What a sound's lips are made from: words, times, sounds that are recognised, or a network.

What is known decides: words or times where they are given, a recogniser where nothing is, and the
network for sound that is too long for one or where none is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from mien.bank import Bank
from mien.performance.sources import LipRequest, SpokenLips, open_lips
from mien.text.words_or_file import words_or_file
from mien_trainer.audio import LONGEST, sound_frames
from mien_trainer.frames import FRAME_RATE
from mien_trainer.timings.ears import best_recogniser

NETWORK, WORDS, SOUNDS, TIMES = "network", "words", "sounds", "times"
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
    kind: str,
    bank: Bank,
    audio: Path,
    *,
    text: str | None,
    times: Path | None,
    prosody: bool,
    recogniser: str | None = None,
    listened: Callable[[float], None] | None = None,
) -> SpokenLips:
    """The lips of a sound file by words, times or sounds; ``text`` may be the name of a file.

    ``recogniser`` names one (see `timings.ears.open_ear`); else the best that is installed hears.
    ``listened`` is told the share of the sound that has been heard, where that takes long.

    Raises:
        MienError: as the source says.
    """
    written, text = (None, None) if text is None else words_or_file(text)
    request = LipRequest(
        bank=bank,
        audio=audio,
        file=times or written,
        text=text,
        recogniser=recogniser or (best_recogniser() if kind == SOUNDS else None),
        prosody=prosody,
        listened=listened,
    )
    return open_lips(kind, request)
