"""What a person calls a bank means one thing: for every command, the library and the trainer."""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from tests.checkouts import git
from tests.program import ended, ran

import mien
from mien import ArtifactError, QueryError, SourceError, resources
from mien.diff import load_side
from mien.resolve import Kind, NewBankError, load_tables, resolve

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "banks" / "tiny"
NEWEST = "2.1.0"
DIGEST = "3e903e0485642d8b5821e1def9f8d65f2811af37ee52d78d13fe08c2a3287648"
EDITED = "2.1.0"
SHIPS = f"default {NEWEST} (release that ships, 3e903e04...)"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all that ships, whose folder of the default bank was edited since the release."""
    shutil.copytree(ROOT / "presets", tmp_path / "presets")
    monkeypatch.setattr(resources, "_folder", partial(copied, tmp_path))
    edit(tmp_path / "presets/default/emotions/joy.yaml", "mouthSmileLeft: 0.68", "mouthSmile: 0.2")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def copied(home: Path, name: str) -> Path:
    return (home if name == "presets" else ROOT) / name


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def smile(bank: str) -> float:
    said = ended(0, "face", bank, "joy", "--at", "low", "--format", "json").stdout
    weight = json.loads(said)["channels"]["mouthSmileLeft"]
    assert isinstance(weight, float)
    return weight


def source(*arguments: str) -> object:
    said = ran(*arguments, "--format", "json")
    assert said.exit_code in (0, 1)
    found: object = json.loads(said.stdout)["source"]
    return found


def test_a_name_is_the_release_for_every_command(checkout: Path) -> None:
    assert smile("default") == 0.68
    assert mien.load("default").digest == DIGEST
    taken = {
        "bank": "default",
        "version": NEWEST,
        "kind": "release",
        "path": f"presets/releases/default/{NEWEST}",
        "sha256": DIGEST,
    }
    assert source("face", "default", "joy") == taken
    assert source("check", "default") == taken
    assert ended(0, "check", "default").stdout.startswith(f"{SHIPS}: fine. 16 labels")
    assert ended(0, "sheet", "default", "-o", "sheet.svg").stdout.endswith(f" faces of {SHIPS}\n")
    said = ended(0, "diff", f"default@{NEWEST}", "default", "--exit-code").stdout
    assert said == f"{SHIPS} -> {SHIPS}: no difference\n"
    assert ended(0, "init", "ours").stdout.startswith(f"ours: a copy of {SHIPS} in ours\n")
    assert smile("ours") == 0.68


def test_a_folder_is_the_folder_for_every_command(checkout: Path) -> None:
    folder = f"default {EDITED} (folder presets/default)"
    assert smile("presets/default") == 0.2
    assert ended(0, "check", "presets/default").stdout.startswith(f"{folder}: fine.")
    assert ended(1, "diff", "default", "presets/default", "--exit-code").stdout.startswith(
        f"{SHIPS} -> {folder}: major"
    )
    assert mien.load("presets/default").source == folder
    assert mien.load("default").source == SHIPS


@pytest.mark.parametrize(
    "arguments",
    [["compile", "default"], ["release", "default"], ["fmt", "default"], ["migrate", "default"]],
)
def test_a_release_is_not_written_to(arguments: list[str], checkout: Path) -> None:
    said = ended(2, *arguments).stderr
    assert f"default {NEWEST} is a frozen release; give the folder presets/default" in said
    before = sorted(path for path in checkout.rglob("*") if path.is_file())
    arguments[1] = f"presets/releases/default/{NEWEST}/sources"
    assert "lies in a frozen release" in ended(2, *arguments).stderr
    assert sorted(path for path in checkout.rglob("*") if path.is_file()) == before


def test_sources_in_releases_are_never_formatted(checkout: Path) -> None:
    path = checkout / f"presets/releases/default/{NEWEST}/sources/emotions/joy.yaml"
    edit(path, "mouthSmileLeft: 0.68", "mouthSmileLeft:   0.68")
    before = path.read_bytes()
    for folder in ("presets", "presets/releases", "presets/releases/default"):
        said = ended(0, "fmt", folder).stdout
        assert path.read_bytes() == before
    assert "0 formatted, 0 already in form" in said


def test_a_folder_of_the_same_name_is_pointed_at(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout / "presets")
    assert smile("default") == 0.68
    assert smile("./default") == 0.2
    assert (
        mien.load(Path("default")).face("joy", at="low").max()
        == mien.load("./default").face("joy", at="low").max()
    )
    said = ended(0, "face", "default", "joy").stdout
    assert "3e903e04...; for the folder write ./default)" in said
    assert "give the folder ./default" in ended(2, "compile", "default").stderr


def test_versions_and_latest_of_what_ships(checkout: Path) -> None:
    assert resolve("default@latest") == resolve(f"default@{NEWEST}")
    assert load_tables(resolve("default@1.0.0")).version == "1.0.0"
    assert resolve("default").kind is Kind.RELEASE
    by_path = resolve("presets/releases/default/1.0.0")
    assert (by_path.kind, by_path.version) == (Kind.RELEASE, "1.0.0")
    assert load_tables(by_path).version == "1.0.0"
    with pytest.raises(
        QueryError, match=r"no release 9\.0\.0 of default; released: 1\.0\.0, 1\.1"
    ) as refusal:
        resolve("default@9.0.0")
    known = str(refusal.value).rpartition("released: ")[2].split(", ")
    assert sorted(set(known)) == sorted(known), "this repository's releases are those that ship"
    with pytest.raises(QueryError, match="defualt has no releases yet; did you mean default"):
        resolve("defualt@latest")


def test_a_release_is_what_its_ledger_pins(checkout: Path) -> None:
    path = Path("presets/releases/default")
    shutil.copy(path / "1.0.0/default.safetensors", path / NEWEST)
    with pytest.raises(
        ArtifactError, match=rf"has sha256 [0-9a-f]{{64}}, its ledger pins {DIGEST}"
    ):
        mien.load("default")
    ledger = path.parent / "ledger.yaml"
    edit(ledger, "engine: 1", "engine: one")
    with pytest.raises(SourceError, match=r"ledger\.yaml:\d+:1: error: this line is not as mien"):
        mien.load("default")


def test_a_release_that_the_ledger_does_not_list_is_none(checkout: Path) -> None:
    home = Path("presets/releases/default")
    shutil.copytree(home / NEWEST, home / "7.0.0")
    assert resolve("default@latest").version == NEWEST


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of a team's own: two commits, of which only the second has a bank."""
    git(tmp_path, "init", "--quiet", "-b", "main")
    (tmp_path / "README.md").write_text("ours\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "start")
    git(tmp_path, "branch", "empty")
    bank = tmp_path / "presets" / "tiny"
    shutil.copytree(TINY, bank)
    monkeypatch.chdir(tmp_path)
    ended(0, "compile", "presets/tiny")
    (tmp_path / ".gitignore").write_text("build\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "a bank")
    return bank


def test_a_base_without_a_bank_is_nothing_to_compare_with(team: Path) -> None:
    for against in ("empty", "tiny@latest"):
        for output in ("text", "github", "json"):
            arguments = ["check", "presets/tiny", "--against", against, "--format", output]
            said = ended(0, *arguments)
            assert "tiny: new bank, nothing to compare (" in said.stderr
    shown = ended(0, "check", "presets/tiny", "--against", "empty", "--format", "json").stdout
    told = json.loads(shown)
    assert told["against"] == "new bank, nothing to compare (empty has no bank in presets/tiny)"
    assert ended(0, "diff", "empty", "presets/tiny", "--exit-code").stdout == (
        "tiny 1.0.0 (folder presets/tiny): "
        "new bank, nothing to compare (empty has no bank in presets/tiny)\n"
    )


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("empty:presets/tiny", "empty has no bank in presets/tiny"),
        ("emtpy", "has no revision emtpy"),
        ("tyni@latest", "there is no release latest of tyni"),
        ("tiny@1.0.0", "there is no release 1.0.0 of tiny; tiny has no releases yet"),
    ],
)
def test_a_slip_is_no_new_bank(against: str, said: str, team: Path) -> None:
    assert said in ended(2, "check", "presets/tiny", "--against", against).stderr


def test_latest_is_the_newest_release_of_ones_own(team: Path) -> None:
    ended(0, "release", "presets/tiny")
    released = resolve("tiny@latest")
    assert (released.bank, released.version) == ("tiny", "1.0.0")
    assert mien.load("tiny@latest").source == (
        f"tiny 1.0.0 (release in presets/releases, {released.digest[:8]}...)"
    )
    glad = team / "emotions" / "glad.yaml"
    edit(glad, "[0.75, 0.35, 0.35]", "[0.75, 0.4, 0.35]")
    said = ended(1, "check", "presets/tiny", "--against", "tiny@latest")
    assert "breaks tiny@1.0.0" in said.stdout
    assert "against tiny 1.0.0 (release in presets/releases, " in said.stderr
    edit(team / "bank.yaml", "version: 1.0.0", "version: 2.0.0")
    ended(0, "check", "presets/tiny", "--against", "tiny@latest")
    ended(0, "compile", "presets/tiny")
    git(team.parents[1], "add", ".")
    git(team.parents[1], "commit", "--quiet", "-m", "two")
    ended(0, "release", "presets/tiny")
    assert resolve("tiny@latest").version == "2.0.0"
    assert load_side("1.0.0", "presets/tiny").bank.manifest.version == "1.0.0"
    with pytest.raises(QueryError, match="no bank 'tiny': did you mean presets/tiny"):
        resolve("tiny")


def test_a_repository_is_looked_through_up_to_its_top(
    team: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(0, "release", "presets/tiny")
    deep = team.parents[1] / "some" / "where"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert resolve("tiny@latest").version == "1.0.0"
    (deep / ".git").mkdir()
    with pytest.raises(QueryError, match="there is no release latest of tiny"):
        resolve("tiny@latest")


def test_only_a_new_bank_near_is_new() -> None:
    near = resolve(TINY)
    with pytest.raises(NewBankError, match="tiny has no release yet"):
        resolve("tiny@latest", near)
    with pytest.raises(QueryError) as caught:
        resolve("tiny@latest")
    assert not isinstance(caught.value, NewBankError)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("1.0.0", "1.0.0: of which bank? write NAME@1.0.0"),
        ("default@", "default@: expected a version such as 1.0.0, or latest, after the @"),
        ("default@x", "default@x: expected a version such as 1.0.0, or latest, after the @"),
        ("../default@1.0.0", "no bank at ../default@1.0.0: expected a folder with a bank.yaml"),
        ("a/b", "no bank at a/b: expected a folder with a bank.yaml, an artifact, the name of"),
        ("nosuch", "no bank 'nosuch': expected a folder with a bank.yaml"),
        ("defualt", "no bank 'defualt': did you mean default?"),
        ("", "no bank '': expected a folder"),
    ],
)
def test_what_is_no_bank_says_what_was_expected(name: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        resolve(name)
    assert said in str(caught.value)


def test_a_device_is_refused_as_no_artifact() -> None:
    said = ended(2, "face", os.devnull, "joy").stderr
    assert "expected an artifact, found something that is no file (a folder, a pipe or a" in said
