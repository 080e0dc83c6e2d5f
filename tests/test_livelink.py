"""Live Link Face CSV: read by name, timed by whatever the timecode counts, refused by place."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mien.errors import SourceError
from mien.formats import livelink
from mien.formats.arkit import arkit_channels, sdk_channels
from mien.formats.faces import Face, FaceSet, write_faces
from mien.formats.registry import FORMATS
from mien.formats.request import TakeRequest
from mien.formats.take import recorded_take
from mien.formats.timecode import Clock, Timecode, clock, nominal_rate, parse_timecode
from mien.scores.output import write_performance
from mien_trainer.frames import frame_times

TAKE = Path(__file__).parent / "takes" / "session" / "smile_1.csv"
REAL = Path(__file__).resolve().parents[2] / "shared" / "captures" / "alex_rom_3.csv.gz"
NAMES = arkit_channels()
COLUMNS = [name[0].upper() + name[1:] for name in NAMES]

Written = Callable[..., Path]


def lines_of(codes: Sequence[str], **weights: float) -> list[str]:
    """A small file: every channel 0 but those named."""
    fields = ",".join(str(weights.get(name, 0.0)) for name in NAMES)
    return [
        "Timecode,BlendShapeCount," + ",".join(COLUMNS),
        *(f"{code},{len(NAMES)},{fields}" for code in codes),
    ]


def dropped_code(frame: int, base: int) -> str:
    """The drop-frame timecode of a frame, by counting one at a time as SMPTE ST 12-1 says."""
    skip, per_minute = base // 15, base * 60
    tens, rest = divmod(frame, per_minute * 10 - 9 * skip)
    extra = 0 if rest < per_minute else 1 + (rest - per_minute) // (per_minute - skip)
    number = frame + skip * (9 * tens + extra)
    second, inside = divmod(number, base)
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}:{inside:02d}"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(lines: Sequence[str], end: str = "\n") -> Path:
        path = tmp_path / "take.csv"
        path.write_text(end.join(lines) + end, "utf-8", newline="")
        return path

    return write


def faults_of(path: Path) -> list[str]:
    with pytest.raises(SourceError) as refusal:
        livelink.read(path)
    return [str(fault).replace(fault.place.file, "take.csv") for fault in refusal.value.faults]


def test_the_header_decides_which_column_is_which() -> None:
    header = TAKE.read_text("utf-8").splitlines()[0].split(",")
    assert header.index("JawRight") < header.index("JawLeft")
    assert header.index("MouthRight") < header.index("MouthLeft")
    take = livelink.read(TAKE)
    rows = {name: take.weights[:, position] for position, name in enumerate(NAMES)}
    assert np.allclose(rows["jawLeft"], 0.06)
    assert np.allclose(rows["mouthRight"], 0.04)
    assert not rows["jawRight"].any()
    assert not rows["mouthLeft"].any()


def test_any_order_and_case_of_columns_reads_the_same(written: Written) -> None:
    grid = [line.split(",") for line in TAKE.read_text("utf-8").splitlines()]
    order: list[int] = np.random.default_rng(3).permutation(len(grid[0])).tolist()
    mixed = [[row[column] for column in order] for row in grid]
    mixed[0] = [name.upper() for name in mixed[0]]
    other = livelink.read(written([", ".join(row) for row in mixed], end="\r\n"))
    assert np.array_equal(other.weights, livelink.read(TAKE).weights)
    assert np.array_equal(other.times, livelink.read(TAKE).times)


def test_another_order_of_channels_can_be_asked_for() -> None:
    take = livelink.read(TAKE, TakeRequest(channels=sdk_channels()))
    own = livelink.read(TAKE)
    assert np.array_equal(
        take.weights[:, sdk_channels().index("mouthSmileLeft")],
        own.weights[:, NAMES.index("mouthSmileLeft")],
    )


def test_the_phone_counts_sixtieths_at_thirty_frames_a_second() -> None:
    take = livelink.read(TAKE)
    assert take.rate == 30.0
    assert take.gaps == ()
    assert take.seconds == pytest.approx(45 / 30, abs=1e-3)
    assert take.repairs.clamped > 0
    assert take.weights.max() == 1.0


def test_files_of_another_writer_are_read(tmp_path: Path) -> None:
    curves = pytest.importorskip("openfacefx.curves")
    export = pytest.importorskip("openfacefx.export_livelink")
    keys = [curves.Keyframe(0.0, 0.0), curves.Keyframe(2.0, 0.8)]
    channels = [curves.Channel("jawLeft", keys), curves.Channel("mouthRight", keys)]
    track = curves.FaceTrack(fps=60.0, channels=channels)
    for rate in (30.0, 60.0):
        path = tmp_path / f"{rate}.csv"
        assert export.write_livelink_csv(track, str(path), fps=rate) == 2
        take = livelink.read(path)
        assert take.rate == rate
        face = take.weights_at(frame_times(61))
        assert face[60, NAMES.index("jawLeft")] == pytest.approx(0.4, abs=1e-5)
        assert face[60, NAMES.index("mouthRight")] == pytest.approx(0.4, abs=1e-5)
        assert np.count_nonzero(face[60]) == 2


def test_unreal_says_what_its_frames_count(written: Written) -> None:
    header, row = lines_of(["0:0:0:0"])
    rows = [row.replace("0:0:0:0,52", f"0:0:0:{frame},24") for frame in range(6)]
    lines = [header.replace("BlendShapeCount", "FrameRate").replace(",", ", "), *rows]
    assert livelink.read(written(lines, end="\r\n")).rate == 24.0


@pytest.mark.parametrize(("base", "rate"), [(30, 30_000 / 1001), (60, 60_000 / 1001)])
@pytest.mark.parametrize("start", [0, 1790, 17980, 53_900])
def test_drop_frame_keeps_up_with_the_clock(base: int, rate: float, start: int) -> None:
    codes = [dropped_code(frame, base) for frame in range(start, start + 80 * base)]
    found = clock([code for text in codes if (code := parse_timecode(text))])
    assert (found.base, found.drop) == (base, True)
    assert np.allclose(found.seconds, np.arange(len(codes)) / rate, atol=1e-9)
    assert nominal_rate(found.seconds) == rate


def test_a_semicolon_says_drop_frame_too() -> None:
    codes = [parse_timecode(text) for text in ("00:00:59;29", "00:01:00;02", "00:01:00;03")]
    found = clock([code for code in codes if code])
    assert found.drop
    assert np.allclose(np.diff(found.seconds), 1001 / 30_000)
    hour = [Timecode(second=0, frame=0, drop=True), Timecode(second=3600, frame=0, drop=True)]
    assert clock(hour, base=30).seconds[1] == pytest.approx(107_892 * 1001 / 30_000)


@given(
    base=st.sampled_from([24, 25, 30, 48, 50, 60]),
    start=st.integers(0, 24 * 3600 * 24 - 1),
    seconds=st.floats(1.2, 4.0),
    step=st.sampled_from([1, 2]),
)
def test_whatever_is_counted_is_found(base: int, start: int, seconds: float, step: int) -> None:
    assume(base % step == 0)
    numbers = [start + step * row for row in range(int(seconds * base) // step)]
    codes = [
        Timecode(second=number // base % 86_400, frame=float(number % base), drop=False)
        for number in numbers
    ]
    found = clock(codes)
    assert np.allclose(found.seconds, np.arange(len(codes)) * step / base, atol=1e-6)


def test_midnight_passes() -> None:
    texts = ("23:59:59:28", "23:59:59:29", "00:00:00:00", "00:00:00:01")
    found = clock([code for text in texts if (code := parse_timecode(text))])
    assert np.allclose(np.diff(found.seconds), 1 / 30)


def test_a_told_rate_stretches_the_take(written: Written) -> None:
    codes = [f"00:00:{frame // 30:02d}:{frame % 30:02d}" for frame in range(90)]
    path = written(lines_of(codes))
    assert livelink.read(path).rate == 30.0
    told = livelink.read(path, TakeRequest(rate=29.97))
    assert told.rate == 29.97
    assert told.seconds == pytest.approx(90 / 29.97)


def moments_of(codes: Sequence[str]) -> Clock:
    return clock([code for text in codes if (code := parse_timecode(text))])


def stamp(seconds: int, rest: str) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{rest}"


@pytest.mark.parametrize("rate", [12, 15, 24, 25, 30, 48, 50, 60, 120])
@pytest.mark.parametrize("left_out", [(), range(40, 55)])
def test_digits_that_number_the_rows_are_no_fraction(rate: int, left_out: Sequence[int]) -> None:
    rows = [row for row in range(60 * rate + 7) if row not in left_out]
    found = moments_of([stamp(row // rate, f"{row % rate:02d}.{row % 1000:03d}") for row in rows])
    assert np.allclose(found.seconds, np.array(rows) / rate, atol=1e-9)
    assert (found.base, nominal_rate(found.seconds), found.counts) == (rate, rate, True)


@pytest.mark.parametrize("rate", [24, 30, 60])
def test_rates_that_were_cut_off_to_a_whole_number_are_found(rate: int) -> None:
    base = rate - 1
    codes = [stamp(row // base, f"{row % base:02d}.{row % 1000:03d}") for row in range(1200)]
    found = moments_of(codes)
    assert np.allclose(found.seconds, np.arange(1200) * 1.001 / rate)
    assert nominal_rate(found.seconds) == pytest.approx(rate / 1.001, rel=1e-12)


@pytest.mark.parametrize("rate", [25, 30, 59.9, 60])
def test_milliseconds_of_the_second_are_read_where_the_frames_stumble(rate: float) -> None:
    times = 10.15 + np.arange(300) / rate
    codes = [
        stamp(int(time), f"{int(time % 1 * 60 + wrong):02d}.{int(time % 1 * 1000):03d}")
        for time, wrong in zip(times, [0.0, -1e-9, 0.0] * 100, strict=True)
    ]
    found = moments_of(codes)
    assert np.allclose(found.seconds, times - times[0], atol=1.1e-3)
    assert nominal_rate(found.seconds) == pytest.approx(rate, rel=1e-3)
    assert not found.counts


def test_a_phone_that_drifts_is_read_by_its_fractions() -> None:
    frames = 17.3 + np.arange(600) * 1.0016
    codes = [stamp(int(one // 60), f"{one % 60:06.3f}") for one in frames]
    found = moments_of(codes)
    assert np.allclose(found.seconds, np.arange(600) * 1.0016 / 60, atol=2e-5)
    assert nominal_rate(found.seconds) == pytest.approx(60 / 1.0016, rel=1e-4)


@pytest.mark.parametrize("rate", [30.0, 25.0, 60.0])
def test_a_given_rate_leaves_a_clock_alone(written: Written, rate: float) -> None:
    own = livelink.read(TAKE)
    given = livelink.read(TAKE, TakeRequest(rate=rate))
    assert np.array_equal(given.times, own.times)
    assert given.rate == own.rate


def test_a_given_rate_that_the_timecodes_contradict_is_refused(written: Written) -> None:
    codes = [f"00:00:{frame // 30:02d}:{frame % 30:02d}" for frame in range(90)]
    with pytest.raises(SourceError, match="count 30 rows a second, the rate given is 60"):
        livelink.read(written(lines_of(codes)), TakeRequest(rate=60))
    short = livelink.read(written(lines_of(codes[:20])), TakeRequest(rate=30))
    assert short.rate == 30
    assert short.seconds == pytest.approx(20 / 30)


def test_gaps_are_reported_and_bridged(written: Written) -> None:
    lines = TAKE.read_text("utf-8").splitlines()
    cut = [*lines[:11], *lines[21:]]
    take = livelink.read(written(cut))
    (gap,) = take.gaps
    assert gap.start == pytest.approx(10 / 30, abs=1e-3)
    assert gap.seconds == pytest.approx(10 / 30, abs=1e-3)
    smile = take.weights_at(frame_times(60))[:, NAMES.index("mouthSmileLeft")]
    assert np.all(np.diff(smile) >= -1e-6)
    whole = livelink.read(TAKE).weights_at(frame_times(60))[:, NAMES.index("mouthSmileLeft")]
    assert np.abs(smile - whole).max() < 0.1


def test_rows_without_a_face_and_rows_that_come_twice_are_counted(written: Written) -> None:
    lines = TAKE.read_text("utf-8").splitlines()
    count = len(lines[0].split(","))
    lines[5] = lines[5].split(",")[0] + ",0"
    lines[9] = lines[9].split(",")[0] + ",0" + "," * (count - 2)
    lines.insert(20, lines[20])
    take = livelink.read(written(lines))
    assert (take.repairs.lost, take.repairs.repeated, len(take.times)) == (2, 1, 43)
    assert len(take.gaps) == 2


def test_tongue_out_may_be_missing(written: Written) -> None:
    lines = [line.rsplit(",", 1)[0] for line in lines_of(["00:00:00:00", "00:00:00:01"])]
    take = livelink.read(written(lines))
    assert take.repairs.absent == ("tongueOut",)
    assert take.weights.shape == (2, 52)


def changed(line: int, column: int, text: str) -> list[str]:
    lines = lines_of(["00:00:00:00", "00:00:00:01", "00:00:00:02"], jawOpen=0.5)
    fields = lines[line].split(",")
    fields[column] = text
    lines[line] = ",".join(fields)
    return lines


ROW = lines_of(["00:00:00:00"])[1]
SHORT = ROW.rsplit(",", 2)[0]
FAULTS = [
    ([""], ["take.csv: error: the file is empty [file-empty]"]),
    (
        lines_of([]),
        ["take.csv: error: there is a header, and no row of weights below it [no-rows]"],
    ),
    (
        changed(0, 25, "MouthSmilLef"),
        [
            "take.csv:1:1: error: there is no column mouthSmileLeft [column-missing]\n"
            "    is it MouthSmilLef? write the name as ARKit does"
        ],
    ),
    (
        changed(0, 53, "TongeOut"),
        [
            "take.csv:1:1: error: there is no column tongueOut [column-missing]\n"
            "    is it TongeOut? write the name as ARKit does"
        ],
    ),
    (
        changed(0, 3, "EyeBlinkLeft"),
        [
            "take.csv:1:1: error: there is no column eyeLookDownLeft [column-missing]",
            "take.csv:1:39: error: a second column EyeBlinkLeft [column-twice]",
        ],
    ),
    (
        changed(2, 2, "x"),
        ["take.csv:3:16: error: eyeBlinkLeft is 'x', expected a number [no-number]"],
    ),
    (
        changed(2, 3, ""),
        ["take.csv:3:20: error: eyeLookDownLeft is nothing, expected a number [no-number]"],
    ),
    (
        changed(1, 2, "nan"),
        ["take.csv:2:16: error: eyeBlinkLeft is 'nan', expected a number [no-number]"],
    ),
    (
        changed(1, 2, "70"),
        [
            "take.csv:2:16: error: eyeBlinkLeft is 70, expected a weight from 0 to 1 [no-weight]\n"
            "    are these percentages? divide them by 100"
        ],
    ),
    (
        changed(3, 0, "soon"),
        [
            "take.csv:4:1: error: found 'soon', expected a timecode such as 13:13:04:31.652 "
            "[no-timecode]"
        ],
    ),
    (
        changed(0, 0, "Time"),
        [
            "take.csv:1:1: error: there is no column Timecode, which tells when each row was "
            "[column-missing]\n    found time, blendshapecount: is one of them a clock?"
        ],
    ),
    (
        [*lines_of(["00:00:00:05"]), ROW],
        [
            "take.csv:3:1: error: 00:00:00:00 comes after 00:00:00:05 [time-goes-back]\n"
            "    is this two takes in one file? keep one"
        ],
    ),
    (
        [*lines_of(["00:00:00:05"]), SHORT],
        [
            "take.csv:3:1: error: 52 fields, expected 54 as in the header [row-length]\n"
            "    the file may have been cut off here"
        ],
    ),
    (
        ["1;2;3", "4;5;6"],
        [
            "take.csv:1:1: error: the first line names no channel [no-header]\n"
            "    expected a header such as Timecode,BlendShapeCount,EyeBlinkLeft,...; "
            "found ';' between the fields: save the file with commas"
        ],
    ),
    (
        ["1;2;3", "0,4;0,5;6"],
        [
            "take.csv:1:1: error: the first line names no channel [no-header]\n"
            "    expected a header such as Timecode,BlendShapeCount,EyeBlinkLeft,...; "
            "found ';' between the fields: save the file with commas, and with points in its "
            "numbers"
        ],
    ),
    (
        ["timeCode," + ",".join(f"Shape_{name}" for name in COLUMNS), ROW],
        [
            "take.csv:1:1: error: the first line names no channel [no-header]\n"
            "    expected a header such as Timecode,BlendShapeCount,EyeBlinkLeft,...; "
            "found Shape_EyeBlinkLeft: write eyeBlinkLeft, and the others likewise"
        ],
    ),
    (
        ["Timecode,BlendShapeCount,EyeBlnkLeft,Whisker,JawOpn", "00:00:00:00.0,3,0,0,0"],
        [
            "take.csv:1:1: error: the first line names no channel [no-header]\n"
            "    expected a header such as Timecode,BlendShapeCount,EyeBlinkLeft,...; "
            "is EyeBlnkLeft eyeBlinkLeft, JawOpn jawOpen?"
        ],
    ),
    (
        changed(1, 19, "0,5"),
        [
            "take.csv:2:1: error: 55 fields, expected 54 as in the header [row-length]\n"
            "    is a comma the decimal sign here? write 0.5 for 0,5"
        ],
    ),
]


@pytest.mark.parametrize(("lines", "expected"), FAULTS)
def test_faults_have_their_place(written: Written, lines: list[str], expected: list[str]) -> None:
    assert faults_of(written(lines)) == expected


def test_all_faults_are_told_in_one_run(written: Written) -> None:
    lines = changed(1, 2, "x")
    lines[3] = lines[3].replace("0.5", "inf")
    assert [text.split(":")[1] for text in faults_of(written(lines))] == ["2", "4"]


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    assert faults_of(path)[0].startswith("take.csv: error: the file cannot be read: no such file")
    path.write_bytes(b"\xff\xfe\x00")
    assert faults_of(path) == [
        "take.csv:1:1: error: byte 0xFF is not UTF-8 text [file-encoding]\n"
        "    it looks like UTF-16; save the file as UTF-8"
    ]
    path.write_bytes("a,b\nc,\u00e9".encode("latin-1"))
    assert faults_of(path) == [
        "take.csv:2:3: error: byte 0xE9 is not UTF-8 text [file-encoding]\n"
        "    save the file as UTF-8"
    ]
    assert faults_of(tmp_path)[0].startswith("take.csv: error: expected a recording, found")


@given(
    rows=st.integers(1, 12),
    frames=st.integers(0, 40),
    start=st.floats(-1.0, 1.0),
    seed=st.integers(0, 1000),
)
def test_our_clock_stays_between_the_rows(rows: int, frames: int, start: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    times = np.cumsum(generator.uniform(0.01, 0.2, rows))
    weights = generator.uniform(-0.1, 1.1, (rows, 3))
    take = recorded_take(30.0, ("a", "b", "c"), times, weights)
    found = take.weights_at(frame_times(frames) + start)
    clipped = np.clip(weights, 0.0, 1.0)
    moments = frame_times(frames) + start
    columns = [clipped[:, channel] for channel in range(3)]
    expected = np.stack([np.interp(moments, times - times[0], one) for one in columns], axis=1)
    assert found.shape == (frames, 3)
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-6)
    assert take.repairs.clamped == np.count_nonzero(weights != clipped)


@pytest.mark.skipif(not REAL.is_file(), reason="the real capture is not beside this checkout")
def test_a_real_take_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "rom.csv"
    path.write_bytes(gzip.decompress(REAL.read_bytes()))
    take = livelink.read(path)
    assert (take.weights.shape, take.rate) == ((4030, 52), 30.0)
    assert take.weights.any(axis=0).all()
    assert all(one < other for one, other in pairwise(take.times.tolist()))
    assert [round(gap.seconds, 3) for gap in take.gaps] == [0.033, 0.033, 0.033]
    assert take.seconds == pytest.approx(134.415, abs=1e-3)
    assert take.weights_at(frame_times(8000)).shape == (8000, 52)


def test_channels_that_are_spelled_as_columns_are_written_once(tmp_path: Path) -> None:
    channels = ("JawOpen", "mouthSmile_L", "Grin")
    weights = np.array([0.3, 0.7, 0.5], dtype=np.float32)
    face = Face(label="joy", at="high", style=False, weights=weights)
    faces = FaceSet(bank="b", version="1.0.0", artifact="0", channels=channels, faces=(face,))
    path = tmp_path / "joy.csv"
    write_faces(next(one for one in FORMATS if one.name == "livelink"), faces, path)
    take = livelink.read(path)
    peak = dict(zip(take.channels, take.weights.max(axis=0).tolist(), strict=True))
    assert take.channels == NAMES
    shown = {name: round(weight, 3) for name, weight in peak.items() if weight}
    assert shown == {"jawOpen": 0.3, "mouthSmileLeft": 0.7}
    performed = tmp_path / "performed.csv"
    block = recorded_take(60.0, channels, np.zeros(1), weights[np.newaxis].astype(np.float64))
    write_performance(performed, channels, [block], "b")
    assert performed.read_text().splitlines()[0] == path.read_text().splitlines()[0]
