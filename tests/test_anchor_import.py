"""A team's table of points: read on the scale that is told, written as drafts or as a patch."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.program import ended

from mien.authored.reader import read_bank
from mien.errors import SourceError
from mien.intake.anchor_table import read_anchors
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml

TINY = Path(__file__).parent / "banks" / "tiny"
HEAD = "label,level,V,A,D\n"
SIGNED = HEAD + "happy,low,0.4,-0.1,0.2\nglad,high,0.9,0.8,0.6\ncross,mid,-0.5,0.6,0.3\n"


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(TINY, tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    return Path("tiny")


def saved(text: object, name: str = "vad.csv") -> Path:
    path = Path(name)
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(text if isinstance(text, str) else json.dumps(text, indent=1), "utf-8")
    return path


POINT = [0.5, -0.25, 0.125]
NAMED = {"valence": 0.5, "arousal": -0.25, "dominance": 0.125}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"happy": {"low": POINT}}, "t.json"),
        ({"anchors": {"happy": {"low": {"vad": POINT}}}}, "t.json"),
        ([{"Emotion": "happy", "intensity": "low", **NAMED}], "t.json"),
        ([{"label": "happy", "level": "low", "PAD": POINT}], "t.json"),
        ({"happy": {"low": NAMED}}, "t.json"),
        ("happy:\n  low: {V: 0.5, A: -0.25, D: 0.125}\n", "t.yaml"),
        ("Word, at, D, Pleasure, a\nhappy, low, 0.125, 0.5, -0.25\n", "t.csv"),
        ("word;at;d;v;a\nhappy;low;0,125;0,5;-0,25\n", "t.csv"),
        ("word\tat\td\tv\ta\nhappy\tlow\t0.125\t0.5\t-0.25\n", "t.tsv"),
    ],
)
def test_tables_are_read_in_the_forms_that_teams_use(bank: Path, data: object, name: str) -> None:
    table = read_anchors(saved(data, name))
    (row,) = table.rows
    assert (row.label, row.level, row.numbers) == ("happy", "low", (0.5, -0.25, 0.125))
    assert table.vad(row) == (0.5, -0.25, 0.125)
    assert (table.low, table.high) == (-1.0, 1.0)
    assert table.notes[-1].startswith(("read as -1 to 1", "commas were read")) or table.notes


@pytest.mark.parametrize(
    ("numbers", "scale", "expected"),
    [
        ("0.5,0.75,0", (0.0, 1.0), (0.0, 0.5, -1.0)),
        ("0.5,0.75,0", (-1.0, 1.0), (0.5, 0.75, 0.0)),
        ("5,9,3", None, (0.0, 1.0, -0.5)),
        ("5,4,3", (1.0, 5.0), (1.0, 0.5, 0.0)),
        ("50,100,0", (0.0, 100.0), (0.0, 1.0, -1.0)),
    ],
)
def test_any_scale_becomes_minus_one_to_one(
    bank: Path,
    numbers: str,
    scale: tuple[float, float] | None,
    expected: tuple[float, float, float],
) -> None:
    table = read_anchors(saved(f"label,v,a,d\nglad,{numbers}\n"), scale)
    assert table.vad(table.rows[0]) == expected


@pytest.mark.parametrize("numbers", ["0.5,0.75,0", "2,4,3", "1,7,3", "50,100,0"])
def test_a_scale_is_never_guessed(bank: Path, numbers: str) -> None:
    with pytest.raises(SourceError, match="does not tell their scale") as refusal:
        read_anchors(saved(f"label,v,a,d\nglad,{numbers}\n"))
    assert refusal.value.faults[0].code == "no-scale"
    assert "--scale 0 1" in refusal.value.faults[0].hint


def test_drafts_stand_under_the_labels_that_are_meant(bank: Path) -> None:
    text = SIGNED + "joyful,mid,0,0,0\ncross,peak,0,0,0\nflow,low,0,0,0\nCross,mid,0,0,0\n"
    path = saved(text + "cross,sulky,-0.3,-0.2,-0.4\n")
    before = path.read_bytes()
    given = ["import", "--anchors", str(path), "-o", "drafts", "--bank", str(bank)]
    said = ended(2, *given).stderr
    assert "vad.csv:6:1: error: cross has no peak [unknown-intensity]" in said
    assert "vad.csv:7:1: error: no label flow [unknown-label]" in said
    assert "nothing is written; --known-only leaves such rows out" in said
    assert not Path("drafts").exists()
    told = ended(0, *given, "--known-only")
    said = told.stderr
    assert "read as -1 to 1: numbers lie below 0, and none beyond 1" in said
    once = "write glad if both are one emotion"
    assert f"vad.csv:2:1: happy means glad, as glad does; left out: {once}\n" in said
    assert f"vad.csv:5:1: joyful means glad, as glad does; left out: {once}\n" in said
    assert "vad.csv:6:1: cross has no peak, left out: it has low, mid, high, contained" in said
    assert "vad.csv:7:1: no label flow, left out: " in said
    assert "vad.csv:8:1: a second point for cross mid, left out" in said
    assert told.stdout == "drafts/glad.yaml: high of glad\ndrafts/cross.yaml: mid, sulky of cross\n"
    found = plain(require_yaml(Path("drafts/cross.yaml").read_text("utf-8"), "cross.yaml"))
    assert found == {
        "anchors": {
            "mid": {"vad": [-0.5, 0.6, 0.3], "basis": "vad.csv: cross -0.5 0.6 0.3, on -1 to 1"}
        },
        "styles": {
            "sulky": {
                "anchor": {
                    "vad": [-0.3, -0.2, -0.4],
                    "basis": "vad.csv: cross -0.3 -0.2 -0.4, on -1 to 1",
                }
            }
        },
    }
    assert path.read_bytes() == before
    assert "exists; name a new folder" in ended(2, *given, "--known-only").stderr


def test_what_lint_says_stands_in_the_draft(bank: Path) -> None:
    emotion = next(one for one in read_bank(bank).emotions if one.label == "glad")
    near = ",".join(f"{one + 0.01:g}" for one in emotion.anchors["low"].vad)
    path = saved(f"label,level,v,a,d\nglad,mid,{near}\n")
    more = ["-o", "drafts", "--bank", str(bank), "--scale", "-1", "1"]
    ended(0, "import", "--anchors", path, *more)
    text = Path("drafts/glad.yaml").read_text("utf-8")
    assert "# glad: the anchors low and mid are 0.0" in text
    assert "[anchor-spacing]" in text


def test_a_patch_moves_the_anchors_of_a_bank(bank: Path) -> None:
    path = saved(SIGNED)
    ended(0, "fmt", bank)
    before = {one: one.read_bytes() for one in bank.rglob("*.yaml")}
    said = ended(0, "import", "--anchors", path, "-o", "v.patch", "--bank", bank).stdout
    assert "v.patch: moves anchors in 2 files of tiny; git apply v.patch" in said
    assert {one: one.read_bytes() for one in bank.rglob("*.yaml")} == before
    subprocess.run(["git", "apply", "v.patch"], check=True)
    moved = read_bank(bank)
    glad, cross = (next(e for e in moved.emotions if e.label == n) for n in ("glad", "cross"))
    assert glad.anchors["high"].vad == (0.9, 0.8, 0.6)
    assert cross.anchors["mid"].vad == (-0.5, 0.6, 0.3)
    assert cross.anchors["mid"].basis == "vad.csv: cross -0.5 0.6 0.3, on -1 to 1"
    own = next(one for one in read_bank(TINY).emotions if one.label == "glad")
    assert glad.archetypes == own.archetypes
    ended(0, "fmt", "--check", bank)
    told = ended(0, "import", "--anchors", path, "-o", "w.patch", "--bank", bank).stdout
    assert "nothing to patch" in told
    assert not Path("w.patch").exists()


def test_a_patch_of_a_bank_elsewhere_is_applied_as_is_said(
    bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Path("..", bank)
    (tmp_path / "my tables").mkdir()
    monkeypatch.chdir(tmp_path / "my tables")
    told = ended(0, "import", "--anchors", saved(SIGNED), "-o", "v.patch", "--bank", away).stdout
    subprocess.run(shlex.split(told.splitlines()[0].partition("; ")[2]), check=True)
    glad = next(one for one in read_bank(away).emotions if one.label == "glad")
    assert glad.anchors["high"].vad == (0.9, 0.8, 0.6)


@pytest.mark.parametrize(
    ("data", "name", "more", "expected"),
    [
        ("label,v,a\nglad,0,-1\n", "t.csv", [], "t.csv:1:1: error: there is no column dominance"),
        ("label,v,a,domin\nx,0,-1,0\n", "t.csv", [], "call it d or dominance"),
        ("v,a,d\n0,-1,0\n", "t.csv", [], "there is no column label"),
        ("label,v,a,d\nglad,0,5,-1,0\n", "t.csv", [], "is a comma the decimal sign here?"),
        ('label,v,a,d\nglad,"0,5",-1,0\n', "t.csv", [], "t.csv:2:6: error: valence is '0,5'"),
        ("label,v,a,d\nglad,,-1,0\n", "t.csv", [], "valence is nothing, expected a number"),
        ("label,v,a,d\nglad,nan,-1,0\n", "t.csv", [], "valence is 'nan', expected a number"),
        (
            "label,v,a,d\nglad,0,-1,3\n",
            "t.csv",
            ["--scale", "-1", "1"],
            "expected -1 to 1 [no-point]",
        ),
        ("label,v,a,d\n", "t.csv", [], "there is no point of valence, arousal and dominance"),
        ('{"glad": [0.1, 0.2]}', "t.json", [], "glad: 2 numbers, expected valence, arousal"),
        ('{"glad": {"v": 0.1, "d": 1}}', "t.json", [], "glad: there is no arousal"),
        ('{"glad": [0,1, 0.2', "t.json", [], "t.json:1:"),
        (
            '{"flow": [0.1, -0.2, 0]}',
            "t.json",
            ["--known-only"],
            "no row of t.json means a label of tiny",
        ),
        (SIGNED, "t.csv", ["--scale", "1", "1"], "give the lowest number, then the highest"),
        (SIGNED, "t.csv", ["--scale", "0", "inf"], "give the lowest number, then the highest"),
        (SIGNED, "t.csv", ["--intensity", "hi"], "no intensity hi; did you mean high?"),
        (HEAD + 'glad,low,"' + "9" * 200_000, "t.csv", [], "t.csv:2:1: error: this cannot be read"),
        (HEAD + 'glad,low,"' + "9" * 200_000, "t.csv", [], "[no-table]"),
        (SIGNED.encode("utf-16"), "t.csv", [], "it looks like UTF-16; save the file as UTF-8"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_at_its_place(
    bank: Path, data: object, name: str, more: list[str], expected: str
) -> None:
    saved(data, name)
    assert expected in " ".join(
        ended(2, "import", "--anchors", name, "-o", "drafts", "--bank", bank, *more).stderr.split()
    )
    assert not Path("drafts").exists()


def test_a_patch_that_is_there_is_kept(bank: Path) -> None:
    Path("v.patch").write_text("ours", "utf-8")
    text = HEAD + "glad,high,0.9,0.8,-0.1\n"
    given = ["import", "--anchors", str(saved(text)), "--bank", str(bank), "-o"]
    assert "v.patch exists; name a new file" in ended(2, *given, "v.patch").stderr
    assert Path("v.patch").read_text("utf-8") == "ours"
    assert "w.patch: moves anchors in 1 file of tiny" in ended(0, *given, "w.patch").stdout


def test_a_release_is_never_patched(bank: Path) -> None:
    said = ended(2, "import", "--anchors", saved(SIGNED), "-o", "v.patch").stderr
    assert "is a frozen release" in said
    told = ended(2, "import", saved(SIGNED), "-o", "x.csv", "--scale", "0", "1").stderr
    assert "--scale is of a table of points: give --anchors" in told
    shown = ended(2, "import", saved(SIGNED), "-o", "x.csv", "--known-only").stderr
    assert "--known-only is of a table of points" in shown
