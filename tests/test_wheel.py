"""The built wheel, in an environment of its own, outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from tests.child import finished

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def mien(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `mien` program of a fresh environment that holds the wheel.

    Its dependencies are borrowed from this environment by path, so that the test needs no network;
    a path file is not followed through, so this checkout's own editable install stays out.
    """
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    install += ["--disable-pip-version-check", "--ignore-installed", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return folder / "bin" / "mien"


def run(mien: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(mien), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_carries_the_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mien", "mien_trainer"}
    assert {"mien/py.typed", "mien_trainer/py.typed"} <= set(names)
    assert "mien_trainer/data/sentences.txt" in names
    for folder in ("schema", "presets"):
        source = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.is_file()
        }
        shipped = {
            name.removeprefix("mien/data/") for name in names if f"mien/data/{folder}/" in name
        }
        assert shipped == source


def test_the_shipped_bank_works_outside_the_checkout(mien: Path, tmp_path: Path) -> None:
    checked = run(mien, tmp_path, "check", "default")
    assert (checked.returncode, checked.stderr) == (0, "")
    shown = run(mien, tmp_path, "face", "default", "joy", "--format", "json")
    assert shown.returncode == 0
    assert len(json.loads(shown.stdout)["channels"]) == 52


def test_the_shipped_reader_works_outside_the_checkout(mien: Path, tmp_path: Path) -> None:
    read = run(mien, tmp_path, "read", "I'm so happy! (sighs)", "--format", "jsonl")
    assert (read.returncode, read.stderr) == (0, "")
    assert [json.loads(line)["label"] for line in read.stdout.splitlines()] == ["joy", "sadness"]
    assert run(mien, tmp_path, "readings", "check", "default").returncode == 0
    assert run(mien, tmp_path, "verify", "--reader", "albert").returncode == 0


def test_a_team_starts_compiles_and_proves_its_own_bank(mien: Path, tmp_path: Path) -> None:
    for arguments in (["init", "ours"], ["check", "ours"], ["compile", "ours"]):
        done = run(mien, tmp_path, *arguments)
        assert done.returncode == 0, done.stderr
    assert run(mien, tmp_path, "compile", "ours", "--check").returncode == 0
    assert (tmp_path / "ours" / "mien.lock").is_file()
    assert (tmp_path / "build" / "ours.safetensors").is_file()


def test_the_environment_is_its_own(mien: Path, tmp_path: Path) -> None:
    python = mien.with_name("python")
    done = finished([str(python), "-c", "import mien; print(mien.__file__)"], cwd=tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(mien.parents[1])
    assert shutil.which("mien", path=str(mien.parent)) == str(mien)
