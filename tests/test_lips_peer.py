"""Our curves beside those of OpenFaceFX, which has a table, weights and a blend of its own.

It places every viseme on its sound, without a lead; ours are ahead by what the table says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, cast

import numpy as np
import pytest

from mien_trainer.frames import FRAME_RATE
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import F64
from mien_trainer.phonemes import Phoneme, to_ipa

pytest.importorskip("openfacefx")

TABLE = shipped_table()
PHRASES = (
    "SIL DH AH B OY B AO T M IH L K SIL F AY V F IH SH SIL",
    "SIL SH IY S EH Z DH AH W AO T ER M AA S T P UH T AH P AA T AH V K AO F IY SIL",
    "SIL W IY HH AE D T UW M EH N IY AE P AH L Z SIL",
    "SIL HH UW N OW Z W AY DH AH CH ER CH B EH L R AE NG S OW L EY T SIL",
)
SECONDS = {"SIL": 0.35}


def both(channels: Sequence[str]) -> tuple[F64, F64]:
    """The sum of some channels over all phrases (N,): ours and theirs."""
    peer = import_module("openfacefx")
    build = cast("Callable[..., tuple[F64, F64]]", peer.build_viseme_curves)
    segment = cast("Callable[[str, float, float], Any]", peer.PhonemeSegment)
    names = cast("Sequence[str]", import_module("openfacefx.visemes").VISEMES)
    presets = cast("Mapping[str, Any]", import_module("openfacefx.retarget").PRESETS)
    weights = cast("Mapping[str, Iterable[tuple[str, float]]]", presets["arkit"])
    factors = np.array(
        [sum(weight for to, weight in weights.get(name, ()) if to in channels) for name in names]
    )
    ours: list[F64] = []
    theirs: list[F64] = []
    for phrase in PHRASES:
        start = 0.0
        phonemes: list[Phoneme] = []
        segments: list[Any] = []
        for symbol in phrase.split():
            end = start + SECONDS.get(symbol, 0.13 if symbol[0] in "AEIOU" else 0.08)
            phonemes.append(Phoneme(symbol=to_ipa(symbol), start=start, end=end))
            segments.append(segment("sil" if symbol == "SIL" else symbol, start, end))
            start = end
        times, matrix = build(segments, fps=float(FRAME_RATE))
        curves = lip_curves(phonemes, len(times), TABLE)
        index = [TABLE.rig.index[name] for name in channels]
        ours.append(curves[:, index].sum(axis=1).astype(np.float64))
        theirs.append(matrix @ factors)
    return np.concatenate(ours), np.concatenate(theirs)


@pytest.mark.parametrize(
    ("channels", "least"),
    [
        (["jawOpen"], 0.65),
        (["mouthFunnel", "mouthPucker"], 0.65),
        (["mouthStretchLeft", "mouthStretchRight"], 0.65),
    ],
)
def test_both_tell_the_same_story_and_ours_is_ahead(channels: list[str], least: float) -> None:
    ours, theirs = both(channels)
    by_lead = {
        lead: float(np.corrcoef(ours[: -10 or None], np.roll(theirs, -lead)[:-10])[0, 1])
        for lead in range(-9, 10)
    }
    best = max(by_lead, key=by_lead.__getitem__)
    assert by_lead[best] >= least
    assert 0 <= best <= 4
