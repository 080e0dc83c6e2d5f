"""Timelines for generated banks: every kind of key and of easing, drawn from a stream."""

from __future__ import annotations

from collections.abc import Iterator

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
from mien.conformance.banks import Stream
from mien.timelines.easing import EASINGS

_AXES = ("yaw", "pitch", "roll")


def with_timelines(bank: AuthoredBank, stream: Stream) -> AuthoredBank:
    """The bank, of three labels and five channels at least, with timelines of its first two."""
    first, second, *others = bank.emotions
    emotions = (
        evolve(first, dynamics=_dynamics(bank, stream), sequences=_sequences(bank, first, stream)),
        evolve(
            second,
            dynamics=evolve(_dynamics(bank, stream), kind=Kind.HELD, apex=None),
            sequences={},
        ),
        *others,
    )
    return evolve(bank, emotions=emotions)


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
