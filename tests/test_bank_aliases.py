"""A bank's own words for its labels: known wherever labels are asked for, no part of its faces."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from tests.program import ended, ran

import mien
from mien.artifact.write import artifact_bytes
from mien.authored.reader import read_bank
from mien.text.suggest import aliased_label, aliases, meant_label
from mien_trainer.speech import SpeechUnavailableError
from mien_trainer.targets.recipe import RecipeSources, Takes, read_recipe, recipe_path
from mien_trainer.targets.sources import open_sources

TINY = Path(__file__).parent / "banks" / "tiny"
WORDS = "schema: mien/aliases/1\nlabels:\n  glad: [beaming, furious]\n  cross: [stormy]\n"

SCORE = """\
schema: mien/score/1
bank: {bank}
seconds: 2.0
cues:
  - {{time: 0.2, label: stormy}}
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    home = tmp_path / "tiny"
    shutil.copytree(TINY, home)
    (home / "aliases.yaml").write_text(WORDS, "utf-8")
    return home


def test_own_words_come_first_and_mean_nothing_else() -> None:
    labels, own = ("calm", "glad", "cross"), {"glad": ("beaming", "furious")}
    found = aliases(labels, own)
    assert found["glad"][:3] == ("beaming", "furious", "joy")
    assert "angry" in found["cross"]
    assert "furious" not in found["cross"]
    assert aliased_label("Furious", labels, own) == "glad"
    assert aliased_label("furious", labels) == "cross"
    assert aliased_label("beming", labels, own) is None
    assert meant_label("beming", labels, own) == "glad"
    assert meant_label("GLAD", labels, own) == "glad"


def test_every_query_is_answered_with_them(bank: Path, tmp_path: Path) -> None:
    loaded = mien.load(bank)
    assert loaded.aliases["cross"][0] == "stormy"
    queries: list[Callable[[], object]] = [
        lambda: loaded.face("stormy", vad=(0, 0, 0)),
        lambda: loaded.face({"stormy": 1.0}, vad=(0, 0, 0)),
        lambda: loaded.faces(["stormy"], [(0, 0, 0)]),
        lambda: loaded.styles("stormy"),
    ]
    for query in queries:
        with pytest.raises(mien.QueryError, match=r"no label 'stormy': did you mean cross\?"):
            query()
    out = str(tmp_path / "faces.json")
    said = ended(2, "face", bank, "stormy").stderr
    said += ended(2, "export", bank, "--to", "json", "-o", out, "--labels", "stormy").stderr
    assert said.count("did you mean cross?") == 2
    listed = json.loads(ended(0, "list", bank, "--format", "json").stdout)["labels"]
    assert listed[1]["aliases"][:2] == ["beaming", "furious"]
    assert "cross for stormy" in ended(0, "list", bank, "--format", "prompt").stdout


def test_faces_do_not_depend_on_them(bank: Path) -> None:
    assert artifact_bytes(mien.load(bank).tables) == artifact_bytes(mien.load(TINY).tables)
    assert read_bank(TINY).aliases == {}
    assert read_bank(bank).aliases == {"glad": ("beaming", "furious"), "cross": ("stormy",)}


def test_the_lock_pins_them_and_a_bank_of_ones_own_takes_them_along(
    bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended(0, "compile", bank)
    assert "aliases.yaml: " in (bank / "mien.lock").read_text("utf-8")
    ended(0, "compile", bank, "--check")
    (bank / "aliases.yaml").write_text(WORDS.replace("stormy", "grim"), "utf-8")
    assert "aliases.yaml" in ended(1, "compile", bank, "--check").stdout
    ended(0, "init", "ours", "--from", bank)
    assert mien.load(tmp_path / "ours").aliases["cross"][0] == "grim"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schema: mien/aliases/1\nlabels: {glad: []}\n", "aliases.yaml:2:16"),
        ("schema: mien/aliases/1\nlabels: {glad: [Happy]}\n", "aliases.yaml:2:17"),
        ("schema: mien/aliases/1\nwords: {}\n", "aliases.yaml:2:1"),
        ("schema: mien/aliases/1\nlabels: {glad: [a]\n", "aliases.yaml:3:1"),
        ("schema: mien/emotion/1\nlabels: {glad: [a]}\n", "aliases.yaml:1:9"),
    ],
)
def test_what_is_wrong_with_them_is_told_at_its_place(bank: Path, text: str, expected: str) -> None:
    (bank / "aliases.yaml").write_text(text, "utf-8")
    said = ran("check", bank)
    assert said.exit_code in (1, 2)
    assert expected in said.stdout
    with pytest.raises(mien.SourceError):
        mien.load(bank)


def test_labels_of_takes_are_answered_with_them(bank: Path, tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    labels = "take,label,voice,licence\nfirst,stormy,nobody,CC0-1.0\n"
    (folder / "labels.csv").write_text(labels, "utf-8")
    recipe = evolve(
        read_recipe(recipe_path("small")),
        sources=RecipeSources(takes=Takes(folders=(str(folder),))),
    )
    opened = open_sources(recipe, mien.load(bank))
    with pytest.raises(SpeechUnavailableError, match=r"did you mean cross\?"):
        opened["takes"].items()
    said = ended(2, "targets", "audit", folder, "--bank", bank).stderr
    assert "did you mean cross?" in said


def test_labels_of_scores_are_answered_with_them(bank: Path, tmp_path: Path) -> None:
    path = tmp_path / "score.yaml"
    path.write_text(SCORE.format(bank=bank), "utf-8")
    assert ended(1, "score", "check", path).output.count("did you mean cross?") == 1
