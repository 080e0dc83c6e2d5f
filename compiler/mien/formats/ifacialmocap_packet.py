"""The text that the app iFacialMocap sends in each datagram, and how it is asked to send.

Version 1 writes ``jawOpen-30``, version 2 ``jawOpen&30``, both in whole percent; a reader takes
either, whichever was asked for, in one datagram after another. Turns of head and eyes are written
as 0 and not read: nothing that could be checked says which way the app counts them.
"""

from __future__ import annotations

from functools import cache

from mien.formats.arkit import arkit_channel, arkit_channels
from mien.formats.ifacialmocap import END, frame_of
from mien.formats.live_face import LiveFace, PacketError, weight_sent
from mien.text.fault import Fault
from mien.text.node import Place

PORT = 49983
STOP = b"iFacialMocap_UDPTCPSTOP_sahuasouryya9218sauhuiayeta91555dy3719"

_START = "iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
_TURNS = "=head#0,0,0,0,0,0|rightEye#0,0,0|leftEye#0,0,0|"
_BETWEEN = {1: "-", 2: "&"}


def request(version: int = 1) -> bytes:
    """What makes the app send to the address and port that this comes from."""
    return (_START if version == 1 else f"{_START}|sendDataVersion=v{version}").encode()


def encode(face: LiveFace, version: int = 1) -> bytes:
    """The datagram of a face, its weights in whole percent; channels that it lacks are left out."""
    between = _BETWEEN[version]
    names = _suffixed()
    parts = [
        f"{names[name]}{between}{round(100.0 * weight)}|" for name, weight in face.weights.items()
    ]
    return "".join((*parts, _TURNS)).encode()


def decode(datagram: bytes) -> tuple[LiveFace, ...]:
    """The faces of a datagram: one, and more where several were put into it.

    Raises:
        PacketError: it is no text, holds something else than names and percentages, or no channel.
    """
    try:
        text = datagram.decode()
    except UnicodeDecodeError:
        raise PacketError("it is not UTF-8 text") from None
    faces = tuple(_face(piece) for piece in text.split(END) if piece.strip())
    if not faces:
        raise PacketError("it is empty")
    return faces


def _face(text: str) -> LiveFace:
    faults: list[Fault] = []
    frame = frame_of(Place(""), text, faults)
    if faults:
        raise PacketError(faults[0].message)
    weights: dict[str, float] = {}
    unknown: list[str] = []
    clamped = 0
    for name, (percent, _) in frame.items():
        channel = arkit_channel(name)
        if channel is None:
            unknown.append(name)
            continue
        weights[channel] = weight_sent(name, percent / 100.0)
        clamped += weights[channel] != percent / 100.0
    if not weights:
        raise PacketError("it names no channel")
    return LiveFace(weights=weights, clamped=clamped, unknown=tuple(unknown))


@cache
def _suffixed() -> dict[str, str]:
    """Channel to its name in the app: ``eyeBlink_L``, but ``jawLeft`` and ``mouthLeft``."""
    return {name: _with_suffix(name) for name in arkit_channels()}


def _with_suffix(channel: str) -> str:
    for side in ("Left", "Right"):
        stem = channel.removesuffix(side)
        if stem != channel and stem not in ("jaw", "mouth"):
            return f"{stem}_{side[0]}"
    return channel
