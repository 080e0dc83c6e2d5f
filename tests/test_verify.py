"""`mien verify` names every change: of the ledger, of any byte of a release, of the compiler."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from tests.imported import imported_by
from tests.program import ended, ran

import mien
from mien.authored.bank import AuthoredBank
from mien.certify import Bound, Certificate, SlopeProof, certify
from mien.compile import compile_folder
from mien.engine import registry
from mien.engine.e1 import Engine1
from mien.engine.tables import Tables
from mien.lock.write import write_lock
from mien.release.ledger import Ledger, read_ledger
from mien.release.verify import Report
from mien.resources import presets

TINY = Path(__file__).parent / "banks" / "tiny"
FOLDER = Path("releases/tiny/1.0.0")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases of the tiny bank, made once."""
    place = tmp_path_factory.mktemp("made")
    bank = Path(shutil.copytree(TINY, place / "tiny"))
    for version, smile in (("1.0.0", "0.5"), ("1.1.0", "0.52"), ("1.2.0", "0.54")):
        for name, line in (("bank.yaml", "version: "), ("emotions/glad.yaml", "    mouthSmile: ")):
            value = version if name == "bank.yaml" else smile
            last = "1.1.0" if version == "1.2.0" else "1.0.0"
            was = last if name == "bank.yaml" else {"1.0.0": "0.5", "1.1.0": "0.52"}[last]
            text = (bank / name).read_text()
            (bank / name).write_text(text.replace(f"{line}{was}\n", f"{line}{value}\n"))
        (bank / "mien.lock").write_text(write_lock(compile_folder(bank).lock))
        ended(0, "release", bank)
    return place


@pytest.fixture
def releases(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made / "releases", tmp_path / "releases")
    shutil.copytree(made / "tiny", tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path("releases")


@pytest.fixture
def found() -> Callable[..., list[tuple[str, str, str]]]:
    """Verify, and give what failed as (code, file, message)."""

    def verify(*arguments: str) -> list[tuple[str, str, str]]:
        ended_as = ran("verify", "tiny", "--jobs", "1", "--format", "json", *arguments)
        status, said = ended_as.exit_code, json.loads(ended_as.stdout)
        faults = [*said["ledger"], *(fault for one in said["releases"] for fault in one["faults"])]
        assert status == (1 if faults else 0)
        assert said["failed"] is bool(faults)
        return [(fault["code"], fault["file"], fault["message"]) for fault in faults]

    return verify


Found = Callable[..., list[tuple[str, str, str]]]


def flip(path: Path, at: int, bit: int = 1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    path.write_bytes(data)


def test_what_holds_is_recompiled_once_and_remembered(
    releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def states(*arguments: str) -> list[str]:
        said = ended(0, "verify", "tiny", "--jobs", "1", "--format", "json", *arguments).stdout
        return [one["state"] for one in json.loads(said)["releases"]]

    assert states("--release", "1.1.0") == ["verified"]
    assert states() == ["verified", "unchanged", "verified"]
    assert states() == ["unchanged"] * 3
    assert states("--full") == ["verified"] * 3
    monkeypatch.setattr("mien.__version__", "9.9.9")
    from mien.release import verified_cache

    verified_cache._program.cache_clear()  # pyright: ignore[reportPrivateUsage]
    try:
        assert states() == ["verified"] * 3
    finally:
        verified_cache._program.cache_clear()  # pyright: ignore[reportPrivateUsage]


def test_several_processes_say_the_same_in_the_same_order(releases: Path) -> None:
    flip(releases / "tiny/1.1.0/tiny.safetensors", -1)
    said: list[str] = []
    for jobs in ("1", "2"):
        said.append(ended(1, "verify", "tiny", "--full", "--jobs", jobs).stdout)
    assert said[0] == said[1]
    lines = said[0].splitlines()
    assert [line.split()[1] for line in lines[:3]] == ["1.0.0", "1.1.0", "1.2.0"]
    assert ["FAILED" in line for line in lines[:3]] == [False, True, False]


def test_what_is_unchanged_needs_no_numpy(releases: Path) -> None:

    ended(0, "verify", "tiny", "--jobs", "1")
    heavy = {"numpy", "numba", "jsonschema", "scipy", "torch"}
    assert not heavy & imported_by("verify", "tiny")


def test_a_note_in_the_cache_never_hides_a_changed_file(releases: Path, found: Found) -> None:
    assert found() == []
    flip(FOLDER / "sources/rules.yaml", 5)
    assert [code for code, _, _ in found()] == ["file-changed"]


def test_every_changed_byte_is_caught_and_named(releases: Path, found: Found) -> None:
    """The first and the last byte of every file, and random ones between."""
    choose = random.Random(20260101)  # noqa: S311  a fixed sample
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    assert len(files) == 8
    for path in files:
        whole = path.read_bytes()
        places = [0, len(whole) - 1, *choose.choices(range(len(whole)), k=7)]
        for at in places:
            flip(path, at, 1 << choose.randrange(8))
            faults = found("--release", "1.0.0")
            assert ("file-changed", path.as_posix()) in {(code, file) for code, file, _ in faults}
            assert all(file == path.as_posix() for _, file, _ in faults)
            path.write_bytes(whole)
    assert found("--release", "1.0.0") == []


def test_every_changed_byte_of_the_ledger_is_caught(releases: Path, found: Found) -> None:
    choose = random.Random(20260102)  # noqa: S311  a fixed sample
    assert found() == []
    path = releases / "ledger.yaml"
    whole = path.read_bytes()
    for at in [0, len(whole) - 1, *choose.choices(range(len(whole)), k=60)]:
        flip(path, at, 1 << choose.randrange(8))
        assert found() != [], whole[at - 20 : at + 20]
        path.write_bytes(whole)
    assert found() == []


def test_extra_missing_and_odd_files_are_named(releases: Path, found: Found) -> None:
    (FOLDER / "sources/emotions/shy.yaml").write_text("label: shy\n")
    (FOLDER / "sources/rules.yaml").unlink()
    (FOLDER / "mien.lock").unlink()
    (FOLDER / "mien.lock").symlink_to(Path("../1.1.0/mien.lock"))
    assert {(code, file.removeprefix(f"{FOLDER}/")) for code, file, _ in found()} == {
        ("file-extra", "sources/emotions/shy.yaml"),
        ("file-missing", "sources/rules.yaml"),
        ("file-irregular", "mien.lock"),
    }
    shutil.rmtree(FOLDER)
    assert [code for code, _, _ in found()] == ["release-missing"]


def test_a_byte_too_many_is_counted_for_the_file_and_for_what_its_sources_give(
    releases: Path, found: Found
) -> None:
    path = FOLDER / "tiny.safetensors"
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"\0")
    (message,) = (message for code, _, message in found() if code == "table-differs")
    assert f"the file has {size + 1} bytes, its sources compile to {size}; they are" in message


def test_a_changed_artifact_is_named_by_label_table_and_channel(
    releases: Path, found: Found
) -> None:
    from mien.artifact.container import unpack

    path = FOLDER / "tiny.safetensors"
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    begin, _ = header["label.glad.archetypes"]["data_offsets"]
    tensors, _ = unpack(data)
    rows, channels = tensors["label.glad.archetypes"].shape
    assert (rows, channels) == (3, 8)
    flip(path, start + begin + 4 * (channels + 2) + 2, 0x10)
    messages = [message for code, _, message in found() if code == "table-differs"]
    assert len(messages) == 1
    channel = json.loads(header["__metadata__"]["mien"])["channels"][2]
    assert messages[0].startswith(
        f"label glad, table archetypes, intensity mid, channel {channel}: "
    )
    assert messages[0].count("(0x") == 2


def test_a_compiler_that_computes_otherwise_is_caught(
    releases: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bit of one weight: what a changed order of additions would do."""

    class Drifted(Engine1):
        def compile_tables(self, bank: AuthoredBank) -> Tables:
            tables = super().compile_tables(bank)
            cross = tables.labels[2]
            weights = cross.weights.copy()
            weights.view(np.uint32)[1, 0] ^= 1
            weights.setflags(write=False)
            return evolve(tables, labels=(*tables.labels[:2], evolve(cross, weights=weights)))

    monkeypatch.setitem(registry.ENGINES, 1, Drifted)
    faults = found("--release", "1.2.0", "--full")
    assert [code for code, _, _ in faults] == ["table-differs", "lock-differs"]
    assert faults[0][2].startswith("label cross, table weights, intensity mid, channel ")
    assert "label cross: table changed" in faults[1][2]
    assert "label glad" not in faults[1][2]


class Engine2(Engine1):
    """Deliberately another one: flatter plateaus."""

    number = 2  # pyright: ignore

    def compile_tables(self, bank: AuthoredBank) -> Tables:
        plateau = evolve(bank.manifest.plateau, flat=bank.manifest.plateau.flat * 0.5)
        manifest = evolve(bank.manifest, plateau=plateau)
        return evolve(super().compile_tables(evolve(bank, manifest=manifest)), engine=2)


def test_old_engines_keep_compiling_old_releases(
    releases: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Engine 2 is the current one; what engine 1 released still holds, beside a release of 2."""
    monkeypatch.setitem(registry.ENGINES, 2, Engine2)
    monkeypatch.setattr("mien.release.make.ENGINE", 2)
    bank = Path("tiny")
    text = (bank / "bank.yaml").read_text()
    (bank / "bank.yaml").write_text(text.replace("version: 1.2.0", "version: 2.0.0"))
    (bank / "mien.lock").write_text(write_lock(compile_folder(bank, engine=2).lock))
    ended(0, "release", "tiny")
    entries = read_ledger(releases / "ledger.yaml").entries
    assert [entry.engine for entry in entries] == [1, 1, 1, 2]
    assert entries[-1].artifact != entries[-2].artifact
    assert found("--full") == []
    monkeypatch.delitem(registry.ENGINES, 2)
    faults = found("--full")
    assert [code for code, _, _ in faults] == ["engine-unknown"]
    assert "engine 2 is not known" in faults[0][2]


def with_prover(
    monkeypatch: pytest.MonkeyPatch, number: int, change: Callable[[Bound], Bound]
) -> None:
    """Another search in the program: its number, and what it makes of every mean."""

    def changed(proof: SlopeProof) -> SlopeProof:
        return evolve(proof, mean=change(proof.mean))

    def prove(tables: Tables, say: Callable[[str], None] | None = None) -> Certificate:
        today = certify(tables, say)
        labels = tuple(
            evolve(
                label,
                plain=changed(label.plain),
                styles={name: changed(proof) for name, proof in label.styles.items()},
            )
            for label in today.labels
        )
        return evolve(today, prover=number, labels=labels)

    monkeypatch.setattr("mien.certify.certify", prove)
    monkeypatch.setattr("mien.versions.PROVER", number)


def test_a_sharper_prover_confirms_old_certificates(
    releases: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sharper(bound: Bound) -> Bound:
        return Bound(proved=(bound.proved + bound.sampled) / 2, sampled=bound.sampled)

    with_prover(monkeypatch, 3, sharper)
    assert found("--full") == []
    with_prover(monkeypatch, 2, sharper)  # the same prover has to say the same
    faults = found("--release", "1.0.0", "--full")
    assert [code for code, _, _ in faults] == ["lock-differs"]
    assert "label glad: certificate changed" in faults[0][2]


def test_a_prover_that_contradicts_a_certificate_fails_it(
    releases: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    def steeper(bound: Bound) -> Bound:
        return Bound(proved=bound.proved * 1.3, sampled=bound.proved * 1.2)

    with_prover(monkeypatch, 3, steeper)
    faults = found("--release", "1.0.0", "--full")
    assert [code for code, _, _ in faults] == ["lock-differs"]
    assert "glad: the mean: locked as at most " in faults[0][2]


def test_a_lock_by_an_older_prover_is_no_stale_one(
    releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(0, "compile", "tiny")
    with_prover(monkeypatch, 3, lambda bound: bound)
    before = Path("tiny/mien.lock").read_text()
    note = "certificate by prover 2, this mien has prover 3"
    told = ended(0, "compile", "tiny", "--check").stdout
    assert f"\n  {note}; it is confirmed, and `mien compile tiny`" in told
    said = json.loads(ended(0, "compile", "tiny", "--check", "--format", "json").stdout)
    assert (said["stale"], said["notes"]) == ([], [note])
    assert mien.load("tiny").labels
    ended(0, "compile", "tiny")
    assert Path("tiny/mien.lock").read_text() == before.replace("prover: 2", "prover: 3")
    assert "nothing changed" in ended(0, "compile", "tiny").stdout


def edited_ledger(change: Callable[[list[str]], None]) -> None:
    path = Path("releases/ledger.yaml")
    head, *entries = path.read_text().split("- bank:")
    change(entries)
    path.write_text("- bank:".join([head, *entries]))


def test_a_tampered_ledger_is_named_for_what_was_done(releases: Path, found: Found) -> None:
    path = releases / "ledger.yaml"
    whole = path.read_text()

    def faults(change: Callable[[list[str]], None]) -> dict[str, str]:
        edited_ledger(change)
        said = {code: message for code, _, message in found()}
        path.write_text(whole)
        return said

    removed = faults(lambda entries: entries.__delitem__(1))
    assert removed["ledger-removed"] == (
        "the entry of tiny 1.1.0 was removed between tiny 1.0.0 and tiny 1.2.0"
    )
    assert "tiny 1.1.0 has a folder, but no entry" in removed["release-unlisted"]
    first = faults(lambda entries: entries.__delitem__(0))
    assert "the entry of tiny 1.0.0 was removed" in first["ledger-removed"]
    last = faults(lambda entries: entries.__delitem__(2))
    assert last.keys() == {"release-unlisted"}
    swapped = faults(lambda entries: entries.insert(1, entries.pop(2)))
    assert "tiny 1.2.0 follows tiny 1.1.0, but stands before it" in swapped["ledger-reordered"]
    twice = faults(lambda entries: entries.append(entries[1]))
    assert "tiny 1.1.0 stands after tiny 1.2.0" in twice["ledger-order"]
    assert (
        "tiny 1.1.0 follows tiny 1.0.0, but stands after tiny 1.2.0"
        in (twice["ledger-out-of-turn"])
    )

    def forge(entries: list[str]) -> None:
        entries[1] = entries[1].replace("engine: 1", "engine: 7")

    edited = faults(forge)
    assert edited["ledger-edited"] == "the entry of tiny 1.1.0 was edited: engine"

    def forge_last(entries: list[str]) -> None:
        entries[2] = entries[2].replace("engine: 1", "engine: 7")

    assert faults(forge_last) == {
        "engine-differs": "the ledger says engine 7, the lock of the release engine 1"
    }
    path.write_text(whole.replace("releases:", "releases :"))
    assert [code for code, _, _ in found()] == ["ledger-edited"]


def test_names_that_are_not_there_are_usage_errors(releases: Path) -> None:
    assert "did you mean tiny?" in ended(2, "verify", "tinny", "--releases", "releases").stderr
    assert "has no release 1.2.9" in ended(2, "verify", "tiny", "--release", "1.2.9").stderr


def test_a_folder_without_releases_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("releases").mkdir()
    assert "nothing is released yet" in ended(0, "verify", "--releases", "releases").stdout


def released() -> set[tuple[str, str]]:
    """The bank and version of everything that a bare `mien verify` says it verified."""
    said = json.loads(ended(0, "verify", "--jobs", "1", "--format", "json").stdout)
    return {(one["bank"], one["version"]) for one in said["releases"]}


TINY_RELEASES = {("tiny", "1.0.0"), ("tiny", "1.1.0"), ("tiny", "1.2.0")}


def test_a_bare_verify_takes_the_banks_of_the_repository(
    releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert released() == TINY_RELEASES
    monkeypatch.chdir("tiny")
    assert released() == TINY_RELEASES
    monkeypatch.chdir("..")
    said = ended(0, "verify")
    assert said.stderr == "releases of this repository: releases\n"
    assert said.stdout.endswith("3 releases hold\n")
    (tmp_path / "presets").mkdir()
    releases.rename(tmp_path / "presets" / "releases")
    assert released() == TINY_RELEASES


def test_a_bare_verify_elsewhere_takes_what_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    taken: list[Path] = []

    def verify(folder: Path, **_: object) -> Report:
        taken.append(folder)
        return Report(ledger=Ledger(), faults=(), notes=(), releases=())

    monkeypatch.setattr("mien.release.verify.verify", verify)
    (tmp_path / "releases").mkdir()
    assert ended(0, "verify").stderr == ""
    assert taken == [presets() / "releases", presets() / "releases" / "readers"]
