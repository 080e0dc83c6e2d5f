"""Recorded takes: a folder of Live Link Face CSV files, each with its sound, and a labels file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from mien.errors import SourceError
from mien.formats.livelink import read_livelink
from mien.formats.take import Capture
from mien.text.files import shown_path
from mien.text.suggest import did_you_mean
from mien_trainer.alignment.voice_activity import segment
from mien_trainer.audio import read_audio
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, SAMPLE_RATE, frame_count
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechUnavailableError,
    Utterance,
    split_of,
)
from mien_trainer.takes.labels import STEM, TakeLabel, find_labels, read_labels

MOST_APART = 0.5
"""Seconds by which sound and curves may differ in length."""

LONGEST_GAP = 0.5
"""Seconds of a take that may be made up between two rows."""

_FEW = 3

Align = Callable[[F32, str], tuple[Phoneme, ...]]
"""The phonemes of mono audio at 16 kHz that says a text; may raise what `SpeechSource` raises."""


@frozen(kw_only=True)
class _Take:
    curves: Path
    sound: Path
    label: TakeLabel


class TakesSource:
    """The labelled takes of folders, people all of them.

    A take is a pair of files with one name, ``<take>.csv`` and ``<take>.wav``. Its key is
    ``<folder>/<take>`` with the folder's own name, which no two folders may share.
    """

    name = "takes"
    real = True

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        labels: Sequence[str] = (),
        channels: Sequence[str] | None = None,
        align: Align | None = None,
    ) -> None:
        """A source of takes.

        ``labels`` are the bank's, for checking; ``channels`` its order, else the rig's; ``align``
        finds the phonemes of takes whose words are known, else pocketsphinx does.
        """
        self._folders = tuple(folders)
        self._labels = tuple(labels)
        self._channels = channels
        self._align = align
        self._found: Mapping[str, _Take] | None = None
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
        take = self._takes().get(item.key)
        if take is None:
            raise SpeechRefusedError(f"there is no take {item.key}")
        audio = _sound(item.key, take.sound)
        capture = self._capture(item.key, take)
        _refuse_unlike(item.key, take, capture, len(audio) / SAMPLE_RATE)
        return Utterance(
            audio=audio,
            phonemes=self._phonemes(audio, take.label.text),
            voice=take.label.voice,
            text=take.label.text,
            provenance=f"take {item.key}",
            licence=take.label.licence,
            curves=capture.at_frames(frame_count(len(audio)), start=take.label.offset),
        )

    def close(self) -> None:
        """Nothing was started."""

    def _takes(self) -> Mapping[str, _Take]:
        if self._found is None:
            found: dict[str, _Take] = {}
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

    def _read(self, folder: Path, name: str) -> Iterator[tuple[str, _Take]]:
        labels = self._read_labels(folder)
        recorded = {path.stem for path in folder.glob("*.csv") if path.stem != STEM}
        for take in sorted(recorded | set(labels)):
            key = f"{name}/{take}"
            curves, sound = folder / f"{take}.csv", folder / f"{take}.wav"
            label = labels.get(take)
            if label is None:
                hint = did_you_mean(take, [one for one in labels if one not in recorded])
                more = f"; {hint}" if hint.startswith("did") else ""
                self._refuse(f"take {key}: the labels file says nothing of it{more}")
            elif take not in recorded:
                self._refuse(f"take {key}: {label.place} names it, and there is no {take}.csv")
            elif not sound.is_file():
                self._refuse(f"take {key}: there is no sound {take}.wav beside {take}.csv")
            else:
                yield key, _Take(curves=curves, sound=sound, label=label)

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
            return read_labels(path, self._labels)
        except SourceError as faults:
            raise SpeechUnavailableError(f"takes: {faults}") from None

    def _refuse(self, message: str) -> None:
        self._refused.append(SpeechRefusedError(message))

    def _capture(self, key: str, take: _Take) -> Capture:
        try:
            return read_livelink(take.curves, self._channels, rate=take.label.rate)
        except SourceError as refusal:
            raise SpeechRefusedError(f"take {key}: {few_faults(refusal)}") from None

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


def few_faults(refusal: SourceError) -> str:
    """The first few faults, for a message about the whole."""
    shown = [str(fault) for fault in refusal.faults[:_FEW]]
    more = len(refusal.faults) - len(shown)
    return "\n".join([*shown, *([f"and {more} more"] if more else [])])


def _item(key: str, take: _Take) -> SpeechItem:
    label = take.label
    return SpeechItem(
        key=key,
        voice=label.voice,
        text=label.text,
        split=label.split or split_of(label.text.casefold() or key),
        label=label.label,
        intensity=label.intensity,
    )


def _sound(key: str, path: Path) -> F32:
    try:
        return read_audio(path).samples
    except SpeechUnavailableError:
        raise
    except TrainerError as refusal:
        raise SpeechRefusedError(f"take {key}: {refusal}") from None


def _refuse_unlike(key: str, take: _Take, capture: Capture, seconds: float) -> None:
    covered = capture.seconds - take.label.offset
    if abs(covered - seconds) > MOST_APART or take.label.offset < -MOST_APART:
        raise SpeechRefusedError(
            f"take {key}: the curves last {capture.seconds:.2f} s and the sound {seconds:.2f} s, "
            f"with an offset of {take.label.offset:.2f} s; cut both to the same moment and length, "
            "or set offset or rate in the labels file"
        )
    longest = max(capture.gaps, key=lambda gap: gap.seconds, default=None)
    if longest is not None and longest.seconds > LONGEST_GAP:
        raise SpeechRefusedError(
            f"take {key}: no face was recorded for {longest.seconds:.2f} s from "
            f"{longest.start:.2f} s on; cut the take there"
        )
