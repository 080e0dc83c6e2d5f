"""The test vector of a label in time: clips, times and their bits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import evolve

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.authored.timeline import (
    Blinking,
    Dynamics,
    Key,
    Kind,
    Level,
    Loop,
    Move,
    Pulse,
    Sequence,
    Then,
    Tremor,
)
from mien.bank import Bank
from mien.conformance.banks import Stream, generated_bank
from mien.engine.registry import get_engine
from mien.engine.tables import F32, Tables
from mien.timelines.easing import EASINGS

Item = dict[str, object]

_SEED = 31
_TIMES = 7
_AXES = ("yaw", "pitch", "roll")


def timed_tables() -> Tables:
    """A small bank two of whose labels have timelines, with every kind of key and of easing."""
    bank = generated_bank(_SEED, channels=6, labels=3, intensities=3)
    stream = Stream(_SEED)
    first, second, third = bank.emotions
    emotions = (
        evolve(first, dynamics=_dynamics(bank, stream), sequences=_sequences(bank, first, stream)),
        evolve(
            second,
            dynamics=evolve(_dynamics(bank, stream), kind=Kind.HELD, apex=None),
            sequences={},
        ),
        third,
    )
    return get_engine(1).compile_tables(evolve(bank, emotions=emotions))


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
                    face = own if stream.chance(0.5) else _drawn(stream, len(own))
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
                        "gain": _bits(sample.gain[0]),
                        "offset": _bits(sample.offset[0]),
                        "head": _bits(sample.head[0]),
                        "gaze": _bits(sample.gaze[0]),
                        "expected": _bits(timed),
                    }


def _drawn(stream: Stream, channels: int) -> F32:
    """A face that no bank has to give: weights of all sizes, many of them 1."""
    weights = [stream.pick((1.0, stream.fraction())) for _ in range(channels)]
    return np.array(weights, dtype=np.float32)


def _bits(row: F32) -> list[str]:
    return [f"{int(word):08x}" for word in row.astype("<f4").view("<u4")]


def _dynamics(bank: AuthoredBank, stream: Stream) -> Dynamics:
    channels = bank.rig.names
    return Dynamics(
        kind=Kind.SEQUENCE,
        onset=Move(
            ms=100 + stream.below(400),
            easing="smootherstep",
            follow={channels[0]: 130, channels[2]: -70},
        ),
        apex=50 + stream.below(300),
        offset=Move(ms=100 + stream.below(700), easing="ease-out", follow={channels[1]: 90}),
        usual="there",
        head={"yaw": -7.3, "roll": 2.1},
        gaze={"yaw": 11.7, "pitch": -3.9},
        then=Then(labels=(bank.manifest.labels[2],), cross=250),
        blink=Blinking(every=(2000, 6000), closing=90, opening=210, suppressed=700),
    )


def _sequences(bank: AuthoredBank, emotion: Emotion, stream: Stream) -> dict[str, Sequence]:
    channels, levels = bank.rig.names, bank.manifest.intensities
    drawn = tuple(_keys(bank, emotion, stream))
    end = drawn[-1].t + 211
    other = Level(label=bank.manifest.labels[1], at=levels[-1])
    back = Key(t=end, like=other, head=dict.fromkeys(_AXES, 0.0), gaze={"yaw": 0.0, "pitch": 0.0})
    there = Sequence(
        description="drawn",
        keys=(*drawn, back),
        ends=other,
        pulses=(
            Pulse(
                begin=end + 10, end=end + 1100, hz=4.7, depth=0.41, decay=0.3, channels=channels[:1]
            ),
            Pulse(begin=end + 10, end=end + 900, hz=3.1, head={"pitch": 1.7}, at=levels[1:]),
        ),
        tremors=(
            Tremor(begin=end, end=end + 700, hz=(5.0, 9.0), amount=0.07, channels=channels[1:2]),
        ),
    )
    loop = Loop(begin=300, end=1700)
    held = Sequence(
        description="drawn",
        keys=(
            Key(t=300, face=1.0),
            Key(t=900, over=450, share={channels[3]: 0.37}, head={"yaw": 9.1}, easing="ease-in"),
            Key(t=1700, face=1.0, head={"yaw": 0.0}, easing="linear"),
        ),
        ends="held",
        loop=loop,
    )
    return {"held": held, "there": there}


def _keys(bank: AuthoredBank, emotion: Emotion, stream: Stream) -> Iterator[Key]:
    channels, styles = bank.rig.names, tuple(emotion.styles)
    t = 0
    for number in range(9):
        t += 40 + stream.below(300)
        one, other = (stream.below(len(channels)) for _ in range(2))
        yield Key(
            t=t,
            at=bank.manifest.intensities[number % 3 :] if number % 4 == 3 else (),
            over=20 + stream.below(60) if stream.chance(0.4) else None,
            easing=EASINGS[number % len(EASINGS)].name,
            face=1.0 - stream.fraction() / 8.0 if number % 5 == 4 or stream.chance(0.6) else None,
            style=styles[number % len(styles)] if styles and number % 5 == 4 else "",
            share={channels[one]: 2.0 * stream.fraction()},
            weight={} if one == other else {channels[other]: stream.fraction()},
            head={_AXES[number % 3]: 40.0 * stream.fraction() - 20.0},
            gaze={"yaw": 30.0 * stream.fraction() - 15.0} if number % 2 else {},
        )
