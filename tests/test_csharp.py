"""The C# file reads as Python does, and its component drives a mesh by names.

That its faces have the same bits is a part of `make conformance`, whose quick half is a test.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.test_artifact_corpus import VADS, damaged, edited, in_python, timed, timed_in_python

from mien.resources import presets

HERE = Path(__file__).parent
FOLDER = HERE.parent / "compiler" / "mien" / "runtimes" / "csharp"
ARTIFACT = presets() / "releases" / "default" / "1.1.0" / "default.safetensors"

MCS, MONO = shutil.which("mcs"), shutil.which("mono")
pytestmark = pytest.mark.skipif(
    MCS is None or MONO is None, reason="Mono (mcs and mono) is not installed"
)


def printed(program: Path, sources: tuple[Path, ...], *arguments: str | Path) -> list[str]:
    """The lines that a program of C# sources prints; they compile without a warning."""
    flags = ("-warn:4", "-warnaserror", "-nowarn:0649", f"-out:{program}")
    ended = subprocess.run([str(MCS), *flags, *sources], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    command = [str(MONO), program, *arguments]
    return subprocess.check_output(command, text=True).splitlines()


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


def test_the_component_drives_a_mesh_by_names(tmp_path: Path) -> None:
    sources = (FOLDER / "Mien.cs", FOLDER / "MienFace.cs", HERE / "unity_stub.cs")
    assert [line.strip() for line in printed(tmp_path / "unity.exe", sources, ARTIFACT)] == [
        "head.JawOpen 0 mouthSmileRight 80 mouth_smile_L 78",
        "head.JawOpen 42 mouthSmileRight 68 mouth_smile_L 72",
        "warning: The bank has no happy",
        "head.JawOpen 42 mouthSmileRight 68 mouth_smile_L 72",
        "head.JawOpen 0 mouthSmileRight 0 mouth_smile_L 0",
    ]
