"""Pipes, endless devices and sparse files of 20 GB at every path that a command reads."""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.child import finished
from tests.program import ended

TINY = Path(__file__).parent / "banks" / "tiny"
ODD = ("pipe", "device", "sparse")
SPARSE_BYTES = 20 << 30
PATIENCE = 40
"""Seconds a command may take on a busy machine; waiting for a pipe takes for ever."""

PEAK_MIB = 1600
"""Memory of the process at most, PyTorch and its libraries included."""

CORE = {
    "a source": ("tiny/emotions/glad.yaml", ["check", "tiny"]),
    "a manifest of a bank": ("tiny/bank.yaml", ["compile", "tiny"]),
    "a source to format": ("tiny/rules.yaml", ["fmt", "tiny/rules.yaml"]),
    "a source to migrate": ("tiny/rules.yaml", ["migrate", "tiny/rules.yaml"]),
    "a rig": ("tiny/rigs/small.yaml", ["check", "tiny"]),
    "a lock": ("tiny/mien.lock", ["compile", "tiny"]),
    "a lock to check": ("tiny/mien.lock", ["compile", "tiny", "--check"]),
    "a lock to release": ("tiny/mien.lock", ["release", "tiny"]),
    "a ledger": ("releases/ledger.yaml", ["verify", "tiny"]),
    "a ledger to append to": ("releases/ledger.yaml", ["release", "tiny"]),
    "a ledger of a name": ("releases/ledger.yaml", ["face", "tiny@1.0.0", "glad"]),
    "an artifact": ("build/tiny.safetensors", ["face", "build/tiny.safetensors", "glad"]),
    "an artifact to compare": (
        "build/tiny.safetensors",
        ["diff", "build/tiny.safetensors", "tiny"],
    ),
    "a recording": ("take.csv", ["doctor", "take.csv"]),
    "a recording to import": ("take.csv", ["import", "take.csv", "-o", "take.json"]),
    "an avatar": ("avatar.glb", ["sheet", "default", "--avatar", "avatar.glb", "-o", "a.png"]),
}
TRAINER = {
    "a sound": ("speech.wav", ["speak", "speech.wav", "--label", "joy"]),
    "a network": ("tiny.onnx", ["speak", "speech.wav", "--label", "joy", "--network", "tiny.onnx"]),
    "a network to evaluate": ("tiny.onnx", ["evaluate", "tiny.onnx", "--data", "data"]),
    "a checkpoint": ("tiny.safetensors", ["train", "export", "tiny.safetensors", "-o", "x.onnx"]),
    "weights": (
        "weights.safetensors",
        ["train", "expand", "weights.safetensors", "-o", "w.safetensors"],
    ),
    "a manifest": ("data/manifest.json", ["evaluate", "tiny.onnx", "--data", "data"]),
    "a manifest to audit": ("data/manifest.json", ["targets", "audit", "data"]),
    "a shard to audit": ("data/test-00000.parquet", ["targets", "audit", "data"]),
    "a shard": ("data/train-00000.parquet", ["train", "run", "v3", "--data", "data", "-o", "run"]),
    "a shard to play": ("data/test-00000.parquet", ["targets", "preview", "data", "x"]),
    "a config": ("config.yaml", ["train", "run", "config.yaml", "--data", "data", "-o", "run"]),
    "a recipe": ("recipe.yaml", ["targets", "make", "recipe.yaml", "-o", "made"]),
}

WALK = """
import contextlib, io, json, os, resource, signal, sys, time
from pathlib import Path
from mien.cli.main import run

class Waiting(BaseException):
    pass

def late(*_):
    raise Waiting

signal.signal(signal.SIGALRM, late)
cases, patience = json.loads(sys.argv[1]), int(sys.argv[2])
found = []
for name, (place, command) in cases.items():
    path = Path(place)
    for odd in ("pipe", "device", "sparse"):
        kept = path.with_name("kept") if path.exists() else None
        if kept:
            path.rename(kept)
        if odd == "pipe":
            os.mkfifo(path)
        elif odd == "device":
            path.symlink_to("/dev/zero")
        else:
            with path.open("wb") as stream:
                stream.truncate(20 << 30)
        said = io.StringIO()
        start = time.monotonic()
        signal.alarm(patience)
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                status = run(command)
        except Waiting:
            status = "still waiting"
        signal.alarm(0)
        path.unlink()
        if kept:
            kept.rename(path)
        found.append([name, odd, status, said.getvalue(), time.monotonic() - start])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"found": found, "peak": peak}))
"""


def walk(home: Path, cases: dict[str, tuple[str, list[str]]]) -> None:
    """Run each command with each odd file in the place of a good one."""
    done = finished(
        [sys.executable, "-c", WALK, json.dumps(cases), str(PATIENCE)],
        cwd=home,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "XDG_CACHE_HOME": str(home)},
        timeout=900,
    )
    report = json.loads(done.stdout.splitlines()[-1])
    assert len(report["found"]) == len(cases) * len(ODD)
    wrong = [
        f"{name}, {odd}: {status}, {seconds:.1f} s\n{said[-600:]}"
        for name, odd, status, said, seconds in report["found"]
        if status != 2 or "defect" in said or "Traceback" in said or not clear(said, cases[name][0])
    ]
    assert not wrong, "\n\n".join(wrong)
    assert report["peak"] < PEAK_MIB


def clear(said: str, place: str) -> bool:
    """The message names the file, and is not too long to be read."""
    return Path(place).name in said and len(said) < 3000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes that have a name")
def test_commands_of_banks_refuse_what_is_no_file(tmp_path: Path) -> None:

    bank = tmp_path / "tiny"
    shutil.copytree(TINY, bank)
    (tmp_path / "releases").mkdir()
    (tmp_path / "build").mkdir()
    ended(0, "compile", bank, "--out", tmp_path / "build")
    ended(0, "release", bank)
    walk(tmp_path, CORE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes that have a name")
@pytest.mark.skipif(find_spec("soundfile") is None, reason="needs the extra mien[train]")
def test_commands_of_the_trainer_refuse_what_is_no_file(
    tmp_path: Path, tiny: Path, made_up: Path
) -> None:
    import numpy as np
    import soundfile

    from mien_trainer.train.clips import CACHE

    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    # Without the unpacked clips that another test may have left: shards are what is read here.
    shutil.copytree(made_up, tmp_path / "data", ignore=shutil.ignore_patterns(CACHE))
    noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
    soundfile.write(str(tmp_path / "speech.wav"), noise, 16000)
    walk(tmp_path, TRAINER)
