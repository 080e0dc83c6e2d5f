"""Recordings as other programs write them: told apart, read by name, timed by their clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.program import ended, ran

from mien.errors import SourceError
from mien.formats import audio2face, ifacialmocap, named_table
from mien.formats.arkit import arkit_channels
from mien.formats.registry import format_of, read_take, recorded_format
from mien.formats.request import TakeRequest
from mien.formats.take import F32, Take, steady_take
from mien.text.spellings import channel_named, spelled_channels

CHANNELS = arkit_channels()
PASCAL = [name[0].upper() + name[1:] for name in CHANNELS]
SUFFIXED = [name.replace("Left", "_L").replace("Right", "_R") for name in CHANNELS]
PAIRED = [
    name if name in ("jawLeft", "jawRight", "mouthLeft", "mouthRight") else suffixed
    for name, suffixed in zip(CHANNELS, SUFFIXED, strict=True)
]
"""The phones' spelling: only channels that come in pairs have a side behind a stroke."""

MEDIAPIPE = ["_neutral", *sorted(name for name in CHANNELS if name != "tongueOut")]
ROWS = 30

Written = Callable[..., Path]


def faces() -> F32:
    """Weights (N, C) of which no two columns are alike."""
    grid = np.linspace(0.0, 0.5, ROWS)[:, np.newaxis] + np.linspace(0.0, 0.4, len(CHANNELS))
    return np.round(grid, 4).astype(np.float32)


def table(clock: Sequence[Sequence[object]], names: Sequence[str], head: Sequence[str]) -> str:
    """A table with the columns ``head`` first and a column for each channel of its order."""
    rows = (
        [*map(str, before), *(f"{value:.4f}" for value in row)]
        for before, row in zip(clock, faces().tolist(), strict=True)
    )
    return "\n".join(",".join(row) for row in ([*head, *names], *rows)) + "\n"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str, name: str = "take.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8", newline="")
        return path

    return write


def seconds(rate: float) -> list[list[object]]:
    return [[row, f"{row / rate:.6f}"] for row in range(ROWS)]


def faults_of(read: Callable[[Path], Take], path: Path) -> list[str]:
    with pytest.raises(SourceError) as refusal:
        read(path)
    return [str(one).replace(one.place.file, path.name) for one in refusal.value.faults]


def test_audio2face_tables_are_read_by_name(written: Written) -> None:
    names = [f"blendShapes.{name}" for name in PASCAL]
    path = written(table(seconds(30), names, ["", "timeCode"]))
    assert recorded_format(path).name == "table"
    take = read_take(path)
    assert (take.channels, take.dialect, take.rate) == (CHANNELS, "Audio2Face", 30.0)
    assert np.array_equal(take.weights, faces())
    assert np.allclose(take.times, np.arange(ROWS) / 30, atol=1e-6)
    assert take.repairs.unknown == ()


def test_mediapipe_tables_lack_a_tongue_and_keep_their_order(written: Written) -> None:
    columns = dict(zip(CHANNELS, faces().T.tolist(), strict=True)) | {"_neutral": [1e-5] * ROWS}
    lines = [",".join(["frame", "timestamp", *MEDIAPIPE])]
    lines += [
        f"{row},{row / 30:.4f}," + ",".join(str(columns[name][row]) for name in MEDIAPIPE)
        for row in range(ROWS)
    ]
    take = read_take(written("\r\n".join(lines)))
    assert (take.dialect, take.rate, take.repairs.absent) == ("MediaPipe", 30.0, ("tongueOut",))
    assert take.repairs.unknown == ()
    expected = faces().copy()
    expected[:, CHANNELS.index("tongueOut")] = 0.0
    assert np.allclose(take.weights, expected)


@pytest.mark.parametrize("names", [PASCAL, PAIRED, SUFFIXED, [f"head:{one}" for one in CHANNELS]])
def test_names_are_read_as_meshes_spell_them(written: Written, names: list[str]) -> None:
    codes = [[f"00:00:{row // 30:02d}:{row % 30:02d}"] for row in range(ROWS)]
    path = written(table(codes, names, ["Timecode"]))
    assert recorded_format(path).name == "livelink"
    assert np.array_equal(read_take(path).weights, faces())


@pytest.mark.parametrize(
    ("column", "factor"),
    [("timestamp", 1), ("time_ms", 1e3), ("timestamp", 1e3), ("time", 1e6), ("timestamp", 1e9)],
)
@pytest.mark.parametrize("rate", [12, 25, 30, 60, 120])
def test_a_clock_is_told_by_its_numbers(
    written: Written, column: str, factor: float, rate: int
) -> None:
    start = 1_700_000_000 * factor
    clock = [[f"{start + row / rate * factor:.6f}"] for row in range(ROWS)]
    take = read_take(written(table(clock, CHANNELS, [column])))
    assert take.rate == pytest.approx(rate, rel=2e-4)
    assert np.allclose(take.times, np.arange(ROWS) / rate, atol=2e-6)


def test_names_of_other_systems_fill_what_is_missing(written: Written) -> None:
    other = {
        "eyeBlinkLeft": "Eye_Left_Blink",
        "mouthFunnel": "LipFunnel",
        "browInnerUp": "BrowInnerUpLeft",
        "jawForward": "JawFwd",
    }
    names = [other.get(name, name) for name in CHANNELS]
    text = table(seconds(30), names, ["frame", "timestamp"])
    head, *rows = text.splitlines()
    lines = [f"{head},delta_jawLeft", *(f"{row},9" for row in rows)]
    take = read_take(written("\n".join(lines)))
    assert np.array_equal(take.weights, faces())
    assert take.repairs.unknown == ("delta_jawLeft",)


def test_timecodes_under_another_name_are_timecodes(written: Written) -> None:
    codes = [[f"01:00:{row // 25:02d}:{row % 25:02d}"] for row in range(ROWS)]
    assert read_take(written(table(codes, CHANNELS, ["Time"]))).rate == 25.0


@pytest.mark.parametrize("head", [["frame"], ["Time"], []])
def test_numbers_of_frames_need_a_rate(written: Written, head: list[str]) -> None:
    clock = [[7 + row + (row > 9)][: len(head)] for row in range(ROWS)]
    path = written(table(clock, CHANNELS, head))
    (fault,) = faults_of(named_table.read, path)
    assert fault == (
        "take.csv:1:1: error: no column tells the time of each row, and no rate was given "
        "[column-missing]\n    say how many frames a second there are"
    )
    assert faults_of(read_take, path) == [fault]
    take = read_take(path, rate=24)
    assert take.rate == 24
    assert len(take.gaps) == len(head), "a number that is left out is a gap"


def test_a_rate_never_stretches_a_clock(written: Written) -> None:
    path = written(table(seconds(30), CHANNELS, ["frame", "timestamp"]))
    assert read_take(path, rate=60).rate == 30.0


STEADY = [[f"{row / 30:.4f}"] for row in range(ROWS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            table([[1.5 * row] for row in range(ROWS)], CHANNELS, ["time"]),
            "take.csv:2:1: error: time goes on by 1.5 a row, which is no pace of a face",
        ),
        (
            table([*STEADY[:9], ["0.1"], *STEADY[10:]], CHANNELS, ["time"]),
            "take.csv:11:1: error: 0.1 comes after 0.2667 [time-goes-back]",
        ),
        (
            table([*STEADY[:9], ["soon"], *STEADY[10:]], CHANNELS, ["time"]),
            "take.csv:11:1: error: time is soon, expected a number [no-number]",
        ),
        (
            table([["0:0:0:1"], *STEADY[1:]], CHANNELS, ["time"]),
            "take.csv:3:1: error: found '0.0333', expected a timecode such as 0:0:0:1 [no-timec",
        ),
        (
            table(STEADY, CHANNELS, ["tiem"]),
            "take.csv:1:1: error: no column tells the time of each row, and no rate was given "
            "[column-missing]\n    write the clock's column as time, or say how many frames",
        ),
        (
            table(STEADY, ["eyeBlinkLef", *CHANNELS[1:]], ["time"]),
            "there is no column eyeBlinkLeft [column-missing]\n    is it eyeBlinkLef?",
        ),
        (
            table(STEADY, ["eyeBlink_R", *CHANNELS[1:]], ["time"]),
            "a second column eyeBlinkRight [column-twice]",
        ),
    ],
)
def test_faults_of_a_table_have_their_place(written: Written, text: str, expected: str) -> None:
    assert expected in "\n".join(faults_of(named_table.read, written(text)))


def test_audio2face_json_is_told_from_ours_and_read(written: Written) -> None:
    text = "".join(audio2face.pieces(steady_take(30, CHANNELS, faces())))
    for name in ("take.a2f.json", "take.json"):
        path = written(text, name)
        assert recorded_format(path).name == "a2f"
        take = read_take(path)
        assert (take.rate, take.dialect) == (30.0, "Audio2Face")
        assert np.array_equal(take.weights, faces())
    ours = format_of(Path("x.json")).encode(steady_take(30, CHANNELS, faces())).decode()
    assert recorded_format(written(ours, "ours.json")).name == "json"


def weights_json(**changes: object) -> str:
    """What the smallest of writers gives: names and rows, in spellings of a mesh."""
    document: dict[str, object] = {
        "exportFps": 30.0,
        "facsNames": [f"head.{name}" for name in PAIRED],
        "weightMat": faces().tolist(),
    }
    document.update(changes)
    return json.dumps({key: value for key, value in document.items() if value is not None})


def test_the_least_of_audio2face_is_enough(written: Written) -> None:
    take = read_take(written(weights_json(exportFps=None), "take.json"), rate=25)
    assert take.rate == 25
    assert np.allclose(take.weights, faces())
    extra = [*PASCAL, "TongueTipUp"]
    rows = [[*row, 0.1] for row in faces().tolist()]
    take = read_take(written(weights_json(facsNames=extra, weightMat=rows), "take.json"))
    assert take.repairs.unknown == ("TongueTipUp",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (weights_json(exportFps=None), "there is no exportFps, and no rate was given [no-take]"),
        (weights_json(exportFps="30"), 'exportFps: found "30", expected a number above 0'),
        (weights_json(numFrames=31), "weightMat: 30 rows, expected 31.0 as numFrames says"),
        (weights_json(weightMat=[[0.1]]), "weightMat[0]: expected a list of 52 numbers, found 1"),
        (weights_json(facsNames=["jawOpen", "JawOpen"]), "facsNames: two names of jawOpen"),
        (weights_json(facsNames=["a", "b"]), "facsNames: there is no eyeBlinkLeft"),
        (
            weights_json(weightMat=[[70.0] * 52]),
            "weightMat[0][0]: head.eyeBlink_L is 70, expected a weight in [0, 1]",
        ),
    ],
)
def test_faults_of_audio2face_have_their_place(written: Written, text: str, expected: str) -> None:
    assert expected in "\n".join(faults_of(audio2face.read, written(text, "take.json")))


def frame(row: int, mark: str = "-", names: Sequence[str] = PAIRED) -> str:
    percents = (
        f"{name}{mark}{round(100 * value)}" for name, value in zip(names, faces()[row], strict=True)
    )
    return "|".join(percents) + "|=head#1,2,3,4,5,6|rightEye#1,2,3|leftEye#1,2,3|"


@pytest.mark.parametrize("end", ["\n", "___iFacialMocap", "___iFacialMocap\n"])
@pytest.mark.parametrize(("mark", "names"), [("-", PAIRED), ("&", PAIRED), ("&", CHANNELS)])
def test_frames_of_phones_are_read(
    written: Written, end: str, mark: str, names: Sequence[str]
) -> None:
    text = end.join(frame(row, mark, names) for row in range(ROWS))
    path = written(text, "take.txt")
    take = read_take(path)
    assert (take.rate, take.channels, take.eyes) == (60.0, CHANNELS, None)
    assert np.abs(take.weights - faces()).max() <= 0.005 + 1e-6
    assert read_take(path, rate=30).rate == 30


def test_values_below_zero_and_two_frames_in_one_line(written: Written) -> None:
    text = "jawOpen&50|=head#1,2,3,4,5,6|___iFacialMocapjawOpen--25|FM_SAD-3|___iFacialMocap"
    take = ifacialmocap.read(
        written(text.replace("FM_SAD-3|", "")), TakeRequest(channels=("jawOpen",))
    )
    assert take.weights.tolist() == [[0.5], [0.0]]
    assert take.repairs.clamped == 1
    whole = written("FM_SAD-1|jawOpen-4|\nFM_SAD-2|jawOpen-5|\n", "take.txt")
    found = read_take(whole, channels=("jawOpen",))
    assert (found.dialect, found.repairs.unknown) == ("Facemotion3d", ("FM_SAD",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n\n", "error: the file is empty [file-empty]"),
        ("=head#1,2,3|\n", "error: there is no frame such as eyeBlink_L-12|jawOpen-30|...|"),
        (f"{frame(0)}\nhello|\n", "take.txt:2:1: error: found 'hello', expected a name and a per"),
        (f"jawOpen-{'9' * 400}|", "take.txt:1:1: error: found 'jawOpen-999"),
        (f"{frame(0)}jawOpen-1|", "a second jawOpen in one frame [column-twice]"),
        (frame(0).replace("jawOpen-", "jawOpen-2"), "expected a percentage from 0 to 100"),
        (
            f"{frame(0)}\n{'|'.join(frame(1).split('|')[:5])}\n",
            "take.txt:2:1: error: the frame has no ",
        ),
        (
            frame(0).replace("eyeBlink_L", "eyeBlikn_L"),
            "there is no eyeBlinkLeft [column-missing]\n    is it eyeBlikn_L?",
        ),
    ],
)
def test_faults_of_frames_have_their_place(written: Written, text: str, expected: str) -> None:
    assert expected in "\n".join(faults_of(ifacialmocap.read, written(text, "take.txt")))


GARBAGE = st.sampled_from(
    [
        b"",
        b",",
        b"|",
        b"-",
        b"\n",
        b"9" * 400,
        b"nan",
        b"inf",
        b"1e999",
        b"\x00",
        b"\xff",
        b":",
        b"=",
    ]
)
KINDS = {
    "take.csv": table(seconds(30), CHANNELS, ["frame", "timestamp"]),
    "take.json": weights_json(),
    "take.txt": "\n".join(frame(row) for row in range(4)),
}


@pytest.mark.parametrize("name", list(KINDS))
@settings(max_examples=150, deadline=None)
@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), GARBAGE), min_size=1, max_size=4)
)
def test_a_damaged_recording_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, edits: list[tuple[float, int, bytes]]
) -> None:
    data = KINDS[name].encode()
    for share, length, part in edits:
        at = int(share * len(data))
        data = data[:at] + part + data[at + length :]
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    try:
        take = read_take(path)
    except SourceError:
        return
    assert take.weights.shape == (len(take.times), len(take.channels))
    assert ((take.weights >= 0.0) & (take.weights <= 1.0)).all()
    assert (np.diff(take.times) > 0.0).all()
    assert 0.0 < take.rate < np.inf


def test_every_spelling_means_one_channel() -> None:
    for spelling, channel in spelled_channels(CHANNELS).items():
        assert channel_named(spelling, CHANNELS) == channel
        assert channel_named(f"blendShapes.{spelling}", CHANNELS) == channel
    assert channel_named("A01_Brow_Inner_Up", CHANNELS) == "browInnerUp"
    assert channel_named("smile", CHANNELS) is None


def test_doctor_names_the_dialect_and_takes_a_rate(written: Written) -> None:
    path = written(table([[row] for row in range(ROWS)], CHANNELS, ["frame"]))
    assert "no column tells the time" in ended(2, "doctor", path).stderr
    said = ran("doctor", path, "--rate", "24").stdout
    assert ": CSV of named channels, 30 rows in 1.25 s" in said
    said = ran("doctor", written(weights_json(), "take.json")).stdout
    assert ": Audio2Face JSON, Audio2Face, 30 rows" in said
