"""The lock says what was compiled, reads back as itself, and refuses a hand edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import SourceError
from mien.lock.compare import differences
from mien.lock.read import parse_lock, read_lock
from mien.lock.record import (
    ArtifactPin,
    ChannelSlope,
    ClosestPair,
    CountedChannels,
    LabelPin,
    Lock,
    MeanSlope,
    MixtureSlopes,
    Slopes,
)
from mien.lock.write import write_lock

NAMES = st.sampled_from(["joy", "anger", "no", "yes", "null", "x1", "a-b", "mid", "cross_1"])
DIGESTS = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")
NUMBERS = st.integers(0, 999_999).map(lambda n: n / 10_000)
AXES = st.integers(-10_000, 10_000).map(lambda n: n / 10_000)


def certified_by(
    lock: Lock, prover: int, channels: CountedChannels, mixtures: MixtureSlopes
) -> Lock:
    return evolve(lock, prover=prover, channels=channels, mixtures=mixtures)


SLOPES = st.builds(
    Slopes,
    mean=st.builds(MeanSlope, proved=NUMBERS, sampled=NUMBERS),
    channel=st.builds(
        ChannelSlope, channel=NAMES, proved=NUMBERS, sampled=NUMBERS, at=st.tuples(AXES, AXES, AXES)
    ),
)
OLDER = st.builds(
    Lock,
    bank=NAMES,
    version=st.sampled_from(["0.1.0", "1.0.0", "12.3.4"]),
    engine=st.integers(1, 9),
    artifact=st.builds(ArtifactPin, file=NAMES, bytes=st.integers(1, 10**7), sha256=DIGESTS),
    shared=DIGESTS,
    schemas=st.dictionaries(NAMES, st.integers(1, 9), max_size=4),
    sources=st.dictionaries(NAMES, DIGESTS, max_size=4),
    separation=st.dictionaries(
        NAMES,
        st.builds(ClosestPair, labels=st.tuples(NAMES, NAMES), mean=NUMBERS, sum=NUMBERS),
        max_size=3,
    ),
    labels=st.dictionaries(
        NAMES,
        st.builds(
            LabelPin,
            table=DIGESTS,
            plateaus=st.dictionaries(NAMES, NUMBERS, max_size=3),
            plain=SLOPES,
            styles=st.dictionaries(NAMES, SLOPES, max_size=2),
        ),
        max_size=3,
    ),
)
"""As mien/lock/1 has them: by prover 1, with nothing more about the certificate."""

NEWER = st.builds(
    certified_by,
    OLDER,
    st.integers(2, 9),
    st.builds(CountedChannels, all=st.integers(1, 99), moving=st.integers(0, 99)),
    st.builds(MixtureSlopes, mean=NUMBERS, channel=NUMBERS, antagonists_meet=st.booleans()),
)
LOCKS = st.one_of(OLDER, NEWER)


@given(LOCKS)
def test_a_lock_reads_back_as_itself(lock: Lock) -> None:
    text = write_lock(lock)
    again = parse_lock(text.encode(), "mien.lock")
    assert again == lock
    assert write_lock(again) == text


@given(LOCKS, st.data())
def test_any_changed_byte_is_refused(lock: Lock, data: st.DataObject) -> None:
    text = write_lock(lock).encode()
    position = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != text[position]))
    edited = text[:position] + bytes([byte]) + text[position + 1 :]
    try:
        read = parse_lock(edited, "mien.lock")
    except SourceError:
        return
    # A digit may become another digit: then the lock says something else, and says it openly.
    assert read != lock


@given(LOCKS, DIGESTS)
def test_a_difference_names_only_what_differs(lock: Lock, digest: str) -> None:
    assert differences(lock, lock) == ()
    source = evolve(lock, sources={**lock.sources, "emotions/joy.yaml": digest})
    expected = (
        "source emotions/joy.yaml: changed"
        if "emotions/joy.yaml" in lock.sources
        else "source emotions/joy.yaml: new"
    )
    assert differences(lock, source) == (expected,)


@given(LOCKS.filter(lambda lock: lock.labels), DIGESTS)
def test_a_moved_face_names_its_label(lock: Lock, digest: str) -> None:
    label, pin = next(iter(lock.labels.items()))
    moved = evolve(lock, labels={**lock.labels, label: evolve(pin, table=digest)})
    expected = () if pin.table == digest else (f"label {label}: table changed",)
    assert differences(lock, moved) == expected


def test_a_missing_lock_is_none(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "mien.lock") is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe", "lock-not-text"),
        (b"schema: mien/lock/3\n", "schema-version"),
        (b"schema: mien/lock/1\nbank: default\n", "lock-malformed"),
        (b"- 1\n", "lock-malformed"),
    ],
)
def test_what_is_no_lock_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_lock(data, "mien.lock")
    assert [fault.code for fault in caught.value.faults] == [code]
    assert "run `mien compile`" in caught.value.faults[0].hint


RELEASES = Path(__file__).parents[1] / "presets" / "releases"


@pytest.mark.parametrize("path", sorted(RELEASES.glob("*/*/mien.lock")), ids=str)
def test_released_locks_are_read_for_ever(path: Path) -> None:
    lock = read_lock(path)
    assert lock is not None
    assert write_lock(lock).encode() == path.read_bytes()
    if lock.prover == 1:
        assert (lock.channels, lock.mixtures) == (None, None)


def certified(prover: int, mean: tuple[float, float], channel: tuple[float, float]) -> Lock:
    """A lock of one label and one style; the certificate alone varies. Bounds: proved, sampled."""
    slopes = Slopes(
        mean=MeanSlope(proved=mean[0], sampled=mean[1]),
        channel=ChannelSlope(
            channel="jawOpen", proved=channel[0], sampled=channel[1], at=(0.0, 0.0, 0.0)
        ),
    )
    calm = Slopes(
        mean=MeanSlope(proved=0.1, sampled=0.05),
        channel=ChannelSlope(channel="jawOpen", proved=0.1, sampled=0.1, at=(0.0, 0.0, 0.0)),
    )
    pin = LabelPin(table="t", plateaus={"low": 0.1}, plain=calm, styles={"wide": slopes})
    lock = Lock(
        bank="b",
        version="1.0.0",
        engine=1,
        artifact=ArtifactPin(file="b.safetensors", bytes=1, sha256="a"),
        shared="s",
        schemas={},
        sources={},
        separation={},
        labels={"glad": pin},
        prover=prover,
    )
    if prover == 1:
        return evolve(lock, schemas={"lock": 1})
    mixtures = MixtureSlopes(mean=9.0, channel=9.0, antagonists_meet=True)
    return evolve(lock, channels=CountedChannels(all=10, moving=5), mixtures=mixtures)


LOCKED = certified(2, (1.0, 0.9), (4.0, 3.5))


@pytest.mark.parametrize(
    ("mean", "channel"),
    [
        ((0.95, 0.92), (3.6, 3.55)),  # sharper from both sides
        ((0.9, 0.9), (3.5, 3.5)),  # exact
        ((1.4, 0.5), (6.0, 1.0)),  # blunter: nothing of it speaks against the lock
        ((1.2, 1.0), (4.5, 4.0)),  # seen as steep as was proved, not steeper
    ],
)
def test_a_newer_prover_confirms_what_it_does_not_contradict(
    mean: tuple[float, float], channel: tuple[float, float]
) -> None:
    assert differences(LOCKED, certified(3, mean, channel)) == ()
    assert differences(LOCKED, certified(2, mean, channel)) == ("label glad: certificate changed",)


@pytest.mark.parametrize(
    ("mean", "channel", "said"),
    [
        (
            (1.2, 1.01),
            (4.0, 3.5),
            "glad in style wide: the mean: locked as at most 1.0, a slope of 1.0100 is seen now",
        ),
        (
            (1.0, 0.9),
            (4.2, 4.1),
            "glad in style wide: the worst channel: locked as at most 4.0, "
            "a slope of 4.1000 is seen now",
        ),
        (
            (0.85, 0.8),
            (4.0, 3.5),
            "glad in style wide: the mean: locked as seen 0.9, at most 0.8500 is proved now",
        ),
    ],
)
def test_a_newer_prover_says_what_it_contradicts(
    mean: tuple[float, float], channel: tuple[float, float], said: str
) -> None:
    assert differences(LOCKED, certified(3, mean, channel)) == (said,)


def test_means_of_prover_1_are_over_all_channels() -> None:
    """Of 10 channels 5 move: a mean of 1.8 over those is one of 0.9 over all."""
    old = certified(1, (1.0, 0.85), (4.0, 3.5))
    assert differences(old, certified(2, (1.9, 1.8), (4.0, 3.5))) == ()
    assert differences(old, certified(2, (2.2, 2.02), (4.0, 3.5))) == (
        "glad in style wide: the mean: locked as at most 1.0, a slope of 1.0100 is seen now",
    )
    assert differences(old, certified(2, (1.6, 1.5), (4.0, 3.5))) == (
        "glad in style wide: the mean: locked as seen 0.85, at most 0.8000 is proved now",
    )


def test_a_certificate_of_a_prover_to_come_asks_for_another_mien() -> None:
    assert differences(certified(3, (1.0, 0.9), (4.0, 3.5)), LOCKED) == (
        "certificate by prover 3: this mien has prover 2, upgrade mien",
    )


def test_bounds_of_mixtures_are_held_to_as_well() -> None:
    assert LOCKED.mixtures is not None
    other = evolve(LOCKED, mixtures=evolve(LOCKED.mixtures, mean=8.0))
    assert differences(LOCKED, other) == ("mixtures: certificate changed",)
    newer = certified(3, (1.0, 0.9), (4.0, 3.5))
    assert differences(other, newer) == ()
    low = evolve(LOCKED, mixtures=evolve(LOCKED.mixtures, channel=0.05))
    assert differences(low, newer) == (
        "mixtures: the worst channel: locked as at most 0.05, a slope of 0.1 is seen now",
    )
