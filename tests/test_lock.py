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
    LabelPin,
    Lock,
    MeanSlope,
    Slopes,
)
from mien.lock.write import write_lock

NAMES = st.sampled_from(["joy", "anger", "no", "yes", "null", "x1", "a-b", "mid", "cross_1"])
DIGESTS = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")
NUMBERS = st.integers(0, 999_999).map(lambda n: n / 10_000)
AXES = st.integers(-10_000, 10_000).map(lambda n: n / 10_000)

SLOPES = st.builds(
    Slopes,
    mean=st.builds(MeanSlope, proved=NUMBERS, sampled=NUMBERS),
    channel=st.builds(
        ChannelSlope,
        channel=NAMES,
        proved=NUMBERS,
        sampled=NUMBERS,
        at=st.tuples(AXES, AXES, AXES),
    ),
)
LOCKS = st.builds(
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
        (b"schema: mien/lock/2\n", "schema-version"),
        (b"schema: mien/lock/1\nbank: default\n", "lock-malformed"),
        (b"- 1\n", "lock-malformed"),
    ],
)
def test_what_is_no_lock_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_lock(data, "mien.lock")
    assert [fault.code for fault in caught.value.faults] == [code]
    assert "run `mien compile`" in caught.value.faults[0].hint
