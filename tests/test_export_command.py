"""`mien export`: what is in the files is what the bank gives, by name, and others can read it."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from tests.child import finished, installed
from tests.program import ended

import mien
from mien.cli.exported_faces import face_set
from mien.errors import QueryError
from mien.formats import faces as room
from mien.formats import livelink
from mien.formats.arkit import arkit_channels
from mien.formats.faces import ClipTimes, Face, FaceSet, clip_of, write_faces
from mien.formats.registry import FORMATS, Format, exportable
from mien.text.atomic import write_atomic

BANK = mien.load("default")
GOLDEN = Path(__file__).parent / "golden"
TABLES = tuple(one for one in FORMATS if one.table)
CLIPS = tuple(one for one in exportable() if not one.table)
DIGEST = "3e903e0485642d8b5821e1def9f8d65f2811af37ee52d78d13fe08c2a3287648"


def lopsided() -> FaceSet:
    """Two faces whose left and right differ, so that a swap shows."""
    channels = arkit_channels()
    smirk = np.zeros(len(channels), dtype=np.float32)
    for name, weight in {"jawLeft": 0.3, "mouthLeft": 0.2, "mouthSmileRight": 1.0}.items():
        smirk[channels.index(name)] = weight
    wink = np.zeros_like(smirk)
    wink[channels.index("eyeBlinkLeft")] = 0.7
    return FaceSet(
        bank="ours",
        version="2.0.0",
        artifact="ab" * 32,
        channels=channels,
        faces=(
            Face(label="smirk", at="high", style=False, weights=smirk),
            Face(label="smirk", at="wink", style=True, weights=wink),
        ),
    )


def export(*arguments: str | Path, status: int = 0) -> str:
    """What is said on stderr."""
    return ended(status, "export", "default", *arguments).stderr


@pytest.mark.parametrize("form", TABLES, ids=lambda form: form.name)
def test_a_table_is_the_golden_file(form: Format) -> None:
    assert form.encode_faces(lopsided()) == (GOLDEN / f"{form.name}.faces.txt").read_bytes()


def test_json_holds_every_face_to_the_bit(tmp_path: Path) -> None:
    path = tmp_path / "faces.json"
    export("--to", "json", "-o", path, "--styles", "--speaking", "0.4")
    found = json.loads(path.read_text("utf-8"))
    assert (found["bank"], found["version"], found["artifact"]) == ("default", "2.1.0", DIGEST)
    assert tuple(found["channels"]) == BANK.channels
    assert len(found["faces"]) == 48 + sum(len(BANK.styles(label)) for label in BANK.labels)
    for face in found["faces"]:
        style = face["at"] if face["style"] else None
        own = BANK.face(face["label"], at=face["at"], style=style, speech=0.4)
        assert list(face["weights"]) == list(BANK.channels)
        assert np.array_equal(np.array(list(face["weights"].values()), dtype=np.float32), own)
    assert [one.name for one in tmp_path.iterdir()] == ["faces.json"]


def test_csv_is_a_row_a_face_and_says_beside_it_where_it_is_from(tmp_path: Path) -> None:
    path = tmp_path / "faces.csv"
    export("--to", "csv", "-o", path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 48
    for row in rows:
        own = BANK.face(row["label"], at=row["at"])
        found = np.array([row[name] for name in BANK.channels], dtype=np.float32)
        assert np.array_equal(found, own)
    told = json.loads((tmp_path / "faces.csv.mien.json").read_text("utf-8"))
    assert (told["bank"], told["version"], told["artifact"]) == ("default", "2.1.0", DIGEST)
    assert told["files"] == {"faces.csv": hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.mark.parametrize("form", CLIPS, ids=lambda form: form.name)
def test_a_folder_has_a_clip_for_each_face(form: Format, tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    export("--to", form.name, "-o", folder, "--styles")
    named = {f"{label}_{at}" for label in BANK.labels for at in BANK.intensities}
    named |= {f"{label}_{style}" for label in BANK.labels for style in BANK.styles(label)}
    assert {path.name for path in folder.iterdir()} == {
        "mien.json",
        *(f"{name}{form.suffix}" for name in named),
    }
    told = json.loads((folder / "mien.json").read_text("utf-8"))
    assert told["format"] == form.name
    for name, digest in told["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    if form.sourced:
        data = (folder / f"joy_high{form.suffix}").read_bytes()
        assert f"joy_high of default 2.1.0, artifact {DIGEST}".encode() in data


@pytest.mark.parametrize("form", exportable(), ids=lambda form: form.name)
def test_one_face_goes_into_a_file(form: Format, tmp_path: Path) -> None:
    path = tmp_path / f"joy{form.suffix}"
    export("--to", form.name, "-o", path, "--labels", "joy", "--at", "high")
    beside = [] if form.sourced else [f"{path.name}.mien.json"]
    assert {one.name for one in tmp_path.iterdir()} == {path.name, *beside}


def test_a_clip_comes_in_holds_and_goes_out(tmp_path: Path) -> None:
    path = tmp_path / "joy.csv"
    times = ("--fade-in", "0.5", "--hold", "1", "--fade-out", "0.25", "--rate", "40")
    chosen = ("--labels", "joy", "--at", "high")
    export("--to", "livelink", "-o", path, *chosen, *times)
    take = livelink.read(path)
    joy = BANK.face("joy", at="high")
    assert take.rate == pytest.approx(40)
    assert take.times[-1] == pytest.approx(1.75)
    for moment, share in ((0.0, 0.0), (0.25, 0.5), (0.5, 1.0), (1.5, 1.0), (1.75, 0.0)):
        (found,) = take.weights_at(np.array([moment]))
        assert np.allclose(found, share * joy, atol=1e-5), moment


@pytest.mark.parametrize("fade_in", [0.0, 0.2])
@pytest.mark.parametrize("hold", [0.0, 0.5])
@pytest.mark.parametrize("fade_out", [0.0, 0.3])
@pytest.mark.parametrize("sampled", [False, True])
def test_parts_of_a_clip_may_be_left_out(
    fade_in: float, hold: float, fade_out: float, sampled: bool
) -> None:
    own = lopsided()
    times = ClipTimes(fade_in=fade_in, hold=hold, fade_out=fade_out, rate=10.0)
    take = clip_of(own, own.faces[0], times, sampled=sampled)
    assert take.times[-1] == pytest.approx(fade_in + hold + fade_out)
    assert (np.diff(take.times) > 0.0).all()
    assert np.array_equal(take.weights_at(np.array([fade_in]))[0], own.faces[0].weights)
    assert take.weights[0].any() == (fade_in == 0.0)
    assert take.weights[-1].any() == (fade_out == 0.0)


@pytest.mark.parametrize("rate", [24.0, 25.0, 29.97, 60.0, 7.3])
@pytest.mark.parametrize("fade_in", [0.0, 0.013, 0.11, 0.25])
def test_a_clip_of_frames_reaches_the_face_and_rest(rate: float, fade_in: float) -> None:
    own = lopsided()
    times = ClipTimes(fade_in=fade_in, hold=0.0, fade_out=0.37, rate=rate)
    take = clip_of(own, own.faces[0], times, sampled=True)
    assert np.allclose(np.diff(take.times), 1.0 / rate)
    assert take.times[-1] == pytest.approx(fade_in + 0.37, abs=0.51 / rate)
    assert (take.weights == own.faces[0].weights).all(axis=1).any()
    assert not take.weights[-1].any()


def test_faces_of_one_name_are_refused(tmp_path: Path) -> None:
    own = lopsided()
    one, other = own.faces
    same = evolve(own, faces=(one, evolve(other, label="smirk", at="high")))
    for form in exportable():
        with pytest.raises(QueryError, match="two faces are called smirk_high"):
            write_faces(form, same, tmp_path / f"out{form.suffix if form.table else ''}")
    assert not list(tmp_path.iterdir())


def test_a_folder_in_no_folder_is_named(tmp_path: Path) -> None:
    said = export("--to", "unity", "-o", tmp_path / "none" / "faces", status=2)
    assert f"the folder {tmp_path / 'none'} does not exist" in said
    with pytest.raises(FileNotFoundError) as refusal:
        write_faces(FORMATS[0], lopsided(), tmp_path / "none" / "faces")
    assert refusal.value.filename == str(tmp_path / "none")


def test_without_the_mouth_no_viseme_is_touched(tmp_path: Path) -> None:
    path, clip = tmp_path / "faces.csv", tmp_path / "joy.csv"
    export("--to", "csv", "-o", path, "--without-mouth")
    with path.open(newline="") as file:
        names = next(csv.reader(file))[2:]
    assert names
    assert not [name for name in names if name.startswith(("jaw", "mouth", "tongue"))]
    chosen = ("--labels", "joy", "--at", "high", "--without-mouth")
    export("--to", "livelink", "-o", clip, *chosen)
    take = livelink.read(clip)
    for column, name in enumerate(take.channels):
        assert take.weights[:, column].any() == (
            name in names and BANK.named(BANK.face("joy", at="high"))[name] > 0.0
        )


def test_another_reader_finds_audio2face_weights(tmp_path: Path) -> None:
    module = pytest.importorskip("openfacefx.export_a2f")
    own = lopsided()
    form = next(one for one in CLIPS if one.name == "a2f")
    path = tmp_path / "smirk.json"
    write_faces(form, evolve(own, faces=own.faces[:1]), path)
    track, warnings = module.read_a2f(str(path), epsilon=0.0)
    assert warnings == []
    assert track.fps == 60.0
    curves = {one.name: [(key.time, key.value) for key in one.keys] for one in track.channels}
    for name, weight in own.weights_of(own.faces[0]).items():
        moments = [(moment, value) for moment, value in curves.get(name, []) if value]
        if weight:
            held = [moment for moment, value in moments if value == pytest.approx(weight)]
            assert (min(held), max(held)) == pytest.approx((0.25, 1.75))
        else:
            assert moments == [], name


def test_labels_may_be_parted_by_commas_or_given_one_by_one(tmp_path: Path) -> None:
    together, apart = tmp_path / "together.json", tmp_path / "apart.json"
    export("--to", "json", "-o", together, "--labels", "joy,awe")
    export("--to", "json", "-o", apart, "--labels", "joy", "--labels", "awe")
    assert apart.read_bytes() == together.read_bytes()
    assert len(json.loads(apart.read_bytes())["faces"]) == 6


def test_a_choice_is_of_what_the_bank_has() -> None:
    names = [face.name for face in face_set(BANK, ("joy",), ("low",), styles=True).faces]
    assert names == ["joy_low", "joy_mischievous", "joy_peaceful"]
    names = [face.name for face in face_set(BANK, (), ("wry", "high")).faces]
    assert len(names) == 17
    assert names[10:12] == ["amusement_high", "amusement_wry"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "jsn"), "'jsn' is not one of"),
        (("--to", "json", "--labels", "happy"), "no label 'happy': did you mean joy?"),
        (("--to", "json", "--at", "hihg"), "no intensity or style 'hihg': did you mean high?"),
        (("--to", "json", "--labels", "joy", "--at", "wry"), "no intensity or style 'wry'"),
        (("--to", "json", "--hold", "1"), "json holds faces, not clips: leave out the times"),
        (("--to", "json", "--mesh", "Face"), "json names no mesh: leave out --mesh"),
        (("--to", "csv"), "expected a name that ends in .csv"),
        (("--to", "json", "--speaking", "1.5"), "1.5 is not in the range 0.0<=x<=1.0"),
        (("--to", "a2f"), "holds one face a file and these are 48: give a folder"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    refusal = export(*arguments, "-o", tmp_path / "faces.json", status=2)
    assert said in " ".join(refusal.split())
    assert not list(tmp_path.iterdir())


def test_nothing_to_write_is_refused(tmp_path: Path) -> None:
    own = lopsided()
    with pytest.raises(QueryError, match="there is no face"):
        write_faces(FORMATS[0], evolve(own, faces=()), tmp_path / "out")


def test_a_folder_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = next(one for one in CLIPS if one.name == "livelink")

    def full(path: Path, data: bytes) -> None:
        if path.name.startswith("smirk_wink"):
            raise OSError(28, "No space left on device")
        write_atomic(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(room, "write_atomic", full)
        with pytest.raises(OSError, match=r"cannot be written \(no space left on device\).*faces"):
            write_faces(form, lopsided(), tmp_path / "faces")
    assert not list(tmp_path.iterdir())
    write_faces(form, lopsided(), tmp_path / "faces")
    (tmp_path / "faces" / "smirk_high.csv.meta").write_text("an engine's own file")
    calls: list[str] = []

    def note(path: Path, data: bytes) -> None:
        calls.append(path.name)
        write_atomic(path, data)

    monkeypatch.setattr(room, "write_atomic", note)
    write_faces(form, lopsided(), tmp_path / "faces")
    assert calls == ["smirk_high.csv", "smirk_wink.csv", "mien.json"]
    assert (tmp_path / "faces" / "smirk_high.csv.meta").exists()


def test_node_reads_the_moods(tmp_path: Path) -> None:
    node = installed("node")
    path = tmp_path / "moods.mjs"
    export("--to", "talkinghead", "-o", path, "--styles")
    script = (
        f"const {{ moods, source, addMoods }} = await import({json.dumps(path.as_uri())});\n"
        "const head = { animMoods: { neutral: 1 } };\n"
        "addMoods(head);\n"
        "console.log(JSON.stringify({ moods, source, names: Object.keys(head.animMoods) }));\n"
    )
    done = finished([node, "--input-type=module", "-e", script])
    found = json.loads(done.stdout)
    faces = face_set(BANK, styles=True)
    assert found["source"] == f"{faces.source}, mien export default@2.1.0 --to talkinghead --styles"
    assert found["names"] == ["neutral", *(face.name for face in faces.faces)]
    for face in faces.faces:
        mood = found["moods"][face.name]
        moved = {name: weight for name, weight in faces.weights_of(face).items() if weight}
        assert mood["baseline"] == moved
        assert list(mood["speech"]) == ["deltaRate", "deltaPitch", "deltaVolume"]
        assert [loop["name"] for loop in mood["anims"]] == ["blink", "eyes", "mouth"]
