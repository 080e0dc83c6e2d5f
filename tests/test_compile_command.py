"""`mien compile` as a user meets it: what it writes, what it leaves alone, what it refuses."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from tests.imported import imported_by
from tests.program import ended

from mien.lock.read import parse_lock
from mien.versions import PROVER

TINY = Path(__file__).parent / "banks" / "tiny"
ARTIFACT = "tiny.safetensors"


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(TINY, tmp_path / "tiny")).relative_to(tmp_path)


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def edit(bank: Path, name: str, before: str, after: str) -> None:
    path = bank / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_it_writes_lock_and_artifact_that_agree(bank: Path) -> None:
    said = json.loads(ended(0, "compile", bank, "--format", "json").stdout)
    data = Path("build", ARTIFACT).read_bytes()
    lock = parse_lock((bank / "mien.lock").read_bytes(), "mien.lock")
    digest = hashlib.sha256(data).hexdigest()
    assert said["artifact"] == {"path": f"build/{ARTIFACT}", "bytes": len(data), "sha256": digest}
    assert lock.artifact.sha256 == digest
    assert said["labels"] == {label: pin.table for label, pin in lock.labels.items()}
    assert said["changed"] is True
    assert lock.channels is not None
    assert lock.mixtures is not None
    assert said["prover"] == lock.prover == PROVER
    assert said["channels"] == {"all": 8, "moving": lock.channels.moving}
    assert said["mixtures"] == {
        "mean": lock.mixtures.mean,
        "channel": lock.mixtures.channel,
        "antagonists_meet": True,
    }
    line = f"  mixtures  mean {lock.mixtures.mean}, channel {lock.mixtures.channel} at most"
    assert f"{line}, where antagonists meet\n" in ended(0, "compile", bank).stdout


def test_the_lock_is_golden(bank: Path) -> None:
    """The whole text, byte for byte: a change of it is a change of the format or of the engine."""
    ended(0, "compile", bank)
    golden = Path(__file__).parent / "golden" / "tiny.lock"
    assert (bank / "mien.lock").read_text() == golden.read_text()


def test_nothing_is_written_when_nothing_changed(bank: Path, tmp_path: Path) -> None:
    ended(0, "compile", bank)
    before = state(tmp_path)
    assert "nothing changed" in ended(0, "compile", bank).stdout
    assert state(tmp_path) == before


def test_comments_and_spacing_do_not_touch_the_lock(bank: Path, tmp_path: Path) -> None:
    ended(0, "compile", bank)
    before = (bank / "mien.lock").stat().st_mtime_ns
    edit(bank, "emotions/glad.yaml", "    mouthSmile: 0.3\n", "    # soft\n    mouthSmile:  0.30\n")
    ended(0, "compile", bank)
    ended(0, "compile", bank, "--check")
    assert (bank / "mien.lock").stat().st_mtime_ns == before


def test_one_face_changes_its_own_lines_and_the_totals(bank: Path) -> None:
    ended(0, "compile", bank)
    old = parse_lock((bank / "mien.lock").read_bytes(), "old")
    edit(bank, "emotions/glad.yaml", "mouthSmile: 0.5\n", "mouthSmile: 0.52\n")
    ended(0, "compile", bank)
    new = parse_lock((bank / "mien.lock").read_bytes(), "new")
    assert new.artifact.sha256 != old.artifact.sha256
    assert new.shared == old.shared
    assert {name for name in old.sources if old.sources[name] != new.sources[name]} == {
        "emotions/glad.yaml"
    }
    assert {label for label in old.labels if old.labels[label] != new.labels[label]} == {"glad"}


def test_check_names_what_is_stale_and_writes_nothing(bank: Path, tmp_path: Path) -> None:
    assert "there is no lock yet" in ended(1, "compile", bank, "--check").stdout
    ended(0, "compile", bank)
    edit(bank, "emotions/glad.yaml", "mouthSmile: 0.5\n", "mouthSmile: 0.52\n")
    before = state(tmp_path)
    stale = json.loads(ended(1, "compile", bank, "--check", "--format", "json").stdout)["stale"]
    assert "source emotions/glad.yaml: changed" in stale
    assert "label glad: table changed" in stale
    assert not any("calm" in line or "cross" in line for line in stale)
    assert state(tmp_path) == before


def test_a_broken_bank_leaves_lock_and_artifact_whole(bank: Path, tmp_path: Path) -> None:
    ended(0, "compile", bank)
    edit(bank, "emotions/glad.yaml", "mouthSmile: 0.5\n", "mouthSmyle: 0.5\n")
    before = state(tmp_path)
    assert "mouthSmyle" in ended(2, "compile", bank).stderr
    assert state(tmp_path) == before


def test_programs_read_faults_as_json(bank: Path) -> None:
    edit(bank, "emotions/glad.yaml", "mouthSmile: 0.5\n", "mouthSmyle: 0.5\n")
    for more in ([], ["--check"]):
        (fault,) = json.loads(ended(2, "compile", bank, "--format", "json", *more).stdout)["faults"]
        assert (fault["file"], fault["code"]) == ("tiny/emotions/glad.yaml", "unknown-channel")


def test_a_bank_over_its_budget_is_refused_by_label_and_channel(bank: Path) -> None:
    edit(bank, "bank.yaml", "slope: {mean: 2.0, channel: 8.0}", "slope: {mean: 2.0, channel: 0.5}")
    last = ended(0, "check", bank).stdout.splitlines()[-1]
    assert last.startswith("  `mien compile` alone proves that no face changes faster")
    said = ended(1, "compile", bank).stderr
    assert "too-steep" in said
    assert "glad" in said
    assert "tiny/emotions/glad.yaml:14:14: error: anchors.mid: glad: mouthSmile" in said
    assert "the anchors nearest to there are mid and high" in said
    assert "hint: move mid and high apart" in said
    assert "mouthSmile" in said
    assert not (bank / "mien.lock").exists()
    assert not Path("build").exists()


def test_one_steep_place_is_one_fault_that_names_its_channels_styles_and_face(bank: Path) -> None:
    edit(bank, "emotions/glad.yaml", "    mouthSmile: 0.3\n", "    mouthSmile: 0.1\n")
    edit(bank, "emotions/glad.yaml", "    mouthSmileLeft: 0.75\n", "    mouthSmileLeft: 0.7\n")
    edit(bank, "bank.yaml", "slope: {mean: 2.0, channel: 8.0}", "slope: {mean: 9.0, channel: 3.0}")
    for more in ([], ["--check"]):
        faults = json.loads(ended(1, "compile", bank, "--format", "json", *more).stdout)["faults"]
        (fault,) = (one for one in faults if one["message"].startswith("glad"))
        assert fault["path"] == "anchors.mid"
        assert fault["message"].startswith(
            "glad: mouthSmileLeft and mouthSmileRight are too steep: they change by up to 4.2277 "
        )
        assert fault["message"].endswith("nearest to there are low and mid; the same in style sly")
        assert (
            "(low is the least like the others: mouthSmileLeft is 0.1 there, 0.5 at mid)"
            in (fault["hint"])
        )


def test_a_face_that_breaks_a_rule_fails_a_check_wherever_it_is_met(bank: Path) -> None:
    ended(0, "compile", bank)
    edit(bank, "bank.yaml", "separation:", "separation: 0.9  #")
    for command in (["check"], ["compile"], ["compile", "--check"], ["release"]):
        said = ended(1, command[0], bank, *command[1:])
        assert "[separation]" in said.stdout + said.stderr


def test_an_edited_lock_is_refused_by_check_and_mended_by_compile(bank: Path) -> None:
    ended(0, "compile", bank)
    whole = (bank / "mien.lock").read_bytes()
    (bank / "mien.lock").write_bytes(whole + b"# a note\n")
    assert "lock-edited" in ended(2, "compile", bank, "--check").stderr
    ended(0, "compile", bank)
    assert (bank / "mien.lock").read_bytes() == whole


def test_two_pull_requests_that_meet_in_the_lock_are_resolved_by_compile(bank: Path) -> None:
    ended(0, "compile", bank)
    whole = (bank / "mien.lock").read_text()
    first, *rest = whole.splitlines(keepends=True)
    ours, theirs = "<<<<<<< HEAD\n" + rest[0], "=======\n" + rest[0] + ">>>>>>> smile\n"
    (bank / "mien.lock").write_text("".join((first, ours, theirs, *rest[1:])))
    assert ended(2, "compile", bank, "--check").stderr == (
        "tiny/mien.lock:2:1: error: a merge conflict starts here (<<<<<<< HEAD) [merge-conflict]\n"
        "  2 | <<<<<<< HEAD\n"
        "    | ^\n"
        "  hint: resolve the sources, then run `mien compile`: it writes the whole lock anew\n"
        "1 error\n"
    )
    ended(0, "compile", bank)
    assert (bank / "mien.lock").read_text() == whole


def test_a_changed_artifact_is_written_anew(bank: Path) -> None:
    ended(0, "compile", bank)
    path = Path("build", ARTIFACT)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    ended(0, "compile", bank)
    assert path.read_bytes() == whole


def test_yaml_and_json_give_the_same_artifact(bank: Path) -> None:
    from mien.text.node import plain
    from mien.text.yaml_nodes import require_yaml

    ended(0, "compile", bank)
    whole = Path("build", ARTIFACT).read_bytes()
    source = bank / "emotions" / "glad.yaml"
    document = plain(require_yaml(source.read_text(), "glad.yaml"))
    source.unlink()
    source.with_suffix(".json").write_text(json.dumps(document))
    ended(0, "compile", bank)
    assert Path("build", ARTIFACT).read_bytes() == whole


def test_nothing_changed_needs_no_numpy(bank: Path) -> None:
    ended(0, "compile", bank)
    heavy = {"numpy", "numba", "jsonschema", "scipy", "torch"}
    assert not heavy & imported_by("compile", str(bank))


def test_a_full_compile_imports_no_scipy(bank: Path) -> None:
    found = imported_by("compile", str(bank))
    assert "numba" in found
    assert not {"scipy", "torch"} & found


def test_faults_of_every_file_are_told_where_a_lock_holds(bank: Path) -> None:
    ended(0, "compile", bank)
    edit(bank, "emotions/glad.yaml", "title: Glad\n", "title: [Glad\n")
    edit(bank, "bank.yaml", "kernel:", "colonel:")
    said = ended(2, "compile", bank)
    assert "[yaml-syntax]" in said.stderr
    assert "[unknown-key]" in said.stderr
