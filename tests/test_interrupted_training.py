"""Trainings that lose a process, share a folder, run out of room or see the clock set back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

from attrs import evolve
from tests.program import ended
from tests.training.watch import Watch

from mien_trainer.fault import TrainerError
from mien_trainer.train.checkpoint_file import BEST, LAST
from mien_trainer.train.config import config_text, find_config, read_config
from mien_trainer.train.log import NAME as LOG
from mien_trainer.train.loop import Run, train

TINY = read_config(find_config("tiny"))
SHORT = evolve(TINY, steps=24, intervals=evolve(TINY.intervals, validate=8, checkpoint=4))
LONG = evolve(TINY, steps=4000, intervals=evolve(TINY.intervals, validate=4000, checkpoint=4))
PATIENCE = 180.0


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(config_text(SHORT), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def straight(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that training where nothing disturbs it. Not to be changed."""
    out = tmp_path_factory.mktemp("straight") / "out"
    train(Run(config=SHORT, data=made_up, out=out), Watch())
    return out


def wait_for(process: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    """Until it holds; a training that ends before is none to disturb."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.002)


def wait_for_lines(process: subprocess.Popen[str], out: Path, least: int) -> None:
    wait_for(process, lambda: lines(out) >= least)


def lines(out: Path) -> int:
    log = out / LOG
    return log.read_bytes().count(b"\n") if log.exists() else 0


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **more}


def pair(arguments: list[str]) -> list[subprocess.Popen[str]]:
    """Two processes as torchrun starts them, without its watching over them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    return [
        subprocess.Popen(
            [sys.executable, "-m", "mien.cli.main", "train", *arguments],
            env=environment(
                RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=port
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]


def torchrun(arguments: list[str], log: Path) -> subprocess.Popen[str]:
    """Two processes, of one machine, that torchrun starts and watches over."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    with log.open("w") as said:
        return subprocess.Popen(
            [sys.executable, *launcher, "-m", "mien.cli.main", "train", *arguments],
            env=environment(OMP_NUM_THREADS="1"),
            stdout=subprocess.DEVNULL,
            stderr=said,
            text=True,
        )


def child_of(parent: int, rank: int) -> int | None:
    """The process of that rank among those that torchrun has started."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            above = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            if above == parent and f"RANK={rank}".encode() in (
                (place / "environ").read_bytes().split(b"\0")
            ):
                return int(place.name)
        except (OSError, IndexError, ValueError):
            continue
    return None


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_torchrun_that_lost_a_process_goes_on_bit_for_bit(
    made_up: Path, tmp_path: Path, config: Path
) -> None:
    arguments = ["run", str(config), "--data", str(made_up), "-o"]
    straight, out, log = tmp_path / "straight", tmp_path / "out", tmp_path / "torchrun.log"
    whole = torchrun([*arguments, str(straight)], log)
    assert whole.wait(PATIENCE) == 0, log.read_text()
    for rank, least in ((1, 6), (0, 15)):
        again = ["--resume"] if (out / LAST).exists() else []
        killed = torchrun([*arguments, str(out), *again], log)
        wait_for_lines(killed, out, least)
        worker = child_of(killed.pid, rank)
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        assert killed.wait(PATIENCE) != 0
        assert lines(out) < lines(straight)
    resumed = torchrun([*arguments, str(out), "--resume"], log)
    assert resumed.wait(PATIENCE) == 0, log.read_text()
    for name in (LOG, LAST, BEST):
        assert (out / name).read_bytes() == (straight / name).read_bytes(), name
    assert not (out / ".lock").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs processes that can be killed")
def test_a_process_that_lost_the_other_says_so(made_up: Path, tmp_path: Path, config: Path) -> None:
    out = tmp_path / "out"
    first, second = pair(["run", str(config), "--data", str(made_up), "-o", str(out)])
    wait_for_lines(first, out, 6)
    second.kill()
    said = first.communicate(timeout=PATIENCE)[1]
    second.communicate()
    assert first.returncode == 2
    assert "another process of this training has ended" in said
    assert "--resume goes on from the last checkpoint" in said
    assert "defect" not in said


def test_a_second_training_in_the_same_folder_is_refused(made_up: Path, tmp_path: Path) -> None:
    config, out = tmp_path / "long.yaml", tmp_path / "out"
    config.write_text(config_text(LONG), encoding="utf-8")
    arguments = ["run", str(config), "--data", str(made_up), "-o", str(out)]
    first = subprocess.Popen(
        [sys.executable, "-m", "mien.cli.main", "train", *arguments],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        wait_for(first, lambda: (out / LAST).exists())
        said = ended(2, "train", *arguments, "--resume").stderr
        assert "another training is running in this folder" in said
        assert first.poll() is None
        before = lines(out)
        wait_for(first, lambda: lines(out) > before)
    finally:
        first.kill()
        first.wait()
    (out / "config.yaml").unlink()
    short = evolve(LONG, steps=lines(out) // 4 * 4 + 8)
    with pytest.raises(TrainerError, match="this training has another steps"):
        train(Run(config=short, data=made_up, out=out, resume=True), Watch())


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file size")
@pytest.mark.parametrize("kib", [1, 64])
def test_a_full_disk_names_the_file_and_how_to_go_on(
    made_up: Path, tmp_path: Path, straight: Path, config: Path, kib: int
) -> None:
    out = tmp_path / "out"
    arguments = ["run", str(config), "--data", str(made_up), "-o", str(out)]
    program = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({kib << 10}, {kib << 10}))\n"
        "from mien.cli.main import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    full = subprocess.run(
        [sys.executable, "-c", program, "train", *arguments],
        env=environment(PYTHONDONTWRITEBYTECODE="1"),  # it would be cut off, and read by others
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 2, full.stderr
    assert "no room (File too large). Make room; then start it again" in full.stderr
    assert str(out) in full.stderr
    assert not list(out.glob(".*"))
    train(Run(config=SHORT, data=made_up, out=out), Watch())
    for name in (LOG, LAST, BEST):
        assert (out / name).read_bytes() == (straight / name).read_bytes(), name


def test_a_clock_set_back_changes_no_bit(
    made_up: Path, tmp_path: Path, straight: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten years back, with files of the future all around, where it goes on."""
    out = tmp_path / "out"

    class Stop(Exception):  # noqa: N818  not an error of anything
        pass

    class Stopping(Watch):
        def stepped(self, step: int, loss: float) -> None:
            super().stepped(step, loss)
            if step == 14:
                raise Stop

    with pytest.raises(Stop):
        train(Run(config=SHORT, data=made_up, out=out), Stopping())
    now, now_ns = time.time(), time.time_ns()
    decade = 10 * 365 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: now - decade)
    monkeypatch.setattr(time, "time_ns", lambda: now_ns - decade * 10**9)
    for path in out.iterdir():
        os.utime(path, (now + decade, now + decade))
    train(Run(config=SHORT, data=made_up, out=out, resume=True), Watch())
    for name in (LOG, LAST, BEST):
        assert (out / name).read_bytes() == (straight / name).read_bytes(), name
