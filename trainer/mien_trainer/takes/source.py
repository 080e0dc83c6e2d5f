"""Recorded takes: a folder of faces over time, each with its sound, and a labels file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from mien.errors import SourceError
from mien.formats.registry import read_take, readable
from mien.formats.take import Take
from mien.text.files import shown_path
from mien.text.suggest import Words, did_you_mean
from mien_trainer.alignment.voice_activity import segment
from mien_trainer.audio import read_audio
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, SAMPLE_RATE, frame_count, frame_times
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Utterance,
    refused_as,
    split_of,
)
from mien_trainer.takes.labels import STEM, TakeLabel, find_labels, read_labels

MOST_APART = 0.5
"""Seconds by which sound and curves may differ in length."""

LONGEST_GAP = 0.5
"""Seconds of a take that may be made up between two rows."""

Align = Callable[[F32, str], tuple[Phoneme, ...]]
"""The phonemes of mono audio at 16 kHz that says a text; may raise what `SpeechSource` raises."""


@frozen(kw_only=True)
class _Recording:
    curves: Path
    sound: Path
    label: TakeLabel


class TakesSource(SpeechSource):
    """The labelled takes of folders, people all of them.

    A take is a pair of files with one name: ``<take>.wav`` and ``<take>.csv``, or another format
    that is read. Its key is ``<folder>/<take>`` with the folder's own name, which no two folders
    may share.
    """

    name = "takes"
    real = True

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        labels: Sequence[str] = (),
        aliases: Words | None = None,
        channels: Sequence[str] | None = None,
        align: Align | None = None,
    ) -> None:
        """A source of takes.

        ``labels`` are the bank's, for checking, ``aliases`` its other words for them; ``channels``
        its order, else the rig's; ``align`` finds the phonemes of takes whose words are known, else
        pocketsphinx does.
        """
        self._folders = tuple(folders)
        self._labels = tuple(labels)
        self._aliases = aliases
        self._channels = channels
        self._align = align
        self._found: Mapping[str, _Recording] | None = None
        self._refused: list[SpeechRefusedError] = []

    def items(self) -> tuple[SpeechItem, ...]:
        """Every take that has a label, curves and sound, by key.

        Raises:
            SpeechUnavailableError: a folder or its labels file is missing or cannot be used.
        """
        return tuple(_item(key, take) for key, take in self._takes().items())

    def refusals(self) -> tuple[SpeechRefusedError, ...]:
        """What lies in the folders and cannot be an item, by name and with the reason.

        Raises:
            SpeechUnavailableError: as `items`.
        """
        self._takes()
        return tuple(self._refused)

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The take, its curves at 60 frames a second over the length of its sound.

        Raises:
            SpeechRefusedError: the curves or the sound cannot be read, or do not belong together.
        """
        recording = self._takes().get(item.key)
        if recording is None:
            raise SpeechRefusedError(f"there is no take {item.key}")
        label = recording.label
        with refused_as(f"take {item.key}"):
            audio = read_audio(recording.sound).samples
            take = read_take(recording.curves, channels=self._channels, rate=label.rate)
            _refuse_unlike(take, len(audio) / SAMPLE_RATE, label.offset)
        return Utterance(
            audio=audio,
            phonemes=self._phonemes(audio, label.text),
            voice=label.voice,
            text=label.text,
            provenance=f"take {item.key}",
            licence=label.licence,
            curves=take.weights_at(frame_times(frame_count(len(audio))) + label.offset),
        )

    def _takes(self) -> Mapping[str, _Recording]:
        if self._found is None:
            found: dict[str, _Recording] = {}
            names: dict[str, Path] = {}
            for folder in self._folders:
                name = folder.resolve().name
                if name in names:
                    raise SpeechUnavailableError(
                        f"takes: two folders are called {name}: {names[name]} and {folder}; "
                        "rename one, so that their takes can be told apart"
                    )
                names[name] = folder
                found.update(self._read(folder, name))
            self._found = dict(sorted(found.items()))
        return self._found

    def _read(self, folder: Path, name: str) -> Iterator[tuple[str, _Recording]]:
        labels = self._read_labels(folder)
        recorded: dict[str, Path] = {}
        for ending in (one.ending for one in readable()):
            for path in folder.glob(f"*{ending}"):
                # a phone's folder holds JSON of another kind too
                take = path.name.removesuffix(ending)
                if take in labels or (ending == ".csv" and take != STEM):
                    recorded.setdefault(take, path)
        for take in sorted(recorded.keys() | labels):
            key = f"{name}/{take}"
            curves, sound = recorded.get(take), folder / f"{take}.wav"
            label = labels.get(take)
            if label is None:
                hint = did_you_mean(take, [one for one in labels if one not in recorded])
                more = f"; {hint}" if hint.startswith("did") else ""
                self._refuse(f"take {key}: the labels file says nothing of it{more}")
            elif curves is None:
                self._refuse(f"take {key}: {label.place} names it, and there is no {take}.csv")
            elif not sound.is_file():
                self._refuse(f"take {key}: there is no sound {take}.wav beside {curves.name}")
            else:
                yield key, _Recording(curves=curves, sound=sound, label=label)

    def _read_labels(self, folder: Path) -> Mapping[str, TakeLabel]:
        shown = shown_path(folder)
        if not folder.is_dir():
            raise SpeechUnavailableError(f"takes: there is no folder {shown}")
        path = find_labels(folder)
        if path is None:
            raise SpeechUnavailableError(
                f"takes: {shown} has no labels.yaml (or .json, .csv) that says which emotion each "
                "take shows"
            )
        try:
            return read_labels(path, self._labels, self._aliases)
        except SourceError as faults:
            raise SpeechUnavailableError(f"takes: {faults}") from None

    def _refuse(self, message: str) -> None:
        self._refused.append(SpeechRefusedError(message))

    def _phonemes(self, audio: F32, text: str) -> tuple[Phoneme, ...]:
        """As aligned with the words; where that cannot be done, speech and pauses."""
        if text:
            try:
                return self._aligner()(audio, text)
            except TrainerError:
                pass
        return segment(audio)

    def _aligner(self) -> Align:
        if self._align is None:
            from mien_trainer.alignment.aligner import Aligner

            self._align = Aligner().align_text
        return self._align


def _item(key: str, take: _Recording) -> SpeechItem:
    label = take.label
    return SpeechItem(
        key=key,
        voice=label.voice,
        text=label.text,
        split=label.split or split_of(label.text.casefold() or key),
        label=label.label,
        intensity=label.intensity,
    )


def _refuse_unlike(take: Take, seconds: float, offset: float) -> None:
    if abs(take.seconds - offset - seconds) > MOST_APART or offset < -MOST_APART:
        raise SpeechRefusedError(
            f"the curves last {take.seconds:.2f} s and the sound {seconds:.2f} s, with an offset "
            f"of {offset:.2f} s; cut both to the same moment and length, or set offset or rate in "
            "the labels file"
        )
    longest = max(take.gaps, key=lambda gap: gap.seconds, default=None)
    if longest is not None and longest.seconds > LONGEST_GAP:
        raise SpeechRefusedError(
            f"no face was recorded for {longest.seconds:.2f} s from {longest.start:.2f} s on; cut "
            "the take there"
        )
