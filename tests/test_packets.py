"""Packets of faces, byte for byte, against readers and writers that are not ours."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pylivelinkface import FaceBlendShape, PyLiveLinkFace
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from tests.faces_sent import DEVICE, HUNDREDTHS, LOPSIDED, sent

from mien.formats import ifacialmocap_packet, livelink_packet, osc, vmc
from mien.formats.arkit import arkit_channels
from mien.formats.live_face import LiveFace, PacketError

HAPPY = "2f564d432f4578742f426c656e642f56616c00002c73660068617070790000003f800000"
APPLY = "2f564d432f4578742f426c656e642f4170706c79000000002c000000"


def test_osc_messages_are_those_of_the_specification() -> None:
    happy = osc.encode_message(osc.Message(vmc.VALUE, ("happy", 1.0)))
    assert happy.hex() == HAPPY
    assert osc.encode_message(osc.Message(vmc.APPLY)).hex() == APPLY
    assert osc.decode(happy) == (osc.Message(vmc.VALUE, ("happy", 1.0)),)


@pytest.mark.parametrize("text", ["", "a", "ab", "abc", "abcd", "Größe"])
def test_osc_messages_are_those_of_python_osc(text: str) -> None:
    theirs = OscMessageBuilder(address="/a/bc")
    for value in (text, 7, 0.25):
        theirs.add_arg(value)
    ours = osc.encode_message(osc.Message("/a/bc", (text, 7, 0.25)))
    assert ours == theirs.build().dgram
    assert osc.decode(ours) == (osc.Message("/a/bc", (text, 7, 0.25)),)


def test_a_face_is_sent_as_vmc_says_it() -> None:
    packets = vmc.encode(sent())
    assert [len(one) <= vmc.MOST_BYTES for one in packets] == [True, True]
    messages: list[OscMessage] = []
    for packet in packets:
        bundle = OscBundle(packet)
        found = [bundle.content(k) for k in range(bundle.num_contents)]
        messages += [one for one in found if isinstance(one, OscMessage)]
    values = {one.params[0]: one.params[1] for one in messages if one.address == vmc.VALUE}
    assert list(values) == [name[0].upper() + name[1:] for name in arkit_channels()]
    assert values["JawLeft"] == pytest.approx(HUNDREDTHS["jawLeft"])
    assert messages[-1].address == vmc.APPLY
    assert [one.params for one in messages if one.address == vmc.APPLY] == [[]]
    assert [one.params for one in messages if one.address == vmc.TIME] == [[12.5], [12.5]]
    assert [one.params for one in messages if one.address == vmc.READY] == [[1]]


@pytest.mark.parametrize(
    ("expressions", "names"),
    [
        ("vrm0", ["Joy", "Angry", "Sorrow", "Fun", "Surprised", "A", "I", "U", "E", "O"]),
        ("vrm1", ["happy", "angry", "sad", "relaxed", "surprised", "aa", "ih", "ou", "ee", "oh"]),
    ],
)
def test_a_model_without_perfect_sync_gets_its_presets(expressions: str, names: list[str]) -> None:
    smile = {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.4, "eyeBlinkRight": 1.0, "jawOpen": 0.25}
    (packet,) = vmc.encode(sent(smile), expressions)
    bundle = OscBundle(packet)
    found = [bundle.content(k) for k in range(bundle.num_contents)]
    messages = [one for one in found if isinstance(one, OscMessage)]
    values = {one.params[0]: one.params[1] for one in messages if one.address == vmc.VALUE}
    blinks = ["Blink_L", "Blink_R"] if expressions == "vrm0" else ["blinkLeft", "blinkRight"]
    assert list(values) == [*names, *blinks]
    assert messages[-1].address == vmc.APPLY
    shown = {name: value for name, value in values.items() if value}
    assert shown == {
        names[0]: pytest.approx(0.6),
        names[5]: pytest.approx(0.25),
        blinks[1]: pytest.approx(1.0),
    }


def test_a_face_of_vmc_comes_back() -> None:
    first, last = map(vmc.decode, vmc.encode(sent(LOPSIDED)))
    assert (first.applied, last.applied) == (False, True)
    found = {**first.then, **last.weights}
    assert found == {name: pytest.approx(value) for name, value in LOPSIDED.items()}
    assert (first.moment, last.then, last.clamped, last.unknown) == (12.5, {}, 0, ())


def bundle_of(messages: Sequence[bytes]) -> bytes:
    """The bundle of encoded messages, meant at once."""
    sized = (struct.pack(">i", len(one)) + one for one in messages)
    return b"#bundle\0" + b"\0\0\0\0\0\0\0\1" + b"".join(sized)


def test_what_stands_behind_apply_is_of_the_next_face() -> None:
    def value(name: str, weight: float) -> bytes:
        return osc.encode_message(osc.Message(vmc.VALUE, (name, weight)))

    apply = osc.encode_message(osc.Message(vmc.APPLY))
    bone = osc.encode_message(osc.Message("/VMC/Ext/Bone/Pos", ("Head", *[0.0] * 7)))
    part = vmc.decode(
        bundle_of([value("jawopen", 1.25), bone, value("Joy", 1.0), apply, value("JawLeft", 0.5)])
    )
    assert part == vmc.Part(
        weights={"jawOpen": 1.0}, applied=True, then={"jawLeft": 0.5}, clamped=1, unknown=("Joy",)
    )


def test_live_link_takes_our_packet_for_its_own() -> None:
    packet = livelink_packet.encode(sent(LOPSIDED, subject="Anna"), DEVICE)
    assert len(packet) == 306 + len("Anna")
    has_face, found = PyLiveLinkFace.decode(packet)
    assert has_face
    assert (found.name, found.uuid, found.fps) == ("Anna", f"${DEVICE}", 60)
    for shape in FaceBlendShape:
        name = shape.name[0].lower() + shape.name[1:]
        assert found.get_blendshape(shape) == pytest.approx(LOPSIDED.get(name, 0.0)), name


def test_a_packet_of_theirs_is_read() -> None:
    theirs = PyLiveLinkFace(name="Ben", uuid=DEVICE)
    for shape in FaceBlendShape:
        name = shape.name[0].lower() + shape.name[1:]
        theirs.set_blendshape(shape, LOPSIDED.get(name, 0.0), no_filter=True)
    theirs.set_blendshape(FaceBlendShape.HeadYaw, 0.1, no_filter=True)
    theirs.set_blendshape(FaceBlendShape.RightEyePitch, -0.2, no_filter=True)
    found = livelink_packet.decode(theirs.encode())
    assert found.subject == "Ben"
    assert found.weights == {name: pytest.approx(value) for name, value in LOPSIDED.items()}
    assert found.head == pytest.approx((math.degrees(0.1), 0.0, 0.0))
    assert found.eyes is not None
    assert found.eyes[1] == pytest.approx((0.0, math.degrees(-0.2), 0.0))


def test_the_bytes_of_live_link_are_where_unreal_reads_them() -> None:
    face = LiveFace(weights={"jawLeft": 0.5}, moment=2.0625, subject="A")
    packet = livelink_packet.encode(face, DEVICE, Fraction(60000, 1001))
    frames = 2.0625 * 60000 / 1001
    head = b"\x06" + struct.pack(">i", 36) + DEVICE.encode() + struct.pack(">i", 1) + b"A"
    time = struct.pack(">ifii", 123, frames - 123, 60000, 1001)
    values = [0.0] * 61
    values[15] = 0.5  # the fifteenth of Epic's list, behind JawForward and before JawRight
    assert packet == head + time + struct.pack(">B61f", 61, *values)


def test_turns_of_live_link_come_back() -> None:
    face = LiveFace(
        weights=HUNDREDTHS,
        moment=1.25,
        subject="Zoë",
        head=(10.0, -5.0, 2.5),
        eyes=((1.0, 2.0, 0.0), (-3.0, 4.0, 0.0)),
    )
    found = livelink_packet.decode(livelink_packet.encode(face, DEVICE))
    assert (found.moment, found.subject) == (1.25, "Zoë")
    assert found.head == pytest.approx(face.head)
    assert found.eyes is not None
    assert found.eyes[1] == pytest.approx((-3.0, 4.0, 0.0))


def test_a_packet_without_a_face_has_none() -> None:
    packet = livelink_packet.encode(sent(subject="A"), DEVICE)
    assert livelink_packet.decode(packet[: -1 - 4 * 61]) == LiveFace(
        weights={}, moment=12.5, subject="A"
    )


@given(st.floats(0.0, 86_400.0), st.sampled_from([30, 60, Fraction(60000, 1001), 120]))
@example(0.999999999, 60)
def test_a_moment_of_live_link_is_a_frame_and_less_than_one_more(
    moment: float, rate: Fraction
) -> None:
    packet = livelink_packet.encode(sent(moment=moment), DEVICE, Fraction(rate))
    frame, subframe = struct.unpack_from(">if", packet, 45)
    assert 0.0 <= subframe < 1.0
    found = livelink_packet.decode(packet).moment
    assert found == pytest.approx(moment, abs=1e-6 / float(rate))
    assert frame == math.floor(moment * float(rate))


@pytest.mark.parametrize(("version", "mark"), [(1, "-"), (2, "&")])
def test_a_face_of_ifacialmocap_comes_back(version: int, mark: str) -> None:
    text = ifacialmocap_packet.encode(sent(), version).decode()
    parts = text.split("|")
    assert parts[0] == f"eyeBlink_L{mark}1"
    assert f"jawLeft{mark}16" in parts
    assert f"mouthLeft{mark}22" in parts
    assert f"mouthSmile_R{mark}25" in parts
    assert parts[-4:] == ["=head#0,0,0,0,0,0", "rightEye#0,0,0", "leftEye#0,0,0", ""]
    (found,) = ifacialmocap_packet.decode(text.encode())
    assert found == LiveFace(weights=HUNDREDTHS)


def test_both_versions_of_ifacialmocap_are_read_whichever_was_asked_for() -> None:
    text = b"jawOpen&50|=head#1,2,3,4,5,6|___iFacialMocapjawOpen-25|FM_SAD-3|___iFacialMocap"
    first, second = ifacialmocap_packet.decode(text)
    assert first == LiveFace(weights={"jawOpen": 0.5})
    assert second == LiveFace(weights={"jawOpen": 0.25}, unknown=("FM_SAD",))
    (below,) = ifacialmocap_packet.decode(b"jawOpen&-5|")
    assert below == LiveFace(weights={"jawOpen": 0.0}, clamped=1)


def test_the_app_is_asked_in_its_own_words() -> None:
    asked = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
    assert ifacialmocap_packet.request(1) == asked
    assert ifacialmocap_packet.request(2) == asked + b"|sendDataVersion=v2"


DECODERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "vmc": (vmc.decode, vmc.encode(sent())[1]),
    "livelink": (livelink_packet.decode, livelink_packet.encode(sent(subject="A"), DEVICE)),
    "ifacialmocap": (ifacialmocap_packet.decode, ifacialmocap_packet.encode(sent())),
}


@pytest.mark.parametrize("protocol", DECODERS)
@given(data=st.data())
def test_no_bytes_break_a_reader(protocol: str, data: st.DataObject) -> None:
    """Noise, and packets with bytes changed, cut off and put in, are refused or read."""
    decode, packet = DECODERS[protocol]
    start = data.draw(st.integers(0, len(packet)))
    changed = data.draw(
        st.one_of(
            st.binary(max_size=200),
            st.just(packet[:start]),
            st.binary(max_size=8).map(lambda noise: packet[:start] + noise + packet[start:]),
            st.binary(min_size=1, max_size=4).map(
                lambda noise: packet[:start] + noise + packet[start + len(noise) :]
            ),
        )
    )
    try:
        found = decode(changed)
    except PacketError:
        return
    faces = found if isinstance(found, tuple) else (found,)
    for face in faces:
        assert isinstance(face, LiveFace | vmc.Part)
        assert all(0.0 <= weight <= 1.0 for weight in face.weights.values())
        assert set(face.weights) <= set(arkit_channels())


@pytest.mark.parametrize(
    ("decode", "datagram", "said"),
    [
        (vmc.decode, b"", "it is no OSC message"),
        (vmc.decode, b"abc", "no multiple of four"),
        (vmc.decode, osc.encode_message(osc.Message("/other", (1.0,))), "not of VMC"),
        (vmc.decode, osc.encode_message(osc.Message(vmc.VALUE, (1.0,))), "names no expression"),
        (vmc.decode, osc.encode_message(osc.Message(vmc.VALUE, ("JawOpen",))), "no number"),
        (vmc.decode, osc.encode_message(osc.Message(vmc.VALUE, ("JawOpen", math.nan))), "number"),
        (vmc.decode, osc.encode_message(osc.Message(vmc.VALUE, ("JawOpen", 50.0))), "far outside"),
        (vmc.decode, b"#bundle\0", "ends in its time tag"),
        (vmc.decode, b"#bundle\0" + osc.NOW + b"\0\0\0\x40", "another length"),
        (vmc.decode, b"#bundle\0" + osc.NOW + b"\xff\xff\xff\xff", "another length"),
        (livelink_packet.decode, b"", "it is empty"),
        (livelink_packet.decode, b"\x05", "version 6"),
        (livelink_packet.decode, b"\x06\x7f\xff\xff\xff", "the device's id has another length"),
        (livelink_packet.decode, b"\x06\xff\xff\xff\xff", "the device's id has another length"),
        (livelink_packet.decode, DECODERS["livelink"][1] + b"\0", "another length"),
        (livelink_packet.decode, DECODERS["livelink"][1][:-4] + b"\x7f\xc0\0\0", "no angle"),
        (livelink_packet.decode, b"\x06" + b"\0" * 12, "before its time"),
        (livelink_packet.decode, b"\x06" + b"\0" * 24, "its time is none"),
        (ifacialmocap_packet.decode, b"\xff\xfe", "not UTF-8"),
        (ifacialmocap_packet.decode, b"|", "it names no channel"),
        (ifacialmocap_packet.decode, b"jawOpen-nan|", "expected a name and a percentage"),
        (ifacialmocap_packet.decode, b"jawOpen-500|", "expected a percentage"),
        (ifacialmocap_packet.decode, b"___iFacialMocap", "it is empty"),
    ],
)
def test_what_is_wrong_with_a_datagram_is_named(
    decode: Callable[[bytes], object], datagram: bytes, said: str
) -> None:
    with pytest.raises(PacketError, match=said):
        decode(datagram)


def test_bundles_in_bundles_have_an_end() -> None:
    inner = osc.encode_message(osc.Message(vmc.APPLY))
    for _ in range(3):
        inner = bundle_of([inner])
    assert vmc.decode(inner).applied
    for _ in range(20):
        inner = bundle_of([inner])
    with pytest.raises(PacketError, match="too deep"):
        vmc.decode(inner)
