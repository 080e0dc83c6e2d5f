"""`mien train`: what it says, what it keeps, and what it needs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

from attrs import evolve
from tests.child import finished
from tests.imported import imported_by
from tests.program import ran
from tests.training.watch import learned, lines

from mien_trainer.train.checkpoint_file import LAST
from mien_trainer.train.config import config_text, find_config, read_config

TINY = read_config(find_config("tiny"))
SHORT = evolve(TINY, steps=6)


def test_it_says_what_it_did_and_loses_nothing(made_up: Path, tmp_path: Path) -> None:
    arguments = ["run", "tiny", "--data", str(made_up), "--steps", "4", "-o", str(tmp_path / "o")]
    result = ran("train", *arguments)
    assert result.exit_code == 0, result.output
    assert "step 4: lips 0." in result.stderr
    assert result.stdout.startswith(f"{tmp_path / 'o'}: 4 steps of tiny, best score 0.")
    before = (tmp_path / "o" / LAST).read_bytes()
    again = ran("train", *arguments)
    assert again.exit_code == 2
    assert "holds a training: --resume goes on with it, or choose another" in again.output
    assert (tmp_path / "o" / LAST).read_bytes() == before
    assert ran("train", *arguments, "--resume").exit_code == 0
    assert read_config(tmp_path / "o" / "config.yaml").steps == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "v4"], "no training file v4, and no recipe of that name ships; did you mean v2?"),
        (["run", "tiny", "--resume"], "holds no training to resume; leave --resume to start one"),
        (
            ["run", "tiny", "--start", "nosuch"],
            "nosuch: there is no such file, expected a checkpoint",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(
    made_up: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    full = [*arguments, "--data", str(made_up), "-o", str(tmp_path / "o")]
    result = ran("train", *full)
    assert result.exit_code == 2
    assert said in result.output


def test_without_torch_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "import importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest)\n"
        "sys.modules['torch'] = None\n"
        "from mien.cli.main import run\n"
        f"sys.exit(run(['train', 'run', 'tiny', '--data', '.', '-o', {str(tmp_path / 'o')!r}]))\n"
    )
    result = finished([sys.executable, "-c", code], 2)
    assert result.stderr == "Error: torch is not installed: pip install 'mien[train]'\n"


def test_help_imports_no_torch() -> None:
    assert not {"torch", "numba", "pyarrow"} & imported_by("train", "run", "--help")


def test_curves_for_tensorboard(made_up: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="needs TensorBoard")
    arguments = ["run", "tiny", "--data", str(made_up), "--steps", "2", "--tensorboard"]
    result = ran("train", *arguments, "-o", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert list((tmp_path / "tensorboard").glob("events.out.tfevents.*"))


def test_two_processes_give_the_losses_of_one(made_up: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(config_text(evolve(SHORT, steps=8)), encoding="utf-8")
    learned(read_config(config), made_up, _made(tmp_path / "one"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["run", str(config), "--data", str(made_up), "-o", str(tmp_path / "two")]
    together = [
        subprocess.Popen(
            [sys.executable, "-m", "mien.cli.main", "train", *arguments],
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(sys.path), "RANK": str(rank), "WORLD_SIZE": "2"}
            | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    said = [process.communicate(timeout=120) for process in together]
    assert [process.returncode for process in together] == [0, 0], said
    assert said[1][0] == ""
    one, two = lines(tmp_path / "one", "step"), lines(tmp_path / "two", "step")
    for alone, shared in zip(one, two, strict=True):
        for name, value in alone.items():
            if name != "kind":
                assert shared[name] == pytest.approx(value, rel=2e-4, abs=1e-6), name


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
