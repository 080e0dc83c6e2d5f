"""What `mien stream --from` does: faces received, written, and what became of the datagrams."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from mien.cli.terminal import current_label, say, write_json
from mien.local_server import LOOPBACK

if TYPE_CHECKING:
    from mien.cli.streaming import Streaming
    from mien.formats.gathering import Gathering, Heard, Protocol
    from mien.formats.live_face import LiveFace
    from mien.formats.recording import Address, Datagram
    from mien.stream.receiving import SocketInbox

_FINE, _NOTHING = 0, 1


def receive_faces(asked: Streaming) -> int:
    """Receive until it is over, and write what came; the exit code.

    Raises:
        click.UsageError: the options contradict one another.
        MienError: the port cannot be had, or a take has no format.
    """
    from mien.formats.gathering import PROTOCOLS, Gathering

    protocol = PROTOCOLS[asked.origin or ""]
    _check(asked, protocol)
    kept = bool(asked.takes)
    gatherings = [Gathering(protocol, name, kept=kept) for name in asked.names or ("",)]
    ended = _heard(asked, protocol, gatherings)
    heard = [one.heard for one in gatherings]
    written = _write_takes(protocol, gatherings, asked.takes)
    if asked.output == "json":
        _write_heard(heard, written, asked.recordings, ended, turned=protocol.turned)
    else:
        _tell_heard(heard, written, asked.recordings, ended)
        if written and not protocol.turned:
            say(f"turns of head and eyes are not read from {protocol.title}", err=True)
    return _FINE if any(one.faces for one in heard) else _NOTHING


def _check(asked: Streaming, protocol: Protocol) -> None:
    from mien.formats.registry import format_of, writable

    for path in asked.takes:
        format_of(path, writable())
    takes, names = len(asked.takes), len(asked.names)
    if not asked.outs and not asked.page:
        raise click.UsageError("name what is to be written, such as -o take.csv, or give --page")
    if len(asked.ports) > 1:
        raise click.UsageError("--from listens on one port")
    if asked.phone is not None and asked.origin != "ifacialmocap":
        raise click.UsageError("--phone asks the app iFacialMocap; give --from ifacialmocap")
    if len(asked.recordings) > 1:
        raise click.UsageError("one recording holds all datagrams; give one .pcap")
    if names and not protocol.named:
        raise click.UsageError(f"packets of {protocol.title} do not say whose face they hold")
    if takes > max(1, names) or (names > 1 and takes not in (0, names)):
        raise click.UsageError("give -o once for each --name")


def _heard(asked: Streaming, protocol: Protocol, gatherings: Sequence[Gathering]) -> str:
    """Listen until it is over; why it is."""
    from mien.stream.clock import Clock, Stop
    from mien.stream.receiving import Limits, SocketInbox, own_address, receive

    stop = Stop()
    port = asked.ports[0] if asked.ports else protocol.port
    alone = asked.phone is not None and asked.host == LOOPBACK
    host = own_address(asked.phone or "") if alone else asked.host
    with ExitStack() as stack:
        stack.enter_context(stop.on_signals())
        inbox = SocketInbox(host, port)
        stack.callback(inbox.close)
        record = _recorder(stack, asked.recordings[0]) if asked.recordings else None
        if asked.output == "text":
            say(f"listening for {protocol.title} on {inbox.address[0]}, port {inbox.address[1]}")
            enough = "" if asked.seconds is None else f" {asked.seconds:g} s of faces,"
            say(f"Ctrl-C,{enough} or {asked.silence:g} seconds without a face, ends it.")
            sys.stdout.flush()
        app = (asked.phone or "", protocol.port)
        ask = asker(stack, inbox, app, int(asked.text_version)) if asked.phone else None
        shown: list[Callable[[LiveFace], None]] = []
        if asked.page:
            shown.append(_on_page(stack, protocol))
        label = stack.enter_context(current_label("faces received:"))
        if label is not None:
            shown.append(lambda _: label(str(gatherings[0].faces)))

        def show(face: LiveFace) -> None:
            for one in shown:
                one(face)

        return receive(
            inbox.next_datagram,
            gatherings,
            Clock(),
            stop,
            Limits(silence=asked.silence, seconds=asked.seconds),
            own=inbox.address,
            record=record,
            show=show,
            ask=ask,
        )


def _on_page(stack: ExitStack, protocol: Protocol) -> Callable[[LiveFace], None]:
    """Shows faces on the page of the bank that ships."""
    from mien.cli.stream_page import opened_page
    from mien.view.live_faces import FaceFeed

    feed = FaceFeed(protocol.title)
    stack.enter_context(opened_page("default", received=feed))
    return lambda face: feed.show(face.weights)


def _recorder(stack: ExitStack, path: Path) -> Callable[[Datagram], object]:
    """Writes datagrams into a recording, which has its name once the stack ends."""
    from mien.formats.recording import file_head, record
    from mien.text.atomic import replacing

    file = stack.enter_context(replacing(path))
    file.write(file_head())
    return lambda datagram: file.write(record(datagram))


def asker(stack: ExitStack, inbox: SocketInbox, app: Address, version: int) -> Callable[[], None]:
    """Asks the app on a phone to send, and not to send any more once the stack ends."""
    from mien.formats.ifacialmocap_packet import STOP, request

    stack.callback(inbox.send, STOP, app)
    return partial(inbox.send, request(version), app)


def _write_takes(
    protocol: Protocol, gatherings: Sequence[Gathering], takes: Sequence[Path]
) -> list[tuple[Path, int, float]]:
    """The files, with the rows and the rate of each."""
    from mien.formats.registry import write_take

    written: list[tuple[Path, int, float]] = []
    for gathering, path in zip(gatherings, takes, strict=False):
        name = gathering.heard.subject
        take = gathering.take(f"{protocol.title}, {name}" if name else protocol.title)
        if take is not None:
            write_take(path, take)
            written.append((path, len(take.times), take.rate))
    return written


def _write_heard(
    heard: Sequence[Heard],
    written: Sequence[tuple[Path, int, float]],
    recordings: Sequence[Path],
    ended: str,
    *,
    turned: bool,
) -> None:
    write_json(
        {
            "ended": ended,
            "turns": turned,
            "takes": [{"file": str(p), "rows": rows, "rate": rate} for p, rows, rate in written],
            "recording": str(recordings[0]) if recordings else "",
            "characters": [attrs.asdict(one) for one in heard],
        }
    )


def _tell_heard(
    heard: Sequence[Heard],
    written: Sequence[tuple[Path, int, float]],
    recordings: Sequence[Path],
    ended: str,
) -> None:
    for one in heard:
        name = f" of {one.subject}" if one.subject else ""
        say(f"{one.faces} faces{name} in {one.datagrams} datagrams; {ended}")
        counts = [
            (one.missing, "faces that the sender's clock misses"),
            (one.reordered, "faces that came after a later one, put in their place"),
            (one.repeated, "faces that came twice, left out"),
            (one.faceless, "packets of a sender that saw no face"),
            (one.restarts, "times that the sender began anew"),
            (one.clamped, "weights outside [0, 1], cut off"),
        ]
        for count, what in counts:
            if count:
                say(f"{what}: {count}", err=True)
        for reason, count in one.refused.items():
            say(f"datagrams refused: {count}, {reason}", err=True)
        for who, count in one.strangers.items():
            say(f"not of this character: {count}, {who}", err=True)
        if one.unknown:
            say(f"no channels, left out: {', '.join(one.unknown)}", err=True)
    for path, rows, rate in written:
        say(f"{path}: {rows} rows at {rate:.5g} a second")
    for path in recordings:
        say(f"{path}: a recording of all datagrams")
    if not any(one.faces for one in heard):
        say(
            "nothing came: does the sender's address lead here, to this port, and past a firewall? "
            "From another machine, listen on an address that it reaches, such as --host 0.0.0.0",
            err=True,
        )
