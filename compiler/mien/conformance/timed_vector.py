"""The test vector of a label in time: clips, times and their bits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mien.bank import Bank
from mien.conformance.banks import Stream, generated_bank
from mien.conformance.queries import drawn_face
from mien.conformance.timed_bank import with_timelines
from mien.engine.registry import get_engine
from mien.engine.tables import F32, Tables

Item = dict[str, object]

_SEED = 31
_TIMES = 7


def timed_tables() -> Tables:
    """A small bank two of whose labels have timelines, with every kind of key and of easing."""
    bank = generated_bank(_SEED, channels=6, labels=3, intensities=3)
    return get_engine(1).compile_tables(with_timelines(bank, Stream(_SEED)))


def timed_queries(tables: Tables) -> list[Item]:
    """Clips at times before, within and after them, released or not, and a face at each."""
    bank, stream = Bank(tables), Stream(_SEED + 1)
    return list(_queries(bank, stream))


def _queries(bank: Bank, stream: Stream) -> Iterator[Item]:
    for label, timeline in bank.timelines.items():
        for name in (None, *timeline.sequences):
            for level, intensity in enumerate(bank.intensities):
                clip = timeline.clip(name, level)
                own = bank.face(label, at=intensity)
                ends = [float(clip.length), *(float(end) for end in clip.loop or ())]
                drawn = [stream.fraction() * (clip.length + 900.0) for _ in range(_TIMES)]
                for time in (-1.5, 0.0, *ends, 7.0 * clip.length + 1.0 / 3.0, *drawn):
                    face = own if stream.chance(0.5) else drawn_face(stream, len(own))
                    hold = stream.pick((None, None, time * stream.fraction(), 333.25))
                    sample = clip.sample(np.array([time]), hold)
                    timed = bank.timed(face, sample.gain[0], sample.offset[0])
                    yield {
                        "label": label,
                        "sequence": name,
                        "intensity": level,
                        "time": time,
                        "hold": hold,
                        "face": face.tolist(),
                        "gain": bits(sample.gain[0]),
                        "offset": bits(sample.offset[0]),
                        "head": bits(sample.head[0]),
                        "gaze": bits(sample.gaze[0]),
                        "expected": bits(timed),
                    }


def bits(row: F32) -> list[str]:
    """Each weight's bit pattern in hexadecimal."""
    return [f"{int(word):08x}" for word in row.astype("<f4").view("<u4")]
