"""Where the clips of MEAD and of features made from it lie, and which are held out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from attrs import field, frozen

from mien_trainer.speech import Split

EMOTIONS: Mapping[str, str] = {
    "neutral": "neutral",
    "happy": "joy",
    "sad": "sadness",
    "surprised": "surprise",
    "fear": "fear",
    "disgusted": "disgust",
    "angry": "anger",
    "contempt": "contempt",
}
"""MEAD's emotions, in the order in which flat names number them from 0, and our labels."""

LEVELS = ("low", "mid", "high")
"""Our names of MEAD's ``level_1``, ``level_2``, ``level_3``; neutral has the first alone."""

FEATURES = (".npy", ".npz", ".csv")
SOUNDS = (".wav", ".m4a")
"""Endings of features and of sounds; of two files for one clip, the earlier ending counts."""

_ACTOR = re.compile(r"[MW]\d{3}")
_NUMBER = re.compile(r"\d{3}")
_LEVEL = re.compile(r"level_([123])")
_FLAT = re.compile(r"([MW]\d{3})_(\d{3})_([0-7])_([0-2])")
_SIDEWAYS = re.compile(r"(left|right)_?\d+|top|down|up")


@frozen(kw_only=True, order=True)
class ClipName:
    """Who says what how: ``actor`` M003, ``emotion`` angry, ``level`` 1 to 3, ``number`` 001."""

    actor: str
    emotion: str
    level: int
    number: str

    def __str__(self) -> str:
        return f"{self.actor}/{self.emotion}/level_{self.level}/{self.number}"

    @property
    def label(self) -> str:
        """The bank's label."""
        return EMOTIONS[self.emotion]

    @property
    def intensity(self) -> str:
        """The bank's intensity: ``level_1`` to ``level_3`` are low, mid, high; neutral is mid."""
        return "mid" if self.emotion == "neutral" else LEVELS[self.level - 1]


@frozen(kw_only=True)
class ClipFiles:
    """The files of one clip; what it lacks is None."""

    features: Path | None = field(default=None)
    sound: Path | None = field(default=None)


def find_clips(root: Path) -> Mapping[ClipName, ClipFiles]:
    """Every clip under ``root`` that has features or a sound, in order of its name."""
    features: dict[ClipName, Path] = {}
    sounds: dict[ClipName, Path] = {}
    for name, path in _named(root):
        table, endings = (features, FEATURES) if path.suffix in FEATURES else (sounds, SOUNDS)
        before = table.get(name)
        if before is None or _rank(path, endings) < _rank(before, endings):
            table[name] = path
    return {
        name: ClipFiles(features=features.get(name), sound=sounds.get(name))
        for name in sorted(features.keys() | sounds.keys())
    }


def clip_name(path: PurePosixPath) -> ClipName | None:
    """Which clip a file below the root is of; None for files of another kind or another camera."""
    flat = _FLAT.fullmatch(path.stem)
    if flat is not None:
        emotion = tuple(EMOTIONS)[int(flat[3])]
        return ClipName(actor=flat[1], emotion=emotion, level=int(flat[4]) + 1, number=flat[2])
    folders = path.parts[:-1]
    if not _NUMBER.fullmatch(path.stem) or any(_SIDEWAYS.fullmatch(one) for one in folders):
        return None
    actor = _first(folders, _ACTOR)
    level = _first(folders, _LEVEL)
    shown = next((one for one in folders if one in EMOTIONS), None)
    if actor is None or level is None or shown is None:
        return None
    return ClipName(actor=actor[0], emotion=shown, level=int(level[1]), number=path.stem)


def _named(root: Path) -> Iterator[tuple[ClipName, Path]]:
    for path in sorted(root.rglob("*")):
        if path.suffix in (*FEATURES, *SOUNDS):
            name = clip_name(PurePosixPath(path.relative_to(root).as_posix()))
            if name is not None and path.is_file():
                yield name, path


def _rank(path: Path, endings: Sequence[str]) -> tuple[int, str]:
    return endings.index(path.suffix), path.as_posix()


def _first(folders: Sequence[str], pattern: re.Pattern[str]) -> re.Match[str] | None:
    return next((found for one in folders if (found := pattern.fullmatch(one))), None)


# The actors as EMOTE (Daněček et al. 2023) and those after it split them.
_VALIDATION = frozenset({"M032", "M033", "M034", "M035", "W033", "W035", "W036"})
# fmt: off
_TRAIN = frozenset(
    {
        "M003", "M005", "M007", "M009", "M011", "M012", "M013", "M019", "M022", "M023",
        "M024", "M025", "M026", "M027", "M028", "M029", "M030", "M031", "W009", "W011",
        "W014", "W015", "W016", "W018", "W019", "W021", "W023", "W024", "W025", "W026",
        "W028", "W029",
    }
)
# fmt: on
# The last numbers for training and for validation, as ProbTalk3D (Wu et al. 2024) splits them.
_NEUTRAL, _EMOTIONAL = (32, 36), (24, 27)


def split_of_clip(name: ClipName) -> Split | None:
    """The split of a clip; None where its actor is of one and its sentence of another.

    So neither an actor nor a sentence that is held out for one use is in another.
    """
    actor = Split.TEST
    if name.actor in _TRAIN:
        actor = Split.TRAIN
    elif name.actor in _VALIDATION:
        actor = Split.VALIDATION
    train, validation = _NEUTRAL if name.emotion == "neutral" else _EMOTIONAL
    number = int(name.number)
    sentence = Split.TEST
    if number <= train:
        sentence = Split.TRAIN
    elif number <= validation:
        sentence = Split.VALIDATION
    return actor if actor is sentence else None
