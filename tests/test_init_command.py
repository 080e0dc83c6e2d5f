"""`mien init`: a bank of one's own that stands alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.child import finished
from tests.program import ended

import mien
from mien.authored import start
from mien.authored.reader import read_bank
from mien.text.canonical import digest
from mien.text.format.comments import find_comments
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml

PRESETS = Path(__file__).parents[1] / "presets"


def comments(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    found = [comment.text for comment in find_comments(text, require_yaml(text, "x"))]
    return sorted(text for text in found if "yaml-language-server" not in text)


def test_the_new_bank_passes_check_and_stands_alone(tmp_path: Path) -> None:
    folder = tmp_path / "teams" / "Our Faces"
    assert f"mien check '{folder}'\n  mien compile '{folder}'\n" in ended(0, "init", folder).stdout
    assert "'put your name here' is what `mien init` wrote" in ended(0, "check", folder).stdout
    ended(0, "compile", folder, "--out", tmp_path / "build")
    assert "error: authors: 'put your name here'" in ended(1, "release", folder).stderr
    assert not (folder.parent / "releases").exists()
    (folder / "mien.lock").unlink()
    ended(0, "fmt", "--check", folder)
    bank = read_bank(folder)
    assert (bank.manifest.id, bank.manifest.version) == ("our-faces", "0.1.0")
    assert bank.manifest.title == "Our Faces"
    assert bank.rig == read_bank(PRESETS / "default").rig
    assert all(folder in document.path.parents for document in bank.documents.values())
    assert [path.name for path in folder.parent.iterdir()] == ["Our Faces"]
    assert "default 2." in (folder / "README.md").read_text()


@pytest.mark.parametrize(
    ("folder", "bank_id", "title"),
    [
        ("NASA faces", "nasa-faces", "NASA Faces"),
        ("faces_v2", "faces_v2", "Faces V2"),
        ("Kim & Söhne", "kim-sohne", "Kim & Söhne"),
        ('two: "faces"\n', "two-faces", 'Two: "faces"'),
    ],
)
def test_id_and_title_are_made_of_the_folders_name(
    tmp_path: Path, folder: str, bank_id: str, title: str
) -> None:
    ended(0, "init", tmp_path / folder, "--rig", PRESETS / "rigs" / "arkit52.yaml")
    found = read_bank(tmp_path / folder).manifest
    assert (found.id, found.title) == (bank_id, title)
    assert (tmp_path / folder / "README.md").read_text("utf-8").startswith(f"# {title}\n")


def test_an_id_that_is_given_makes_the_title(tmp_path: Path) -> None:
    assert "--id NAME" in ended(2, "init", tmp_path / "우리").stderr
    ended(0, "init", tmp_path / "우리", "--id", "our-faces")
    assert read_bank(tmp_path / "우리").manifest.title == "Our Faces"


def test_git_leaves_the_artifact_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ours"
    ended(0, "init", folder)
    monkeypatch.chdir(folder)
    subprocess.run(["git", "init", "-q"], check=True)
    (folder / "build").mkdir()
    for name in ("build/ours.safetensors", "mien.lock"):
        (folder / name).write_text("made by mien compile")
    listed = finished(["git", "ls-files", "--others", "--exclude-standard"]).stdout.splitlines()
    assert {".gitignore", "bank.yaml", "mien.lock", "emotions/joy.yaml"} <= set(listed)
    assert [name for name in listed if name.startswith("build")] == []


def test_faces_and_comments_are_those_of_the_origin(tmp_path: Path) -> None:
    ended(0, "init", tmp_path / "ours")
    origin = PRESETS / "releases" / "default" / mien.load("default").version / "sources"
    new, old = read_bank(tmp_path / "ours"), read_bank(origin)
    assert new.emotions == old.emotions
    assert new.rules == old.rules
    for name in old.documents:
        if name != "bank.yaml":
            # the copy is in the current version, as the reader takes the origin
            assert digest(new.documents[name].root) == digest(old.documents[name].root)
        assert comments(tmp_path / "ours" / name) == comments(old.documents[name].path)


def test_editors_find_the_schemas(tmp_path: Path) -> None:
    ended(0, "init", tmp_path / "ours")
    sources = list((tmp_path / "ours").rglob("*.yaml"))
    assert len(sources) == 19
    for path in sources:
        line = path.read_text(encoding="utf-8").splitlines()[0]
        schema = path.parent / line.removeprefix("# yaml-language-server: $schema=")
        kind = json.loads(schema.read_text(encoding="utf-8"))["properties"]["schema"]["const"]
        assert f"schema: {kind}\n" in path.read_text(encoding="utf-8")


def test_a_bank_of_ones_own_starts_another(tmp_path: Path) -> None:
    ended(0, "init", tmp_path / "one")
    source = tmp_path / "one" / "emotions" / "joy.yaml"
    source.write_text(source.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    from_one = ["init", str(tmp_path / "2nd"), "--from", str(tmp_path / "one"), "--id", "two"]
    ended(0, *from_one)
    assert "# ours" in (tmp_path / "2nd" / "emotions" / "joy.yaml").read_text(encoding="utf-8")
    assert read_bank(tmp_path / "2nd").manifest.id == "two"


def test_a_json_source_stays_json(tmp_path: Path) -> None:
    ended(0, "init", tmp_path / "one")
    manifest = {
        "schema": "mien/bank/1",
        "authors": ["me"],
        "id": "one",
        "version": "3.0.0",
        "title": "T",
        "description": "D",
        "licence": "CC0-1.0",
    }
    text = (tmp_path / "one" / "bank.yaml").read_text(encoding="utf-8")
    document = plain(require_yaml(text, "x"))
    assert isinstance(document, dict)
    (tmp_path / "one" / "bank.json").write_text(json.dumps({**document, **manifest}))
    (tmp_path / "one" / "bank.yaml").unlink()
    ended(0, "init", tmp_path / "two", "--from", tmp_path / "one")
    assert json.loads((tmp_path / "two" / "bank.json").read_text())["id"] == "two"


def test_an_empty_folder_is_fine_and_so_is_the_one_we_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir(mode=0o750)
    ended(0, "init", tmp_path / "empty")
    assert (tmp_path / "empty").stat().st_mode & 0o777 == 0o750
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    ended(0, "init", ".")
    assert (read_bank(Path()).manifest.id, read_bank(Path()).manifest.title) == ("here", "Here")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "here"]


def test_what_is_there_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    assert "is not empty" in ended(2, "init", tmp_path / "full").stderr
    ended(2, "init", tmp_path / "full" / "note.txt")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["note.txt"]


@pytest.mark.parametrize(
    "arguments",
    [["ours", "--id", "Ours!"], ["ours", "--id", "a" * 65], ["12"], ["ours", "--from", "no"]],
)
def test_bad_names_are_usage_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ended(2, "init", *arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: Path) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(start, "_copy_schemas", fail)
    assert "the disk is full" in ended(2, "init", tmp_path / "ours").stderr
    assert list(tmp_path.iterdir()) == []


def test_a_broken_origin_is_reported_in_full(tmp_path: Path) -> None:
    ended(0, "init", tmp_path / "one")
    (tmp_path / "one" / "rules.yaml").write_text("schema: mien/rules/1\n")
    assert "rules.yaml" in ended(2, "init", tmp_path / "two", "--from", tmp_path / "one").stderr
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize("name", ["ours", "null"])
def test_a_bank_is_started_on_a_rig(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    rig = PRESETS / "rigs" / "arkit52.yaml"
    told = ended(0, "init", name, "--rig", rig).stdout
    assert f"put your licence under `licence`, a name under `authors` in {name}/bank.yaml" in told
    assert "Put your licence under `licence`, and your name" in Path(name, "README.md").read_text()
    bank = read_bank(Path(name))
    assert bank.rig == read_bank(PRESETS / "default").rig
    assert (bank.manifest.id, bank.manifest.labels) == (name, ("neutral",))
    assert sorted(bank.documents) == [
        *("bank.yaml", "emotions/neutral.yaml", "rigs/arkit52.yaml", "rules.yaml")
    ]
    assert comments(Path(name, "rigs", "arkit52.yaml")) == comments(rig)
    ended(0, "check", name)
    ended(0, "fmt", "--check", name)
    ended(0, "compile", name)


def test_a_rig_with_nothing_optional_starts_a_bank_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    channels = [{"name": "up", "class": "EXPRESSION"}]
    rig = {"schema": "mien/rig/1", "id": "bare", "title": "Bare", "channels": channels}
    Path("rig.json").write_text(json.dumps(rig))
    ended(0, "init", "ours", "--rig", "rig.json")
    sources = read_bank(Path("ours")).documents
    assert sorted(sources) == ["bank.yaml", "emotions/neutral.yaml", "rigs/bare.json"]
    assert "rules" not in Path("ours", "README.md").read_text()
    ended(0, "compile", "ours")


@pytest.mark.parametrize(
    ("channels", "mean", "separation"), [(3, 5.0, 0.03), (20, 2.5, 0.03), (256, 1.0, 0.006)]
)
def test_budgets_follow_the_number_of_channels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channels: int, mean: float, separation: float
) -> None:
    monkeypatch.chdir(tmp_path)
    listed = "".join(f"  - {{name: c{one}, class: EXPRESSION}}\n" for one in range(channels))
    Path("rig.yaml").write_text(f"schema: mien/rig/1\nid: bare\ntitle: Bare\nchannels:\n{listed}")
    ended(0, "init", "ours", "--rig", "rig.yaml")
    budgets = read_bank(Path("ours")).manifest.budgets
    assert (budgets.slope.mean, budgets.separation) == (mean, separation)
    ended(0, "fmt", "--check", "ours")


def test_a_broken_rig_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rig.yaml").write_text(
        "schema: mien/rig/1\nid: bare\ntitle: Bare\n"
        "channels: [{name: up, class: SHARED}, {name: up, class: SHARED}]\n"
    )
    assert "rig.yaml:4:" in ended(2, "init", "ours", "--rig", "rig.yaml").stderr
    ended(2, "init", "ours", "--rig", "none.yaml")
    assert "not both" in ended(2, "init", "ours", "--rig", "rig.yaml", "--from", "default").stderr
    assert [path.name for path in tmp_path.iterdir()] == ["rig.yaml"]
