"""Faces sent by a clock that the tests turn, over real sockets, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.faces_sent import LOPSIDED
from tests.program import ended
from tests.stream_doubles import TurnedClock, arrived, listening

import mien
from mien.errors import MienError, QueryError
from mien.formats import livelink_packet
from mien.formats.arkit import arkit_channels
from mien.formats.gathering import PROTOCOLS, Gathering
from mien.formats.live_face import LiveFace
from mien.formats.registry import read_take, write_take
from mien.formats.take import Take, steady_take
from mien.stream.bank_source import BankSource, Changes
from mien.stream.changes import Change, changed, parsed
from mien.stream.clock import Stop, Tick, ticks
from mien.stream.piped import Lines, PipedRows
from mien.stream.sending import REST_TIMES, Sender, Sent, Way, send
from mien.stream.sources import REST, PipeSource, Source, TakeSource

SMILE = Path(__file__).parent / "takes" / "session" / "smile_1.csv"


def taken(count: int, wanted: int, cost: float = 0.0) -> tuple[list[Tick], TurnedClock]:
    """The first ticks of a clock where each look at it costs some time."""
    clock, stop = TurnedClock(cost), Stop()
    found: list[Tick] = []
    for tick in ticks(clock, wanted, stop):
        found.append(tick)
        if len(found) == count:
            break
    return found, clock


def test_frames_are_due_from_the_start_and_never_drift() -> None:
    found, clock = taken(1001, 60)
    assert found == [Tick(k) for k in range(1001)]
    assert clock.waits == [1000.0 + k / 60 for k in range(1, 1001)]


@pytest.mark.parametrize(("cost", "skipped"), [(0.5 / 60, 0), (1.5 / 60, 0), (2.5 / 60, 1)])
def test_frames_that_are_late_are_left_out_and_counted(cost: float, skipped: int) -> None:
    """The first frame ends in time, a bit late, or past another frame's whole time."""
    clock = TurnedClock()
    generator = ticks(clock, 60, Stop())
    assert next(generator) == Tick(0)
    clock.moment += cost
    assert next(generator) == Tick(1 + skipped, skipped)
    assert clock.moment >= 1000.0 + (1 + skipped) / 60


@given(st.lists(st.floats(0.0, 0.2), max_size=30), st.floats(1.0, 240.0))
def test_every_frame_is_a_tick_or_counted(costs: list[float], rate: float) -> None:
    clock = TurnedClock()
    seen = 0
    generator = ticks(clock, rate, Stop())
    for cost in costs:
        tick = next(generator)
        assert tick.frame == seen + tick.skipped
        seen = tick.frame + 1
        assert clock.moment >= 1000.0 + tick.frame / rate - 1e-6
        clock.moment += cost


def slope(rate: float = 30.0, rows: int = 31) -> Take:
    """A jaw that opens and a head that turns, both from 0 on, in a second."""
    weights = np.zeros((rows, 52), dtype=np.float32)
    weights[:, arkit_channels().index("jawOpen")] = np.linspace(0.0, 1.0, rows)
    take = steady_take(rate, arkit_channels(), weights, "slope")
    head = np.zeros((rows, 3), dtype=np.float32)
    head[:, 0] = np.linspace(0.0, 30.0, rows)
    return Take(
        rate=rate, channels=take.channels, times=take.times, weights=weights, head=head, source="s"
    )


def test_a_take_is_sent_at_the_rate_of_the_stream() -> None:
    source = TakeSource(slope(), 120.0)
    faces = [source.face_at(k / 120) for k in range(130)]
    jaws = [face.weights["jawOpen"] for face in faces if face]
    assert len(jaws) == round((1.0 + 1 / 30) * 120)
    assert np.allclose(jaws[:121], np.linspace(0.0, 1.0, 121), atol=1e-6)
    first = faces[60]
    assert first is not None
    assert first.head == pytest.approx((15.0, 0.0, 0.0), abs=1e-5)
    assert faces[129] is None


def test_a_take_begins_anew_where_it_ends() -> None:
    source = TakeSource(slope(30.0, 3), 30.0, loop=True)
    jaws = [face.weights["jawOpen"] for k in range(7) if (face := source.face_at(k / 30))]
    assert jaws == [0.0, 0.5, 1.0, 0.0, 0.5, 1.0, 0.0]


def sent_to(
    protocol: str,
    sources: Sequence[Source],
    *,
    seconds: float | None = None,
    at_wait: Callable[[int, Stop], None] = lambda _, __: None,
    before: Callable[[float], None] = lambda _: None,
) -> tuple[list[list[bytes]], Sent, TurnedClock]:
    """What arrives at the port of each character, at 60 frames a second."""
    clock, stop = TurnedClock(), Stop()
    clock.at_wait = lambda count: at_wait(count, stop)
    ports: list[socket.socket] = []
    senders: list[Sender] = []
    try:
        for k, source in enumerate(sources):
            port = listening()
            ports.append(port)
            way = Way(
                protocol=PROTOCOLS[protocol],
                host="127.0.0.1",
                port=port.getsockname()[1],
                subject=f"Anna{k}",
                rate=60.0,
            )
            senders.append(Sender(source, way))
        sent = send(senders, clock, 60.0, stop, seconds=seconds, before=before)
        return [arrived(port) for port in ports], sent, clock
    finally:
        for port in ports:
            port.close()
        for sender in senders:
            sender.close()


def gathered(protocol: str, flow: Sequence[bytes]) -> list[LiveFace]:
    """The faces in datagrams, one after another at 60 a second."""
    gathering = Gathering(PROTOCOLS[protocol])
    found: list[LiveFace] = []
    for k, one in enumerate(flow):
        found += gathering.take_in(one, k / 60)
    assert gathering.heard.refused == {}
    return found


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_take_arrives_whole_and_the_face_is_left_at_rest(protocol: str) -> None:
    take = read_take(SMILE, channels=arkit_channels(), partial=True)
    (flow,), sent, _ = sent_to(protocol, [TakeSource(take, 60.0)])
    assert (sent.ended, sent.skipped) == ("the end was reached", 0)
    faces = gathered(protocol, flow)
    frames = round(take.seconds * 60.0)
    assert len(faces) >= frames + 1
    atol = 0.005001 if protocol == "ifacialmocap" else 1e-6
    rows = take.weights_at(np.arange(frames) / 60.0)
    for face, row in zip(faces, rows.tolist(), strict=False):
        found = [face.weights[name] for name in take.channels]
        assert np.allclose(found, row, atol=atol)
    assert faces[-1].weights == REST.weights


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_whatever_stops_a_stream_leaves_the_face_at_rest(protocol: str) -> None:
    held = BankSource(mien.load("default"), Change(label="joy", at="high"), fade=0.0)

    def ask(count: int, stop: Stop) -> None:
        stop.asked = stop.asked or count == 5

    (flow,), sent, clock = sent_to(protocol, [held], at_wait=ask)
    assert sent.ended == "stopped"
    faces = gathered(protocol, flow)
    assert faces[0].weights["mouthSmileLeft"] > 0.5
    assert faces[-1].weights == REST.weights
    assert clock.waits[-1] == pytest.approx(clock.waits[-2] + 1 / 60)

    class Broken:
        title = "broken"
        told = ()

        def face_at(self, moment: float) -> LiveFace | None:
            if moment > 0.05:
                raise MienError("no more")
            return LiveFace(weights=LOPSIDED)

    with listening() as found:
        way = Way(
            protocol=PROTOCOLS[protocol],
            host="127.0.0.1",
            port=found.getsockname()[1],
            subject="Anna",
            rate=60.0,
        )
        sender = Sender(Broken(), way)
        with pytest.raises(MienError, match="no more"):
            send([sender], TurnedClock(), 60.0, Stop())
        sender.close()
        assert gathered(protocol, arrived(found))[-1].weights == REST.weights


def test_a_stream_stops_after_its_seconds() -> None:
    source = TakeSource(slope(), 60.0, loop=True)
    (flow,), sent, _ = sent_to("livelink", [source], seconds=0.5)
    assert sent == Sent(seconds=0.5, skipped=0, ended="0.5 seconds are over")
    assert len(flow) == 30 + REST_TIMES


def test_ten_characters_keep_their_own_faces_and_ends() -> None:
    sources = [TakeSource(slope(30.0, 3 + k), 60.0) for k in range(10)]
    flows, sent, _ = sent_to("livelink", sources)
    assert sent.ended == "the end was reached"
    for k, flow in enumerate(flows):
        faces = [livelink_packet.decode(one) for one in flow]
        assert {face.subject for face in faces} == {f"Anna{k}"}
        jaws = [face.weights["jawOpen"] for face in faces]
        assert max(jaws) == 1.0
        assert jaws.count(0.0) == 1 + 1 + REST_TIMES
        moments = [face.moment or 0.0 for face in faces[: 2 * (3 + k)]]
        assert np.allclose(np.diff(moments), 1 / 60, atol=1e-5)


def test_a_receiver_that_is_not_there_is_counted_and_hears_the_rest_once_it_is() -> None:
    with listening() as port:
        number = port.getsockname()[1]
    way = Way(protocol=PROTOCOLS["livelink"], host="127.0.0.1", port=number, subject="A", rate=60.0)
    sender = Sender(TakeSource(slope(30.0, 2), 60.0), way)
    sender.send(REST, 0.0)
    sender.send(REST, 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        late.bind(("127.0.0.1", number))
        sender.rest(0.2)
        assert len(arrived(late)) == 1
    sender.close()
    assert sender.refused >= 1


def test_no_way_to_a_host_is_refused() -> None:
    way = Way(protocol=PROTOCOLS["vmc"], host="no such host", port=39539, subject="A", rate=60.0)
    with pytest.raises(MienError, match="cannot send to no such host"):
        Sender(TakeSource(slope(), 60.0), way)


def piped(text: str) -> Lines:
    """Lines of a pipe that has ended."""
    read, write = os.pipe()
    os.write(write, text.encode())
    os.close(write)
    return Lines(read)


def waited(lines: Lines) -> Lines:
    """The lines once all of them are there."""
    deadline = time.monotonic() + 20.0
    while not lines.whole and time.monotonic() < deadline:
        time.sleep(0.001)
    return lines


def test_a_face_changes_by_lines() -> None:
    bank = mien.load("default")
    anna, ben = (BankSource(bank, Change(label="joy"), fade=0.0) for _ in range(2))
    lines = [
        '{"label": "anger", "at": "high", "fade": 0, "name": "Anna"}',
        '{"labels": 1}',
        "no",
        "[1]",
        '{"name": "Bem", "label": "awe"}',
        '{"label": "jooy"}',
        '{"intensity": 2}',
        '{"vad": [1, 2]}',
    ]
    changes = Changes(waited(piped("\n".join(lines))), {"Anna": anna, "Ben": ben}, ends=False)
    changes.apply(0.0)
    for source, wanted in ((anna, bank.face("anger", at="high")), (ben, bank.face("joy"))):
        face = source.face_at(0.0)
        assert face is not None
        assert list(face.weights.values()) == wanted.tolist()
    wrong = [
        "there is no labels: did you mean label?",
        "it is no JSON",
        'expected an object such as {"label": "joy", "intensity": 0.5}',
        "no character 'Bem': did you mean Ben?",
        "no label 'jooy': did you mean joy?",
        "intensity is 2.0, expected a number in [0, 1]",
        "vad is no list of three numbers",
    ]
    said = [f"line {k} changed nothing: {one}" for k, one in enumerate(wrong, start=2)]
    assert [one.partition("? the labels")[0].rstrip("?") for one in changes.told] == [
        "changes made: 1",
        *(one.rstrip("?") for one in said),
    ]


def test_a_stream_ends_with_its_lines() -> None:
    source = BankSource(mien.load("default"), Change(), fade=0.0)
    Changes(waited(piped("")), {"Anna": source}, ends=True).apply(0.0)
    assert source.face_at(0.0) is None


def test_a_face_goes_to_another_one_and_arrives() -> None:
    bank = mien.load("default")
    source = BankSource(bank, Change(label="joy", at="high"), fade=0.5)
    start = source.face_at(0.0)
    assert start == LiveFace(weights=dict.fromkeys(bank.channels, 0.0))
    whole = source.face_at(0.5)
    assert whole is not None
    assert list(whole.weights.values()) == bank.face("joy", at="high").tolist()
    assert source.face_at(0.7) is whole
    source.change({"label": "sadness", "at": "high", "fade": 1.0}, 1.0)
    seen = [source.face_at(1.0 + 0.05 * k) for k in range(21)]
    smile = [face.weights["mouthSmileLeft"] for face in seen if face]
    frown = [face.weights["mouthFrownLeft"] for face in seen if face]
    assert smile[0] == whole.weights["mouthSmileLeft"]
    assert smile[-1] == 0.0
    assert frown[-1] == pytest.approx(bank.named(bank.face("sadness", at="high"))["mouthFrownLeft"])
    assert all(min(pair) == 0.0 for pair in zip(smile, frown, strict=True))


def test_what_a_line_leaves_out_stays_as_far_as_it_can() -> None:
    joy = Change(label="joy", style="peaceful", at="low", speech=0.5)
    assert changed(joy, {"label": "anger"}) == Change(label="anger", speech=0.5)
    assert changed(joy, {"intensity": 0.25}) == Change(
        label="joy", style="peaceful", intensity=0.25, speech=0.5
    )
    assert changed(joy, {"vad": [0.1, 0, -1], "fade": 2}).vad == (0.1, 0.0, -1.0)
    assert changed(joy, {"label": None}).face(mien.load("default")).max() == 0.0
    assert changed(joy, {"label": {"joy": 0.5, "awe": 0.5}}).label == {"joy": 0.5, "awe": 0.5}


@given(st.text(max_size=60))
def test_no_line_breaks_a_stream(line: str) -> None:
    try:
        changed(Change(), parsed(line))
    except QueryError:
        return
    assert isinstance(json.loads(line), dict)


def test_rows_of_a_pipe_play_at_their_pace() -> None:
    header = "Timecode,BlendShapeCount,JawOpen,JawLeft\n"
    rows = "".join(f"00:00:00:0{k}.000,2,0.{k},0\n" for k in range(5))
    lines = waited(piped(header + rows + "x,2,nan,0\n1,2\n"))
    source = PipeSource(PipedRows(lines), 60.0)
    faces = [source.face_at(k / 60) for k in range(7)]
    assert [face.weights["jawOpen"] if face else None for face in faces] == [
        0.0, 0.1, 0.2, 0.3, 0.4, None, None,
    ]  # fmt: skip
    assert list(source.told) == [
        "row at line 7 left out: jawOpen is no number",
        "row at line 8 left out: 2 fields, expected 4 as in the header",
    ]


def test_rows_that_are_late_are_waited_for_and_none_is_passed_over() -> None:
    read, write = os.pipe()
    lines = Lines(read)
    source = PipeSource(PipedRows(lines), 60.0)
    assert source.face_at(0.0) == LiveFace(weights={})
    shown: list[float] = []
    moment = 0.1
    os.write(write, b"JawOpen\n0.1\n0.2\n")
    for burst in (b"0.3\n0.4\n", b""):
        while not shown or shown[-1] < (0.2 if burst else 0.4):
            face = source.face_at(moment)
            assert face is not None
            shown += list(face.weights.values())
            moment += 1 / 60
            time.sleep(0.001)
        os.write(write, burst)
    os.close(write)
    assert sorted(set(shown)) == [0.1, 0.2, 0.3, 0.4]
    assert shown == sorted(shown)
    waited(lines)
    assert source.face_at(moment + 1.0) is None


def test_a_pipe_that_names_no_channel_is_refused() -> None:
    rows = PipedRows(waited(piped("hello\n1\n")))
    with pytest.raises(MienError, match="names no channel"):
        rows.next_row()


def test_a_line_without_end_is_not_waited_for() -> None:
    read, write = os.pipe()
    lines = Lines(read)
    os.set_blocking(write, False)
    while not lines.whole:
        with suppress(BlockingIOError):
            os.write(write, b"x" * (1 << 16))
    os.close(write)
    assert list(lines.arrived()) == []
    assert list(lines.told) == ["line 1 is longer than 1,048,576 bytes: not read on"]


USAGE = [
    (["default"], "give --to, to send, or --from, to receive"),
    (["--to", "vmc"], "name what is to be sent"),
    (["default", "--to", "vmc"], "which face of default? give --label"),
    (["defualt", "--to", "vmc"], "no bank 'defualt': did you mean default?"),
    (["default", "--to", "vmc", "--label", "jioy"], "joy"),
    ([str(SMILE), "--to", "vmc", "--label", "joy"], "no source is one"),
    ([str(SMILE), str(SMILE), "--to", "vmc"], "a --port of its own"),
    ([str(SMILE), "--to", "livelink", "--name", "A", "--name", "B"], "--name once for each"),
    ([str(SMILE), "--to", "vmc", "-o", "a.csv"], "are of --from"),
    (["default", "--to", "vmc", "--page", "--label", "joy"], "is chosen on the page of one BANK"),
    ([str(SMILE), "--from", "vmc", "-o", "a.csv"], "is a source to send"),
    (["--from", "vmc"], "name what is to be written"),
    (["--from", "vmc", "--name", "A", "-o", "a.csv"], "do not say whose face"),
    (["--from", "livelink", "-o", "a.csv", "-o", "b.csv"], "-o once for each --name"),
    (["--from", "vmc", "-o", "a.xyz"], "expected a name that ends in"),
    (["--from", "vmc", "-o", "a.csv", "--phone", "1.2.3.4"], "give --from ifacialmocap"),
    ([str(SMILE), "--to", "livelink", "--expressions", "vrm0"], "--expressions is of --to vmc"),
    (["nosuch", "--to", "vmc", "--label", "joy"], "nosuch"),
]


@pytest.mark.parametrize(("arguments", "said"), USAGE)
def test_wrong_usage_is_named(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in ended(2, "stream", *arguments).stderr
    assert not list(tmp_path.iterdir())


def test_the_command_says_what_it_sent(tmp_path: Path) -> None:
    path = tmp_path / "short.json"
    write_take(path, slope(30.0, 4))
    with listening() as port:
        number = str(port.getsockname()[1])
        arguments = ["stream", str(path), "--to", "vmc", "--port", number, "--format", "json"]
        document = json.loads(ended(0, *arguments).stdout)
        (one,) = document["characters"]
        assert document["ended"] == "the end was reached"
        assert one["frames"] + document["skipped"] == 8
        assert (one["refused"], one["failed"]) == (0, {})
        assert len(arrived(port)) == one["datagrams"] == 2 * (one["frames"] + 1 + REST_TIMES)
    said = ended(0, *arguments[:-2], "--seconds", "0.05")
    assert "turns of head and eyes are not sent with VMC" in said.stderr
    assert "nobody listened at 127.0.0.1" in said.stderr
    assert "0.05 seconds are over, and the face is at rest" in said.stdout


def test_a_closed_terminal_stops_a_stream_unless_it_is_to_go_on() -> None:
    before = signal.getsignal(signal.SIGHUP)
    try:
        for ignored in (False, True):
            signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
            stop = Stop()
            with stop.on_signals():
                signal.raise_signal(signal.SIGHUP)
            assert stop.asked is not ignored
            assert (signal.getsignal(signal.SIGHUP) is signal.SIG_IGN) is ignored
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_stream_at_rest(number: signal.Signals) -> None:
    with listening() as port:
        arguments = ["default", "--label", "joy", "--to", "livelink", "--name", "Anna"]
        arguments += ["--port", str(port.getsockname()[1])]
        process = subprocess.Popen(
            [sys.executable, "-m", "mien.cli.main", "stream", *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        port.settimeout(60.0)
        flow = [port.recv(65536) for _ in range(20)]
        process.send_signal(number)
        said, _ = process.communicate(timeout=60.0)
        flow += arrived(port)
    assert process.returncode == 0
    assert said.endswith("stopped, and the face is at rest\n")
    faces = [livelink_packet.decode(one) for one in flow]
    assert max(faces[19].weights.values()) > 0.5
    assert [face.weights for face in faces[-REST_TIMES:]] == [REST.weights] * REST_TIMES
