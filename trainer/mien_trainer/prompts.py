"""Recorded prompts on disk: a file of sound a prompt, and one list of what they say."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from mien.text.regular_file import TRANSCRIPT, read_regular
from mien_trainer.alignment.aligner import Aligner
from mien_trainer.alignment.pronunciation import (
    UnspeakableTextError,
    english_dictionary,
    spoken_words,
)
from mien_trainer.audio import levelled, read_audio
from mien_trainer.ffmpeg import decode, find_ffmpeg
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Utterance,
    split_of,
)

PACKAGE = "asterisk-core-sounds-en"
FOLDER = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TRANSCRIPTS = Path(f"/usr/share/doc/{PACKAGE}/core-sounds-en.txt.gz")
"""Where Debian's packages put the sounds and what they say."""

INSTALL = (
    f"install Debian's {PACKAGE}-g722 and ffmpeg, which reads it, "
    f"or {PACKAGE}-wav, which is of telephone quality"
)

VOICE = "allison"
LICENCE = "CC BY-SA 3.0"
_SPEAKER = "Allison Smith"

_LARGEST = 4 << 20
"""Bytes of transcripts that are read."""


def sound_kind(folder: Path) -> str:
    """How the sounds are kept: ``g722`` (16 kHz, read by ffmpeg) or else ``wav`` (8 kHz).

    Raises:
        SpeechUnavailableError: the folder has none that this machine can read.
    """
    if not folder.is_dir():
        raise SpeechUnavailableError(f"no prompts at {folder}: {INSTALL}")
    better = bool(keys_in(folder, "g722"))
    if better and find_ffmpeg() is not None:
        return "g722"
    if keys_in(folder, "wav"):
        return "wav"
    if better:
        raise SpeechUnavailableError(f"the prompts at {folder} need ffmpeg to be read: {INSTALL}")
    raise SpeechUnavailableError(f"no .g722 or .wav at {folder}: {INSTALL}")


def keys_in(folder: Path, suffix: str) -> tuple[str, ...]:
    """The prompts that have a sound: their paths in the folder without ``.suffix``, in order."""
    found = folder.rglob(f"*.{suffix}")
    return tuple(sorted(path.relative_to(folder).as_posix()[: -len(suffix) - 1] for path in found))


def read_transcripts(path: Path) -> Mapping[str, str]:
    """What each prompt says: lines of ``name: text``, ``;`` begins a comment; plain or gzip.

    Raises:
        SpeechUnavailableError: the file is missing, damaged or holds no such line.
    """
    try:
        data = io.BytesIO(read_regular(path, TRANSCRIPT))
        with gzip.GzipFile(fileobj=data) if path.suffix == ".gz" else data as stream:
            text = stream.read(_LARGEST).decode("utf-8")
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SpeechUnavailableError(
            f"{path}: this cannot be read as transcripts: {error}"
        ) from error
    except OSError as error:
        raise SpeechUnavailableError(
            f"no transcripts at {path}: {error.strerror}; install Debian's {PACKAGE} "
            "with its documentation, or say where they are"
        ) from error
    said: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, words = line.partition(":")
        if colon and not name.startswith(";"):
            said.setdefault(name.strip(), " ".join(words.split()))
    if not said:
        raise SpeechUnavailableError(f"{path}: expected lines as 'name: text', found none")
    return said


@frozen(kw_only=True)
class _Offer:
    """What a folder has: how sounds are kept, what is said and in which words, what is refused."""

    kind: str
    items: tuple[SpeechItem, ...]
    words: Mapping[str, tuple[str, ...]]
    refusals: tuple[SpeechRefusedError, ...]


class PromptSource(SpeechSource):
    """The prompts that one speaker recorded, some 550 of one word to a minute.

    Prompts of the same words are in the same split. Each is read and aligned once a process.
    """

    name = "asterisk"
    real = True

    def __init__(self, folder: Path | None = None, transcripts: Path | None = None) -> None:
        """Without a folder or a file of transcripts: those of Debian's packages."""
        self._folder = FOLDER if folder is None else folder
        self._transcripts = TRANSCRIPTS if transcripts is None else transcripts
        self._offer: _Offer | None = None
        self._aligner: Aligner | None = None
        self._spoken: dict[str, Utterance | str] = {}

    def items(self) -> tuple[SpeechItem, ...]:
        """All prompts that have a sound and say words whose pronunciation is known.

        Raises:
            SpeechUnavailableError: the prompts, transcripts, ffmpeg or pocketsphinx are missing.
        """
        return self._offered().items

    def refusals(self) -> tuple[SpeechRefusedError, ...]:
        """Why the others cannot be said, as far as that shows without listening.

        Raises:
            SpeechUnavailableError: as `items`.
        """
        return self._offered().refusals

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The prompt as it was recorded; prosody is not for recordings.

        Raises:
            SpeechRefusedError: no such prompt, or its sound is unreadable or says other words.
            SpeechUnavailableError: as `items`.
        """
        spoken = self._spoken.get(item.key)
        if spoken is None:
            try:
                spoken = self._read(item)
            except SpeechRefusedError as refusal:
                spoken = f"{item.key}: {refusal}"
            self._spoken[item.key] = spoken
        if isinstance(spoken, str):
            raise SpeechRefusedError(spoken)
        return spoken

    def close(self) -> None:
        """Forget what was spoken."""
        self._spoken.clear()
        self._aligner = None

    def _offered(self) -> _Offer:
        if self._offer is None:
            self._offer = _look(self._folder, self._transcripts)
        return self._offer

    def _read(self, item: SpeechItem) -> Utterance:
        offer = self._offered()
        if item.key not in offer.words:
            raise SpeechRefusedError("there is no such prompt")
        path = self._folder / f"{item.key}.{offer.kind}"
        audio = read_audio(path).samples if offer.kind == "wav" else decode(path, form=offer.kind)
        if self._aligner is None:
            self._aligner = Aligner()
        phonemes = self._aligner.align(audio, offer.words[item.key])
        return Utterance(
            audio=levelled(audio),
            phonemes=phonemes,
            voice=VOICE,
            text=item.text,
            provenance=f"{PACKAGE}-{offer.kind}: {item.key}.{offer.kind}, by {_SPEAKER}",
            licence=LICENCE,
        )


def _look(folder: Path, transcripts: Path) -> _Offer:
    kind = sound_kind(folder)
    said = read_transcripts(transcripts)
    dictionary = english_dictionary()
    sounds = set(keys_in(folder, kind))
    items: list[SpeechItem] = []
    words: dict[str, tuple[str, ...]] = {}
    refused = dict.fromkeys(sounds.difference(said), "it has a sound but no text")
    for key, text in said.items():
        if key not in sounds:
            refused[key] = "it has a text but no sound"
            continue
        try:
            words[key] = spoken_words(text, dictionary)
        except UnspeakableTextError as error:
            refused[key] = str(error)
            continue
        # by what is said: some prompts say the same as others
        split = split_of(" ".join(words[key]))
        items.append(SpeechItem(key=key, voice=VOICE, text=text, split=split))
    return _Offer(
        kind=kind,
        items=tuple(sorted(items, key=lambda item: item.key)),
        words=words,
        refusals=tuple(SpeechRefusedError(f"{key}: {refused[key]}") for key in sorted(refused)),
    )
