"""`mien targets make` from the outside: what it makes, says and refuses."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from attrs import evolve
from tests.child import finished
from tests.program import ran
from tests.targets.fakes import read_shard

from mien import load
from mien_trainer.cli import targets
from mien_trainer.speech import SpeechItem, SpeechRefusedError, SpeechUnavailableError
from mien_trainer.targets.clip import Clip, ClipSpec
from mien_trainer.targets.maker import ClipMaker
from mien_trainer.targets.manifest import read_manifest, write_manifest

SILENT = """\
schema: mien/targets/3
name: silent
clips: 9
silence_share: 1
clips_per_shard: 4
splits: { train: 6, validation: 2, test: 1 }
sources: {}
"""
SPOKEN = """\
schema: mien/targets/3
name: spoken
clips: 6
silence_share: 0
clips_per_shard: 2
splits: { train: 1, validation: 0, test: 0 }
sources:
  espeak: { share: 1, voices: [{ name: en-us, split: train }] }
  flite: { share: 1, voices: [{ name: slt, split: train }] }
"""

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Run the program in an empty folder; give its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    Path("silent.yaml").write_text(SILENT)
    Path("spoken.yaml").write_text(SPOKEN)

    def called(*arguments: str) -> tuple[int, str, str]:
        done = ran("targets", *arguments)
        return done.exit_code, done.stdout, done.stderr

    return called


def content(folder: str) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path(folder).iterdir()
    }


def test_a_recipe_becomes_a_folder(said: Said) -> None:
    status, out, _ = said("make", "silent.yaml", "-o", "made", "--workers", "1")
    assert status == 0
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["made"]
    table = {line[0]: line[1:] for line in lines[1:]}
    assert table["clips"] == ["9", "(test", "1,", "train", "6,", "validation", "2)"]
    assert table["sources"] == ["silence", "9"]
    assert " ".join(table["speed"][-3:]) == "x real time"
    assert sorted(content("made")) == [
        *("manifest.json", "test-00000.parquet", "train-00000.parquet", "train-00001.parquet"),
        "validation-00000.parquet",
    ]
    bank = load("default")
    clips = read_shard(Path("made/train-00000.parquet"), bank.digest)
    assert [clip.text for clip in clips] == [""] * 4
    for clip in clips:
        assert clip.conditions[:, bank.labels.index(clip.label)].min() == 1.0
        assert clip.speech.max() == 0.0
    status, out, _ = said("make", "silent.yaml", "-o", "made", "--format", "json")
    assert status == 0
    found = json.loads(out)
    assert (found["made"], found["clips"], found["refused"]) == (0, 9, 0)
    assert found["digest"] == table["digest"][0]
    assert found["counts"]["split"] == {"test": 1, "train": 6, "validation": 2}
    assert sum(found["counts"]["label"].values()) == 9


def test_another_recipe_in_the_same_folder_is_refused(said: Said) -> None:
    assert said("make", "silent.yaml", "-o", "made", "--workers", "1")[0] == 0
    before = content("made")
    Path("silent.yaml").write_text(SILENT + "seed: 2\n")
    status, _, err = said("make", "silent.yaml", "-o", "made", "--workers", "1")
    assert status == 2
    assert "Error: made: made with another recipe: found " in err
    assert content("made") == before


def test_a_folder_of_an_older_program_is_read_and_not_added_to(said: Said) -> None:
    """Faces were made in another way before recipes of version 3; they train as they did."""
    assert said("make", "silent.yaml", "-o", "made", "--workers", "1")[0] == 0
    manifest = read_manifest(Path("made"))
    assert manifest.programs["targets"] == "3"
    older = {name: version for name, version in manifest.programs.items() if name != "targets"}
    write_manifest(Path("made"), evolve(manifest, programs=older))
    Path("made/train-00001.parquet").unlink()
    status, _, err = said("make", "silent.yaml", "-o", "made", "--workers", "1")
    assert status == 2
    assert "made with another programs: found mien" in err
    assert "targets 3" in err
    assert read_manifest(Path("made")).programs == older
    assert len(read_shard(Path("made/train-00000.parquet"), load("default").digest)) == 4


@pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra mien[cluster]")
def test_ray_gives_the_same_bytes(said: Said) -> None:
    assert said("make", "silent.yaml", "-o", "made", "--workers", "1")[0] == 0
    # ray in a process of its own: what it warns of and leaves running is not this suite's
    script = "import sys\nfrom mien.cli.main import run\nsys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "targets", "make", "silent.yaml", "-o", "by-ray"]
    finished([*command, "--engine", "ray", "--workers", "2"], timeout=240)
    assert content("by-ray") == content("made")


@pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("flite") is None,
    reason="needs espeak-ng and flite",
)
def test_speech_is_the_same_from_one_process_and_from_two(said: Said) -> None:
    assert said("make", "spoken.yaml", "-o", "one", "--workers", "1")[0] == 0
    assert said("make", "spoken.yaml", "-o", "two", "--workers", "2")[0] == 0
    assert content("one") == content("two")
    manifest = read_manifest(Path("one"))
    assert dict(manifest.counts.voice) == {"espeak en-us": 3, "flite slt": 3}
    assert {"espeak-ng", "flite", "mien", "numpy"} <= set(manifest.programs)
    clips = [clip for shard in manifest.shards for clip in read_shard(Path("one") / shard.file)]
    assert all(clip.text and clip.speech.max() == 1.0 for clip in clips)
    assert said("make", "spoken.yaml", "--without", "flite", "-o", "less")[0] == 0
    assert set(read_manifest(Path("less")).counts.voice) == {"espeak en-us"}


def test_all_that_is_missing_is_said_at_once(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(what: str) -> Callable[[object], tuple[SpeechItem, ...]]:
        def items(_: object) -> tuple[SpeechItem, ...]:
            raise SpeechUnavailableError(f"install {what}")

        return items

    monkeypatch.setattr("mien_trainer.synthesis.espeak.EspeakSource.items", absent("espeak-ng"))
    monkeypatch.setattr("mien_trainer.synthesis.flite.FliteSource.items", absent("flite"))
    status, _, err = said("make", "spoken.yaml", "-o", "made")
    assert status == 2
    assert "  espeak: install espeak-ng\n  flite: install flite\n" in err
    assert "leave them out: --without espeak --without flite" in err
    assert not Path("made").exists()


def test_too_many_refusals_fail_the_run(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    make = ClipMaker.make

    def refusing(self: ClipMaker, spec: ClipSpec) -> Clip:
        if spec.id == "train-000001":
            raise SpeechRefusedError("it is empty")
        return make(self, spec)

    monkeypatch.setattr(ClipMaker, "make", refusing)
    status, out, err = said("make", "silent.yaml", "-o", "made", "--workers", "1")
    assert status == 1
    assert "refused  1, listed in manifest.json:\n    train-000001: it is empty" in out
    assert "Error: 11.1% of the clips were refused, and the recipe allows 5.0%" in err
    Path("silent.yaml").write_text(SILENT + "max_refused_share: 0.2\n")
    assert said("make", "silent.yaml", "-o", "allowed", "--workers", "1")[0] == 0


def test_an_estimate_writes_nothing(said: Said) -> None:
    before = set(Path().iterdir())
    status, out, _ = said("make", "silent.yaml", "--estimate", "--price", "2", "--format", "json")
    assert status == 0
    found = json.loads(out)
    assert found["clips"] == found["sampled"] == 9
    assert found["after_speech"] >= found["real_time"] > 0
    assert found["million_price"] == pytest.approx(2 * found["million_core_hours"])
    assert found["million_core_hours"] == pytest.approx(1e6 * found["core_seconds"] / 3600)
    status, out, _ = said("make", "silent.yaml", "--estimate", "--workers", "4")
    assert status == 0
    assert "with 4 workers" in out
    assert "a million such clips" in out
    assert set(Path().iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["make", "silent.yaml"], "say where the shards go: -o DIR"),
        (["make", "smal", "-o", "x"], "no recipe of that name ships; did you mean small?"),
        (["make", "gone.yaml", "-o", "x"], "there is no file gone.yaml"),
        (["make", "silent.yaml", "-o", "x", "--address", "a:1"], "--address belongs to --engine"),
        (
            ["make", "spoken.yaml", "-o", "x", "--without", "flit"],
            "recipe spoken has no source flit; did you mean flite?",
        ),
        (
            ["make", "spoken.yaml", "-o", "x", "--without", "flite", "--without", "espeak"],
            "without flite, espeak nothing speaks",
        ),
        (["mkae"], "There is no command mkae. Did you mean make?"),
    ],
)
def test_a_wrong_call_says_what_to_do(said: Said, arguments: list[str], told: str) -> None:
    status, out, err = said(*arguments)
    assert (status, out) == (2, "")
    assert told in err
    assert not Path("x").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("clips: 0", "silent.yaml:3:8: error: clips: the number 0 is out of range"),
        ("clip: 9", "there is no key clip here [unknown-key]"),
        ("clips: 9\nbank: defualt", "no bank 'defualt': did you mean default?"),
        (
            "clips: 9\nsilence_share: 0.5",
            "no source speaks, but only a share of 0.5 is to be silence",
        ),
    ],
)
def test_a_wrong_recipe_names_its_place(said: Said, line: str, told: str) -> None:
    text = SILENT.replace("clips: 9\n", f"{line}\n", 1)
    text = text.replace("silence_share: 1\n", "") if "silence_share: 0.5" in line else text
    Path("silent.yaml").write_text(text)
    status, _, err = said("make", "silent.yaml", "-o", "made")
    assert status == 2
    assert told in err


def test_a_voice_named_twice_is_told(said: Said) -> None:
    twice = SPOKEN.replace(
        "[{ name: slt, split: train }]", "[{ name: slt, split: train }, { name: slt, split: test }]"
    )
    Path("spoken.yaml").write_text(twice)
    status, _, err = said("make", "spoken.yaml", "-o", "made")
    assert status == 2
    assert "sources.flite.voices[1].name: the voice slt is in the list a second time" in err


def test_without_the_packages_it_says_what_to_install(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacks(name: str) -> object | None:
        return None if name == "pyarrow" else find_spec(name)

    monkeypatch.setattr(targets, "find_spec", lacks)
    status, _, err = said("make", "silent.yaml", "-o", "made")
    assert status == 2
    assert "pip install 'mien[targets]' (not installed: pyarrow)" in err
