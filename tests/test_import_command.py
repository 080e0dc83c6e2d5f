"""`mien import`: recordings become takes, moments of them become drafts that lint has read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.program import ended

from mien.authored.reader import read_bank
from mien.formats import livelink, named_json
from mien.formats.archetype_draft import draft
from mien.formats.arkit import arkit_channels
from mien.formats.registry import read_take
from mien.formats.take import steady_take
from mien.resolve import resolve
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml

CHANNELS = arkit_channels()
NAMES = [name for name in CHANNELS if name != "tongueOut"]
BANK = read_bank(resolve("default").sources)


def at(name: str) -> int:
    return CHANNELS.index(name)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two seconds of MediaPipe's: a smile that rises, sides apart, and noise on one channel."""
    lines = [",".join(["frame", "timestamp", "_neutral", *NAMES])]
    for row in range(60):
        values = dict.fromkeys(NAMES, 0.0)
        values |= {"mouthSmileLeft": row / 100, "mouthSmileRight": row / 100, "browInnerUp": 0.3}
        values |= {"jawLeft": 0.25 if row == 30 else 0.0, "eyeSquintLeft": 0.011}
        lines.append(f"{row},{row / 30:.4f},1e-5," + ",".join(str(values[name]) for name in NAMES))
    path = tmp_path / "web.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.mark.parametrize("ending", [".csv", ".json", ".a2f.json"])
def test_a_recording_becomes_a_take(recording: Path, ending: str) -> None:
    before = recording.read_bytes()
    out = recording.with_name(f"take{ending}")
    said = ended(0, "import", recording, "-o", out)
    assert said.stdout.startswith(f"{out}: 60 rows, 2.00 s at 30 a second, as ")
    assert said.stderr == "not recorded, at rest: tongueOut\n"
    assert recording.read_bytes() == before
    found, own = read_take(out), read_take(recording)
    assert np.abs(found.weights - own.weights).max() < 1e-3
    assert found.weights[30, at("jawLeft")] > 0.2
    assert not found.weights[:, at("jawRight")].any()


def test_what_was_mended_is_told(tmp_path: Path) -> None:
    take = steady_take(60, CHANNELS, np.full((3, 52), 0.25, dtype=np.float32))
    lines = livelink.encode(take).decode().splitlines()
    lines[2] = lines[2].replace("0.2500000000", "1.0500000000", 1)
    lines[0] = lines[0].replace("HeadYaw", "Angry")
    path = tmp_path / "take.csv"
    path.write_text("\n".join([*lines, lines[3]]), "utf-8")
    assert ended(0, "import", path, "-o", tmp_path / "take.json").stderr == (
        "weights outside [0, 1], cut off: 1\n"
        "rows of a moment that was there before, left out: 1\n"
        "no channels, left out: Angry\n"
    )
    assert named_json.read(tmp_path / "take.json").weights[1, 0] == 1.0


def drafted(recording: Path, *options: str) -> tuple[str, dict[str, object]]:
    out = recording.with_name("draft.yaml")
    out.unlink(missing_ok=True)
    ended(0, "import", recording, "-o", out, *options)
    text = out.read_text("utf-8")
    document = plain(require_yaml(text, "draft.yaml"))
    assert isinstance(document, dict)
    archetypes = document["archetypes"]
    assert isinstance(archetypes, dict)
    return text, {str(key): value for key, value in archetypes.items()}


def test_a_moment_becomes_a_draft(recording: Path) -> None:
    text, found = drafted(recording, "--at", "1.5s", "--intensity", "high")
    assert text.startswith("# A draft from web.csv at 1.5 s.")
    assert found == {"high": {"mouthSmile": 0.45, "browInnerUp": 0.3}}
    assert "[" not in text, "lint has nothing to say of it"


def test_a_range_becomes_its_mean_or_its_peak(recording: Path) -> None:
    text, found = drafted(recording, "--range", "0.5", "0.9")
    assert "web.csv at 0.5 to 0.9 s, the mean." in text
    assert found == {"mid": {"mouthSmile": 0.21, "browInnerUp": 0.3}}
    text, found = drafted(recording, "--range", "0.5s", "5s", "--peak")
    assert "web.csv at 1.97 s, the peak from 0.5 to 5 s." in text
    assert found == {"mid": {"mouthSmile": 0.59, "browInnerUp": 0.3}}


def test_a_moment_is_drafted_for_a_label_at_every_intensity(recording: Path) -> None:
    text, found = drafted(recording, "--at", "1.5", "--label", "happy", "--ratios", "0.4,0.8,1.2")
    assert "Copy it under the archetypes of joy." in text
    assert "AU6" in text, "lint asks for the action units of the label"
    assert found == {
        "low": {"mouthSmile": 0.18, "browInnerUp": 0.12},
        "mid": {"mouthSmile": 0.36, "browInnerUp": 0.24},
        "high": {"mouthSmile": 0.54, "browInnerUp": 0.36},
    }


def test_what_lint_says_stands_in_the_draft() -> None:
    weights = {"jawLeft": 0.3, "jawRight": 0.2, "mouthClose": 0.5, "tongueOut": 0.014}
    text = draft(BANK, weights, "low", "a test")
    said = " ".join(line.removeprefix("# ") for line in text.splitlines() if line[0] == "#")
    assert "jawLeft 0.3 and jawRight 0.2 exclude each other (hard)" in said
    assert "lower jawRight to 0 [antagonists]" in said
    assert "mouthClose is 0.5 while jawOpen is 0" in said
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.endswith("  low:\n    jawLeft: 0.3\n    jawRight: 0.2\n    mouthClose: 0.5\n")
    assert draft(BANK, {}, "low", "a test").endswith("archetypes:\n  low: {}\n")


def test_a_draft_fits_into_a_bank(recording: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    ended(0, "init", folder)
    text, _ = drafted(recording, "--at", "1.5s", "--bank", str(folder), "--intensity", "mid")
    emotion = folder / "emotions" / "joy.yaml"
    lines = emotion.read_text("utf-8").splitlines()
    start = lines.index("  mid:", lines.index("archetypes:"))
    end = next(row for row in range(start + 1, len(lines)) if lines[row].startswith("  high:"))
    body = text.splitlines()
    lines[start:end] = body[body.index("  mid:") :]
    emotion.write_text("\n".join(lines) + "\n", "utf-8")
    found = read_bank(folder)
    joy = next(one for one in found.emotions if one.label == "joy")
    assert joy.archetypes["mid"] == {
        "mouthSmileLeft": 0.45,
        "mouthSmileRight": 0.45,
        "browInnerUp": 0.3,
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-o", "take.fbx"], "expected a name that ends in .csv"),
        (["-o", "web.csv"], "this is FILE itself"),
        (["-o", "a.yaml"], "give --at S or --range S S"),
        (["-o", "a.yaml", "--at", "1", "--range", "1", "2"], "give --at S or --range S S"),
        (["-o", "a.yaml", "--at", "1", "--peak"], "--peak is of a range"),
        (["-o", "a.yaml", "--at", "soon"], "soon is no moment: write it in seconds, such as 3.2s"),
        (["-o", "a.yaml", "--at", "-1"], "-1 is no moment"),
        (["-o", "a.yaml", "--at", "nan"], "nan is no moment"),
        (["-o", "a.yaml", "--at", "3"], "web.csv runs from 0 to 2.00 s"),
        (["-o", "a.yaml", "--range", "3", "4"], "web.csv runs from 0 to 2.00 s"),
        (
            ["-o", "a.yaml", "--range", "1", "0.5"],
            "the end is before the start: write --range 0.5 1",
        ),
        (["-o", "a.yaml", "--range", "1.001", "1.002"], "there is no row there"),
        (["-o", "a.yaml", "--peak"], "--peak is of a range, the face furthest from rest in it"),
        (["-o", "a.yaml", "--label", "joy"], "give --at S or --range S S"),
        (
            ["-o", "take.json", "--peak"],
            "--peak makes a draft of a moment: end -o in .yaml, and give",
        ),
        (
            ["-o", "drafts"],
            "FILE is read as CSV of named channels and holds no faces by their names, with weights",
        ),
        (["-o", "drafts"], "or draft a moment of it (-o NAME.yaml with --at S or --range S S)"),
        (
            ["-o", "a.yaml", "--at", "1", "--intensity", "hihg"],
            "no intensity hihg; did you mean hi",
        ),
        (["-o", "a.yaml", "--at", "1", "--bank", "defualt"], "default"),
        (["-o", "a.yaml", "--at", "1", "--label", "flow"], "no label flow: the labels are neutral"),
        (["-o", "a.yaml", "--at", "1", "--percent"], "--percent is of a table of faces"),
        (
            ["-o", "take.json", "--label", "joy"],
            "makes a draft of a moment: end -o in .yaml, and give",
        ),
        (["-o", "take.json", "--ratios", "1,2,3"], "makes a draft of a moment: end -o in .yaml"),
        (["-o", "there.yaml", "--at", "1"], "there.yaml exists; name a new file"),
        (["-o", "take.json", "--at", "1"], "--at makes a draft of a moment: end -o in .yaml"),
        ([], "Missing option '-o'"),
    ],
)
def test_wrong_usage_is_two_and_writes_nothing(
    recording: Path, options: list[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(recording.parent)
    Path("there.yaml").write_text("mine\n", "utf-8")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    assert expected in ended(2, "import", "web.csv", *options).stderr.replace("\n", " ")
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


def test_a_broken_recording_is_two_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text("frame,jawOpen\n1,0.2\n", "utf-8")
    said = ended(2, "import", path, "-o", tmp_path / "out.json").stderr
    assert "there is no column eyeBlinkLeft" in said
    assert not (tmp_path / "out.json").exists()
