"""Faces of other projects become drafts: by name, under the bank's labels, over all intensities."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.models import PASCAL, bound, clip, packed, sheet, vrm_0, vrm_1
from tests.program import ended

from mien.authored.reader import read_bank
from mien.errors import SourceError
from mien.intake.face_sources import read_faces
from mien.intake.face_table import FaceTable
from mien.intake.levels import default_ratios, spread
from mien.intake.moods import MOST
from mien.resolve import resolve
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml

BANK = read_bank(resolve("default").sources)
LEVELS = BANK.manifest.intensities
WRY = {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.5, "jawLeft": 0.2}
TINY = Path(__file__).parent / "banks" / "tiny"


def saved(folder: Path, data: object, name: str = "faces.json") -> Path:
    path = folder / name
    if isinstance(data, bytes):
        path.write_bytes(data)
    else:
        path.write_text(data if isinstance(data, str) else json.dumps(data, indent=1), "utf-8")
    return path


def faces(path: Path, full: float = 1.0) -> FaceTable:
    found = read_faces(path, BANK.rig, LEVELS, full)
    assert found is not None
    return found


def drafted(path: Path) -> dict[str, dict[str, float]]:
    document = plain(require_yaml(path.read_text("utf-8"), path.name))
    assert isinstance(document, dict)
    found = document["archetypes"]
    assert isinstance(found, dict)
    return {key: dict(value) if isinstance(value, dict) else {} for key, value in found.items()}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (WRY, ("", "")),
        ({"happy": WRY}, ("happy", "")),
        ({"emotions": {"happy": {"weights": WRY}}}, ("happy", "")),
        ({"happy": {"High": WRY}}, ("happy", "High")),
        ([{"name": "happy", "blendShapes": WRY}], ("happy", "")),
        ({"faces": [{"label": "happy", "at": "high", "weights": WRY}]}, ("happy", "high")),
        ([{"categoryName": name, "score": value} for name, value in WRY.items()], ("", "")),
        ({"happy": {"baseline": WRY, "speech": {"deltaRate": 0}, "anims": []}}, ("happy", "")),
        ({"happy": {"mouthSmile": 0.5, "mouthSmile_L": 0.8, "JawLeft": 0.2}}, ("happy", "")),
        ({"happy": {f"head:{name}": value for name, value in WRY.items()}}, ("happy", "")),
    ],
)
def test_a_face_is_found_in_the_forms_that_projects_use(
    tmp_path: Path, data: object, named: tuple[str, str]
) -> None:
    (found,) = faces(saved(tmp_path, data)).faces
    assert found.weights == {"jawLeft": 0.2, "mouthSmileLeft": 0.8, "mouthSmileRight": 0.5}
    assert (found.label, found.level) == named


def test_rows_of_a_table_are_faces(tmp_path: Path) -> None:
    text = 'Emotion,Intensity,"JawLeft",mouthSmile,note\nhappy,low,0.2,,x\n\nsad,,0,0.5,y\n'
    found = faces(saved(tmp_path, text, "faces.csv"))
    assert [(one.label, one.level, dict(one.weights)) for one in found.faces] == [
        ("happy", "low", {"jawLeft": 0.2}),
        ("sad", "", {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}),
    ]


MOODS = """
// 'gone' : { baseline: { jawOpen: 1 } }
this.animMoods = {
  'happy' : {
    baseline: { mouthSmile: 0.2, mouthSmileLeft: .3, eyesLookDown: 0.1, handFistLeft: 1 },
    speech: { deltaRate: 0 }, anims: [{ name: 'head', vs: { headRotateX: [[-0.04,0.10]] } }]
  },
  sad: { baseline: { browInnerUp: [0.2, 0.6], jawOpen: [0, 1, 2] /* slack */ } },
  "love": { baseline: {} },
};
"""


def test_moods_are_read_and_no_code_is_run(tmp_path: Path) -> None:
    found = faces(saved(tmp_path, MOODS, "moods.mjs"))
    assert [one.label for one in found.faces] == ["happy", "sad", "love"]
    happy, sad, love = (dict(one.weights) for one in found.faces)
    assert happy == {
        "eyeLookDownLeft": 0.1,
        "eyeLookDownRight": 0.1,
        "mouthSmileLeft": 0.3,
        "mouthSmileRight": 0.2,
    }
    assert sad == {"browInnerUp": pytest.approx(0.4), "jawOpen": 0.25}
    assert love == {}
    assert (found.unknown, found.drawn) == (("handFistLeft",), 2)
    assert found.faces[1].place.line == 8
    with pytest.raises(SourceError, match=r"there is no mood in it.*\[no-face\]"):
        faces(saved(tmp_path, "export const a = 1;", "none.mjs"))


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 200_000,
        "a" * 400_000,
        "a: { baseline: { " * 30_000,
        "a: { baseline: { jawOpen: " + "1" * 400_000 + "x } }",
        "'" * 400_000,
    ],
)
def test_text_that_is_made_to_be_slow_is_refused_at_once(tmp_path: Path, text: str) -> None:
    """Each takes hours where a pattern tries again what it has tried."""
    with pytest.raises(SourceError, match=r"no mood in it|expected weights such as"):
        faces(saved(tmp_path, text, "slow.mjs"))
    with pytest.raises(SourceError, match="expected at most"):
        faces(saved(tmp_path, "a" * (MOST + 1), "long.mjs"))


@pytest.mark.parametrize("form", ["json", "csv", "talkinghead"])
def test_what_mien_exports_comes_back(tmp_path: Path, form: str) -> None:
    out = tmp_path / {"json": "f.json", "csv": "f.csv", "talkinghead": "f.mjs"}[form]
    ended(0, "export", "default", "--to", form, "-o", out, "--labels", "contempt,awe")
    ended(0, "import", out, "-o", tmp_path / "drafts")
    for label in ("contempt", "awe"):
        own = next(one for one in BANK.emotions if one.label == label)
        text = (tmp_path / "drafts" / f"{label}.yaml").read_text("utf-8")
        assert "[" not in text, "lint has nothing to say of it"
        found = drafted(tmp_path / "drafts" / f"{label}.yaml")
        for intensity, weights in own.archetypes.items():
            mine = {
                channel: value
                for name, value in found[intensity].items()
                for channel in BANK.rig.shorthands.get(name, (name,))
            }
            assert mine == {name: value for name, value in weights.items() if value}


def test_models_give_their_pose_and_their_expressions(tmp_path: Path) -> None:
    names = [*PASCAL[:3], "JawLeft", "MouthSmileLeft", "Fcl_ALL_Joy"]
    document, data = sheet(
        names,
        vrm_1(
            {
                "preset": {"happy": bound(4, 0.7), "aa": bound(3), "sad": bound(5)},
                "custom": {"Wry": bound(3, 0.25), "JawLeft": bound(3)},
            }
        ),
    )
    document["nodes"][0]["weights"] = [0, 0, 0, 0.4, 0, 1]
    found = faces(saved(tmp_path, packed(document, data), "head.vrm"))
    assert [(one.label, dict(one.weights)) for one in found.faces] == [
        ("pose", {"jawLeft": 0.4}),
        ("happy", {"mouthSmileLeft": 0.7}),
        ("Wry", {"jawLeft": 0.25}),
    ]
    assert found.unknown == ("Fcl_ALL_Joy",)
    old = packed(*sheet(names, vrm_0([clip("Joy", 4, "joy", 50)])))
    (happy,) = faces(saved(tmp_path, old, "old.vrm")).faces
    assert (happy.label, dict(happy.weights)) == ("happy", {"mouthSmileLeft": 0.5})
    rest = saved(tmp_path, packed(*sheet(names)), "rest.glb")
    assert read_faces(rest, BANK.rig, LEVELS) is None


def test_one_face_is_spread_over_all_intensities() -> None:
    assert default_ratios(3) == (0.35, 0.675, 1.0)
    assert default_ratios(1) == (1.0,)
    assert spread("joy", {"": {"jawLeft": 0.4}}, LEVELS, (0.5, 1, 3)) == {
        "low": {"jawLeft": 0.2},
        "mid": {"jawLeft": 0.4},
        "high": {"jawLeft": 1.0},
    }
    given = {"mid": {"jawLeft": 0.4}}
    assert spread("joy", given, LEVELS, (0.25, 0.5, 1.0)) == {
        "low": {"jawLeft": 0.2},
        "mid": {"jawLeft": 0.4},
        "high": {"jawLeft": 0.8},
    }
    assert spread("neutral", {"": {"jawLeft": 0.4}}, LEVELS, (0.5, 0.7, 1))["mid"] == {}


def test_drafts_go_by_the_labels_that_names_mean(tmp_path: Path) -> None:
    table = {
        "happy": WRY,
        "smile": {"jawLeft": 0.4},
        "Angry": {"browDownLeft": 1.2, "mouthClose": 0.3, "odd": 0.1},
        "stern": {"low": {"jawLeft": 0.1}, "weak": {"jawLeft": 0.2}},
        "calm": {},
    }
    path = saved(tmp_path, table)
    before = path.read_bytes()
    out = tmp_path / "drafts"
    said = ended(0, "import", path, "-o", out)
    assert sorted(one.name for one in out.iterdir()) == [
        *("anger.yaml", "joy.yaml", "neutral.yaml", "smile.yaml", "stern.yaml", "weak.yaml")
    ]
    assert "joy.yaml: a draft of joy, " in said.stdout
    assert "anger.yaml: a draft of anger, " in said.stdout
    assert "  happy is joy here\n" in said.stderr
    assert "  smile means joy, as happy does, which is its draft\n" in said.stderr
    assert "  no label stern\n" in said.stderr
    assert said.stderr.count("\nthe labels are neutral, joy, ") == 1
    assert said.stderr.endswith("no channels, left out: odd\nweights outside [0, 1], cut off: 1\n")
    assert drafted(out / "joy.yaml") == {
        "low": {"jawLeft": 0.07, "mouthSmileLeft": 0.28, "mouthSmileRight": 0.17},
        "mid": {"jawLeft": 0.14, "mouthSmileLeft": 0.54, "mouthSmileRight": 0.34},
        "high": {"jawLeft": 0.2, "mouthSmileLeft": 0.8, "mouthSmileRight": 0.5},
    }
    assert drafted(out / "neutral.yaml") == {"low": {}, "mid": {}, "high": {}}
    anger = (out / "anger.yaml").read_text("utf-8")
    assert "mouthClose is 0.3 while jawOpen is 0" in " ".join(anger.replace("# ", "").split())
    assert "[action-unit-active]" in anger
    assert "One face, scaled by stated ratios: low 0.35, mid 0.675, high 1." in anger
    assert path.read_bytes() == before
    assert "exists; name a new file" in ended(2, "import", path, "-o", out).stderr


def test_names_of_our_own_exports_are_label_and_intensity(tmp_path: Path) -> None:
    table = {
        "joy_low": {"jawLeft": 0.1},
        "joy_high": {"jawLeft": 0.5},
        "happy_mid": {"jawLeft": 0.2},
        "amusement_wry": {"jawLeft": 0.3},
        "amusement_high": {"jawLeft": 0.4},
        "joy_odd": {"jawLeft": 0.6},
    }
    out = tmp_path / "drafts"
    said = ended(0, "import", saved(tmp_path, table), "-o", out).stderr
    assert drafted(out / "joy.yaml")["low"] == {"jawLeft": 0.1}
    assert drafted(out / "joy.yaml")["high"] == {"jawLeft": 0.5}
    assert "wry is a style of amusement, no intensity, left out" in said
    assert drafted(out / "amusement.yaml")["high"] == {"jawLeft": 0.4}
    assert "happy means joy, as joy does, which is its draft" in said
    assert "no label joy_odd" in said
    assert said.count("the labels are ") == 1
    path = saved(tmp_path, {"joy_low": {"jawLeft": 0.1}, "happy": WRY}, "two.json")
    assert "the labels are" not in ended(0, "import", path, "-o", tmp_path / "two").stderr


def test_one_cause_at_several_intensities_is_one_comment(tmp_path: Path) -> None:
    path = saved(tmp_path, {"joy": {"eyeLookUpLeft": 0.6, "eyeLookUpRight": 0.3}})
    out = tmp_path / "joy.yaml"
    ended(0, "import", path, "-o", out)
    text = " ".join(out.read_text("utf-8").replace("# ", "").split())
    assert text.count("[conjugates]") == 1
    assert "high: eyeLookUpLeft 0.6, eyeLookUpRight 0.3 are one movement" in text
    assert "[conjugates] (so, with other numbers, at low and mid)" in text


def test_a_banks_own_words_count(tmp_path: Path) -> None:
    bank = tmp_path / "tiny"
    shutil.copytree(TINY, bank)
    (bank / "aliases.yaml").write_text(
        "schema: mien/aliases/1\nlabels: {cross: [stern]}\n", "utf-8"
    )
    path = saved(tmp_path, {"stern": {"browDown": 0.4}})
    ended(0, "import", path, "-o", tmp_path / "d", "--bank", bank)
    assert drafted(tmp_path / "d" / "cross.yaml")["high"] == {"browDown": 0.4}


def test_one_draft_is_chosen_and_scaled_as_it_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path, {"glad": {"jawLeft": 40}, "sad": {"jawLeft": 10}})
    out = tmp_path / "a.yaml"
    more = ["--percent", "--label", "happy", "--ratios", "0.5,0.8,1.2"]
    ended(0, "import", path, "-o", out, *more)
    assert drafted(out) == {
        "low": {"jawLeft": 0.2},
        "mid": {"jawLeft": 0.32},
        "high": {"jawLeft": 0.48},
    }
    one = ["--percent", "--label", "sad", "--intensity", "low", "-o", str(tmp_path / "b.yaml")]
    ended(0, "import", path, *one)
    assert drafted(tmp_path / "b.yaml") == {"low": {"jawLeft": 0.1}}


MISSPELT = {"mouthSmilLeft": 0.5, "whisker_curl": 0.1}


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("f.yaml", "joy:\n  mouthSmilLeft: 0.5\nsad: {whisker_curl: 0.1}\n", "f.yaml:2:3"),
        ("f.json", json.dumps({"joy": MISSPELT}), "f.json:1:10"),
        ("f.json", json.dumps(MISSPELT), "f.json:1:2"),
        (
            "f.json",
            json.dumps([{"name": name, "score": value} for name, value in MISSPELT.items()]),
            "f.json:1:37",
        ),
        ("f.csv", "label,mouthSmilLeft,whisker_curl\njoy,0.5,0.1\n", "f.csv:1:7"),
        ("f.mjs", f"joy: {{ baseline: {json.dumps(MISSPELT)} }}", "f.mjs:1:19"),
    ],
)
def test_names_of_a_file_that_names_no_channel_are_all_told_with_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, data, name)
    said = ended(2, "import", name, "-o", "drafts").stderr
    assert place in said
    assert said.index("no channel mouthSmilLeft [") < said.index("did you mean mouthSmileLeft?")
    assert said.index("no channel whisker_curl [") < said.index(
        "`mien list BANK` lists the channels"
    )
    assert "2 errors" in said
    assert not Path("drafts").exists()


def test_a_document_of_our_own_is_no_table_of_unknown_names(tmp_path: Path) -> None:
    path = saved(tmp_path, {"schema": "mien/score/1", "look": {"jaw": 0.5}})
    assert "no channel" not in ended(2, "import", path, "-o", tmp_path / "drafts").stderr


def test_a_channel_that_is_left_out_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = saved(tmp_path, {"joy": {"jawLeft": 0.5, **MISSPELT}})
    said = ended(0, "import", path, "-o", tmp_path / "drafts").stderr
    assert "left out: mouthSmilLeft (is it mouthSmileLeft?), whisker_curl\n" in said


@pytest.mark.parametrize(
    ("name", "data", "more", "expected"),
    [
        ("f.json", {"a": {"jawLeft": 40}}, [], "are these percentages? say so with --percent"),
        ("f.json", {"a": {"jawLeft": 40}}, [], "f.json:3:14: error: a.jawLeft: jawLeft is 40"),
        ("f.json", '{"a": {"jawLeft": 0,4}}', [], "f.json:1:21"),
        ("f.csv", "label,jawLeft\na,0,4\n", [], "is a comma the decimal sign here?"),
        ("f.csv", 'label,jawLeft\na,"0,4"\n', [], "f.csv:2:3: error: jawLeft is '0,4', expected"),
        (
            "f.csv",
            'label,jawLeft\na,"' + "9" * 200_000,
            [],
            "f.csv:2:1: error: this cannot be read",
        ),
        ("f.csv", "label,jawLeft\n", [], "there is a header, and no face below it"),
        ("f.json", '{"a": 1}', [], "give --at S or --range S S"),
        ("f.json", {"frames": [WRY, WRY]}, [], "give --at S or --range S S"),
        ("f.json", {"a": WRY, "b": WRY}, [], "several faces (a, b): choose one by --label"),
        ("f.json", {"a": WRY}, ["--label", "sad"], "no face sad: known: a"),
        ("f.json", {"a": WRY}, ["--ratios", "1,2"], "a rising number for each of low, mid, high"),
        ("f.json", {"a": WRY}, ["--ratios", "1,0.5,2"], "such as 0.35,0.675,1"),
        ("f.json", {"a": WRY}, ["--intensity", "hi"], "no intensity hi; did you mean high?"),
        ("f.json", b"\xff\xfe{\x00", [], "is not UTF-8"),
        ("f.mjs", "a: {baseline: {x: 1, jawLeft: k * 2}}", [], "f.mjs:1:22: error: found 'jawLeft"),
        ("f.mjs", "a: { baseline: { jawLeft: 7 } }", [], "f.mjs:1:18: error: jawLeft is 7, expect"),
    ],
)
def test_what_holds_no_face_is_told_at_its_place(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    data: object,
    more: list[str],
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, data, name)
    assert expected in " ".join(ended(2, "import", name, "-o", "out.yaml", *more).stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == [name]
