"""The packets of the Live Link Face app and of Unreal's Live Link: one face a datagram.

Numbers are big-endian. A version byte (6), the device's id and the subject's name behind their
lengths, the moment as a frame, its fraction and the rate of frames, then the count of values and
the values: the 52 weights in the order of Epic's list, head, left eye, right eye (yaw, pitch and
roll in radians). Where the phone sees no face, a packet ends before the count.
"""

from __future__ import annotations

import math
import struct
from fractions import Fraction

from mien.formats.arkit import arkit_channels
from mien.formats.live_face import LiveFace, PacketError, Turns, weight_sent

PORT = 11111
VERSION = 6
RATE = Fraction(60)
"""The frames in which the app tells moments."""

_TURNS = tuple(
    f"{part}{turn}" for part in ("Head", "LeftEye", "RightEye") for turn in ("Yaw", "Pitch", "Roll")
)
_COUNT = 61
_LENGTH = struct.Struct(">i")
_TIME = struct.Struct(">ifii")
_VALUES = struct.Struct(f">B{_COUNT}f")
_MOST_TURN = 2.0 * math.pi
_MOST_NAME = 1024


def encode(face: LiveFace, device: str, rate: Fraction = RATE) -> bytes:
    """The packet of a face; channels that it lacks are at rest.

    ``device`` is a UUID of 36 characters: a widespread reader expects its fields behind one of that
    length. ``rate`` is in frames a second.
    """
    frames = (face.moment or 0.0) * float(rate)
    frame = math.floor(frames)
    subframe = min(frames - frame, 1.0 - 2.0**-24)  # rounded to float32 it must not reach 1
    head = face.head or (0.0, 0.0, 0.0)
    left, right = face.eyes or ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    turns = [math.radians(angle) for angle in (*head, *left, *right)]
    weights = [face.weights.get(name, 0.0) for name in arkit_channels()]
    return b"".join(
        (
            bytes((VERSION,)),
            _text(device),
            _text(face.subject),
            _TIME.pack(frame, subframe, rate.numerator, rate.denominator),
            _VALUES.pack(_COUNT, *weights, *turns),
        )
    )


def decode(datagram: bytes) -> LiveFace:
    """The face of a packet; one without weights where the sender saw none.

    Raises:
        PacketError: it is no packet of version 6 with 61 values, or a value is no weight.
    """
    if not datagram:
        raise PacketError("it is empty")
    if datagram[0] != VERSION:
        raise PacketError(f"it begins with {datagram[0]}, and packets of version {VERSION} do not")
    _, at = _read_text(datagram, 1, "the device's id")
    subject, at = _read_text(datagram, at, "the subject's name")
    if at + _TIME.size > len(datagram):
        raise PacketError("it ends before its time does")
    frame, subframe, numerator, denominator = _TIME.unpack_from(datagram, at)
    at += _TIME.size
    if numerator <= 0 or denominator <= 0 or not math.isfinite(subframe):
        raise PacketError("its time is none")
    moment = (frame + subframe) * denominator / numerator
    if at == len(datagram):
        return LiveFace(weights={}, moment=moment, subject=subject)
    if datagram[at] != _COUNT:
        raise PacketError(f"it has {datagram[at]} values, expected {_COUNT}")
    if len(datagram) - at != _VALUES.size:
        raise PacketError("it has another length than its values")
    values: tuple[float, ...] = _VALUES.unpack_from(datagram, at)[1:]
    channels = arkit_channels()
    sent = dict(zip(channels, values, strict=False))
    weights = {name: weight_sent(name, value) for name, value in sent.items()}
    turns = [_degrees(*one) for one in zip(_TURNS, values[len(channels) :], strict=True)]
    return LiveFace(
        weights=weights,
        moment=moment,
        head=_three(turns[:3]),
        eyes=(_three(turns[3:6]), _three(turns[6:])),
        subject=subject,
        clamped=sum(weights[name] != value for name, value in sent.items()),
    )


def _text(text: str) -> bytes:
    data = text.encode()
    return _LENGTH.pack(len(data)) + data


def _read_text(datagram: bytes, at: int, what: str) -> tuple[str, int]:
    if at + _LENGTH.size > len(datagram):
        raise PacketError(f"it ends before {what}")
    length = int(_LENGTH.unpack_from(datagram, at)[0])
    at += _LENGTH.size
    if not 0 <= length <= min(_MOST_NAME, len(datagram) - at):
        raise PacketError(f"{what} has another length than it says")
    try:
        return datagram[at : at + length].decode(), at + length
    except UnicodeDecodeError:
        raise PacketError(f"{what} is not UTF-8") from None


def _degrees(name: str, radians: float) -> float:
    if not abs(radians) <= _MOST_TURN:
        raise PacketError(f"{name} is no angle in radians")
    return math.degrees(radians)


def _three(turns: list[float]) -> Turns:
    yaw, pitch, roll = turns
    return yaw, pitch, roll
