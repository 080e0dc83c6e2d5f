"""Banks of other rigs are drawn by spelling or alias; what cannot be drawn is listed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.other_rigs import VRM, add_aliases, foreign, pascal, rename_channels, write_bare_bank
from tests.program import ended, ran

import mien
from mien.authored.reader import read_bank
from mien.drawing.document import shipped_face
from mien.drawing.rig_weights import drawn_channels, drawn_weights
from mien.errors import SourceError
from mien.sheet.faces import named_faces
from mien.view.messages import state_data
from mien.view.state import first_snapshot

FACE = shipped_face()


@pytest.fixture
def names(folder: Path) -> tuple[str, ...]:
    return read_bank(folder).rig.names


def drawing(path: Path) -> str:
    """The SVG in a file, without what depends on its title."""
    return path.read_text("utf-8").partition("\n")[2]


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("eyeBlinkLeft", "eyeBlinkLeft"),
        ("EyeBlinkLeft", "eyeBlinkLeft"),
        ("eyeBlink_L", "eyeBlinkLeft"),
        ("EyeBlink_R", "eyeBlinkRight"),
        ("eye_blink_left", "eyeBlinkLeft"),
        ("EYE_BLINK_L", "eyeBlinkLeft"),
        ("eyeBlinkL", "eyeBlinkLeft"),
        ("eyeblinkleft", "eyeBlinkLeft"),
        ("JawOpen", "jawOpen"),
        ("jaw_left", "jawLeft"),
        ("mouthL", "mouthLeft"),
    ],
)
def test_known_spellings(name: str, channel: str) -> None:
    assert drawn_channels(FACE, name) == (channel,)


@pytest.mark.parametrize(
    "name", ["blink", "joy", "aa", "eyeBlink", "mouth", "L", "Left", "jawOpen2"]
)
def test_other_names_are_not_guessed(name: str) -> None:
    assert drawn_channels(FACE, name) == ()


def test_every_channel_is_found_by_every_spelling_and_no_two_share_one() -> None:
    for channel in FACE.channels:
        assert drawn_channels(FACE, channel) == (channel,)
        assert drawn_channels(FACE, pascal(channel)) == (channel,)


def test_weights_of_several_channels_add_up_to_one() -> None:
    aliases = {"blink": ("eyeBlinkLeft", "EyeBlinkRight")}
    found = drawn_weights(
        FACE, {"blink": 0.7, "eyeBlinkLeft": 0.6, "ears": 0.2, "nose": 0}, aliases
    )
    assert found.weights == {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 0.7}
    assert found.undrawn == ("ears",)
    assert not found.blank
    assert drawn_weights(FACE, {"ears": 0.2, "jawOpen": 0.0}).blank
    assert not drawn_weights(FACE, {"jawOpen": 0.0, "ears": 0.0}).blank


@pytest.fixture
def plain(folder: Path, tmp_path: Path) -> str:
    """Joy as the rig's own bank draws it."""
    out = tmp_path / "plain.svg"
    ended(0, "face", folder, "joy", "-o", out)
    return drawing(out)


def test_a_rig_in_pascal_case_is_drawn_alike(folder: Path, tmp_path: Path, plain: str) -> None:
    rename_channels(folder, pascal)
    out = tmp_path / "face.svg"
    assert "ot drawn" not in ended(0, "face", folder, "joy", "-o", out).stderr
    assert drawing(out) == plain
    ended(0, "sheet", folder, "-o", tmp_path / "sheet.html")
    assert "ot drawn" not in (tmp_path / "sheet.html").read_text("utf-8")


def test_a_rig_with_aliases_is_drawn_alike(
    folder: Path, tmp_path: Path, plain: str, names: tuple[str, ...]
) -> None:
    rename_channels(folder, foreign)
    add_aliases(folder, {foreign(name): name for name in names})
    out = tmp_path / "face.svg"
    ended(0, "face", folder, "joy", "-o", out)
    assert drawing(out) == plain
    ended(0, "sheet", folder, "-o", tmp_path / "sheet.svg")
    sheet = (tmp_path / "sheet.svg").read_text("utf-8")
    assert "ot drawn" not in sheet
    assert ran("fmt", "--check", folder.parent / "rigs").exit_code in {0, 1}


def test_a_face_of_which_nothing_can_be_drawn_is_refused(folder: Path, tmp_path: Path) -> None:
    rename_channels(folder, foreign)
    out = tmp_path / "face.svg"
    error = ended(2, "face", folder, "joy", "-o", out).stderr
    assert "rig_mouthsmileleft_x" in error
    assert "aliases" in error
    assert "defect" not in error
    assert not out.exists()
    ended(0, "face", folder, "joy", "--format", "json")


def test_a_sheet_of_such_faces_shows_none_at_rest(folder: Path, tmp_path: Path) -> None:
    for path in (folder / "emotions").glob("*.yaml"):  # filmstrips begin and end at rest
        still, _, _ = path.read_text("utf-8").partition("\ndynamics:")
        path.write_text(still.rstrip() + "\n", "utf-8")
    resting = sum(not any(face.weights.values()) for face in named_faces(read_bank(folder)))
    rename_channels(folder, foreign)
    for suffix in ("html", "svg"):
        out = tmp_path / f"sheet.{suffix}"
        ended(0, "sheet", folder, "-o", out)
        text = out.read_text("utf-8")
        assert "Not drawn, for the drawn face has no such channels: " in text
        unbroken = re.sub(r"</text>\n<text[^>]*>", " ", text)  # an SVG breaks long lines
        assert "not drawn: rig_mouthsmileleft_x" in unbroken
        nested = 1 if suffix == "svg" else 0
        assert text.count("<svg") - nested == resting


def test_two_channels_too_many_are_listed_where_they_move(folder: Path, tmp_path: Path) -> None:
    rig = folder.parent / "rigs" / "arkit52.yaml"
    text = rig.read_text("utf-8")
    more = "  - {name: earWiggle, class: EXPRESSION}\n  - {name: lipBite, class: SHARED}\n"
    text = text.replace("  - {name: tongueOut, class: LIPSYNC}\n", "\\g", 1).replace(
        "\\g", "  - {name: tongueOut, class: LIPSYNC}\n" + more
    )
    assert "earWiggle" in text
    rig.write_text(text, "utf-8")
    joy = folder / "emotions" / "joy.yaml"
    joy.write_text(
        joy.read_text("utf-8").replace("  mid:\n", "  mid:\n    earWiggle: 0.2\n", 1), "utf-8"
    )
    out = tmp_path / "face.svg"
    error = ended(0, "face", folder, "joy", "-o", out).stderr
    assert "has no such channels: earWiggle." in error
    assert out.exists()
    artifacts = ["--out", str(tmp_path / "build")]
    ended(0, "check", folder)
    ended(0, "compile", folder, *artifacts)
    ended(0, "compile", folder, "--check", *artifacts)
    ended(0, "release", folder)
    ended(0, "verify", folder)
    ended(0, "sheet", folder, "-o", tmp_path / "sheet.html")
    sheet = (tmp_path / "sheet.html").read_text("utf-8")
    assert "not drawn: earWiggle" in sheet
    assert "lipBite" not in sheet


def test_a_report_of_a_difference_is_drawn(folder: Path, tmp_path: Path) -> None:
    from shutil import copytree

    rename_channels(folder, pascal)
    old = tmp_path / "old"
    copytree(folder, old / "default")
    copytree(folder.parent / "rigs", old / "rigs")
    joy = folder / "emotions" / "joy.yaml"
    text = joy.read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("    CheekSquint: "))
    joy.write_text(text.replace(line, "    CheekSquint: 0.41", 1), "utf-8")
    out = tmp_path / "report.html"
    ended(0, "diff", old / "default", folder, "--report", out)
    assert "<svg" in out.read_text("utf-8")
    assert "ot drawn" not in out.read_text("utf-8")


def test_an_alias_of_an_unknown_channel_is_a_fault(folder: Path) -> None:
    add_aliases(folder, {"jawOpenn": "jawOpen"})
    with pytest.raises(SourceError) as caught:
        read_bank(folder)
    (fault,) = caught.value.faults
    assert fault.code == "unknown-channel"
    assert "jawOpen" in fault.hint
    assert fault.path == "aliases.jawOpenn"


def test_the_page_learns_what_moves_in_the_drawing(folder: Path) -> None:
    rename_channels(folder, pascal)
    drawn: dict[str, Any] = state_data(first_snapshot(folder))["drawn"]
    assert drawn["EyeBlinkLeft"] == ("eyeBlinkLeft",)
    assert len(drawn) == 52
    assert json.dumps(drawn)


RIGS: dict[str, tuple[str, ...]] = {
    "three": ("up", "down", "wide"),
    "vrm": VRM,
    "nonsense": tuple(f"q{position:03d}_zx" for position in range(256)),
}


@pytest.fixture(params=RIGS)
def bare(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bank on a rig of its own that has nothing optional, in the working folder."""
    monkeypatch.chdir(tmp_path)
    write_bare_bank(Path("own"), RIGS[request.param])
    return Path("own")


def test_a_rig_with_nothing_optional_goes_all_the_way(bare: Path) -> None:
    bank = read_bank(bare)
    names = bank.rig.names
    assert (bank.rules.strength, bank.rules.trends) == (0.0, {})
    assert not any(emotion.action_units.core for emotion in bank.emotions)
    for command in (
        "fmt own",
        "fmt --check own",
        "check own",
        "compile own",
        "compile own --check",
    ):
        ended(0, *command.split())
    loaded = mien.load("own")
    for at, weight in (("low", 0.2), ("mid", 0.4), ("high", 0.6)):
        told = ended(0, "face", "own", "glad", "--at", at, "--format", "json").stdout
        weights = json.loads(told)["channels"]
        assert tuple(weights) == names
        assert weights[names[0]] == pytest.approx(weight)
        assert weights[names[-1]] == 0.0
        assert loaded.face("glad", at=at)[0] == np.float32(weight)
    assert loaded.face("glad", speech=1.0)[0] == np.float32(0.4)  # EXPRESSION stays
    for out in ("sheet.html", "sheet.svg"):
        ended(0, "sheet", "own", "-o", out)
        assert f"not drawn: {names[0]}" in Path(out).read_text("utf-8")
    said = ended(2, "face", "own", "glad", "-o", "face.svg").stderr
    assert f"no such channels: {names[0]}" in said
    assert len(said) < 400
    drawn: dict[str, Any] = state_data(first_snapshot(bare))["drawn"]
    assert list(drawn) == list(names)
    assert not any(drawn.values())


def test_releases_of_a_rig_with_nothing_optional(bare: Path) -> None:
    ended(0, "compile", "own")
    ended(0, "release", "own")
    ended(0, "verify", "own")
    ended(0, "check", "own", "--against", "own@latest")
    glad = bare / "emotions" / "glad.yaml"
    glad.write_text(glad.read_text("utf-8").replace(": 0.6", ": 0.62"), "utf-8")
    ended(0, "diff", "own@latest", "own", "--report", "report.html")
    assert "not drawn" in Path("report.html").read_text("utf-8")
    ended(1, "check", "own", "--against", "own@latest")
    ended(0, "init", "copy", "--from", "own")
    assert "rules" not in Path("copy/README.md").read_text("utf-8")
    ended(0, "compile", "copy")


def test_no_rules_are_the_same_as_rules_of_no_strength(bare: Path) -> None:
    ended(0, "compile", "own")
    without = Path("build/own.safetensors").read_bytes()
    rules = "schema: mien/rules/1\nstrength: 0\ntrends: {}\nantagonists: {near: cap, soft: off}\n"
    (bare / "rules.yaml").write_text(rules, "utf-8")
    ended(0, "compile", "own")
    assert Path("build/own.safetensors").read_bytes() == without


def codes(folder: Path) -> dict[str, str]:
    """Path and code of the faults of a bank that cannot be read."""
    with pytest.raises(SourceError) as caught:
        read_bank(folder)
    return {fault.message: fault.code for fault in caught.value.faults}


def test_what_the_rig_lists_the_bank_must_settle(bare: Path) -> None:
    rig = bare / "rigs" / "own.yaml"
    channels = rig.read_text("utf-8")
    one, other, *_ = RIGS["three"] if "up" in channels else read_bank(bare).rig.names
    rig.write_text(f"{channels}action_units:\n  4: {{name: A, channels: {{{one}: 1}}}}\n", "utf-8")
    assert codes(bare) == {"the key action_units is missing": "missing-key"}
    rig.write_text(channels.replace("class: LIPSYNC", "class: SHARED", 1), "utf-8")
    assert codes(bare) == {"the key speech is missing": "missing-key"}
    pair = f"  - {{pair: [{one}, {other}], kind: KIND, cap: 0, reason: opposites}}\n"
    hard = pair.replace("KIND", "hard")
    rig.write_text(f"{channels}antagonists:\n{hard}", "utf-8")
    assert read_bank(bare).rig.antagonists
    rig.write_text(f"{channels}antagonists:\n{pair.replace('KIND', 'soft')}", "utf-8")
    assert codes(bare) == {"the bank has no rules.yaml (or rules.json)": "file-missing"}
    rules = bare / "rules.yaml"
    rules.write_text("schema: mien/rules/1\n", "utf-8")
    assert codes(bare) == {"the key antagonists is missing": "missing-key"}
    rules.write_text("schema: mien/rules/1\nantagonists: {near: cap, soft: off}\n", "utf-8")
    assert read_bank(bare).rules.strength == 0.0
    rules.write_text(
        "schema: mien/rules/1\nantagonists: {near: cap, soft: off}\ntrends: {}\n", "utf-8"
    )
    assert codes(bare) == {"the key strength is missing": "missing-key"}


@pytest.mark.parametrize("renaming", [pascal, foreign])
def test_a_full_bank_on_other_names_goes_all_the_way(
    folder: Path, renaming: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    before = mien.load(folder).face("joy", at="low")
    rename_channels(folder, renaming)
    for command in ("check default/", "compile default/", "compile default/ --check"):
        ended(0, *command.split())
    faces = mien.load(folder)
    assert faces.channels == tuple(map(renaming, mien.load("default@latest").channels))
    assert faces.face("joy", at="low").tolist() == before.tolist()
    ended(0, "release", "default/")
    ended(0, "verify", "default/")
