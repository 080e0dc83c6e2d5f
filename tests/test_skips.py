"""A run that skips what it should not is a failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = 'import pytest\n\ndef test_it(): pytest.skip("root may read everything")\n'
NOT_ALLOWED = 'import pytest\n\ndef test_it(): pytest.skip("flite is not installed")\n'
NO_MODULE = 'import pytest\n\npytest.importorskip("no_such_module")\n'
CONFTEST = """\
from tests.skips import SkipGuard

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipGuard())
"""


def ended(folder: Path, test: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A run over a folder with that test and one that passes."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_fine.py").write_text("def test_it(): pass\n")
    (folder / "test_skipped.py").write_text(test)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("options", [(), ("-n", "2")])
@pytest.mark.parametrize("test", [NOT_ALLOWED, NO_MODULE])
def test_an_unexpected_skip_fails_the_run(
    test: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    done = ended(tmp_path, test, *options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "skipped, but everything should be installed" in done.stdout


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_an_allowed_skip_does_not(options: tuple[str, ...], tmp_path: Path) -> None:
    done = ended(tmp_path, ALLOWED, *options)
    assert done.returncode == 0, done.stdout + done.stderr
