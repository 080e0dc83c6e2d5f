"""The judge: readings to verdicts, channels to what is seen of them, and the report."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
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
from mien.judge import judge
from mien.judge.html import confusion_svg, judge_html
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
from mien.judge.observer import find_model, open_observer
from mien.judge.report import channels_with, report_json, report_lines

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


# A picture here is the weights themselves, so that reading it back is exact.


@frozen(kw_only=True)
class ClearEyes:
    """Reads what it is told, but for channels in ``blind``."""

    blind: frozenset[str]

    def read(self, picture: bytes) -> Mapping[str, float] | None:
        seen: dict[str, float] = json.loads(picture)
        return {name: weight for name, weight in seen.items() if name not in self.blind}


def plain_drawing(
    model: Path, shots: Sequence[Shot], *, size: int, png: bool = False
) -> Iterator[Facts | bytes]:
    assert png
    assert size > 0
    yield FACTS
    for shot in shots:
        yield json.dumps(dict(shot.weights)).encode()


@pytest.fixture
def clear_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def observer(model: Path | None) -> Generator[ClearEyes]:
        yield ClearEyes(blind=frozenset({"cheekPuff", "tongueOut"}))

    monkeypatch.setattr(judge, "draw_faces", plain_drawing)
    monkeypatch.setattr(judge, "open_observer", observer)
    monkeypatch.setattr(judge, "thumbnail", lambda picture: "data:,")  # pyright: ignore


@pytest.mark.usefixtures("clear_eyes")
def test_a_whole_bank_is_judged(bank: AuthoredBank) -> None:
    steps: list[int] = []
    report = judge.judge_bank(bank, Path("head.glb"), None, lambda: steps.append(1))
    assert len(steps) == judge.count_pictures(bank) == 3 * (1 + 48 + 52)
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
    page = judge_html(report)
    assert page == judge_html(report)
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert page.count("<svg") == 2
    assert "not observe" in page


@pytest.mark.usefixtures("clear_eyes")
def test_another_rig_is_judged_alike_or_refused(bank: AuthoredBank, folder: Path) -> None:
    plain = judge.judge_bank(bank, Path("head.glb"), None)
    rename_channels(folder, pascal)
    report = judge.judge_bank(read_bank(folder), Path("head.glb"), None)
    assert [one.sight for one in report.sights] == [one.sight for one in plain.sights]
    assert report.euclid.recognised == plain.euclid.recognised
    assert report.facts.remarks == ()
    rename_channels(folder, foreign)
    with pytest.raises(AvatarError, match="has no such channels: rig_eyeblinkleft_x, "):
        judge.judge_bank(read_bank(folder), Path("head.glb"), None)
    add_aliases(folder, {"rig_jawopen_x": "jawOpen"})
    report = judge.judge_bank(read_bank(folder), Path("head.glb"), None)
    assert "has no such channels: rig_eyeblinkleft_x, " in report.facts.remarks[-1]
    assert "rig_jawopen_x" not in report.facts.remarks[-1]


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
