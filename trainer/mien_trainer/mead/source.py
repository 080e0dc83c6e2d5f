"""MEAD, the emotional talking faces of Wang et al. (ECCV 2020), as features that a user has.

Nothing of MEAD comes with mien. docs/mead.md describes the layouts that are read, and says where
they were learnt from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from mien.errors import SourceError
from mien.formats.arkit import arkit_channels
from mien.text.files import shown_path
from mien_trainer.alignment.voice_activity import segment
from mien_trainer.audio import read_samples
from mien_trainer.ffmpeg import find_ffmpeg
from mien_trainer.frames import SAMPLE_RATE, frame_count, frame_times
from mien_trainer.mead.clips import ClipName, find_clips, split_of_clip
from mien_trainer.mead.features import read_features
from mien_trainer.mead.settings import MeadSettings, read_settings
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Split,
    Utterance,
    refused_as,
)
from mien_trainer.takes.source import MOST_APART


@frozen(kw_only=True)
class _Clip:
    name: ClipName
    features: Path
    sound: Path
    split: Split


class MeadSource(SpeechSource):
    """The clips under a folder that have both features and sound. Their words are not known."""

    name = "mead"
    real = True

    def __init__(self, root: Path, *, channels: Sequence[str] | None = None) -> None:
        """``channels`` is the bank's order, else the rig's."""
        self._root = root
        self._channels = arkit_channels() if channels is None else tuple(channels)
        self._settings = MeadSettings()
        self._clips: Mapping[str, _Clip] | None = None
        self._refused: list[SpeechRefusedError] = []

    def items(self) -> tuple[SpeechItem, ...]:
        """Every clip with features and sound whose actor and sentence are of one split.

        Raises:
            SpeechUnavailableError: there is no such folder or clip, or mead.yaml has faults.
        """
        return tuple(
            SpeechItem(
                key=key,
                voice=clip.name.actor,
                text="",
                split=clip.split,
                label=clip.name.label,
                intensity=clip.name.intensity,
            )
            for key, clip in self._found().items()
        )

    def refusals(self) -> tuple[SpeechRefusedError, ...]:
        """What lies in the folder and cannot be an item: one a reason, with how many.

        Raises:
            SpeechUnavailableError: as `items`.
        """
        self._found()
        return tuple(self._refused)

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The clip, its curves at 60 frames a second over the length of its sound.

        Raises:
            SpeechRefusedError: the features or the sound cannot be read, or do not belong together.
        """
        clip = self._found().get(item.key)
        if clip is None:
            raise SpeechRefusedError(f"mead: there is no clip {item.key}")
        settings = self._settings
        with refused_as(f"mead {clip.name}"):
            audio = read_samples(clip.sound)
            take = read_features(clip.features, self._channels, settings.columns, settings.rate)
            seconds = len(audio) / SAMPLE_RATE
            if abs(take.seconds - seconds) > MOST_APART:
                raise SpeechRefusedError(
                    f"the features last {take.seconds:.2f} s at {take.rate:g} rows a second, the "
                    f"sound {seconds:.2f} s; set rate in mead.yaml"
                )
        return Utterance(
            audio=audio,
            phonemes=segment(audio),
            voice=clip.name.actor,
            text="",
            provenance=f"MEAD {item.key}",
            licence=settings.licence,
            curves=take.weights_at(frame_times(frame_count(len(audio)))),
        )

    def _found(self) -> Mapping[str, _Clip]:
        if self._clips is None:
            if not self._root.is_dir():
                raise SpeechUnavailableError(f"mead: there is no folder {shown_path(self._root)}")
            try:
                self._settings = read_settings(self._root)
            except SourceError as faults:
                raise SpeechUnavailableError(f"mead: {faults}") from None
            self._clips = self._usable()
        return self._clips

    def _usable(self) -> Mapping[str, _Clip]:
        usable: dict[str, _Clip] = {}
        left: dict[str, list[ClipName]] = {}
        for name, files in find_clips(self._root).items():
            split = split_of_clip(name)
            if files.features is None:
                left.setdefault("with a sound and no features", []).append(name)
            elif files.sound is None:
                left.setdefault("with features and no sound", []).append(name)
            elif files.sound.suffix == ".m4a" and find_ffmpeg() is None:
                reason = "with sound as .m4a, for which ffmpeg has to be installed"
                left.setdefault(reason, []).append(name)
            elif split is None:
                reason = "whose actor is of one split and whose sentence of another"
                left.setdefault(reason, []).append(name)
            else:
                usable[str(name)] = _Clip(
                    name=name, features=files.features, sound=files.sound, split=split
                )
        self._refused = [
            SpeechRefusedError(f"mead: clips {reason}: {len(names)}, the first {names[0]}")
            for reason, names in left.items()
        ]
        if not usable:
            found = "; ".join(str(one) for one in self._refused)
            raise SpeechUnavailableError(
                f"mead: {shown_path(self._root)} holds no clip with features and sound, such as "
                "M003/arkit/angry/level_1/001.npy and M003/audio/angry/level_1/001.wav"
                + (f" ({found})" if found else "")
            )
        return usable
