"""What is asked of `mien stream`: its arguments and options."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import frozen

from mien.cli.options import (
    NumberRange,
    OutputFile,
    argument,
    at_option,
    format_option,
    intensity_option,
    option,
    shared,
    vad_option,
)

PROTOCOLS = ("vmc", "livelink", "ifacialmocap")
EXPRESSIONS = ("perfect-sync", "vrm0", "vrm1")

_RECORDING = ".pcap"


@frozen(kw_only=True)
class Streaming:
    """What is sent ``to`` a protocol or received from its ``origin``, as the options say."""

    sources: tuple[str, ...] = argument(metavar="[BANK|TAKE|-]...", nargs=-1)
    to: str | None = option(type=click.Choice(PROTOCOLS), help="Send to a program that listens so.")
    origin: str | None = option(
        "--from", type=click.Choice(PROTOCOLS), help="Receive what is sent so."
    )
    host: str = option(
        default="127.0.0.1",
        help="The receiver; with --from, the address to listen on, such as 0.0.0.0 for a phone.",
    )
    ports: tuple[int, ...] = option(
        "--port",
        type=click.IntRange(1, 65535),
        multiple=True,
        help="The port; more of them for more characters.  [default: the protocol's own]",
    )
    names: tuple[str, ...] = option(
        "--name", multiple=True, help="What a character is called; once for each of them."
    )
    seconds: float | None = option(
        type=NumberRange(0.0, min_open=True),
        metavar="S",
        help="Stop after S; with --from, after the first face.",
    )
    fps: float = option(
        type=NumberRange(1.0, 1000.0), default=60.0, help="Frames to send a second."
    )
    loop: bool = option(is_flag=True, help="Begin a take anew where it ends.")
    labels: tuple[str, ...] = option(
        "--label", multiple=True, help="A label of BANK; once for each of them."
    )
    at: str | None = shared(at_option)
    vad: tuple[float, float, float] | None = shared(vad_option)
    intensity: float | None = shared(intensity_option)
    style: str | None = option(metavar="S", help="A style of the label.")
    speech: float = option(
        type=NumberRange(0.0, 1.0), default=0.0, help="How much of the mouth to leave to speech."
    )
    fade: float = option(
        type=NumberRange(0.0, 60.0),
        default=0.2,
        metavar="S",
        help="Seconds from one face of BANK to another.",
    )
    live: bool = option(is_flag=True, help="Change the face of BANK by lines of JSON on stdin.")
    page: bool = option(
        is_flag=True,
        help="Open the page of mien view: choose the face of BANK there, or see what is received.",
    )
    rate: float = option(
        type=NumberRange(1.0, 1000.0),
        default=60.0,
        metavar="R",
        help="Rows a second of what - gives.",
    )
    outs: tuple[Path, ...] = option(
        "-o",
        "--out",
        type=OutputFile(),
        multiple=True,
        help="With --from: the take to write, its format by the ending, or a recording of all "
        "datagrams (.pcap); once for each --name.",
    )
    silence: float = option(
        type=NumberRange(0.0, min_open=True),
        default=30.0,
        metavar="S",
        help="With --from: stop once no face came for S seconds.",
    )
    phone: str | None = option(
        metavar="ADDRESS", help="With --from ifacialmocap: ask the app at this address to send."
    )
    expressions: str = option(
        type=click.Choice(EXPRESSIONS),
        default=EXPRESSIONS[0],
        help="With --to vmc: the 52 expressions, or the presets of models that have none of them.",
    )
    text_version: str = option(
        type=click.Choice(["1", "2"]),
        default="1",
        help="Of iFacialMocap's text, to send or to ask for; either is read.",
    )
    output: str = shared(format_option)

    @property
    def takes(self) -> tuple[Path, ...]:
        """The takes to write."""
        return tuple(path for path in self.outs if path.suffix.lower() != _RECORDING)

    @property
    def recordings(self) -> tuple[Path, ...]:
        """The recordings to write."""
        return tuple(path for path in self.outs if path.suffix.lower() == _RECORDING)
