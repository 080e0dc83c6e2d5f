"""The judge: readings to verdicts, channels to what is seen of them, and the report."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from attrs import frozen
from click.testing import CliRunner
from tests.other_rigs import add_aliases, foreign, pascal, rename_channels

from mien import resources
from mien.authored.bank import AuthoredBank
from mien.authored.reader import read_bank
from mien.avatar.browser import AvatarError
from mien.avatar.draw import Facts, Shot
from mien.cli.commands.sheet import command
from mien.cli.head_judging import HeadPath, is_drawn
from mien.judge import head, judge, judges
from mien.judge.crop import Crop, FaceFrame, cut, pixels
from mien.judge.html import confusion_svg, report_sections
from mien.judge.judges import JUDGES, MEDIAPIPE, Bench
from mien.judge.measures import (
    Face,
    Sight,
    angle,
    channel_sights,
    closest_pairs,
    confusion,
    euclid,
    single_channel_face,
    verdicts,
)
from mien.judge.observer import Look, find_model, frame_of, open_observer
from mien.judge.report import Report, channels_with, report_json, report_lines

NAMES = ("low", "mid", "high")
FACTS = Facts(format="glTF", present=("jawOpen",), missing=(), still=())


@pytest.fixture(scope="module")
def bank() -> AuthoredBank:
    return read_bank(resources.presets() / "default")


def faces(*labels: str) -> list[Face]:
    return [Face(label=label, intensity=name) for label in labels for name in NAMES]


def test_distances() -> None:
    readings = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, 0.0]])
    assert euclid(readings)[0].tolist() == pytest.approx([0, 5**0.5, 2, 1])
    assert angle(readings)[0].tolist() == pytest.approx([0, 90, 0, 90])


def test_a_face_is_told_by_the_nearest_of_all_others() -> None:
    # On a line: joy at 1, 2, 3; awe at 3.4, 9, 10. Joy high is nearest to awe low.
    line = np.array([[1.0], [2.0], [3.0], [3.4], [9.0], [10.0]])
    found = verdicts(faces("joy", "awe"), euclid(line))
    told = {str(one.face): (one.recognised, str(one.nearest)) for one in found}
    assert told == {
        "joy low": (True, "joy mid"),
        "joy mid": (True, "joy low"),
        "joy high": (False, "awe low"),
        "awe low": (False, "joy high"),
        "awe mid": (True, "awe high"),
        "awe high": (True, "awe mid"),
    }
    high = next(one for one in found if str(one.face) == "joy high")
    assert (high.own_distance, high.other_distance) == pytest.approx((1.0, 0.4))
    assert confusion(["joy", "awe"], found) == ((2, 1), (1, 2))
    (pair, *_) = closest_pairs(faces("joy", "awe"), euclid(line))
    assert (str(pair.one), str(pair.other)) == ("joy high", "awe low")


def test_the_label_at_rest_is_compared_with_and_not_judged() -> None:
    line = np.array([[0.0], [0.1], [0.2], [0.25], [5.0], [6.0]])
    found = verdicts(faces("neutral", "joy"), euclid(line), left_out=frozenset({"neutral"}))
    assert [str(one.face) for one in found] == ["joy low", "joy mid", "joy high"]
    assert confusion(["neutral", "joy"], found) == ((0, 0), (1, 2))


def test_a_lone_face_has_no_verdict() -> None:
    alone = [Face(label="joy", intensity="mid"), *faces("awe")]
    found = verdicts(alone, euclid(np.array([[0.0], [1.0], [2.0], [3.0]])))
    assert {one.face.label for one in found} == {"awe"}


def test_channels_are_driven_with_what_they_cannot_be_without(bank: AuthoredBank) -> None:
    assert single_channel_face(bank.rig, "browInnerUp") == {"browInnerUp": 1.0}
    assert set(single_channel_face(bank.rig, "mouthClose")) == {"mouthClose", "jawOpen"}
    assert set(single_channel_face(bank.rig, "eyeLookOutLeft")) == {
        "eyeLookOutLeft",
        "eyeLookInRight",
    }


def test_sights() -> None:
    channels = ("seen", "shy", "hidden", "noisy", "idle")
    alone = np.diag([0.9, 0.02, 0.0, 0.4, 0.5])
    rising = np.linspace(0.0, 1.0, 9)
    wobble = np.array([0.3, -0.3, 0.3, -0.3, 0.3, -0.3, 0.3, -0.3, 0.3])
    still = np.zeros(9)
    driven = np.stack([rising, rising, rising, rising, still], axis=1)
    read = np.stack([rising * 0.8, rising * 0.3, still, wobble, still], axis=1)
    sights = channel_sights(channels, alone, driven, read)
    assert [one.sight for one in sights] == [
        Sight.RECOVERED,
        Sight.RECOVERED,  # in company it shows
        Sight.HIDDEN,
        Sight.BLURRED,
        Sight.UNUSED,
    ]
    assert sights[0].slope == pytest.approx(0.8)
    assert sights[0].correlation == pytest.approx(1.0)


def test_the_grid_says_counts_on_and_off_the_diagonal() -> None:
    svg = confusion_svg(["joy", "a<b"], [[2, 1], [0, 3]], "Confusion")
    assert re.findall(r">(\d)</text>", svg) == ["2", "1", "3"]
    assert "a&lt;b" in svg
    assert svg.count("<rect") == 5


FRAME = FaceFrame(
    eyes=(50.0, 40.0), eye_distance=30.0, left=10.0, top=5.0, right=90.0, bottom=95.0, brows=30.0
)


# A picture here is the weights themselves, so that reading it back is exact.


@frozen(kw_only=True)
class ClearEyes:
    """Reads what it is told, but for channels in ``blind``."""

    blind: frozenset[str]

    def look(self, picture: bytes) -> Look | None:
        seen: dict[str, float] = json.loads(picture)
        weights = {name: weight for name, weight in seen.items() if name not in self.blind}
        return Look(weights=weights, frame=FRAME)


def plain_drawing(
    model: Path, shots: Sequence[Shot], *, size: int, png: bool = False, close: bool = False
) -> Iterator[Facts | bytes]:
    assert png
    assert close  # judges were measured on faces that fill the picture
    assert size > 0
    yield FACTS
    for shot in shots:
        yield json.dumps(dict(shot.weights)).encode()


@pytest.fixture
def clear_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def observer(model: Path | None) -> Generator[ClearEyes]:
        yield ClearEyes(blind=frozenset({"cheekPuff", "tongueOut"}))

    monkeypatch.setattr(head, "draw_faces", plain_drawing)
    monkeypatch.setattr(judge, "open_observer", observer)
    monkeypatch.setattr(judge, "thumbnail", lambda picture: "data:,")  # pyright: ignore
    monkeypatch.setattr(judges, "open_bench", lambda names: Bench(records=(MEDIAPIPE,)))  # pyright: ignore


HEAD = head.Head(path=Path("head.glb"))


def judged(bank: AuthoredBank, step: Callable[[], None] = lambda: None) -> Report:
    (found,) = judge.judge_heads(bank, [HEAD], {}, None, step)
    return found.report


@pytest.mark.usefixtures("clear_eyes")
def test_a_whole_bank_is_judged(bank: AuthoredBank) -> None:
    steps: list[int] = []
    report = judged(bank, lambda: steps.append(1))
    assert len(steps) == judge.count_pictures(bank, [HEAD]) == 3 * (1 + 48 + 52)
    assert len(report.faces) == 48
    assert len(report.euclid.verdicts) == 45
    assert len(report.angle.confusion) == 16
    assert sum(map(sum, report.euclid.confusion)) == 45
    unseen = channels_with(report, Sight.HIDDEN)
    assert unseen == ("cheekPuff", "tongueOut")
    data = report_json(report)
    assert data["euclid"]["judged"] == 45
    assert json.loads(json.dumps(data)) == data
    assert "Euclid: " in report_lines(report)[0]
    page = "".join(report_sections(report))
    assert page == "".join(report_sections(report))
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert page.count("<svg") == 2
    assert "not observe" in page


@pytest.mark.usefixtures("clear_eyes")
def test_another_rig_is_judged_alike_or_refused(bank: AuthoredBank, folder: Path) -> None:
    plain = judged(bank)
    rename_channels(folder, pascal)
    report = judged(read_bank(folder))
    assert [one.sight for one in report.sights] == [one.sight for one in plain.sights]
    assert report.euclid.recognised == plain.euclid.recognised
    assert report.facts.remarks == ()
    rename_channels(folder, foreign)
    with pytest.raises(AvatarError, match="has no such channels: rig_eyeblinkleft_x, "):
        judged(read_bank(folder))
    add_aliases(folder, {"rig_jawopen_x": "jawOpen"})
    report = judged(read_bank(folder))
    assert "has no such channels: rig_eyeblinkleft_x, " in report.facts.remarks[-1]
    assert "rig_jawopen_x" not in report.facts.remarks[-1]


@frozen(kw_only=True)
class ReadsWeights:
    """A classifier: the smile is joy, all else neutral."""

    size: int = 4

    def crop(self, face: FaceFrame) -> Crop:
        assert face == FRAME
        return Crop(x=0, y=0, side=10)

    def scores(self, part: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        joy = float(part.max())
        return np.array([0, 0, 0, joy, 0, 0, 1 - joy])


@pytest.fixture
def one_classifier(clear_eyes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def light(picture: bytes) -> float:
        seen: dict[str, float] = json.loads(picture)
        return max(seen.get(name, 0.0) for name in ("mouthSmileLeft", "mouthSmileRight"))

    def part(image: float, crop: Crop, size: int) -> npt.NDArray[np.float64]:
        return np.full((size, size, 3), image)

    def bench(names: Sequence[str]) -> Bench:
        fer = tuple(record for record in JUDGES if record.name in ("mediapipe", "fer"))
        return Bench(
            records=tuple(record for record in fer if record.name in names),
            classifiers={"fer": ReadsWeights()} if "fer" in names else {},
            absent={name: f"install {name}" for name in names if name in ("human", "face-api")},
        )

    monkeypatch.setattr(judge, "pixels", light)
    monkeypatch.setattr(judge, "cut", part)
    monkeypatch.setattr(judges, "open_bench", bench)


def heads_at(folder: Path, *names: str) -> list[str]:
    arguments: list[str] = []
    for name in names:
        (folder / name).write_bytes(b"")
        arguments += ["--avatar", str(folder / name)]
    return arguments


@pytest.mark.usefixtures("one_classifier")
def test_several_heads_are_judged_and_left_out_in_turn(tmp_path: Path) -> None:
    out = tmp_path / "judged.html"
    heads = heads_at(tmp_path, "a.glb", "b.glb")
    arguments = ["default", "--judge", *heads, "-o", str(out), "--format", "json"]
    done = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert done.return_value == 0
    assert "without the judge human: install human" in done.stderr
    assert f"judging: {2 * 3 * 49} of {2 * 3 * 49}" in done.stderr
    data = json.loads(done.stdout)
    assert [one["name"] for one in data["judges"]] == ["mediapipe", "fer"]
    assert [one["name"] for one in data["heads"]] == ["a.glb", "b.glb"]
    assert len(data["table"]) == 2 * 2 * 48
    # Two heads that look alike teach each other every face but neutral, whose three are one.
    seen = [one for one in data["tallies"] if one["judge"] == "mediapipe"]
    assert [one["learnt"] for one in seen] == [15] * 6
    smiles = {
        (one["intensity"], one["named"]["name"])
        for one in data["table"]
        if (one["label"], one["judge"]) == ("joy", "fer")
    }
    assert ("high", "joy") in smiles
    page = out.read_text("utf-8")
    assert page.count("<h2>MediaPipe on ") == 2
    assert "Not asked: install human" in page


@pytest.mark.usefixtures("one_classifier")
def test_judges_are_chosen_and_one_must_be_there(tmp_path: Path) -> None:
    heads = heads_at(tmp_path, "a.glb", "b.glb")
    arguments = ["default", "--judge", *heads, "-o", str(tmp_path / "j.html")]
    done = CliRunner().invoke(command, [*arguments, "--by", "fer"], standalone_mode=False)
    assert "a.glb, fer: basic emotions named" in done.stdout
    assert "mediapipe" not in done.stdout
    done = CliRunner().invoke(command, [*arguments, "--by", "human"])
    assert done.exit_code == 2
    assert "none of the judges can be used" in done.output
    done = CliRunner().invoke(command, [*arguments, "--by", "oracle"])
    assert done.exit_code == 2
    done = CliRunner().invoke(command, ["default", "--by", "fer", "-o", str(tmp_path / "j.html")])
    assert "--by, --model and --format json belong to --judge" in done.output
    done = CliRunner().invoke(command, ["default", *heads, "-o", str(tmp_path / "j.html")])
    assert "several heads, and drawn, belong to --judge and --blind" in done.output


@pytest.mark.usefixtures("clear_eyes")
def test_all_heads_that_cannot_be_judged_are_named_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawing(
        model: Path, shots: Sequence[Shot], *, size: int, png: bool = False, close: bool = False
    ) -> Iterator[Facts | bytes]:
        lacking = Facts(format="glTF", present=(), missing=("jawOpen",), still=(), unknown=("a",))
        yield lacking if model.name == "bare.glb" else FACTS
        assert len(shots) == 1
        yield b"null" if model.name == "blank.glb" else b"{}"

    monkeypatch.setattr(head, "draw_faces", drawing)
    monkeypatch.setattr(ClearEyes, "look", lambda self, picture: json.loads(picture) or None)  # pyright: ignore
    heads = heads_at(tmp_path, "bare.glb", "blank.glb")
    arguments = ["default", "--judge", *heads, "-o", str(tmp_path / "j.html")]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 1  # the program makes it a 2
    assert "bare.glb has none of the 1 shapes that move a face (it has a)" in done.output
    assert "MediaPipe finds no face in a picture of blank.glb at rest" in done.output
    assert not (tmp_path / "j.html").exists()
    (tmp_path / "two").mkdir()
    heads = [*heads_at(tmp_path, "a.glb"), *heads_at(tmp_path / "two", "a.glb")]
    arguments = ["default", "--judge", *heads, "-o", str(tmp_path / "j.html")]
    done = CliRunner().invoke(command, arguments)
    assert "several heads are called a.glb: rename the files" in done.output


@pytest.mark.usefixtures("one_classifier")
def test_the_drawn_face_is_a_head_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawings(shots: Sequence[Shot]) -> Iterator[Facts | bytes]:
        yield from plain_drawing(Path(), shots, size=1, png=True, close=True)

    monkeypatch.setattr(head, "_drawings", drawings)
    monkeypatch.chdir(tmp_path)
    heads = [*heads_at(tmp_path, "a.glb"), "--avatar", "drawn"]
    arguments = ["default", "--judge", *heads, "-o", "j.html", "--by", "fer"]
    done = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert f"judging: {4 * 49} of {4 * 49}" in done.stderr  # three turns, and one drawing
    assert "drawn, fer: basic emotions named" in done.stdout
    (tmp_path / "drawn").write_bytes(b"")
    assert HeadPath().convert("drawn", None, None) == Path("drawn")
    assert not is_drawn(Path("drawn"))


def test_the_drawn_face_is_drawn_on_a_ground() -> None:
    facts, rest, wide = head.Head().draw([Shot(weights={}), Shot(weights={"jawOpen": 1.0})])
    assert isinstance(facts, Facts)
    assert len(facts.present) == 52
    assert isinstance(rest, bytes)
    assert rest != wide
    assert cut(pixels(rest), Crop(x=4, y=4, side=4), 2)[0, 0].tolist() == [0x3C, 0x46, 0x52]


@pytest.mark.usefixtures("clear_eyes")
def test_the_command_writes_the_page_and_prints_json(tmp_path: Path) -> None:
    avatar, out = tmp_path / "head.glb", tmp_path / "judged.html"
    avatar.write_bytes(b"")
    arguments = ["default", "--judge", "--avatar", str(avatar), "-o", str(out)]
    done = CliRunner().invoke(command, [*arguments, "--format", "json"], standalone_mode=False)
    assert done.return_value == 0
    assert json.loads(done.stdout)["bank"].startswith("Default ")
    assert "<title>Default" in out.read_text("utf-8")
    done = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert "faces are nearest to their own label" in done.stdout
    whole = 3 * (1 + 48 + 52)
    lines = [line for line in done.stderr.splitlines() if line.startswith("judging: ")]
    assert lines[0] == f"judging: 1 of {whole}"
    assert lines[-1] == f"judging: {whole} of {whole}"
    assert len(lines) == 11


def test_mediapipe_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        assert name

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    with (
        pytest.raises(AvatarError, match=re.escape("pip install 'mien[judge]'")),
        open_observer(None),
    ):
        pass
    with pytest.raises(AvatarError, match=r"face_landmarker\.task is needed: name it with --model"):
        find_model(None)
    assert find_model(Path("mine.task")) == Path("mine.task")


def test_a_frame_is_of_the_whole_mesh_and_between_the_eyes() -> None:
    points = [(50.0, 60.0)] * 478
    corners = {33: (20.0, 41.0), 133: (30.0, 39.0), 362: (60.0, 44.0), 263: (70.0, 36.0)}
    edges = {105: (25.0, 28.0), 334: (65.0, 27.0), 152: (45.0, 95.0), 10: (44.0, 3.0)}
    sides = {234: (5.0, 50.0), 454: (88.0, 50.0)}
    for point, place in {**corners, **edges, **sides}.items():
        points[point] = place
    frame = frame_of(points)
    assert json.loads(json.dumps(frame)) == {
        "eyes": [45.0, 40.0],
        "eye_distance": 40.0,
        "left": 5.0,
        "top": 3.0,
        "right": 88.0,
        "bottom": 95.0,
        "brows": 27.0,
    }


def test_an_observer_says_what_it_sees_and_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {"weights": {"jawOpen": 0.5}, "frame": frame_of([(1.0, 2.0)] * 478)}
    program = tmp_path / "python"
    answers = "\n".join(json.dumps(one) for one in ("ready", seen, None, seen))
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answers}\nEND\ncat > /dev/null\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())  # pyright: ignore
    with open_observer(tmp_path / "a.task") as observer:
        look = observer.look(b"a picture")
        assert look is not None
        assert look.weights == {"jawOpen": 0.5}
        assert (look.frame.eyes, look.frame.eye_distance) == ((1.0, 2.0), 0.0)
        assert observer.look(b"another") is None
        assert observer.read(b"a third") == {"jawOpen": 0.5}


def test_an_observer_that_stops_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho the model is damaged >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())  # pyright: ignore
    with (
        pytest.raises(AvatarError, match="MediaPipe stopped: the model is damaged"),
        open_observer(tmp_path / "a.task"),
    ):
        pass


def mediapipe_and_model() -> bool:
    try:
        find_model(None)
    except AvatarError:
        return False
    return importlib.util.find_spec("mediapipe") is not None


@pytest.mark.skipif(not mediapipe_and_model(), reason="MediaPipe (mien[judge]) is not installed")
def test_mediapipe_answers() -> None:
    # A picture of nothing: one grey pixel.
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d494844520000000100000001080200000090"
        "7753de0000000c4944415408d7636868680000030401812cd8f0980000000049454e44ae426082"
    )
    with open_observer(None) as observer:
        assert observer.read(png) is None
        assert observer.read(png) is None
