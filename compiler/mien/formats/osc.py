"""OSC 1.0 messages and bundles of texts, whole numbers and numbers, as bytes.

Layout from the specification at opensoundcontrol.org: texts end in NUL and are padded to four
bytes, numbers are big-endian, a bundle holds its messages behind their sizes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from mien.formats.live_face import PacketError

Argument = str | int | float

BUNDLE = b"#bundle\0"
NOW = b"\0\0\0\0\0\0\0\1"
"""The time tag of a bundle that is meant at once."""

_MOST_NESTED = 8
_NUMBERS = {"f": ">f", "i": ">i", "d": ">d", "h": ">q"}
_WORDLESS: dict[str, Argument] = {"T": 1, "F": 0, "N": 0, "I": 1}


@frozen
class Message:
    """A message: where it goes, and what it says."""

    address: str
    arguments: tuple[Argument, ...] = ()


def encode_message(message: Message) -> bytes:
    """The bytes of a message."""
    tags = "".join(_tag(one) for one in message.arguments)
    parts = [padded(message.address), padded(f",{tags}")]
    for one in message.arguments:
        parts.append(padded(one) if isinstance(one, str) else struct.pack(f">{_tag(one)}", one))
    return b"".join(parts)


@lru_cache(maxsize=4096)
def padded(text: str) -> bytes:
    """A text as it stands in a message."""
    data = text.encode()
    return data + b"\0" * (4 - len(data) % 4)


def decode(datagram: bytes) -> tuple[Message, ...]:
    """The messages of a datagram, in its order, those in bundles too.

    Raises:
        PacketError: it is no OSC.
    """
    return tuple(_messages(datagram, _MOST_NESTED))


def _messages(data: bytes, depth: int) -> Iterator[Message]:
    if len(data) % 4:
        raise PacketError("its length is no multiple of four bytes, as OSC's is")
    if not data.startswith(BUNDLE):
        yield _message(data)
        return
    if depth == 0:
        raise PacketError("bundles in bundles, too deep")
    if len(data) < len(BUNDLE) + len(NOW):
        raise PacketError("the bundle ends in its time tag")
    at = len(BUNDLE) + len(NOW)
    while at < len(data):
        size = int(struct.unpack_from(">i", data, at)[0])
        at += 4
        if size <= 0 or at + size > len(data):
            raise PacketError("a message of the bundle has another length than it says")
        yield from _messages(data[at : at + size], depth - 1)
        at += size


def _message(data: bytes) -> Message:
    if not data.startswith(b"/"):
        raise PacketError("it is no OSC message")
    address, at = _text(data, 0)
    tags, at = _text(data, at)
    if not tags.startswith(","):
        raise PacketError("the message does not say of which types its values are")
    values: list[Argument] = []
    for tag in tags[1:]:
        if tag in "sS":
            value, at = _text(data, at)
            values.append(value)
        elif tag in _NUMBERS:
            size = struct.calcsize(_NUMBERS[tag])
            if at + size > len(data):
                raise PacketError("the message ends before its values do")
            values.append(struct.unpack_from(_NUMBERS[tag], data, at)[0])
            at += size
        elif tag in _WORDLESS:
            values.append(_WORDLESS[tag])
        else:
            raise PacketError("the message has a value of a type that faces do not need")
    return Message(address, tuple(values))


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise PacketError("a text of the message has no end")
    try:
        text = data[at:end].decode()
    except UnicodeDecodeError:
        raise PacketError("a text of the message is not UTF-8") from None
    return text, end + 4 - end % 4


def _tag(value: Argument) -> str:
    if isinstance(value, str):
        return "s"
    return "i" if isinstance(value, int) else "f"
