"""How a feeling changes the way of speaking: rate, pitch and pitch range from valence and arousal.

Banse and Scherer (1996, J. Pers. Soc. Psychol. 70, 614-636) measured acted emotions, and Juslin and
Laukka (2003, Psychol. Bull. 129, 770-814) reviewed 104 studies of the voice: where arousal is high
(elation, hot anger, panic) speech is faster, mean pitch higher and pitch more variable, where it is
low (sadness, tenderness, boredom) slower, lower and flatter. Of valence they found less: at equal
arousal, happy speech is a little higher and wider than angry speech. Dominance is left out.
The directions are theirs; the sizes are ours, chosen so that speech stays natural at the ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mien_trainer.speech.source import Prosody

_RATE = (0.00, 0.22)
"""Change of ln(rate) for one unit of valence, of arousal."""
_PITCH = (0.05, 0.22)
"""Change of ln(pitch) likewise: an arousal of 1 is near four semitones."""
_RANGE = (0.15, 0.45)
"""Change of ln(pitch range) likewise."""


def prosody_of(vad: Sequence[float]) -> Prosody:
    """The prosody of speech at a VAD point in [-1, 1]; neutral at the origin, smooth everywhere.

    Rate stays within 0.80 to 1.25, pitch within 0.76 to 1.31 and range within 0.54 to 1.83.
    """
    valence, arousal = (min(1.0, max(-1.0, float(axis))) for axis in (vad[0], vad[1]))
    return Prosody(
        rate=_factor(_RATE, valence, arousal),
        pitch=_factor(_PITCH, valence, arousal),
        range=_factor(_RANGE, valence, arousal),
    )


def _factor(change: tuple[float, float], valence: float, arousal: float) -> float:
    return math.exp(change[0] * valence + change[1] * arousal)
