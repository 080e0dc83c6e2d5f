"""Faces in the VMC protocol, version 3.1: OSC messages that set the expressions of an avatar.

An expression for each channel, under the name that Perfect Sync gives it (``JawOpen``), and then
one message that applies them all. Version 3.1 keeps a datagram within 1,500 bytes; here they stay
within `MOST_BYTES`, each tells the moment, and the last one holds the message that applies.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from functools import lru_cache

from attrs import field, frozen

from mien.formats.arkit import arkit_channel
from mien.formats.live_face import LiveFace, PacketError, weight_sent
from mien.formats.osc import BUNDLE, NOW, Message, encode_message, padded
from mien.formats.osc import decode as decode_osc
from mien.formats.vmc_presets import preset_weights

PORT = 39539
"""Where programs that show an avatar listen."""

MOST_BYTES = 1400

VALUE, APPLY = "/VMC/Ext/Blend/Val", "/VMC/Ext/Blend/Apply"
TIME, READY = "/VMC/Ext/T", "/VMC/Ext/OK"
_PREFIX = "/VMC/"


@frozen(kw_only=True)
class Part:
    """What one datagram says of a face, of which several may be sent in turn.

    ``weights`` are ``applied`` in it, ``then`` belong to the next time that any are.
    """

    weights: dict[str, float] = field(factory=dict[str, float])
    applied: bool = field(default=False)
    then: dict[str, float] = field(factory=dict[str, float])
    moment: float | None = field(default=None)
    clamped: int = field(default=0)
    unknown: tuple[str, ...] = field(default=())


def encode(face: LiveFace, expressions: str = "perfect-sync") -> tuple[bytes, ...]:
    """The datagrams of a face, to be sent in this order; channels it lacks are not set.

    ``expressions`` is ``perfect-sync``, ``vrm0`` or ``vrm1``.
    """
    named = face.weights
    if expressions == "perfect-sync":
        names = _perfect_sync(tuple(named))
    else:
        named = preset_weights(named, old=expressions == "vrm0")
        names = tuple(named)
    values = list(named.values())
    moment = 0.0 if face.moment is None else face.moment
    return tuple(
        layout.packed([moment, *values[layout.start : layout.end]]) for layout in _layouts(names)
    )


def decode(datagram: bytes) -> Part:
    """What a datagram says of a face; messages of other kinds are passed over.

    Raises:
        PacketError: it is no OSC, holds no message of VMC, or a value that is no weight.
    """
    messages = decode_osc(datagram)
    if not any(one.address.startswith(_PREFIX) for one in messages):
        raise PacketError("it is OSC, but not of VMC")
    weights: dict[str, float] = {}
    then: dict[str, float] = {}
    applied = False
    moment: float | None = None
    clamped = 0
    unknown: list[str] = []
    for one in messages:
        if one.address == APPLY:
            applied = True
            weights |= then
            then = {}
        elif one.address == TIME:
            moment = _number(one, 0)
        elif one.address == VALUE:
            name, value = _named(one)
            channel = arkit_channel(name)
            if channel is None:
                unknown.append(name)
                continue
            then[channel] = weight_sent(name, value)
            clamped += then[channel] != value
    return Part(
        weights=weights,
        applied=applied,
        then=then,
        moment=moment,
        clamped=clamped,
        unknown=tuple(unknown),
    )


def expression_name(channel: str) -> str:
    """What Perfect Sync calls the expression of a channel."""
    return channel[0].upper() + channel[1:]


@lru_cache(maxsize=64)
def _perfect_sync(channels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(expression_name, channels))


@frozen(kw_only=True)
class _Layout:
    """A datagram without its numbers: the weights from ``start`` to ``end``, after the time."""

    shape: struct.Struct
    texts: tuple[bytes, ...]
    last: bytes
    start: int
    end: int

    def packed(self, numbers: list[float]) -> bytes:
        fields: list[bytes | float] = []
        for text, number in zip(self.texts, numbers, strict=True):
            fields += (text, number)
        return self.shape.pack(*fields) + self.last


@lru_cache(maxsize=64)
def _layouts(names: tuple[str, ...]) -> tuple[_Layout, ...]:
    return tuple(_made_layouts(names))


def _made_layouts(names: tuple[str, ...]) -> Iterator[_Layout]:
    """As few datagrams as hold the names, filled one after another."""
    apply = _sized(encode_message(Message(APPLY)))
    ready = _sized(encode_message(Message(READY, (1,))))
    texts = [BUNDLE + NOW + ready + _before_number(TIME)]
    start = 0
    for position, name in enumerate(names):
        text = _before_number(VALUE, name)
        size = sum(len(one) + 4 for one in texts) + len(text) + 4
        if size + len(apply) > MOST_BYTES:
            yield _layout(texts, b"", start, position)
            texts, start = [BUNDLE + NOW + _before_number(TIME)], position
        texts.append(text)
    yield _layout(texts, apply, start, len(names))


def _layout(texts: list[bytes], last: bytes, start: int, end: int) -> _Layout:
    shape = struct.Struct(">" + "".join(f"{len(text)}sf" for text in texts))
    return _Layout(shape=shape, texts=tuple(texts), last=last, start=start, end=end)


def _before_number(address: str, *texts: str) -> bytes:
    """A message of a bundle, up to the number that is its last argument."""
    tags = "," + "s" * len(texts) + "f"
    text = padded(address) + padded(tags) + b"".join(padded(one) for one in texts)
    return struct.pack(">i", len(text) + 4) + text


def _sized(message: bytes) -> bytes:
    return struct.pack(">i", len(message)) + message


def _named(message: Message) -> tuple[str, float]:
    if not message.arguments or not isinstance(message.arguments[0], str):
        raise PacketError(f"{VALUE} names no expression")
    return message.arguments[0], _number(message, 1)


def _number(message: Message, position: int) -> float:
    found = message.arguments[position] if position < len(message.arguments) else ""
    if isinstance(found, str) or not math.isfinite(found):
        raise PacketError(f"{message.address} has no number")
    return float(found)
