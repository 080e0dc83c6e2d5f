"""`mien stream`: faces sent to other programs while they happen, and faces received."""

from __future__ import annotations

import click

from mien.cli.options import NumberRange, OutputFile, as_record, format_option, point_options
from mien.cli.streaming import EXPRESSIONS, PROTOCOLS, Streaming


@click.command("stream")
@click.argument("sources", metavar="[BANK|TAKE|-]...", nargs=-1)
@click.option("--to", type=click.Choice(PROTOCOLS), help="Send to a program that listens so.")
@click.option("--from", "origin", type=click.Choice(PROTOCOLS), help="Receive what is sent so.")
@click.option(
    "--host",
    default="127.0.0.1",
    help="The receiver; with --from, the address to listen on, such as 0.0.0.0 for a phone.",
)
@click.option(
    "--port",
    "ports",
    type=click.IntRange(1, 65535),
    multiple=True,
    help="The port; more of them for more characters.  [default: the protocol's own]",
)
@click.option(
    "--name", "names", multiple=True, help="What a character is called; once for each of them."
)
@click.option("--seconds", type=NumberRange(0.0, min_open=True), metavar="S", help="Stop after S.")
@click.option(
    "--fps",
    type=NumberRange(1.0, 1000.0),
    default=60.0,
    help="Frames to send a second.",
)
@click.option("--loop", is_flag=True, help="Begin a take anew where it ends.")
@click.option("--label", "labels", multiple=True, help="A label of BANK; once for each of them.")
@point_options
@click.option("--style", metavar="S", help="A style of the label.")
@click.option(
    "--speech",
    type=NumberRange(0.0, 1.0),
    default=0.0,
    help="How much of the mouth to leave to speech.",
)
@click.option(
    "--fade",
    type=NumberRange(0.0, 60.0),
    default=0.2,
    metavar="S",
    help="Seconds from one face of BANK to another.",
)
@click.option("--live", is_flag=True, help="Change the face of BANK by lines of JSON on stdin.")
@click.option(
    "--page",
    is_flag=True,
    help="Open the page of mien view: choose the face of BANK there, or see what is received.",
)
@click.option(
    "--rate",
    type=NumberRange(1.0, 1000.0),
    default=60.0,
    metavar="R",
    help="Rows a second of what - gives.",
)
@click.option(
    "-o",
    "--out",
    "outs",
    type=OutputFile(),
    multiple=True,
    help="With --from: the take to write, its format by the ending, or a recording of all "
    "datagrams (.pcap); once for each --name.",
)
@click.option(
    "--silence",
    type=NumberRange(0.0, min_open=True),
    default=30.0,
    metavar="S",
    help="With --from: stop once no face came for S seconds.",
)
@click.option(
    "--phone",
    metavar="ADDRESS",
    help="With --from ifacialmocap: ask the app at this address to send.",
)
@click.option(
    "--expressions",
    type=click.Choice(EXPRESSIONS),
    default=EXPRESSIONS[0],
    help="With --to vmc: the 52 expressions, or the presets of models that have none of them.",
)
@click.option(
    "--text-version",
    type=click.Choice(["1", "2"]),
    default="1",
    help="Of iFacialMocap's text, to send or to ask for; either is read.",
)
@format_option
@as_record(Streaming)
def command(asked: Streaming) -> int:
    """Send faces to another program at an even pace, or receive them and write a take.

    The source is a take, in any format that mien reads; a face of BANK, which stays until Ctrl-C;
    or - for rows from a pipe, as `mien speak -` writes. Protocols are vmc (VSeeFace, Warudo and
    others, port 39539), livelink (Unreal, port 11111) and ifacialmocap (port 49983). However it
    ends, the face is left at rest; what was late, lost or refused is counted and told.

    \b
    Examples:
      mien stream take.csv --to vmc --loop
      mien stream default --label joy --at high --to livelink --name Anna
      mien speak - --label joy | mien stream - --to vmc
      mien stream default --live --to vmc    then lines such as
        {"label": "anger", "intensity": 0.8, "fade": 0.5}
      mien stream default --page --to vmc
      mien stream --from livelink --host 0.0.0.0 -o take.csv -o all.pcap
      mien stream --from ifacialmocap --phone 192.168.1.20 -o take.csv

    Nothing leaves this machine, and nothing is heard from others, unless --host or --phone names
    them. With several sources, give --name to each (livelink) or --port to each (vmc,
    ifacialmocap, whose packets do not say whose face they hold).
    """  # noqa: D301  click keeps lines behind a backspace as they are
    if (asked.to is None) == (asked.origin is None):
        raise click.UsageError("give --to, to send, or --from, to receive")
    if asked.expressions != EXPRESSIONS[0] and asked.to != "vmc":
        raise click.UsageError("--expressions is of --to vmc")
    if asked.origin is not None:
        if asked.sources:
            raise click.UsageError(f"--from receives; {asked.sources[0]} is a source to send")
        from mien.cli.stream_receive import receive_faces

        return receive_faces(asked)
    if asked.outs or asked.phone is not None:
        raise click.UsageError("-o and --phone are of --from; --to sends")
    from mien.cli.stream_send import send_faces

    return send_faces(asked)
