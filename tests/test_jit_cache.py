"""Kernels are kept between processes, and never kept past an edit of a kernel that they call."""

from __future__ import annotations

import logging
import shutil
import sys
from pathlib import Path

import pytest
from tests.child import finished

import mien
from mien.engine.jit import announce_compilation

SOURCES = Path(mien.__file__).parent
CALLEE = """
from mien.engine.jit import kernel

@kernel
def more(x: float) -> float:
    return x + {}
"""
CALLER = """
from mien.engine.callee import more
from mien.engine.jit import is_cold, kernel

@kernel
def twice(x: float) -> float:
    return 2.0 * more(x)

cold = is_cold(twice)
print(twice(1.0), "cold" if cold else "kept")
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the decorator's package with two kernels of its own, one calling the other."""
    engine = tmp_path / "mien" / "engine"
    engine.mkdir(parents=True)
    shutil.copyfile(SOURCES / "engine" / "jit.py", engine / "jit.py")
    for folder in (engine, engine.parent):
        (folder / "__init__.py").touch()
    (engine / "caller.py").write_text(CALLER)
    (engine / "callee.py").write_text(CALLEE.format("1.0"))
    return tmp_path


def run(package: Path, **environment: str) -> str:
    done = finished(
        [sys.executable, "-m", "mien.engine.caller"],
        cwd=package,
        env={"PYTHONPATH": str(package), "HOME": str(package), **environment},
    )
    return done.stdout.strip()


def test_a_second_process_need_not_compile(package: Path) -> None:
    assert run(package) == "4.0 cold"
    assert run(package) == "4.0 kept"


def test_an_edited_callee_is_compiled_anew(package: Path) -> None:
    assert run(package) == "4.0 cold"
    (package / "mien" / "engine" / "callee.py").write_text(CALLEE.format("20.0"))
    assert run(package) == "42.0 cold"


def test_a_folder_that_cannot_be_written_is_no_fault(package: Path) -> None:
    assert run(package, NUMBA_CACHE_DIR="/dev/null/cache") in ("4.0 cold", "4.0 kept")


def test_without_the_jit_the_kernel_is_the_function(package: Path) -> None:
    assert run(package, NUMBA_DISABLE_JIT="1") == "4.0 kept"


def test_a_cold_kernel_says_so_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="mien"):
        announce_compilation(7)
    (record,) = caplog.records
    assert record.getMessage() == "compiling kernels, once on this machine (about 7 s)"


def test_a_cold_kernel_says_so_on_standard_error_that_is_no_terminal() -> None:
    script = "from mien.engine.jit import announce_compilation; announce_compilation(7)"
    done = finished([sys.executable, "-c", script], cwd=SOURCES.parent)
    assert done.stdout == ""
    assert done.stderr == "compiling kernels, once on this machine (about 7 s)\n"
