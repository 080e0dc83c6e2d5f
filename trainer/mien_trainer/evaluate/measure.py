"""One network through every measurement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from mien_trainer.evaluate.anchors import anchor_errors
from mien_trainer.evaluate.beside import Beside
from mien_trainer.evaluate.distinct import distinctness
from mien_trainer.evaluate.effects import departure, effects
from mien_trainer.evaluate.example import example
from mien_trainer.evaluate.lips import closures, lip_match
from mien_trainer.evaluate.predictor import Subject
from mien_trainer.evaluate.record import Evaluation
from mien_trainer.evaluate.repeat import repeats
from mien_trainer.evaluate.smoothness import smoothness
from mien_trainer.evaluate.sounds import SETTLE, Sound, silence, voices
from mien_trainer.evaluate.speed import Speed
from mien_trainer.fault import TrainerError
from mien_trainer.targets.stored import StoredClip

STEPS = 8
"""How often `evaluate` says that it got on."""

VOICES = 3
_MID = "mid"


def evaluate(
    name: str,
    checkpoint: str,
    subject: Subject,
    unheard: Sequence[StoredClip],
    heard: Collection[str],
    speed: Speed,
    step: Callable[[], None],
    older: Beside | None = None,
) -> Evaluation:
    """Measure the network on clips ``unheard`` in training; ``heard`` are the voices of training.

    ``checkpoint`` is that of its card, ``older`` what was found beside an older network.

    Raises:
        TrainerError: there are too few clips to speak with.
    """
    bank = subject.bank
    quiet, spoken = silence(), voices(unheard, VOICES)
    if not spoken:
        raise TrainerError(
            f"no clip of the test split is spoken for {2 * SETTLE} frames or more; "
            "make more targets"
        )
    middle = _MID if _MID in bank.intensities else bank.intensities[len(bank.intensities) // 2]
    speakers = [clip for clip in unheard if clip.voice]
    every = range(len(bank.channels))
    upper = subject.channels_of("EXPRESSION")
    anchors = [anchor_errors(subject, quiet, every)]
    anchors += [anchor_errors(subject, sound, upper) for sound in spoken]
    step()
    repeated = repeats(subject, spoken[0])
    step()
    smooth = tuple(smoothness(subject, sound) for sound in (quiet, spoken[0]))
    step()
    distinct = tuple(distinctness(subject, spoken[0], at) for at in bank.intensities)
    step()
    groups = _groups(speakers, heard)
    lips = tuple(lip_match(subject, group, clips) for group, clips in groups.items() if clips)
    step()
    closed = closures(subject, speakers, middle)
    step()
    moved = effects(subject, [quiet, *spoken], middle)
    step()
    longest = max(speakers, key=lambda clip: len(clip.mel))
    left = departure(subject, Sound(name=longest.voice, mel=longest.mel), longest.speech, middle)
    step()
    return Evaluation(
        name=name,
        checkpoint=checkpoint,
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        labels=bank.labels,
        intensities=bank.intensities,
        anchors=tuple(anchors),
        repeats=repeated,
        smoothness=smooth,
        distinct=distinct,
        lips=lips,
        closures=closed,
        effects=moved,
        departure=left,
        speed=speed,
        example=example(subject, speakers, heard),
        beside=older,
    )


def _groups(clips: Sequence[StoredClip], heard: Collection[str]) -> dict[str, list[StoredClip]]:
    """The clips by what is new about them."""
    synthetic = [clip for clip in clips if not clip.real]
    return {
        "unheard sentences": [clip for clip in synthetic if clip.voice in heard],
        "an unheard voice": [clip for clip in synthetic if clip.voice not in heard],
        "recorded speech": [clip for clip in clips if clip.real],
    }
