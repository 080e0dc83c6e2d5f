"""Real speech: the voice prompts of Asterisk as Debian packages them, aligned with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from mien_trainer.speech.align import Aligner
from mien_trainer.speech.dictionary import english
from mien_trainer.speech.held_out import split_of
from mien_trainer.speech.loudness import levelled
from mien_trainer.speech.prompt_folder import (
    FOLDER,
    TRANSCRIPTS,
    Form,
    find_form,
    keys_in,
    read_transcripts,
)
from mien_trainer.speech.source import Prosody, SpeechItem, SpeechRefused
from mien_trainer.speech.transcript import UnspeakableText, spoken_words
from mien_trainer.speech.utterance import Utterance

VOICE = "allison"
LICENCE = "CC BY-SA 3.0"
_SPEAKER = "Allison Smith"


@frozen(kw_only=True)
class _Offer:
    """What the folder has: how it is kept, what can be said and in which words, what cannot."""

    form: Form
    items: tuple[SpeechItem, ...]
    words: Mapping[str, tuple[str, ...]]
    refusals: tuple[SpeechRefused, ...]


class PromptSource:
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
        self._heard: dict[str, Utterance | str] = {}

    def items(self) -> tuple[SpeechItem, ...]:
        """All prompts that have a sound and say words whose pronunciation is known.

        Raises:
            SpeechUnavailable: the prompts, their transcripts, ffmpeg or pocketsphinx are missing.
        """
        return self._offered().items

    def refusals(self) -> tuple[SpeechRefused, ...]:
        """Why the others cannot be said, as far as that shows without listening.

        Raises:
            SpeechUnavailable: as `items`.
        """
        return self._offered().refusals

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The prompt as it was recorded; prosody is not for recordings.

        Raises:
            SpeechRefused: there is no such prompt, or its sound is unreadable or says other words.
            SpeechUnavailable: as `items`.
        """
        heard = self._heard.get(item.key)
        if heard is None:
            try:
                heard = self._hear(item)
            except SpeechRefused as refusal:
                heard = f"{item.key}: {refusal}"
            self._heard[item.key] = heard
        if isinstance(heard, str):
            raise SpeechRefused(heard)
        return heard

    def close(self) -> None:
        """Forget what was heard."""
        self._heard.clear()
        self._aligner = None

    def _offered(self) -> _Offer:
        if self._offer is None:
            self._offer = _look(self._folder, self._transcripts)
        return self._offer

    def _hear(self, item: SpeechItem) -> Utterance:
        offer = self._offered()
        if item.key not in offer.words:
            raise SpeechRefused("there is no such prompt")
        path = self._folder / f"{item.key}.{offer.form.suffix}"
        audio = offer.form.read(path)
        if self._aligner is None:
            self._aligner = Aligner()
        phonemes = self._aligner.align(audio, offer.words[item.key])
        return Utterance(
            audio=levelled(audio),
            phonemes=phonemes,
            voice=VOICE,
            text=item.text,
            provenance=f"{offer.form.package}: {item.key}.{offer.form.suffix}, by {_SPEAKER}",
            licence=LICENCE,
        )


def _look(folder: Path, transcripts: Path) -> _Offer:
    form = find_form(folder)
    said = read_transcripts(transcripts)
    dictionary = english()
    sounds = set(keys_in(folder, form.suffix))
    items: list[SpeechItem] = []
    words: dict[str, tuple[str, ...]] = {}
    refused = dict.fromkeys(sounds.difference(said), "it has a sound but no text")
    for key, text in said.items():
        if key not in sounds:
            refused[key] = "it has a text but no sound"
            continue
        try:
            words[key] = spoken_words(text, dictionary)
        except UnspeakableText as error:
            refused[key] = str(error)
            continue
        # by what is said: some prompts say the same as others
        split = split_of(" ".join(words[key]))
        items.append(SpeechItem(key=key, voice=VOICE, text=text, split=split))
    return _Offer(
        form=form,
        items=tuple(sorted(items, key=lambda item: item.key)),
        words=words,
        refusals=tuple(SpeechRefused(f"{key}: {refused[key]}") for key in sorted(refused)),
    )
