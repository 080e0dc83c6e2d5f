"""What `mien stream --to` does: characters made of the options, sent, and what became of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.terminal import say, write_json

if TYPE_CHECKING:
    from mien.cli.streaming import Streaming
    from mien.formats.gathering import Protocol
    from mien.stream.bank_source import BankSource, Changes
    from mien.stream.changes import Change
    from mien.stream.clock import Stop
    from mien.stream.sending import Sender, Sent
    from mien.stream.sources import Source

PIPE = "-"
_FINE, _NOTHING = 0, 1


def send_faces(asked: Streaming) -> int:
    """Send until the sources end, the time is over, or somebody stops it; the exit code.

    Raises:
        click.UsageError: the options contradict one another, or name what is not there.
        MienError: a take, a bank or the receiver cannot be had.
    """
    from mien.formats.gathering import PROTOCOLS
    from mien.stream.clock import Stop
    from mien.stream.sending import Sender, Way

    protocol = PROTOCOLS[asked.to or ""]
    ways = _ways(protocol, asked.sources, asked.ports, asked.names)
    stop = Stop()
    with ExitStack() as stack:
        stack.enter_context(stop.on_signals())
        sources, changes = _sources(asked, ways, stack)
        senders: list[Sender] = []
        for source, (name, port) in zip(sources, ways, strict=True):
            way = Way(
                protocol=protocol,
                host=asked.host,
                port=port,
                subject=name,
                rate=asked.fps,
                version=int(asked.text_version),
                expressions=asked.expressions,
            )
            senders.append(Sender(source, way))
            stack.callback(senders[-1].close)
        return _send(asked, senders, changes, stop)


def _sources(
    asked: Streaming, ways: Sequence[tuple[str, int]], stack: ExitStack
) -> tuple[Sequence[Source], Changes | None]:
    """The characters' sources, and what changes them; ``stack`` closes what they need."""
    if asked.page:
        return [_page_source(asked, stack)], None
    found = [(text, _source(text, asked)) for text in asked.sources]
    banks = _bank_sources(found, asked)
    changes = _changes(asked, {ways[k][0]: source for k, source in banks.items()})
    return [banks[k] if one is None else one for k, (_, one) in enumerate(found)], changes


def _page_source(asked: Streaming, stack: ExitStack) -> Source:
    from mien.cli.stream_page import opened_page
    from mien.stream.sources import PageSource
    from mien.view.live_faces import ChosenFace

    if len(asked.sources) != 1 or asked.labels or asked.live:
        raise click.UsageError("--page sends the face that is chosen on the page of one BANK")
    chosen = ChosenFace()
    stack.enter_context(opened_page(asked.sources[0], chosen=chosen))
    return PageSource(lambda: chosen.weights, "the page")


def _ways(
    protocol: Protocol, sources: Sequence[str], ports: Sequence[int], names: Sequence[str]
) -> list[tuple[str, int]]:
    """The name and the port of each character.

    Raises:
        click.UsageError: they could not be told apart where they are received.
    """
    count = len(sources)
    if not count:
        raise click.UsageError("name what is to be sent: a take, a bank, or -")
    if len(names) not in (0, count) or len(set(names)) < len(names):
        raise click.UsageError(f"give --name once for each of {count} sources, or never")
    if len(ports) not in (0, 1, count):
        raise click.UsageError(f"give --port once, or once for each of {count} sources")
    found = list(ports) if len(ports) == count else [*(ports or (protocol.port,))] * count
    if not protocol.named and len(set(found)) < count:
        raise click.UsageError(
            f"packets of {protocol.title} do not say whose face they hold: "
            f"give each of {count} sources a --port of its own"
        )
    own = list(names) or (["mien"] if count == 1 else [f"mien{k + 1}" for k in range(count)])
    return list(zip(own, found, strict=True))


def _source(text: str, asked: Streaming) -> Source | None:
    """A take or a pipe; None where the text means a bank."""
    from mien.stream.piped import Lines, PipedRows
    from mien.stream.sources import PipeSource, TakeSource

    if text == PIPE:
        if sys.stdin.isatty():
            raise click.UsageError("- takes rows from a pipe, and nothing is piped in")
        return PipeSource(PipedRows(Lines(sys.stdin.fileno())), asked.rate)
    from mien.formats.registry import FormatError, format_of, read_take, readable

    path = Path(text)
    try:
        format_of(path, readable())
    except FormatError:
        return None
    from mien.formats.arkit import arkit_channels

    return TakeSource(
        read_take(path, channels=arkit_channels(), partial=True), asked.fps, loop=asked.loop
    )


def _bank_sources(
    found: Sequence[tuple[str, Source | None]], asked: Streaming
) -> dict[int, BankSource]:
    """The sources that are banks, by their position."""
    positions = [k for k, (_, source) in enumerate(found) if source is None]
    if not positions:
        if asked.labels or asked.live:
            raise click.UsageError("--label and --live are of a bank, and no source is one")
        return {}
    from mien.bank import Bank
    from mien.cli.options import bank_source
    from mien.errors import QueryError
    from mien.resolve import load_tables
    from mien.stream.bank_source import BankSource

    banks = [Bank(load_tables(bank_source(found[position][0]))) for position in positions]
    if len(asked.labels) not in (0, 1, len(positions)):
        raise click.UsageError(f"give --label once, or once for each of {len(positions)} banks")
    if not asked.labels and not asked.live:
        raise click.UsageError(f"which face of {found[positions[0]][0]}? give --label")
    made: dict[int, BankSource] = {}
    for number, (position, bank) in enumerate(zip(positions, banks, strict=True)):
        own = asked.labels[number % len(asked.labels)] if asked.labels else None
        try:
            made[position] = BankSource(bank, _first(own, asked), fade=asked.fade)
        except QueryError as error:
            raise click.UsageError(str(error)) from error
    return made


def _changes(asked: Streaming, banks: Mapping[str, BankSource]) -> Changes | None:
    """The changes that stdin makes, where they are asked for."""
    from mien.stream.bank_source import Changes
    from mien.stream.piped import Lines

    if not asked.live:
        return None
    if PIPE in asked.sources:
        raise click.UsageError("--live reads stdin, and so does -: give one of them")
    return Changes(Lines(sys.stdin.fileno()), banks, ends=asked.seconds is None)


def _first(label: str | None, asked: Streaming) -> Change:
    from mien.cli.mixtures import label_of
    from mien.stream.changes import Change

    return Change(
        label=None if label is None else label_of(label),
        at=asked.at,
        vad=asked.vad,
        intensity=asked.intensity,
        style=asked.style,
        speech=asked.speech,
    )


def _send(asked: Streaming, senders: Sequence[Sender], changes: Changes | None, stop: Stop) -> int:
    from mien.stream.clock import Clock
    from mien.stream.sending import send, told

    if asked.output == "text":
        _announce(senders)
    sent = send(
        senders,
        Clock(),
        asked.fps,
        stop,
        seconds=asked.seconds,
        before=changes.apply if changes else lambda _: None,
    )
    if asked.output == "json":
        write_json(
            {
                "seconds": sent.seconds,
                "skipped": sent.skipped,
                "ended": sent.ended,
                "changes": list(changes.told) if changes else [],
                "characters": [told(one) for one in senders],
            }
        )
    else:
        _tell_sent(senders, sent, changes)
    return _FINE if any(one.datagrams for one in senders) else _NOTHING


def _announce(senders: Sequence[Sender]) -> None:
    from mien.stream.sources import TakeSource

    for one in senders:
        way = one.way
        name = f" as {way.subject}" if way.protocol.named else ""
        say(
            f"{one.source.title} to {way.protocol.title} at {way.host}, port {way.port}{name}, "
            f"{way.rate:g} frames a second"
        )
        if isinstance(one.source, TakeSource) and one.source.turned and not way.protocol.turned:
            say(f"turns of head and eyes are not sent with {way.protocol.title}", err=True)
    say("Ctrl-C stops it, and leaves the face at rest.")
    sys.stdout.flush()


def _tell_sent(senders: Sequence[Sender], sent: Sent, changes: Changes | None) -> None:
    for one in senders:
        pace = f"{one.frames / sent.seconds:.2f} a second, " if sent.seconds else ""
        say(
            f"{one.source.title}: {one.frames} frames in {sent.seconds:.2f} s, {pace}"
            f"{one.datagrams} datagrams; {sent.ended}, and the face is at rest"
        )
        if one.refused:
            where = f"{one.way.host}, port {one.way.port}"
            say(f"nobody listened at {where}: {one.refused} datagrams came back", err=True)
        for reason, count in one.failed.items():
            say(f"not sent: {count} datagrams ({reason.lower()})", err=True)
        for note in one.source.told:
            say(note, err=True)
    if sent.skipped:
        say(f"frames left out because the machine was late: {sent.skipped}", err=True)
    for note in changes.told if changes else ():
        say(note, err=True)
