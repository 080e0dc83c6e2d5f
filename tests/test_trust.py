"""The bank that is learned: the one that lock and ledger pin, and no other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.program import ended

pytest.importorskip("torch", reason="needs the extra mien[train]")


import mien
from mien import resources
from mien_trainer.fault import TrainerError
from mien_trainer.train.trust import UntrustedError, trusted_bank

BANK = mien.load("default")


@pytest.fixture
def bank(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bank of one's own, compiled and locked."""
    monkeypatch.chdir(folder.parent)
    ended(0, "compile", folder)
    return folder


def test_a_bank_is_trusted_by_name_folder_and_file(bank: Path) -> None:
    release = resources.presets() / "releases" / "default" / BANK.version
    for source in ("default", str(release / "default.safetensors")):
        trusted = trusted_bank(source)
        assert trusted.released
        assert trusted.digest == BANK.digest
    own = trusted_bank(str(bank))
    assert not own.released
    shutil.rmtree("build")
    assert trusted_bank(str(bank)).digest == own.digest


def test_an_artifact_that_is_not_the_locks_is_refused_with_both_digests(bank: Path) -> None:
    artifact = Path("build") / "default.safetensors"
    locked = trusted_bank(str(bank)).digest
    artifact.write_bytes(artifact.read_bytes()[:-1] + b"\x01")
    with pytest.raises(
        UntrustedError, match=f"has sha256 [0-9a-f]{{64}}, .*mien.lock pins {locked}"
    ):
        trusted_bank(str(bank))


@pytest.mark.parametrize("built", [False, True], ids=["sources alone", "built before"])
def test_sources_that_were_changed_after_the_lock_are_refused(bank: Path, built: bool) -> None:
    locked = trusted_bank(str(bank)).digest
    if not built:
        shutil.rmtree("build")
    joy = bank / "emotions" / "joy.yaml"
    text = joy.read_text("utf-8")
    assert "attenuation: 0.4" in text
    joy.write_text(text.replace("attenuation: 0.4", "attenuation: 0.41"), encoding="utf-8")
    with pytest.raises(
        UntrustedError, match=f"compile to has sha256 [0-9a-f]{{64}}, .* pins {locked}"
    ):
        trusted_bank(str(bank))


def test_a_released_version_has_to_be_the_ledgers(bank: Path) -> None:
    sources = resources.presets() / "releases" / "default" / BANK.version / "sources"
    shutil.copytree(sources, bank, dirs_exist_ok=True)
    ended(0, "compile", bank)
    releases = bank.parent / "releases"
    releases.mkdir()
    ledger = (resources.presets() / "releases" / "ledger.yaml").read_text("utf-8")
    wrong = ledger.replace(BANK.digest, "d" * 64)
    assert wrong != ledger
    (releases / "ledger.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(UntrustedError, match=f"ledger.yaml pins {'d' * 64}, found {BANK.digest}"):
        trusted_bank(str(bank))


def test_no_bank_and_no_lock(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="no bank nosuch to train on"):
        trusted_bank("nosuch")
    (tmp_path / "x.safetensors").write_bytes(b"")
    with pytest.raises(TrainerError, match="there is no such file, so nothing is pinned"):
        trusted_bank(str(tmp_path / "x.safetensors"))
