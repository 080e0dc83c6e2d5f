"""The C# file reads as Python does, and its component drives a mesh by names.

That its faces have the same bits is a part of `make conformance`, whose quick half is a test.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from tests.child import finished
from tests.plan_corpus import bank as timed_bank
from tests.test_artifact_corpus import VADS, damaged, edited, in_python, timed, timed_in_python

from mien.artifact.write import artifact_bytes
from mien.bank import Bank
from mien.engine.tables import PLAIN
from mien.performance.clock import ticks
from mien.performance.expression import Move, Pose, Slot
from mien.performance.lips import still_lips
from mien.performance.performer import Performer, Plan
from mien.performance.plan_file import plan_bytes
from mien.resources import presets
from mien.timelines.clip import Clip

HERE = Path(__file__).parent
FOLDER = HERE.parent / "compiler" / "mien" / "runtimes" / "csharp"
ARTIFACT = presets() / "releases" / "default" / "1.1.0" / "default.safetensors"

PLAN = Plan(
    moves=(
        Move(
            start=ticks(0.1),
            length=ticks(0.3),
            pose=Pose(weights={Slot(1, 0): 0.75}, point=(0.5, 0.25, -0.25)),
        ),
        Move(start=ticks(1.0), length=ticks(0.3), pose=Pose()),
    ),
    frames=200,
    life=None,
    rests=False,
)
"""The component is shown something else half a second into it."""

MCS, MONO = shutil.which("mcs"), shutil.which("mono")
pytestmark = pytest.mark.skipif(
    MCS is None or MONO is None, reason="Mono (mcs and mono) is not installed"
)


def printed(program: Path, sources: tuple[Path, ...], *arguments: str | Path) -> list[str]:
    """The lines that a program of C# sources prints; they compile without a warning."""
    flags = ("-warn:4", "-warnaserror", "-nowarn:0649", f"-out:{program}")
    finished([str(MCS), *flags, *sources])
    command = [str(MONO), program, *arguments]
    return subprocess.check_output(command, text=True).splitlines()


def point_of(bank: Bank, label: str, intensity: float) -> tuple[float, float, float]:
    v, a, d = bank.point(label, intensity=intensity).tolist()
    return v, a, d


def test_it_makes_of_every_file_what_python_makes(tmp_path: Path) -> None:
    cases = (*damaged(), *edited(), *timed())
    (tmp_path / "sizes.txt").write_text("\n".join(str(len(case.data)) for case in cases))
    (tmp_path / "corpus.bin").write_bytes(b"".join(case.data for case in cases))
    numbers = [repr(number) for vad in VADS for number in vad]
    sources = (FOLDER / "Mien.cs", HERE / "artifact_corpus.cs")
    verdicts = printed(tmp_path / "corpus.exe", sources, tmp_path, *numbers)
    ours = (*in_python(), *timed_in_python())
    other = {
        case.name: (right, found)
        for case, right, found in zip(cases, ours, verdicts, strict=True)
        if found != (right.get("code") or right["faces"])
    }
    assert other == {}


@pytest.fixture(scope="module")
def component(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the component shows on a mesh, a line a frame."""
    folder = tmp_path_factory.mktemp("unity")
    bank = timed_bank()
    (folder / "timed").write_bytes(artifact_bytes(bank.tables))
    (folder / "line.plan").write_bytes(plan_bytes(PLAN, bank))
    sources = (FOLDER / "Mien.cs", FOLDER / "MienFace.cs", HERE / "unity_stub.cs")
    data = (ARTIFACT, folder / "timed", folder / "line.plan")
    return [line.strip() for line in printed(folder / "unity.exe", sources, *data)]


def test_the_component_drives_a_mesh_by_names(component: list[str]) -> None:
    assert component[:5] == [
        "head.JawOpen 0 mouthSmileRight 80 mouth_smile_L 78",
        "head.JawOpen 42 mouthSmileRight 68 mouth_smile_L 72",
        "warning: The bank has no happy",
        "head.JawOpen 42 mouthSmileRight 68 mouth_smile_L 72",
        "head.JawOpen 0 mouthSmileRight 0 mouth_smile_L 0",
    ]


def shown(line: str) -> list[float]:
    """Head, brow and smile of a frame, as the component printed them."""
    *head, brow_name, brow, smile_name, smile = line.split()
    assert (brow_name, smile_name) == ("browDownLeft", "mouthSmileLeft")
    return [*map(float, head), float(brow) / 100.0, float(smile) / 100.0]


def test_the_component_plays_labels_in_time(component: list[str]) -> None:
    """They come, stay, are released; sequences, plans and faces cross over from one to the next."""
    bank = timed_bank()
    seen = [bank.channels.index(name) for name in ("browDownLeft", "mouthSmileLeft")]
    glad = bank.timelines["glad"]

    def at(time: float, clip: Clip, level: str, hold: float | None) -> list[float]:
        sample = clip.sample(np.array([time]), hold)
        face = bank.timed(bank.face("glad", at=level), sample.gain[0], sample.offset[0])
        return [*sample.head[0].tolist(), *face[seen].tolist()]

    expected = [at(time, glad.dynamics, "mid", None) for time in (250, 500, 750)]
    expected += [at(time, glad.dynamics, "mid", 750) for time in (1000, 1250, 1500, 1750, 2000)]
    laugh = glad.clip("laugh", "high")
    expected += [at(time, laugh, "high", None) for time in (250, 500, 750)]
    cross = Pose(weights={Slot(2, PLAIN): 1.0}, point=point_of(bank, "cross", 1.0))
    crossing = Move(start=ticks(0.5), length=ticks(0.5), pose=cross)
    plan = evolve(PLAN, moves=(PLAN.moves[0], crossing))
    (block, *_) = Performer(bank, plan).perform([still_lips(bank.channels, 200)])
    frames = block.weights[[15, 30, 45, 60, 75]][:, seen]
    expected += [[0.0, 0.0, 0.0, *row] for row in frames.tolist()]
    assert component.pop(12) == "warning: The bank has no nowhere of cross"
    for found, wanted in zip(component[5:], expected, strict=True):
        assert shown(found) == pytest.approx(wanted, rel=1e-5, abs=5e-4)
