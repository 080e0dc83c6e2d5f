"""Which clips of MEAD train and which are held out, by who speaks and by what is said."""

from __future__ import annotations

from mien_trainer.speech.mead_layout import ClipName
from mien_trainer.speech.source import Split

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
