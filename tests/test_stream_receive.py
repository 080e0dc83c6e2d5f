"""Faces received by a clock that the tests turn and on real ports, written, and at an end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from tests.faces_sent import DEVICE, HUNDREDTHS, LOPSIDED, sent
from tests.program import ended
from tests.stream_doubles import TurnedClock, arrived, listening

from mien.cli.stream_receive import asker
from mien.errors import MienError
from mien.formats import ifacialmocap_packet, livelink_packet, vmc
from mien.formats.arkit import arkit_channels
from mien.formats.gathering import PROTOCOLS, Gathering
from mien.formats.live_face import LiveFace
from mien.formats.recording import Datagram
from mien.formats.registry import read_take
from mien.stream.clock import Stop
from mien.stream.receiving import Incoming, Limits, SocketInbox, own_address, receive

HERE = ("127.0.0.1", 40000)
STEP = 1 / 60


class Script:
    """Datagrams a step apart, None for a step without one; then silence."""

    def __init__(self, clock: TurnedClock, flow: Sequence[bytes | None]) -> None:
        self.clock = clock
        self.flow = list(flow)

    def __call__(self) -> Incoming | None:
        self.clock.moment += STEP
        data = self.flow.pop(0) if self.flow else None
        return None if data is None else Incoming(data, HERE)


def faces(count: int, subject: str = "Anna") -> list[bytes]:
    """Packets of Live Link, a frame apart."""
    return [
        livelink_packet.encode(sent(moment=k * STEP, subject=subject), DEVICE) for k in range(count)
    ]


def received(
    flow: Sequence[bytes | None], limits: Limits, gatherings: Sequence[Gathering]
) -> tuple[str, TurnedClock, list[Datagram], list[LiveFace]]:
    """Why it ended, when, all that was recorded and all that was shown."""
    clock = TurnedClock()
    recorded: list[Datagram] = []
    shown: list[LiveFace] = []
    why = receive(
        Script(clock, flow),
        gatherings,
        clock,
        Stop(),
        limits,
        record=recorded.append,
        show=shown.append,
    )
    return why, clock, recorded, shown


def test_receiving_ends_once_it_is_silent() -> None:
    gathering = Gathering(PROTOCOLS["livelink"])
    noise: list[bytes | None] = [b"noise"] * 100
    why, clock, recorded, shown = received(
        [*([None] * 30), *faces(60), *noise], Limits(silence=1.0), [gathering]
    )
    assert why == "no face came for 1 seconds"
    assert clock.moment == pytest.approx(1000.0 + (30 + 60 + 60) * STEP, abs=2.5 * STEP)
    assert len(shown) == gathering.heard.faces == 60
    assert len(recorded) == gathering.heard.datagrams >= 60 + 58
    assert sum(gathering.heard.refused.values()) == len(recorded) - 60
    moments = [one.moment for one in recorded]
    assert np.allclose(np.diff(moments), STEP, atol=1e-6)


def test_receiving_ends_after_its_seconds_from_the_first_face() -> None:
    gathering = Gathering(PROTOCOLS["livelink"])
    why, _, _, shown = received(
        [*([None] * 100), *faces(200)], Limits(silence=5.0, seconds=1.0), [gathering]
    )
    assert why == "1 seconds are over"
    assert len(shown) == pytest.approx(61, abs=1)


def test_receiving_ends_where_a_take_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.formats.gathering.MOST_FACES", 7)
    gathering = Gathering(PROTOCOLS["livelink"])
    why, _, _, shown = received(faces(20), Limits(silence=1.0), [gathering])
    assert why == "a take has 864,000 faces at most"
    assert len(shown) == 7


def test_several_characters_have_takes_of_their_own() -> None:
    both = [one for pair in zip(faces(9), faces(9, "Ben"), strict=True) for one in pair]
    gatherings = [Gathering(PROTOCOLS["livelink"], name) for name in ("Anna", "Ben")]
    received(both, Limits(silence=1.0), gatherings)
    for one in gatherings:
        take = one.take("here")
        assert take is not None
        assert len(take.times) == 9


def test_somebody_stops_it() -> None:
    stop = Stop()
    stop.asked = True
    clock = TurnedClock()
    assert receive(Script(clock, []), [], clock, stop, Limits(silence=1.0)) == "stopped"


def test_a_port_hears_what_is_sent_to_it_and_nothing_breaks_it() -> None:
    inbox = SocketInbox("127.0.0.1", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(inbox.address)
        flow = [b"", b"\0", b"\xff" * 60_000, *vmc.encode(sent(LOPSIDED)), b"#bundle\0"]
        for one in flow:
            sender.send(one)
        found = [inbox.next_datagram() for _ in flow]
        assert [one.data for one in found if one] == flow
        assert {one.sender for one in found if one} == {sender.getsockname()}
    with pytest.raises(MienError, match=r"cannot listen on 127\.0\.0\.1, port"):
        SocketInbox("127.0.0.1", inbox.address[1])
    inbox.close()
    with pytest.raises(MienError, match="cannot listen on no such host"):
        SocketInbox("no such host", 0)
    assert own_address("127.0.0.1") == "127.0.0.1"


def test_the_app_is_asked_until_it_sends() -> None:
    clock = TurnedClock()
    asked: list[float] = []
    face = ifacialmocap_packet.encode(sent(), 2)
    gathering = Gathering(PROTOCOLS["ifacialmocap"])
    receive(
        Script(clock, [*([None] * 150), *([face] * 200)]),
        [gathering],
        clock,
        Stop(),
        Limits(silence=5.0, seconds=2.0),
        ask=lambda: asked.append(clock.moment - 1000.0),
    )
    assert np.allclose(asked, [0.0, 1.0, 2.0], atol=2 * STEP)
    assert gathering.heard.faces > 100


def test_the_app_hears_the_request_and_at_the_end_the_stop() -> None:
    with listening() as phone, ExitStack() as stack:
        inbox = SocketInbox("127.0.0.1", 0)
        stack.callback(inbox.close)
        with ExitStack() as asking:
            ask = asker(asking, inbox, phone.getsockname(), 2)
            ask()
            data, sender = phone.recvfrom(1024)
            assert (data, sender) == (ifacialmocap_packet.request(2), inbox.address)
        assert arrived(phone) == [ifacialmocap_packet.STOP]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_take_goes_from_one_process_to_another(protocol: str, tmp_path: Path) -> None:
    """Real ports, two programs, Ctrl-C: the take has what was sent, and so has the recording."""
    with listening() as found:
        port = str(found.getsockname()[1])
    take, recording = tmp_path / "take.json", tmp_path / "all.pcap"
    arguments = ["stream", "--from", protocol, "--port", port, "--format", "json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mien.cli.main", *arguments, "-o", str(take), "-o", str(recording)],
        stdout=subprocess.PIPE,
        text=True,
    )
    faces_sent = [
        {**HUNDREDTHS, "jawOpen": round(0.02 * k, 2), "jawLeft": 0.3, "jawRight": 0.0}
        for k in range(20)
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", int(port)))
        _until_it_listens(sender)
        for k, weights in enumerate(faces_sent):
            face = sent(weights, moment=k * STEP, subject="Anna")
            packets = {
                "vmc": vmc.encode(face),
                "livelink": (livelink_packet.encode(face, DEVICE),),
                "ifacialmocap": (ifacialmocap_packet.encode(face),),
            }[protocol]
            for one in packets:
                sender.send(one)
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60.0)
    assert process.returncode == 0
    document = json.loads(said)
    (one,) = document["characters"]
    assert (document["ended"], one["faces"]) == ("stopped", 20)
    assert document["turns"] is (protocol == "livelink")
    assert list(one["refused"].values()) == [1]
    wanted = [[weights[name] for name in arkit_channels()] for weights in faces_sent]
    for path in (take, recording):
        found_take = read_take(path, channels=arkit_channels())
        assert np.allclose(found_take.weights, wanted, atol=1e-6), path


def _until_it_listens(sender: socket.socket) -> None:
    """Nobody listens as long as what is sent comes back."""
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        try:
            sender.send(b"?")
        except ConnectionRefusedError:
            continue
        time.sleep(0.05)
        if not sender.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return


def test_nothing_heard_is_told(tmp_path: Path) -> None:
    with listening() as found:
        port = str(found.getsockname()[1])
    out = str(tmp_path / "a.csv")
    arguments = ["stream", "--from", "vmc", "--port", port, "--silence", "0.05", "-o", out]
    said = ended(1, *arguments)
    assert f"listening for VMC on 127.0.0.1, port {port}" in said.stdout
    assert "0 faces in 0 datagrams; no face came for 0.05 seconds" in said.stdout
    assert "such as --host 0.0.0.0" in said.stderr
    assert not list(tmp_path.iterdir())
