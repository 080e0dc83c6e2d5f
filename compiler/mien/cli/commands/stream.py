"""`mien stream`: faces sent to other programs while they happen, and faces received."""

from __future__ import annotations

import click

from mien.cli.options import as_record
from mien.cli.streaming import EXPRESSIONS, Streaming


@click.command("stream")
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
