"""Folders of the Live Link Face app: which file is the take, and where its sound begins."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from tests.program import ended

from mien.errors import SourceError
from mien.formats import livelink
from mien.formats.arkit import arkit_channels
from mien.formats.registry import read_take
from mien.formats.take import steady_take
from mien.intake.film_sound import SoundError, write_sound
from mien.intake.phone_folder import phone_folder

CHANNELS = arkit_channels()
ROWS = 60
START = 12 * 3600.0
NAME = "MySlate_1_iPhone"


def curves(scale: float = 1.0, start: float = START) -> bytes:
    """A second in which only the left jaw and mouth move, from noon on."""
    weights = np.zeros((ROWS, len(CHANNELS)), dtype=np.float32)
    weights[:, CHANNELS.index("jawLeft")] = 0.5 * scale * np.linspace(0, 1, ROWS)
    weights[:, CHANNELS.index("mouthLeft")] = 0.2 * scale
    take = steady_take(60.0, CHANNELS, weights)
    return (livelink.header(CHANNELS) + "".join(livelink.rows(take, start))).encode()


def film(path: Path, timecode: str = "", sound: bool = True) -> None:
    """Two seconds: silence, and from half a second on a tone."""
    tone = "aevalsrc='if(gte(t,0.5),0.5*sin(2764*t),0)':d=2"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=size=16x16:rate=60:duration=2"]
    command += ["-f", "lavfi", "-i", tone] if sound else []
    command += ["-timecode", timecode] if timecode else []
    subprocess.run([*command, "-c:v", "mpeg4", "-c:a", "pcm_s16le", str(path)], check=True)


def tone_starts(path: Path) -> float:
    """Seconds until the sound of a file is loud."""
    with wave.open(str(path)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
        rate = int(sound.getframerate())
    return int(np.argmax(np.abs(samples) > 500)) / rate


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """A calibrated take in a folder of its own, as the app leaves it, without a film."""
    folder = tmp_path / "phone" / "20261128_MySlate_1"
    folder.mkdir(parents=True)
    (folder / f"{NAME}_cal.csv").write_bytes(curves())
    (folder / f"{NAME}_raw.csv").write_bytes(curves(0.5))
    (folder / f"{NAME}_neutral.csv").write_bytes(curves(0.1))
    (folder / "frame_log.csv").write_text("V,0\n", "utf-8")
    (folder / "thumbnail.jpg").write_bytes(b"\xff\xd8")
    facts = {"frames": ROWS, "calibrated": True, "deviceModel": "iPhone13,3"}
    (folder / "take.json").write_text(json.dumps(facts), "utf-8")
    return folder.parent


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_calibrated_take_is_taken_and_the_rest_is_told(phone: Path) -> None:
    before = contents(phone)
    out = phone.with_name("takes")
    said = ended(0, "import", phone, "-o", out)
    assert said.stdout == f"{out / NAME}.csv: 60 rows, 1.00 s at 60 a second\n"
    home = "20261128_MySlate_1"
    assert f"left out: {home}/{NAME}_neutral.csv (the face at rest" in said.stderr
    assert f"left out: {home}/{NAME}_raw.csv (not calibrated" in said.stderr
    assert f"left out: {home}/frame_log.csv (a log)" in said.stderr
    assert f"{NAME}: there is no film with its sound" in said.stderr
    assert "frames" not in said.stderr, "the facts agree with the rows"
    take = read_take(out / f"{NAME}.csv")
    assert take.weights[-1, CHANNELS.index("jawLeft")] == pytest.approx(0.5)
    assert not take.weights[:, CHANNELS.index("jawRight")].any()
    assert contents(phone) == before
    assert sorted(path.name for path in out.iterdir()) == [f"{NAME}.csv"]


@pytest.mark.parametrize(
    ("timecode", "expected", "said"),
    [
        ("", 0.5, "does not tell by the clock of the take when it began"),
        ("12:00:00:00", 0.5, ""),
        ("11:59:59:45", 0.25, "0.250 s at the start of the sound cut off"),
        ("12:00:00:15", 0.75, "0.250 s at the start of the sound filled with silence"),
        ("01:00:00:00", 0.5, "does not tell by the clock of the take when it began"),
    ],
)
def test_the_sound_begins_as_the_take(
    phone: Path, timecode: str, expected: float, said: str
) -> None:
    film(phone / "20261128_MySlate_1" / f"{NAME}.mov", timecode)
    out = phone.with_name("take.json")
    printed = ended(0, "import", phone, "-o", out)
    assert printed.stdout.endswith(", sound in take.wav\n")
    assert said in printed.stderr
    assert said or "begin" not in printed.stderr
    assert tone_starts(out.with_name("take.wav")) == pytest.approx(expected, abs=0.01)
    assert len(read_take(out).times) == ROWS


def test_without_ffmpeg_the_take_comes_alone(phone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (phone / "20261128_MySlate_1" / f"{NAME}.mov").write_bytes(b"film")
    monkeypatch.setenv("PATH", str(phone))
    out = phone.with_name("takes")
    said = ended(0, "import", phone, "-o", out).stderr
    assert (
        "its sound is read by ffmpeg, which is not installed: install ffmpeg; the take is " in said
    )
    assert sorted(path.name for path in out.iterdir()) == [f"{NAME}.csv"]


def test_doctor_examines_every_take_of_a_folder(phone: Path) -> None:
    home = phone / "20261128_MySlate_1"
    start = f"{home / NAME}_cal.csv: Live Link Face CSV, 60 rows"
    assert ended(0, "doctor", phone).stdout.startswith(start)
    shutil.rmtree(home)
    assert "there is no take in this folder" in ended(2, "doctor", phone).stderr


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    film(tmp_path / "mute.mov", sound=False)
    with pytest.raises(SoundError, match=r"mute\.mov: no sound can be read of it: it has no sound"):
        write_sound(tmp_path / "mute.mov", tmp_path / "mute.wav", 0.0)
    os.mkfifo(tmp_path / "pipe.mov")
    with pytest.raises(SoundError, match=r"pipe\.mov: no sound can be read of it: expected a film"):
        write_sound(tmp_path / "pipe.mov", tmp_path / "pipe.wav", 0.0)
    (tmp_path / "broken.mov").write_bytes(b"film")
    with pytest.raises(SoundError, match=r"broken\.mov: no sound can be read of it: .*nvalid data"):
        write_sound(tmp_path / "broken.mov", tmp_path / "broken.wav", 0.0)


def test_several_takes_are_told_apart_and_a_broken_one_stops_no_other(phone: Path) -> None:
    twin = phone / "20261129_MySlate_1"
    shutil.copytree(phone / "20261128_MySlate_1", twin)
    (twin / "take.json").write_text('{"frames": 61}', "utf-8")
    (twin / f"{NAME}.mov").unlink(missing_ok=True)
    (phone / "other_2_iPhone.csv").write_bytes(curves().split(b"\n")[0] + b"\n")
    (phone / "lone.mov").write_bytes(b"film")
    (phone / "shots.csv").write_text("shot,actor\n1,Ann\n", "utf-8")
    out = phone.with_name("takes")
    said = ended(2, "import", phone, "-o", out).stderr
    assert sorted(path.name for path in out.iterdir()) == [
        f"20261128_MySlate_1_{NAME}.csv",
        f"20261129_MySlate_1_{NAME}.csv",
    ]
    assert (
        "20261129_MySlate_1_MySlate_1_iPhone: take.json counts 61 frames, the curves have 60"
        in said
    )
    assert "other_2_iPhone.csv: error: there is a header, and no row of weights below it" in said
    assert "left out: lone.mov (no curves go with it)" in said
    assert "left out: shots.csv (its first line names nothing of a face)" in said
    told = ended(2, "import", phone, "-o", phone.with_name("one.csv")).stderr
    assert "one.csv is one take, and these are 3" in told
    assert not phone.with_name("one.csv").exists()


def test_an_older_app_leaves_the_plain_and_the_calibrated_curves(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(curves(0.5))
    (tmp_path / "a_cal.csv").write_bytes(curves())
    (tmp_path / "b_raw.csv").write_bytes(curves())
    (tmp_path / "take.json").write_text("[", "utf-8")
    found = phone_folder(tmp_path)
    assert [(one.name, one.curves.name, one.calibrated) for one in found.takes] == [
        ("a", "a_cal.csv", True),
        ("b", "b_raw.csv", False),
    ]
    assert [(path.name, why) for path, why in found.ignored] == [
        ("a.csv", "not calibrated, and there is a calibrated one")
    ]


def test_what_is_no_folder_of_takes_is_refused(tmp_path: Path, phone: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SourceError, match="there is no take in this folder"):
        phone_folder(empty)
    (empty / "depth_data.bin").write_bytes(b"depth")
    with pytest.raises(SourceError, match="recorded for MetaHuman Animator"):
        phone_folder(empty)
    said = ended(2, "import", phone, "-o", phone / "inside").stderr
    assert "whose files are kept as they are" in said
    (phone / "20261128_MySlate_1" / f"{NAME}_cal.csv").write_text("a,b\n1,2\n", "utf-8")
    ended(2, "import", phone, "-o", tmp_path / "takes")
    assert not (tmp_path / "takes").exists()


def unreal(frames: int = 30, **changed: object) -> dict[str, object]:
    """What Unreal's recorder writes of a face that turns its left eye."""
    names = [name[0].upper() + name[1:] for name in CHANNELS]
    return {
        "Frames": [
            {
                "TimeCode": {"Hours": 1, "Minutes": 2, "Seconds": 3 + k // 30, "Frames": k % 30},
                "FrameRate": 30,
                **dict.fromkeys(names, 0.0),
                "JawLeft": round(k / 100, 3),
                **dict.fromkeys((*livelink.HEAD, *livelink.EYES), 0.0),
                "LeftEyeYaw": 0.1,
                **changed,
            }
            for k in range(frames)
        ]
    }


def test_the_json_of_unreal_is_read_by_its_names(tmp_path: Path) -> None:
    path = tmp_path / "take.json"
    path.write_text(json.dumps(unreal(45)), "utf-8")
    take = read_take(path)
    assert (take.rate, take.dialect, len(take.times)) == (30.0, "Unreal", 45)
    assert take.weights[40, CHANNELS.index("jawLeft")] == pytest.approx(0.4)
    assert take.eyes is not None
    assert take.eyes[0, 0] == pytest.approx(np.degrees(0.1))
    assert take.head is None
    assert take.repairs.unknown == ()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"JawOpen": 2.0}, "JawOpen is 2, expected a weight in [0, 1]"),
        ({"JawOpen": "wide"}, "Frames[0].JawOpen: expected a number under JawOpen"),
        ({"TimeCode": {"Hours": 1}}, "Frames[0].TimeCode: expected numbers Hours, Minutes"),
        ({"TimeCode": None}, "Frames[0].TimeCode: expected numbers Hours, Minutes"),
    ],
)
def test_wrong_json_of_unreal_names_its_frame(
    tmp_path: Path, changed: dict[str, object], expected: str
) -> None:
    path = tmp_path / "take.json"
    path.write_text(json.dumps(unreal(2, **changed), indent=1), "utf-8")
    said = ended(2, "doctor", path).stderr
    assert expected in said
    assert f"{path}:" in said
