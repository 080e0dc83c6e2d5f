"""`mien release` as a user meets it: what it freezes, and every reason for which it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from tests.checkouts import git
from tests.program import ended

from mien.errors import ArtifactError
from mien.release.ledger import FIRST, entry_digest, read_ledger

TINY = Path(__file__).parent / "banks" / "tiny"
RELEASES = Path("releases")


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny bank with a fresh lock, in the working folder and in no git checkout."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(TINY, tmp_path / "tiny")
    ended(0, "compile", "tiny")
    return Path("tiny")


def edit(name: str, before: str, after: str) -> None:
    path = Path("tiny", name)
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    ended(0, "compile", "tiny")


def state(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refusals(*arguments: str) -> dict[str, str]:
    """The codes with which a release is refused, and what is said."""
    before = state(RELEASES)
    said = ended(1, "release", "tiny", "--format", "json", *arguments).stdout
    assert state(RELEASES) == before
    faults = json.loads(said)["faults"]
    return {fault["code"]: f"{fault['message']} {fault['hint']}" for fault in faults}


def test_it_freezes_sources_lock_and_artifact_byte_for_byte(bank: Path) -> None:
    told = ended(0, "release", "tiny", "--format", "json").stdout
    said = json.loads(told.partition("{")[2].join(["{", ""]))
    frozen = state(RELEASES / "tiny" / "1.0.0")
    sources = {f"sources/{name}": data for name, data in state(TINY).items()}
    artifact = Path("build", "tiny.safetensors").read_bytes()
    lock = (bank / "mien.lock").read_bytes()
    assert frozen == {**sources, "mien.lock": lock, "tiny.safetensors": artifact}
    (entry,) = read_ledger(RELEASES / "ledger.yaml").entries
    assert (entry.bank, entry.version, entry.engine) == ("tiny", "1.0.0", 1)
    assert entry.artifact == said["artifact"] == hashlib.sha256(artifact).hexdigest()
    assert entry.lock == hashlib.sha256(lock).hexdigest()
    assert entry.sources == {
        name: hashlib.sha256(data).hexdigest() for name, data in state(TINY).items()
    }
    assert entry.previous == FIRST
    assert sorted(path.name for path in RELEASES.iterdir()) == [
        ".gitattributes",
        "ledger.yaml",
        "tiny",
    ]


def test_a_release_stands_alone(bank: Path) -> None:
    """Even the rig that lay beside the bank comes along."""
    (bank / "rigs").rename("rigs")
    ended(0, "release", "tiny")
    shutil.rmtree("rigs")
    shutil.rmtree(bank)
    ended(0, "verify", "tiny", "--releases", "releases", "--full")
    ended(0, "check", "releases/tiny/1.0.0/sources")


def test_the_next_release_pins_the_one_before(bank: Path) -> None:
    ended(0, "release", "tiny")
    before = state(RELEASES)
    edit("emotions/glad.yaml", "mouthSmile: 0.5\n", "mouthSmile: 0.52\n")
    edit("bank.yaml", "version: 1.0.0", "version: 1.1.0")
    ended(0, "release", "tiny")
    first, second = read_ledger(RELEASES / "ledger.yaml").entries
    assert second.previous == entry_digest(first)
    after = state(RELEASES)
    assert after["ledger.yaml"].startswith(before.pop("ledger.yaml"))
    assert {name: after[name] for name in before} == before


def test_releases_go_where_they_are_told_to(bank: Path, tmp_path: Path) -> None:
    ended(0, "release", "tiny", "--releases", "a/b")
    assert not RELEASES.exists()
    ended(0, "verify", "tiny", "--releases", "a/b")
    assert (tmp_path / "a" / "b" / "tiny" / "1.0.0" / "mien.lock").is_file()


def test_a_version_is_released_once(bank: Path) -> None:
    ended(0, "release", "tiny")
    assert "nothing has changed since" in refusals()["version-released"]
    edit("emotions/glad.yaml", "mouthSmile: 0.5\n", "mouthSmile: 0.52\n")
    said = refusals()["version-released"]
    assert "the bank has changed since" in said
    assert "greater version" in said


def test_a_version_has_to_be_the_newest(bank: Path) -> None:
    ended(0, "release", "tiny")
    edit("bank.yaml", "version: 1.0.0", "version: 1.0.0-rc.9")
    assert "not greater than the newest release, 1.0.0" in refusals()["version-not-newer"]


def test_a_version_has_to_promise_what_changed(bank: Path) -> None:
    ended(0, "release", "tiny")
    edit("emotions/glad.yaml", "mouthSmile: 0.5\n", "mouthSmile: 0.52\n")
    edit("bank.yaml", "version: 1.0.0", "version: 1.0.1")
    said = refusals()["version-too-small"]
    assert "it has to be 1.1.0 or greater" in said
    assert "mouthSmileLeft" in said
    edit("bank.yaml", "version: 1.0.1", "version: 1.1.0")
    ended(0, "release", "tiny")


def test_a_stale_lock_is_refused_and_says_how(bank: Path) -> None:
    path = bank / "emotions" / "glad.yaml"
    path.write_text(path.read_text().replace("mouthSmile: 0.5\n", "mouthSmile: 0.52\n"))
    said = refusals()["lock-stale"]
    assert "label glad: table changed" in said
    assert "mien compile tiny" in said
    (bank / "mien.lock").write_text("schema: mien/lock/1\n")
    assert "not a lock that mien wrote" in refusals()["lock-stale"]
    (bank / "mien.lock").unlink()
    assert "no lock yet" in refusals()["lock-stale"]
    assert not RELEASES.exists()


def test_all_reasons_are_given_at_once(bank: Path) -> None:
    ended(0, "release", "tiny")
    path = bank / "emotions" / "glad.yaml"
    path.write_text(path.read_text().replace("mouthSmile: 0.5\n", "mouthSmile: 0.52\n"))
    assert refusals().keys() == {"version-released", "lock-stale"}


def test_a_broken_bank_is_bad_input(bank: Path) -> None:
    path = bank / "emotions" / "glad.yaml"
    path.write_text(path.read_text().replace("mouthSmile: 0.5\n", "mouthSmyle: 0.5\n"))
    assert "mouthSmyle" in ended(2, "release", "tiny").stderr
    assert not RELEASES.exists()


def test_in_a_checkout_everything_has_to_be_committed(
    bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(Path(), "init", "-q", ".")
    git(Path(), "add", "tiny/bank.yaml", "tiny/rules.yaml", "tiny/rigs", "tiny/emotions")
    git(Path(), "commit", "-q", "-m", "sources")
    assert "commit the sources and the lock first" in refusals()["not-committed"]
    git(Path(), "add", "tiny/mien.lock")
    assert "not-committed" in refusals()
    git(Path(), "commit", "-q", "-m", "lock")
    path = bank / "emotions" / "glad.yaml"
    whole = path.read_text()
    path.write_text(whole + "# a note that the lock does not see\n")
    said = ended(1, "release", "tiny").stderr
    assert "tiny/emotions/glad.yaml: error: this file has changes" in said
    assert "bank.yaml" not in said
    path.write_text(whole)
    Path("elsewhere").write_text("not a part of the bank\n")
    (bank / "rigs" / "unused.yaml").write_text("# nor this\n")
    assert "git checkout" not in ended(0, "release", "tiny").stderr


def test_without_git_a_checkout_is_not_trusted(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").mkdir()
    assert "git-failed" in refusals()
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in refusals()["git-failed"]


def test_outside_a_checkout_it_says_what_it_skips(bank: Path) -> None:
    assert "no git checkout" in ended(0, "release", "tiny").stderr


def test_another_version_than_the_banks_is_refused_or_written(bank: Path) -> None:
    path = bank / "bank.yaml"
    text = path.read_text().replace("version: 1.0.0", "version:   '1.0.0' # the first")
    path.write_text(text)
    before = state(Path())
    assert "--edit" in ended(2, "release", "tiny", "--version", "1.2.0").stderr
    assert "not a version" in ended(2, "release", "tiny", "--version", "1.2").stderr
    assert state(Path()) == before
    ended(0, "release", "tiny", "--version", "1.2.0", "--edit")
    assert path.read_text() == text.replace("'1.0.0'", "'1.2.0'")
    assert read_ledger(RELEASES / "ledger.yaml").find("tiny", "1.2.0") is not None


def test_in_a_checkout_an_edited_version_has_to_be_committed_first(
    bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(Path(), "init", "-q", ".")
    git(Path(), "add", "tiny")
    git(Path(), "commit", "-q", "-m", "bank")
    said = ended(0, "release", "tiny", "--version", "1.2.0", "--edit").stdout
    assert said.startswith("Nothing is released yet: tiny now says version 1.2.0 instead of 1.0.0")
    assert "Commit both" in said
    told = ended(0, "release", "tiny", "--version", "1.3.0", "--edit", "--format", "json").stdout
    assert json.loads(told) == {"edited": {"from": "1.2.0", "to": "1.3.0"}, "released": None}
    assert not RELEASES.exists()
    ended(0, "release", "tiny", "--version", "1.2.0", "--edit")
    git(Path(), "commit", "-q", "-a", "-m", "1.2.0")
    ended(0, "release", "tiny", "--version", "1.2.0")


def test_the_help_says_that_an_edit_alone_is_no_release() -> None:
    said = " ".join(ended(0, "release", "--help").stdout.split())
    assert "ends there, with exit 0 and nothing released" in said
    assert '"released": null' in said


def test_a_bank_that_does_not_compile_keeps_its_version(bank: Path) -> None:
    path = bank / "bank.yaml"
    path.write_text(path.read_text().replace("channel: 8.0", "channel: 0.1"))
    before = state(Path())
    ended(1, "release", "tiny", "--version", "1.2.0", "--edit")
    assert state(Path()) == before


def test_a_json_manifest_and_a_byte_order_mark_are_edited_alike(bank: Path) -> None:
    from mien.release.make import set_version
    from mien.text.node import plain
    from mien.text.yaml_nodes import require_yaml

    path = bank / "bank.yaml"
    document = plain(require_yaml(path.read_text(), "bank.yaml"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    before = path.read_bytes()
    set_version(bank, "3.0.0")
    assert path.read_bytes() == before.replace(b"version: 1.0.0", b"version: 3.0.0")
    path.unlink()
    path.with_suffix(".json").write_text(json.dumps(document))
    set_version(bank, "4.0.0")
    assert json.loads(path.with_suffix(".json").read_text())["version"] == "4.0.0"


def test_a_damaged_newest_release_takes_no_next_one(
    bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(0, "release", "tiny")
    edit("bank.yaml", "version: 1.0.0", "version: 1.1.0")
    path = RELEASES / "tiny" / "1.0.0" / "tiny.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert "changed since it was released" in refusals()["file-changed"]
    path.write_bytes(whole)
    with monkeypatch.context() as patch:
        patch.setattr("mien.diff.side.load_tables", _newer)
        assert "upgrade mien" in refusals()["release-unreadable"]
    ended(0, "release", "tiny")


def _newer(_: object) -> None:
    raise ArtifactError("made for engine 7; upgrade mien")


def test_a_broken_ledger_takes_no_more_releases(bank: Path) -> None:
    ended(0, "release", "tiny")
    edit("bank.yaml", "version: 1.0.0", "version: 1.1.0")
    ended(0, "release", "tiny")
    edit("bank.yaml", "version: 1.1.0", "version: 1.2.0")
    path = RELEASES / "ledger.yaml"
    whole = path.read_text()
    path.write_text(whole.replace("engine: 1", "engine: 2", 1))
    assert "tiny 1.0.0 was edited: engine" in refusals()["ledger-edited"]
    path.write_text(whole + "# a note\n")
    ended(2, "release", "tiny")
    path.write_text(whole)
    ended(0, "release", "tiny")
