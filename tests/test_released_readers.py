"""Readers in their ledger: what ships holds, drift is named, and no release is made of others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.program import Ran, ended
from tests.test_reader_training import digest

import mien
from mien import resources
from mien.errors import ArtifactError, QueryError, SourceError
from mien.reading.frozen import reread_faults
from mien.reading.lock import lock_path, parse_reader_lock, write_reader_lock
from mien.reading.reader import load_model, reader
from mien.reading.released import find_reader
from mien.release.folder import ReleaseFolder, measured_entry
from mien.release.ledger import Ledger, read_ledger, write_ledger
from mien.release.verify import State, verify

SHIPPED = resources.presets() / "releases" / "readers"


def codes(folder: Path) -> list[str]:
    report = verify(folder, full=True)
    faults = (*report.faults, *(fault for one in report.releases for fault in one.faults))
    return [fault.code for fault in faults]


def signed(folder: Path) -> None:
    """Write the ledger anew for what lies in the folder now."""
    home = ReleaseFolder(releases=folder, bank="linear", version="1.0.0")
    entry = measured_entry(home, "0" * 64)
    (folder / "ledger.yaml").write_text(
        write_ledger(Ledger(entries=(entry,), kind="reader")), "utf-8"
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The first reader that shipped, in a ledger of its own."""
    folder = tmp_path / "readers"
    shutil.copytree(SHIPPED / "linear" / "1.0.0", folder / "linear" / "1.0.0")
    signed(folder)
    return folder


def test_the_readers_that_ship_read_as_they_did() -> None:
    report = verify(SHIPPED, full=True)
    assert not report.failed
    assert report.releases
    assert all(one.state is State.VERIFIED for one in report.releases)


def test_a_changed_byte_is_seen(copy: Path) -> None:
    path = copy / "linear" / "1.0.0" / "linear.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert codes(copy) == ["file-changed"]
    signed(copy)
    assert codes(copy) == ["reader-damaged"]


def test_what_reads_otherwise_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.reading.features._WORD", 7)
    report = verify(copy, full=True)
    (one,) = report.releases
    assert {fault.code for fault in one.faults} == {"reads-otherwise"}
    assert "I'm so happy to see you!" in one.faults[0].message
    assert "the lock has" in one.faults[0].message


def lock_edit(folder: Path, change: Callable[[str], str]) -> None:
    path = folder / "linear" / "1.0.0" / "mien.lock"
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def test_a_lock_that_says_otherwise_is_named(copy: Path) -> None:
    lock_edit(copy, lambda text: text.replace("label: joy", "label: awe", 1))
    signed(copy)
    report = verify(copy, full=True)
    (fault,) = report.releases[0].faults
    assert fault.code == "reads-otherwise"
    assert "reads joy (0.90), the lock has awe" in fault.message


def test_sources_that_it_was_not_made_from_are_named(copy: Path) -> None:
    sources = copy / "linear" / "1.0.0" / "sources"
    recipe = sources / "recipe.yaml"
    recipe.write_text(recipe.read_text("utf-8").replace("seed: 0", "seed: 1"), "utf-8")
    (sources / "sentences-1.tsv").unlink()
    signed(copy)
    report = verify(copy, full=True)
    messages = [fault.message for fault in report.releases[0].faults]
    assert {fault.code for fault in report.releases[0].faults} == {"reader-sources"}
    assert [one.split(" of ")[0] for one in messages] == ["made from recipe", "made from sentences"]


def test_another_version_or_engine_is_named(copy: Path) -> None:
    shutil.move(copy / "linear" / "1.0.0", copy / "linear" / "1.0.1")
    home = ReleaseFolder(releases=copy, bank="linear", version="1.0.1")
    entry = measured_entry(home, "0" * 64)
    assert [fault.code for fault in reread_faults(home, entry)] == ["release-of-another"]
    from attrs import evolve

    newer = reread_faults(home, evolve(entry, engine=2))
    assert [fault.code for fault in newer] == ["engine-unknown"]


def test_an_edited_lock_is_refused(copy: Path) -> None:
    path = copy / "linear" / "1.0.0" / "mien.lock"
    data = path.read_bytes()
    assert write_reader_lock(parse_reader_lock(data, "lock")).encode() == data
    for wrong in (b"", b"\xff", b"a: b\n", data + b"\n", data.replace(b"at: ", b"by: ", 1)):
        with pytest.raises(SourceError):
            parse_reader_lock(wrong, "lock")


def test_a_ledger_is_of_banks_or_of_readers(copy: Path) -> None:
    ledger = copy / "ledger.yaml"
    assert read_ledger(ledger).kind == "reader"
    assert read_ledger(SHIPPED.parent / "ledger.yaml").kind == "bank"
    ledger.write_text(ledger.read_text("utf-8").replace("- reader:", "- bank:"), "utf-8")
    with pytest.raises(SourceError):
        read_ledger(ledger)


def test_names_and_files_are_found(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = read_ledger(SHIPPED / "ledger.yaml").of("linear")[-1].version
    assert find_reader("linear") == find_reader(f"linear@{newest}")
    assert find_reader("linear@latest") == find_reader("linear") != find_reader(None)
    path = copy / "linear" / "1.0.0" / "linear.safetensors"
    assert find_reader(str(path)).path == path
    with pytest.raises(QueryError, match="did you mean linear"):
        find_reader("linaer")
    with pytest.raises(QueryError, match=r"no release linear@9\.0\.0 of a reader; released: 1\.0"):
        find_reader("linear@9.0.0")
    monkeypatch.setattr("mien.reading.released.presets", lambda: copy.parent / "none")
    monkeypatch.chdir(copy.parent)
    (copy.parent / "releases").mkdir()
    shutil.move(copy, copy.parent / "releases" / "readers")
    moved = copy.parent / "releases" / "readers" / "linear" / "1.0.0" / "linear.safetensors"
    moved.write_bytes(moved.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ArtifactError, match="its ledger pins"):
        load_model("linear@1.0.0")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small reader into the default bank, trained after a recipe."""
    found = tmp_path_factory.mktemp("project")
    data = found / "forum.tsv"
    data.write_text("\n".join(["good day\t0", "a chair\t1"] * 20), "utf-8")
    (found / "own.tsv").write_text("awe\tsuch a {big|vast} sky\n", "utf-8")
    (found / "readings.yaml").write_text(
        "schema: mien/readings/1\nbank: default\ncorpora:\n"
        "  forum: {glad: {joy: 1}, dull: {neutral: 1}}\n",
        "utf-8",
    )
    (found / "recipe.yaml").write_text(
        "schema: mien/reader/1\nname: small\nversion: 0.2.0\nlicence: MIT\n"
        "readings: readings.yaml\nseed: 3\ncorpora:\n"
        "  - {name: forum, credit: made up, text: 0, labels: 1, names: [glad, dull],"
        f" train: {{file: forum.tsv, sha256: {digest(data)}}}}}\n"
        "sentences: [own.tsv]\nfeatures: {least: 1, most: 50}\n"
        "fit: {rounds: 2, rate: 0.6, start: 0.1, decay: 0.0, rare: 0.3, own: 1.0}\n",
        "utf-8",
    )
    recipe, target = str(found / "recipe.yaml"), str(found / "small.safetensors")
    ended(0, "reader", "train", recipe, "--data", found, "-o", target)
    return found


def released(status: int, folder: Path, releases: Path, *more: str) -> Ran:
    arguments = ("--recipe", folder / "recipe.yaml", "--releases", releases, *more)
    return ended(status, "reader", "release", folder / "small.safetensors", *arguments)


def test_a_reader_is_released_once_and_verified(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = tmp_path / "releases"
    released(0, project, releases)
    assert "small 0.2.0 is released already" in released(1, project, releases).stderr
    assert "reader small 0.2.0" in ended(0, "verify", "--releases", releases).stdout
    said = ended(2, "verify", "--releases", releases, "--reader", "smal").stderr
    assert "did you mean small?" in said
    monkeypatch.chdir(tmp_path)
    assert reader("small")("good day").label == "joy"
    ended(0, "read", "good day", "--reader", "small@0.2.0")


def test_a_reader_is_not_released_with_what_it_was_not_made_from(
    project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    path = folder / "own.tsv"
    path.write_text("awe\tsuch a vast sea\n", "utf-8")
    told = released(1, folder, tmp_path / "releases", "--format", "json").stdout
    assert "reader-sources" in told
    assert not (tmp_path / "releases" / "readers").exists()
    shutil.copy(project / "own.tsv", path)
    file = folder / "small.safetensors"
    ended(0, "reader", "lock", file)
    lock = lock_path(file)
    lock.write_text(lock.read_text("utf-8").replace("label: joy", "label: awe"), "utf-8")
    assert "lock-stale" in released(1, folder, tmp_path / "releases").stderr
    ended(0, "reader", "lock", file)
    released(0, folder, tmp_path / "releases")


def test_a_reader_for_a_bank_that_is_not_released_is_not_released(
    project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    tiny = Path(__file__).parent / "banks" / "tiny"
    readings = folder / "readings.yaml"
    text = readings.read_text("utf-8").replace("bank: default", f"bank: {tiny}")
    readings.write_text(text.replace("joy", "glad").replace("neutral", "calm"), "utf-8")
    (folder / "own.tsv").write_text("cross\tsuch a {big|vast} sky\n", "utf-8")
    target = folder / "small.safetensors"
    ended(0, "reader", "train", folder / "recipe.yaml", "--data", folder, "-o", target)
    assert "bank-unreleased" in released(1, folder, tmp_path / "releases").stderr
    with pytest.raises(QueryError, match=r"is for other labels: .* has no calm, glad"):
        reader(target, bank=mien.load("default"))
