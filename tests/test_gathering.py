"""Faces gathered from datagrams: whole ones, in order, of one character, and the rest counted."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.faces_sent import DEVICE, HUNDREDTHS, LOPSIDED, sent
from tests.program import ended

from mien.errors import SourceError
from mien.formats import ifacialmocap_packet, livelink_packet, osc, recording, vmc
from mien.formats.arkit import arkit_channels
from mien.formats.gathering import PROTOCOLS, Gathering
from mien.formats.recording import Datagram
from mien.formats.registry import read_take

RATE = 60.0
HERE, THERE = ("127.0.0.1", 40000), ("127.0.0.1", 39539)


def smiles(frames: int) -> list[dict[str, float]]:
    """A mouth that opens to its left, a little more in each frame."""
    return [{**LOPSIDED, "jawOpen": round(0.01 * k, 2)} for k in range(frames)]


def packets(protocol: str, frames: int, subject: str = "Anna") -> list[tuple[bytes, ...]]:
    """The datagrams of each frame."""
    faces = [
        sent(weights, moment=100.0 + k / RATE, subject=subject)
        for k, weights in enumerate(smiles(frames))
    ]
    if protocol == "vmc":
        return [vmc.encode(face) for face in faces]
    if protocol == "livelink":
        return [(livelink_packet.encode(face, DEVICE),) for face in faces]
    return [(ifacialmocap_packet.encode(face),) for face in faces]


def gathered(protocol: str, frames: Sequence[Sequence[bytes]], subject: str = "") -> Gathering:
    """All datagrams taken in, a frame at a time."""
    gathering = Gathering(PROTOCOLS[protocol], subject)
    for k, frame in enumerate(frames):
        for one in frame:
            gathering.take_in(one, k / RATE, "a")
    return gathering


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_take_comes_back(protocol: str) -> None:
    gathering = gathered(protocol, packets(protocol, 30))
    take = gathering.take("here")
    assert take is not None
    assert take.rate == RATE
    assert take.channels == arkit_channels()
    assert np.allclose(take.times, np.arange(30) / RATE, atol=2e-5)
    wanted = [[face[name] for name in arkit_channels()] for face in smiles(30)]
    assert np.allclose(take.weights, wanted, atol=1e-6)
    heard = gathering.heard
    assert (heard.faces, heard.reordered, heard.repeated, heard.missing) == (30, 0, 0, 0)
    assert (heard.refused, heard.strangers, heard.unknown) == ({}, {}, ())
    assert heard.subject == take.name == ("Anna" if protocol == "livelink" else "")


def test_lost_and_reordered_and_doubled_datagrams_are_counted() -> None:
    frames = packets("livelink", 20)
    order = [*range(5), 6, 5, *range(7, 10), 9, *range(14, 20)]
    gathering = gathered("livelink", [frames[k] for k in order])
    heard = gathering.heard
    assert (heard.datagrams, heard.faces) == (17, 16)
    assert (heard.reordered, heard.repeated, heard.missing) == (1, 1, 4)
    take = gathering.take("here")
    assert take is not None
    jaw = take.weights[:, take.channels.index("jawOpen")]
    assert np.allclose(jaw, [0.01 * k for k in sorted(set(order))])


def test_faces_that_come_late_are_not_shown() -> None:
    frames = packets("livelink", 3)
    gathering = Gathering(PROTOCOLS["livelink"])
    shown = [len(gathering.take_in(frames[k][0], 1.0 + 0.01 * n)) for n, k in enumerate((0, 2, 1))]
    assert shown == [1, 1, 0]


def test_a_face_of_which_a_datagram_was_lost_keeps_what_it_had() -> None:
    frames = packets("vmc", 6)
    kept = [frame if k != 3 else frame[1:] for k, frame in enumerate(frames)]
    take = gathered("vmc", kept).take("here")
    assert take is not None
    jaw = take.weights[:, take.channels.index("jawOpen")]
    assert np.allclose(jaw, [0.0, 0.01, 0.02, 0.02, 0.04, 0.05])
    assert np.allclose(take.times, np.arange(6) / RATE, atol=2e-5)


def test_a_sender_that_tells_no_time_is_timed_by_arrival() -> None:
    gathering = Gathering(PROTOCOLS["vmc"])
    for k in range(5):
        (_, last) = vmc.encode(sent(moment=0.0))
        without = last.replace(b"/VMC/Ext/T\0", b"/VMC/Ext/U\0")
        gathering.take_in(without, 3.0 + 0.1 * k)
    take = gathering.take("here")
    assert take is not None
    assert np.allclose(take.times, [0.0, 0.1, 0.2, 0.3, 0.4])
    assert gathering.heard.missing == 0


def test_a_sender_that_starts_anew_goes_on() -> None:
    frames = packets("livelink", 10)
    later = [
        livelink_packet.encode(sent(moment=k / RATE, subject="Anna"), DEVICE) for k in range(5)
    ]
    gathering = gathered("livelink", [*frames, *((one,) for one in later)])
    take = gathering.take("here")
    assert take is not None
    assert np.allclose(take.times, np.arange(15) / RATE, atol=2e-5)
    assert gathering.heard.restarts == 1


def test_one_character_is_followed_and_others_are_named() -> None:
    anna, ben = packets("livelink", 4), packets("livelink", 4, subject="Ben")
    both = [(*a, *b) for a, b in zip(anna, ben, strict=True)]
    assert gathered("livelink", both).heard.strangers == {"Ben": 4}
    asked = gathered("livelink", both, subject="Ben")
    assert (asked.heard.subject, asked.heard.faces, asked.heard.strangers) == (
        "Ben",
        4,
        {"Anna": 4},
    )


def test_another_sender_is_followed_once_the_first_is_quiet() -> None:
    frames = packets("ifacialmocap", 3)
    gathering = Gathering(PROTOCOLS["ifacialmocap"])
    assert gathering.take_in(b"noise", 0.0, "n") == []
    assert gathering.take_in(frames[0][0], 0.1, "a")
    assert gathering.take_in(frames[1][0], 0.2, "b") == []
    assert gathering.take_in(frames[1][0], 1.3, "b")
    assert gathering.heard.strangers == {"the sender b": 1}
    assert sum(gathering.heard.refused.values()) == 1


def test_a_program_that_sends_only_bones_is_not_taken_for_the_face() -> None:

    bone = osc.encode_message(osc.Message("/VMC/Ext/Bone/Pos", ("Head", *[0.0] * 7)))
    gathering = Gathering(PROTOCOLS["vmc"])
    assert gathering.take_in(bone, 0.0, "body") == []
    assert [len(gathering.take_in(one, 0.1, "face")) for one in vmc.encode(sent())] == [0, 1]


def test_packets_without_a_face_are_counted() -> None:
    ((packet,),) = packets("livelink", 1)
    gathering = gathered("livelink", [(packet,), (packet[: -1 - 4 * 61],)])
    assert (gathering.heard.faces, gathering.heard.faceless) == (1, 1)


def test_odd_datagrams_have_no_end_of_kinds() -> None:
    gathering = Gathering(PROTOCOLS["ifacialmocap"])
    for k in range(300):
        gathering.take_in(f"what{k}".encode(), 0.01 * k, f"port {k}")
    refused = gathering.heard.refused
    assert sum(refused.values()) == 300
    assert len(refused) <= 21
    assert gathering.take("here") is None


def test_a_take_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.formats.gathering.MOST_FACES", 7)
    gathering = gathered("livelink", packets("livelink", 10))
    take = gathering.take("here")
    assert gathering.full
    assert take is not None
    assert len(take.times) == 7


@given(st.sampled_from(sorted(PROTOCOLS)), st.integers(0, 2**32), st.integers(1, 40))
def test_no_weather_on_the_net_breaks_a_take(protocol: str, seed: int, frames: int) -> None:
    """Datagrams lost, doubled, swapped, cut off, and noise: times rise, weights are weights."""
    rng = random.Random(seed)  # noqa: S311  weather
    flow = [one for frame in packets(protocol, frames) for one in frame]
    if rng.random() < 0.2:
        rng.shuffle(flow)
    gathering = Gathering(PROTOCOLS[protocol])
    taken = 0
    for k, one in enumerate(flow):
        chance = rng.random()
        copies = 0 if chance < 0.1 else 2 if chance < 0.2 else 1
        cut = one[: rng.randrange(len(one))] if rng.random() < 0.1 else one
        for _ in range(copies):
            gathering.take_in(cut, k / RATE, "a")
            taken += 1
    heard = gathering.heard
    assert heard.datagrams == taken
    take = gathering.take("here")
    assert (take is None) == (heard.faces == 0)
    if take is not None:
        assert (np.diff(take.times) > 0.0).all()
        assert ((take.weights >= 0.0) & (take.weights <= 1.0)).all()


def recorded(path: Path, flow: Sequence[Datagram]) -> Path:
    """A recording of datagrams."""
    path.write_bytes(recording.file_head() + b"".join(map(recording.record, flow)))
    return path


def flow_of(protocol: str, frames: int, subject: str = "Anna", port: int = 40000) -> list[Datagram]:
    """The datagrams of a take, at their moments."""
    return [
        Datagram(moment=1.7e9 + k / RATE, source=("127.0.0.1", port), target=THERE, data=one)
        for k, frame in enumerate(packets(protocol, frames, subject))
        for one in frame
    ]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_recording_is_read_as_a_take(protocol: str, tmp_path: Path) -> None:
    noise = Datagram(moment=1.7e9, source=HERE, target=("10.0.0.1", 53), data=b"who is it")
    take = read_take(recorded(tmp_path / "a.pcap", [noise, *flow_of(protocol, 20)]))
    assert (take.rate, len(take.times)) == (RATE, 20)
    wanted = [[face[name] for name in arkit_channels()] for face in smiles(20)]
    assert np.allclose(take.weights, wanted, atol=1e-6)
    assert take.dialect == f"sent by {PROTOCOLS[protocol].title}"


def test_a_recording_has_the_character_with_most_faces_and_names_the_other(tmp_path: Path) -> None:
    flow = flow_of("livelink", 5, "Ben") + flow_of("livelink", 9)
    take = read_take(recorded(tmp_path / "a.pcap", flow))
    assert (take.name, len(take.times), take.repairs.unknown) == ("Anna", 9, ("Ben (5)",))
    flow = flow_of("vmc", 5) + flow_of("vmc", 9, port=40001)
    take = read_take(recorded(tmp_path / "b.pcap", flow))
    assert (len(take.times), take.repairs.unknown) == (9, ("VMC faces from 127.0.0.1:40000",))


def test_what_is_recorded_is_what_wireshark_reads() -> None:
    """Byte for byte, the sum over the header as RFC 1071 has it."""
    one = Datagram(moment=1.25, source=HERE, target=("10.0.0.7", 39539), data=b"abc")
    data = recording.file_head() + recording.record(one)
    assert data[:24].hex() == "d4c3b2a1020004000000000000000000ffff000065000000"
    assert struct.unpack("<IIII", data[24:40]) == (1, 250_000, 31, 31)
    assert data[40:].hex() == (
        "4500001f000000004011" + "f1c6" + "7f000001" + "0a000007" + "9c409a73000b0000" + "616263"
    )
    assert list(recording.datagrams(data, "a")) == [one]
    six = Datagram(moment=1.25, source=("::1", 1), target=("::1", 2), data=b"x")
    assert list(recording.datagrams(recording.file_head() + recording.record(six), "a")) == [six]


@pytest.mark.parametrize(
    ("link", "before"),
    [
        (1, b"\0" * 12 + b"\x08\0"),
        (1, b"\0" * 12 + b"\x81\0\0\x05\x08\0"),
        (0, b"\2\0\0\0"),
        (113, b"\0" * 16),
        (276, b"\0" * 20),
    ],
)
@pytest.mark.parametrize("order", "<>")
def test_recordings_of_usual_links_are_read(link: int, before: bytes, order: str) -> None:
    one = Datagram(moment=1.25, source=HERE, target=THERE, data=b"abc")
    packet = before + recording.record(one)[16:]
    head = struct.pack(f"{order}IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, link)
    size = struct.pack(f"{order}IIII", 1, 250_000_000, len(packet), len(packet))
    assert list(recording.datagrams(head + size + packet, "a")) == [one]


FINE = recording.file_head() + b"".join(map(recording.record, flow_of("livelink", 2)))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FINE[:-5], "a.pcap: error: the record at byte 378 does not end within the file"),
        (b"\x0a\x0d\x0d\x0a" + FINE[4:], "it is pcapng: save it as pcap"),
        (b"Timecode", "this is no recording of datagrams"),
        (FINE[:20] + b"\x93\0\0\0" + FINE[24:], "on a link of kind 147, which is not read"),
        (FINE[:24], "no datagram of the recording holds a face of VMC, Live Link, iFacialMocap"),
    ],
)
def test_what_is_wrong_with_a_recording_is_named(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(data)
    with pytest.raises(SourceError) as refusal:
        read_take(path)
    assert said in str(refusal.value).replace(str(path), "a.pcap")


@given(st.integers(0, len(FINE)), st.binary(max_size=6))
def test_no_bytes_break_a_recording(at: int, noise: bytes) -> None:
    data = FINE[:at] + noise + FINE[at + len(noise) :]
    try:
        found = list(recording.datagrams(data, "a"))
    except SourceError:
        return
    assert all(0 <= one.source[1] < 1 << 16 for one in found)


def test_a_recording_is_imported_and_examined(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.pcap", flow_of("vmc", 20))
    said = ended(0, "import", path, "-o", tmp_path / "a.csv").stdout
    assert "20 rows, 0.33 s at 60 a second" in said
    assert "recording of datagrams, sent by VMC, 20 rows" in ended(0, "doctor", path).stdout


def test_a_channel_that_no_packet_sets_is_missing(tmp_path: Path) -> None:
    few = {name: value for name, value in HUNDREDTHS.items() if name != "jawOpen"}
    one = Datagram(
        moment=1.0, source=HERE, target=THERE, data=ifacialmocap_packet.encode(sent(few))
    )
    path = recorded(tmp_path / "a.pcap", [one])
    with pytest.raises(SourceError, match="no packet sets jawOpen"):
        read_take(path)
    assert read_take(path, partial=True).repairs.absent == ("jawOpen",)
    assert Fraction(read_take(path, partial=True).rate) == 60
