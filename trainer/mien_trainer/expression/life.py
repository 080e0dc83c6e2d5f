"""What moves in a living face beside its expression: lids, gaze and brows.

At more than half of all moments nothing of it is on, so that a network that is trained on absolute
differences learns the preset, the median, and not the mean of all that could happen. Brows rise
with emphasised words (Ekman 1979 calls them batons). All clocks are seeded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.bank import Bank
from mien.performance.face_layers import BROWS, TO_THE_LEFT, UP, blinked, raised, turned
from mien_trainer.expression.ease import pulse
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE, frame_times
from mien_trainer.phonemes import Phoneme


@frozen(kw_only=True, eq=False)
class Life:
    """Small movements over N frames.

    lids (N,) how far a blink closes them, 0 to 1; gaze (N, 2) turned to the character's left and
    up, in weights; brows (N,) raised, in weights.
    """

    lids: F32
    gaze: F32
    brows: F32

    @property
    def on(self) -> npt.NDArray[np.bool_]:
        """The frames (N,) at which anything moves."""
        moves: npt.NDArray[np.bool_] = (self.lids > 0) | self.gaze.any(axis=1) | (self.brows > 0)
        return moves


class Liven:
    """Faces of one bank, given life. Where nothing is on, they stay as they are, bit for bit."""

    def __init__(self, bank: Bank) -> None:
        """Raises TrainerError if the bank's rig lacks a channel that life moves."""
        self._index = bank.tables.channel_index
        missing = sorted(_CHANNELS - self._index.keys())
        if missing:
            raise TrainerError(
                f"the bank {bank.id} has no channel {', '.join(missing)}: training needs ARKit's 52"
            )

    def wide(self, faces: F32) -> F32:
        """How wide the eyes of faces (N, 52) are, (N,): a stare has fewer blinks."""
        left, right = (faces[:, self._index[f"eyeWide{side}"]] for side in ("Left", "Right"))
        return np.maximum(left, right)

    def __call__(self, faces: F32, life: Life) -> F32:
        """Faces (N, 52) with life, in [0, 1].

        A blink closes the lids all the way, also under wide eyes: they give way as the lids come
        down. Gaze adds to the face's own, on both eyes alike.
        """
        alive = faces.copy()
        blinked(alive, life.lids, self._index)
        turned(alive, life.gaze[:, 0], life.gaze[:, 1], self._index)
        raised(alive, life.brows, self._index)
        return alive


_LIDS = ("eyeBlinkLeft", "eyeBlinkRight", "eyeWideLeft", "eyeWideRight")
_GAZE = (one for pair in (*TO_THE_LEFT, *UP) for one in pair)
_CHANNELS = frozenset([*BROWS, *_LIDS, *_GAZE])


BLINK_GAP = (3.0, 6.0)
"""The seconds between blinks."""

STARE = 1.0
"""How much longer a gap is under wide eyes: this share of it at eyeWide 1."""

DOUBLE_BLINKS = 0.12
"""The share of blinks that another follows at once."""

BLINK_CLOSING, BLINK_CLOSED, BLINK_OPENING = 0.08, 0.02, 0.12
"""The seconds of a blink: lids fall faster than they rise."""

_BLINK_HASTE = 1.0
"""By how many seconds a gap is shorter at arousal 1, and longer at -1."""

_BLINK_AGAIN = 0.28
"""The seconds from the start of a blink to that of its double."""


def blinks(arousal: F32, wide: F32, rng: np.random.Generator) -> F32:
    """How far blinks close the lids (N,), 0 to 1, given arousal (N,) and eyeWide (N,)."""
    times = frame_times(len(arousal))
    closed = np.zeros(len(times))
    start = -rng.uniform(0.0, BLINK_GAP[0])
    last = len(times) / FRAME_RATE
    while True:
        frame = max(0, int(start * FRAME_RATE))
        gap = rng.uniform(*BLINK_GAP) - _BLINK_HASTE * float(arousal[frame])
        start += min(BLINK_GAP[1], max(BLINK_GAP[0], gap)) * (1.0 + STARE * float(wide[frame]))
        if start >= last:
            return closed.astype(np.float32)
        double = rng.random() < DOUBLE_BLINKS
        for begin in (start, start + _BLINK_AGAIN) if double else (start,):
            one = pulse(times - begin, rise=BLINK_CLOSING, hold=BLINK_CLOSED, fall=BLINK_OPENING)
            closed = np.maximum(closed, one)


DEGREES = 30.0
"""How far an eye turns at weight 1."""

GLANCE_GAP = (1.0, 3.5)
"""The seconds between glances."""

GLANCE_HOLD = (0.1, 0.5)
"""The seconds of a glance."""

SACCADE = 0.05
"""The seconds of the movement itself."""

MICRO_SHARE = 0.6
"""The share of glances that are as small as fixational movements."""

MICRO_DEGREES, GLANCE_DEGREES = (0.4, 1.2), (1.5, 5.0)

_FLAT = 0.6
"""Eyes move less up and down than to the sides."""


def glances(frames: int, rng: np.random.Generator) -> F32:
    """How far the eyes turn (N, 2) to the character's left and up, in weights; mostly 0."""
    times = frame_times(frames)
    turned = np.zeros((frames, 2))
    start = rng.uniform(0.0, GLANCE_GAP[1])
    while start < frames / FRAME_RATE:
        hold = rng.uniform(*GLANCE_HOLD)
        size = (
            rng.uniform(*(MICRO_DEGREES if rng.random() < MICRO_SHARE else GLANCE_DEGREES))
            / DEGREES
        )
        angle = rng.uniform(0.0, 2.0 * np.pi)
        way = size * np.array([np.cos(angle), _FLAT * np.sin(angle)])
        turned += pulse(times - start, rise=SACCADE, hold=hold, fall=SACCADE)[:, None] * way
        start += hold + 2.0 * SACCADE + rng.uniform(*GLANCE_GAP)
    return turned.astype(np.float32)


BROW_SHARE = 0.6
"""Of the emphases that the brows follow."""

BROW_HEIGHT = (0.05, 0.14)
"""How far they rise, in weights."""

BROW_LEAD = 0.06
"""The seconds by which brows are ahead of the voice."""

BROW_RISE, BROW_HOLD, BROW_FALL = 0.14, 0.06, 0.26
"""The seconds of a rise."""


def brow_raises(frames: int, moments: Sequence[float], rng: np.random.Generator) -> F32:
    """How far the brows rise (N,), in weights, with emphases at ``moments``; mostly 0."""
    times = frame_times(frames)
    raised = np.zeros(frames)
    for moment in moments:
        followed, height = rng.random() < BROW_SHARE, rng.uniform(*BROW_HEIGHT)
        if followed:
            one = pulse(
                times - (moment - BROW_LEAD), rise=BROW_RISE, hold=BROW_HOLD, fall=BROW_FALL
            )
            raised = np.maximum(raised, height * one)
    return raised.astype(np.float32)


EMPHASES_APART = 0.7
"""The least seconds between emphases."""

_VOWELS = frozenset("aeiouyæøœɐɑɒɔɘəɚɛɜɝɞɤɨɪɯɵʉʊʌʏᵻ")  # noqa: RUF001 (IPA)
_STANDING_OUT = 0.7
"""By how many standard deviations an emphasised vowel is above the mean."""


def emphases(audio: F32, phonemes: Sequence[Phoneme]) -> tuple[float, ...]:
    """The moments in seconds at which emphasised vowels begin, in order.

    A vowel's weight is the logarithm of its energy, which grows with loudness and with length.
    """
    vowels = [phoneme for phoneme in phonemes if _VOWELS & set(phoneme.symbol)]
    if not vowels:
        return ()
    energy = np.concatenate(([0.0], np.cumsum(np.square(audio, dtype=np.float64))))
    ends = np.array([(vowel.start, vowel.end) for vowel in vowels]) * SAMPLE_RATE
    first, last = np.clip(ends.astype(np.int64), 0, len(audio)).T
    weight = np.log(energy[last] - energy[first] + 1e-9)
    least = weight.mean() + _STANDING_OUT * weight.std()
    chosen: list[float] = []
    order: list[int] = np.argsort(-weight, kind="stable").tolist()
    for position in order:
        moment = vowels[position].start
        if weight[position] > least and all(
            abs(moment - other) >= EMPHASES_APART for other in chosen
        ):
            chosen.append(moment)
    return tuple(sorted(chosen))
