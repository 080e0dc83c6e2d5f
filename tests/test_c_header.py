"""The C header compiles without a warning, refuses wrong rounding, and reads as Python does.

That its faces have the same bits is a part of `make conformance`, whose quick half is a test.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.child import finished
from tests.test_artifact_corpus import VADS, damaged, edited, in_python, timed, timed_in_python

import mien
from mien.resources import presets

HERE = Path(__file__).parent
FOLDER = HERE.parent / "compiler" / "mien" / "runtimes" / "c"
ARTIFACT = presets() / "releases" / "default" / "1.1.0" / "default.safetensors"
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")

GCC = shutil.which("gcc")
pytestmark = pytest.mark.skipif(GCC is None, reason="gcc is not installed")


def gcc(
    *arguments: str | Path, language: str = "c", standard: str = "c99"
) -> subprocess.CompletedProcess[str]:
    command = [str(GCC), "-x", language, f"-std={standard}", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def built(program: Path, source: Path, flags: Sequence[str] = (), **options: str) -> Path:
    ended = gcc(*WARNINGS, *flags, source, "-o", program, "-lm", **options)
    assert ended.returncode == 0, ended.stderr
    return program


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the reader in C makes of the corpus of damaged and hostile files, under sanitizers."""
    folder = tmp_path_factory.mktemp("corpus")
    checks = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    program = built(folder / "corpus", HERE / "artifact_corpus.c", checks, standard="gnu99")
    cases = (*damaged(), *edited(), *timed())
    (folder / "sizes.txt").write_text("\n".join(str(len(case.data)) for case in cases))
    (folder / "corpus.bin").write_bytes(b"".join(case.data for case in cases))
    numbers = [repr(number) for vad in VADS for number in vad]
    ended = finished([program, folder, *numbers])
    return ended.stdout.splitlines()


def test_it_makes_of_every_file_what_python_makes(verdicts: list[str]) -> None:
    ours = (*in_python(), *timed_in_python())
    expected = [found.get("code") or found["faces"] for found in ours]
    names = [case.name for case in (*damaged(), *edited(), *timed())]
    other = {
        name: (right, found)
        for name, right, found in zip(names, expected, verdicts, strict=True)
        if right != found
    }
    assert other == {}


@pytest.mark.parametrize("level", ["-O0", "-O1", "-O2", "-O3", "-Os"])
def test_it_compiles_without_a_warning(tmp_path: Path, level: str) -> None:
    built(tmp_path / "face", FOLDER / "example.c", [level])


@pytest.mark.parametrize("standard", ["c++11", "c++17", "c++20"])
def test_it_is_cpp_too(tmp_path: Path, standard: str) -> None:
    built(tmp_path / "face", FOLDER / "example.c", language="c++", standard=standard)


def test_fast_math_is_refused(tmp_path: Path) -> None:
    ended = gcc("-ffast-math", "-c", FOLDER / "example.c", "-o", tmp_path / "face.o")
    assert ended.returncode != 0
    assert "compile this file without -ffast-math" in ended.stderr


def said(program: Path, body: str, include: str = "stddef.h") -> list[str]:
    """The words that a program prints whose `main` is ``body``."""
    source = program.with_suffix(".c")
    source.write_text(
        f'#define MIEN_IMPLEMENTATION\n#include "{FOLDER / "mien.h"}"\n#include <stdio.h>\n'
        f"#include <{include}>\nint main(void) {{ mien_refusal why; {body} return 0; }}\n"
    )
    ended = gcc("-O2", source, "-o", program, "-lm")
    if f"{include}: No such file" in ended.stderr:
        return []
    assert ended.returncode == 0, ended.stderr
    return subprocess.check_output([program], text=True).split()


def test_a_thread_that_flushes_subnormal_numbers_is_refused(tmp_path: Path) -> None:
    body = (
        "_MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);"
        'if (mien_load("", 0, NULL, &why) == NULL) puts(why.code);'
    )
    assert said(tmp_path / "flush", body, "xmmintrin.h") in ([], ["arithmetic"])


def test_the_sha256_of_the_file_is_checked(tmp_path: Path) -> None:
    of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    body = (
        'mien_load("abc", 3, "0", &why); puts(why.code); puts(why.detail);'
        f'mien_load("abc", 3, "{of_abc}", &why); puts(why.code);'
    )
    assert said(tmp_path / "digest", body) == ["other-sha256", of_abc, "too-short"]


def test_the_example_prints_a_face(tmp_path: Path) -> None:
    program = built(tmp_path / "face", FOLDER / "example.c", ["-O2"])
    printed = subprocess.check_output([program, ARTIFACT, "joy", "0.75"], text=True)
    bank = mien.load(ARTIFACT)
    face = bank.face("joy", intensity=0.75)
    expected = {
        name: weight for name, weight in zip(bank.channels, face.tolist(), strict=True) if weight
    }
    assert {
        name: float(weight) for name, weight in (line.split() for line in printed.splitlines())
    } == pytest.approx(expected, rel=1e-8)
    timed = presets() / "releases" / "default" / "2.1.0" / "default.safetensors"
    words = (timed, "embarrassment", "0.5", "caught", "850")
    printed = subprocess.check_output([program, *words], text=True)
    rows = {name: [float(x) for x in row] for name, *row in map(str.split, printed.splitlines())}
    bank = mien.load(timed)
    sample = bank.timelines["embarrassment"].clip("caught", "mid").sample(np.array([850.0]))
    face = bank.timed(bank.face("embarrassment", at="mid"), sample.gain[0], sample.offset[0])
    assert rows.pop("head") == pytest.approx(sample.head[0].tolist(), rel=1e-8)
    assert rows.pop("gaze") == sample.gaze[0].tolist()
    assert rows == {
        name: [pytest.approx(weight, rel=1e-8)]
        for name, weight in zip(bank.channels, face.tolist(), strict=True)
        if weight
    }
    benched = subprocess.check_output([program, ARTIFACT, "--bench"], text=True).splitlines()
    assert [line.split()[-1] for line in benched] == ["ns"] * 3
    ended = subprocess.run([program, ARTIFACT, "happy", "0.5"], capture_output=True, text=True)
    assert (ended.returncode, "neutral joy" in ended.stderr) == (2, True)
    for wrong in (("joy", "x"), ("joy", "0.5x"), ("joy", "0.5", "dynamics", "soon")):
        ended = subprocess.run([program, ARTIFACT, *wrong], capture_output=True, text=True)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert f"{wrong[-1]} is no number" in ended.stderr
