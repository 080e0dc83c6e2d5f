"""Recordings of datagrams in the format of libpcap, as Wireshark and tcpdump write it.

Read are classic files (not pcapng) of Ethernet, loopback, Linux's "any" device or bare IP. Written
is bare IP, with the addresses and ports that the datagrams had. Of all that a recording holds, a
take has the faces of the flow, from one port to another, that holds most.
"""

from __future__ import annotations

import ipaddress
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, frozen

from mien.formats.arkit import ABSENT
from mien.formats.gathering import PROTOCOLS, Gathering, Protocol
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import Take
from mien.formats.text_file import read_bytes
from mien.text.fault import refusal
from mien.text.files import shown_path

_HEAD = struct.Struct("IHHiIII")
_RAW = 101
_MAGIC: Mapping[bytes, tuple[str, float]] = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_LINK_HEADS: Mapping[int, int] = {0: 4, 1: 14, 101: 0, 108: 4, 113: 16, 228: 0, 229: 0, 276: 20}
"""Bytes before the IP header, by the file's kind of link."""

_TAG = b"\x81\x00"
_UDP = 17
_LONGEST = 1 << 18
_TRIED = 200

Address = tuple[str, int]


@frozen(kw_only=True)
class Datagram:
    """What was sent when, in seconds of the recorder's clock, from where to where."""

    moment: float
    source: Address
    target: Address
    data: bytes


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take of the character whose faces the recording holds most of.

    The packets' own clock tells the moments where they have one, else their arrival does; the rate
    is measured if none is asked for. `SourceError`: with every fault of the file and its place.
    """
    name = shown_path(path)
    flows: dict[tuple[Address, Address], list[Datagram]] = {}
    for one in datagrams(read_bytes(path), name):
        flows.setdefault((one.source, one.target), []).append(one)
    found = [
        (count, protocol, flow)
        for flow in flows.values()
        for protocol in PROTOCOLS.values()
        if (count := _faces_in(flow[:_TRIED], protocol))
    ]
    if not found:
        wanted = ", ".join(one.title for one in PROTOCOLS.values())
        message = f"no datagram of the recording holds a face of {wanted}"
        raise refusal(name, "no-rows", message)
    _, protocol, flow = max(found, key=lambda one: (one[0], len(one[2])))
    gathering = Gathering(protocol, _subject(flow, protocol))
    for one in flow:
        gathering.take_in(one.data, one.moment)
    take = gathering.take(name, asked.channels, asked.rate)
    absent = take.repairs.absent if take else ()
    missing = [one for one in absent if one != ABSENT]
    if take is None or len(absent) == len(take.channels) or (missing and not asked.partial):
        message = f"no packet sets {', '.join(missing) or 'a channel'}"
        raise refusal(name, "column-missing", message)
    others = tuple(
        f"{protocol.title} faces from {other[0].source[0]}:{other[0].source[1]}"
        for _, protocol, other in found
        if other is not flow
    )
    if others:
        unknown = (*take.repairs.unknown, *others)
        take = evolve(take, repairs=evolve(take.repairs, unknown=unknown))
    return take


def datagrams(data: bytes, name: str) -> Iterator[Datagram]:
    """The UDP datagrams of a recording, in its order; ``name`` is what faults call the file.

    Raises:
        SourceError: it is no recording of a kind that is read, or is cut off.
    """
    order, tick = _MAGIC.get(data[:4], ("", 0.0))
    if not order or len(data) < _HEAD.size:
        hint = "expected a file of libpcap, with the ending .pcap"
        if data.startswith(_PCAPNG):
            hint = "it is pcapng: save it as pcap, such as by editcap -F pcap"
        message = "this is no recording of datagrams"
        raise refusal(name, "no-recording", message, hint)
    link = struct.unpack_from(f"{order}I", data, 20)[0] & 0xFFFF
    if link not in _LINK_HEADS:
        message = f"it was recorded on a link of kind {link}, which is not read"
        hint = "record on Ethernet or on the loopback device"
        raise refusal(name, "no-recording", message, hint)
    record = struct.Struct(f"{order}IIII")
    at = _HEAD.size
    while at < len(data):
        cut = at + record.size > len(data)
        seconds, parts, size, _ = (0, 0, 0, 0) if cut else record.unpack_from(data, at)
        if cut or size > _LONGEST or at + record.size + size > len(data):
            message = f"the record at byte {at} does not end within the file"
            hint = "the file may have been cut off"
            raise refusal(name, "no-recording", message, hint)
        at += record.size
        found = _udp(data[at : at + size], link)
        if found is not None:
            source, target, payload = found
            moment = seconds + parts * tick
            yield Datagram(moment=moment, source=source, target=target, data=payload)
        at += size


def file_head() -> bytes:
    """What a recording begins with."""
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0xFFFF, _RAW)


def record(datagram: Datagram) -> bytes:
    """The bytes of a datagram in a recording."""
    seconds, parts = divmod(round(datagram.moment * 1e6), 1_000_000)
    udp = struct.pack(">HHHH", datagram.source[1], datagram.target[1], 8 + len(datagram.data), 0)
    packet = _ip(datagram, len(udp) + len(datagram.data)) + udp + datagram.data
    return struct.pack("<IIII", seconds, parts, len(packet), len(packet)) + packet


def _faces_in(flow: Sequence[Datagram], protocol: Protocol) -> int:
    gathering = Gathering(protocol, kept=False)
    for one in flow:
        gathering.take_in(one.data, one.moment)
    heard = gathering.heard
    return heard.faces + sum(heard.strangers.values())


def _subject(flow: Sequence[Datagram], protocol: Protocol) -> str:
    """Whose faces there are most of, where packets say whose they are."""
    gathering = Gathering(protocol, kept=False)
    for one in flow:
        gathering.take_in(one.data, one.moment)
    heard = gathering.heard
    counts = Counter({heard.subject: heard.faces, **heard.strangers})
    return counts.most_common(1)[0][0] if protocol.named else ""


def _udp(frame: bytes, link: int) -> tuple[Address, Address, bytes] | None:
    """Source, target and data of a frame; None where it holds no whole UDP datagram."""
    start = _LINK_HEADS[link]
    if link == 1:
        while frame[start - 2 : start] == _TAG:
            start += 4
    packet = frame[start:]
    if len(packet) >= 20 and packet[0] >> 4 == 4:
        head = 4 * (packet[0] & 0xF)
        fragment = int.from_bytes(packet[6:8], "big") & 0x3FFF
        kind, addresses = packet[9], (packet[12:16], packet[16:20])
    elif len(packet) >= 40 and packet[0] >> 4 == 6:
        head, fragment = 40, 0
        kind, addresses = packet[6], (packet[8:24], packet[24:40])
    else:
        return None
    if kind != _UDP or fragment or len(packet) < head + 8:
        return None
    source, target, length = struct.unpack_from(">HHH", packet, head)
    if length < 8 or len(packet) < head + length:
        return None
    hosts = [str(ipaddress.ip_address(one)) for one in addresses]
    return (hosts[0], source), (hosts[1], target), packet[head + 8 : head + length]


def _ip(datagram: Datagram, length: int) -> bytes:
    addresses = [ipaddress.ip_address(one[0]) for one in (datagram.source, datagram.target)]
    packed = b"".join(one.packed for one in addresses)
    if len(packed) == 32:
        return struct.pack(">IHBB", 6 << 28, length, _UDP, 64) + packed
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, _UDP, 0) + packed
    total = sum(struct.unpack(">10H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack(">H", ~total & 0xFFFF) + head[12:]
