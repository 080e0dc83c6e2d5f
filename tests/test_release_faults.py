"""Nothing is ever half released: full disks, kills at every step, and two releases at once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from tests.child import finished
from tests.program import ended

from mien.compile import Compiled, compile_folder
from mien.release.exclusive import exclusive
from mien.release.folder import ReleaseFolder
from mien.release.freeze import freeze
from mien.release.ledger import Ledger, read_ledger
from mien.release.verify import verify

TINY = Path(__file__).parent / "banks" / "tiny"
STEPS = ("fsync", "rename", "replace", "mkdir", "close", "unlink", "rmdir")
"""What changes a disk, or sees a change to it."""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Compiled, dict[str, bytes]]:
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("bank") / "tiny"))
    made = compile_folder(folder)
    return made, {name: one.path.read_bytes() for name, one in made.bank.documents.items()}


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    import_module("mien.release.recovery")  # takes the real `append` before a test replaces it
    shutil.copytree(TINY, "tiny")
    ended(0, "compile", "tiny")
    return Path("tiny")


def home(releases: Path) -> ReleaseFolder:
    return ReleaseFolder(releases=releases, bank="tiny", version="1.0.0")


def fails_at(monkeypatch: pytest.MonkeyPatch, step: str, nth: int) -> Callable[[], bool]:
    """The nth call of an os function fails as on a full disk; tells whether it was reached."""
    true: Callable[..., object] = getattr(os, step)
    calls = 0

    def failing(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(28, "No space left on device")
        return true(*arguments, **named)

    monkeypatch.setattr(os, step, failing)
    return lambda: calls >= nth


@pytest.mark.parametrize("step", ["fsync", "rename", "replace", "mkdir"])
def test_a_full_disk_at_any_step_leaves_all_as_it_was_or_complete(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    compiled: tuple[Compiled, dict[str, bytes]],
    step: str,
) -> None:
    made, sources = compiled
    nth = 0
    reached = True
    while reached:
        nth += 1
        releases = tmp_path / f"{step}-{nth}"
        releases.mkdir()
        with monkeypatch.context() as patch:
            was_reached = fails_at(patch, step, nth)
            try:
                freeze(made, sources, home(releases), Ledger())
                failed = False
            except OSError:
                failed = True
            reached = was_reached()
        assert not list(releases.glob(".staging-*"))
        assert not list(releases.glob("*.tmp"))
        listed = read_ledger(releases / "ledger.yaml").find("tiny", "1.0.0") is not None
        assert listed is not failed
        if listed:
            assert not verify(releases, full=True).failed
    assert nth > 1


KILLER = """
import os, signal, shutil, sys
from pathlib import Path
from mien.compile import compile_folder
from mien.release.ledger import Ledger
from mien.release.exclusive import exclusive
from mien.release.freeze import freeze
from mien.release.recovery import recovered
from mien.release.folder import ReleaseFolder, staging_folders
from mien.release.ledger import read_ledger
from mien.release.verify import verify

bank, place, steps = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(",")
compiled = compile_folder(bank)
sources = {name: one.path.read_bytes() for name, one in compiled.bank.documents.items()}

def die_at(nth):
    calls = 0
    for step in steps:
        def deadly(*arguments, true=getattr(os, step), **named):
            nonlocal calls
            calls += 1
            if calls == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return true(*arguments, **named)
        setattr(os, step, deadly)

seen = set()
for nth in range(1, 200):
    releases = place / str(nth)
    releases.mkdir()
    home = ReleaseFolder(releases=releases, bank="tiny", version="1.0.0")
    child = os.fork()
    if child == 0:
        die_at(nth)
        with exclusive(releases):
            freeze(compiled, sources, home, Ledger())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or status == 0, status
    listed = read_ledger(releases / "ledger.yaml").find("tiny", "1.0.0") is not None
    report = verify(releases, full=True)
    if listed:
        assert not report.failed, report
        state = "complete"
    elif home.path.exists():
        assert [fault.code for fault in report.faults] == ["release-unlisted"], report
        state = "placed"
    else:
        assert not report.failed, report
        assert bool(report.notes) == bool(staging_folders(releases)), report
        state = "staged" if staging_folders(releases) else "untouched"
    seen.add(state)
    told = []
    with exclusive(releases):
        _, done = recovered(releases, told.append)
    assert bool(done) == (state == "placed"), state
    assert bool(told) or state != "staged", state
    if state in ("untouched", "staged"):
        assert not home.path.exists()
        with exclusive(releases):
            freeze(compiled, sources, home, Ledger())
    report = verify(releases, full=True)
    assert not report.failed and not report.notes, report
    assert [one.entry.name for one in report.releases] == ["tiny 1.0.0"]
    if not killed:
        break
print(nth, *sorted(seen))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be killed")
def test_a_kill_at_any_step_is_healed_by_the_next_run(tmp_path: Path) -> None:
    """One process a step, each killed there for real."""
    bank = shutil.copytree(TINY, tmp_path / "tiny")
    place = tmp_path / "kills"
    place.mkdir()
    done = finished(
        [sys.executable, "-c", KILLER, str(bank), str(place), ",".join(STEPS)],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    steps, *seen = done.stdout.split()
    assert int(steps) > 20
    assert seen == ["complete", "placed", "staged", "untouched"]


def test_the_next_run_says_what_it_completes(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("mien.release.freeze.append", _no_space)
        ended(2, "release", "tiny")
    assert Path("releases/tiny/1.0.0/mien.lock").is_file()
    told = ended(1, "verify", "tiny").stdout
    assert "tiny 1.0.0 has a folder, but no entry in the ledger" in told
    said = ended(0, "release", "tiny")
    assert "completed tiny 1.0.0" in said.stderr
    assert "tiny 1.0.0: its release is complete now" in said.stdout
    ended(0, "verify", "tiny", "--full")


def test_what_an_interrupted_release_left_is_removed_and_named(bank: Path) -> None:
    part = Path("releases/.staging-tiny-1.0.0-99/sources")
    part.mkdir(parents=True)
    (part / "bank.yaml").write_text("schema: mi")
    said = ended(0, "verify", "tiny").stdout
    assert ".staging-tiny-1.0.0-99 was left by an interrupted release" in said
    assert "removed releases/.staging-tiny-1.0.0-99" in ended(0, "release", "tiny").stderr
    assert not part.parent.exists()


def test_a_damaged_folder_without_an_entry_is_never_completed(
    bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("mien.release.freeze.append", _no_space)
        ended(2, "release", "tiny")
    artifact = Path("releases/tiny/1.0.0/tiny.safetensors")
    whole = artifact.read_bytes()
    artifact.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    said = ended(1, "release", "tiny").stderr
    assert "cannot be completed" in said
    assert "label glad, table weights" in said
    assert not Path("releases/ledger.yaml").exists()
    ended(1, "verify", "tiny")


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


HOLDER = """
import sys
from pathlib import Path
from mien.release.exclusive import exclusive
with exclusive(Path("releases")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_release_is_told_to_wait_until_the_first_ends_or_dies(bank: Path) -> None:
    Path("releases").mkdir()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert "another release is being made in this folder" in ended(1, "release", "tiny").stderr
        assert "a release is being made now" in ended(0, "verify", "tiny").stdout
        os.kill(holder.pid, signal.SIGKILL)
    finally:
        holder.kill()
        holder.communicate()
    ended(0, "release", "tiny")
    assert not Path("releases/.lock").exists()


def test_of_releases_at_once_one_wins(bank: Path) -> None:
    program = "import sys\nfrom mien.cli.main import run\nsys.exit(run(['release', 'tiny']))"
    runs = [
        subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [one.communicate()[1] for one in runs]
    assert sorted(one.returncode for one in runs) == [0, 1, 1], said
    for one, text in zip(runs, said, strict=True):
        if one.returncode:
            assert "release-running" in text or "version-released" in text
    report = verify(Path("releases"), full=True)
    assert not report.failed
    assert not report.notes
    assert len(report.releases) == 1


def test_the_lock_file_may_vanish_while_it_is_waited_for(tmp_path: Path) -> None:
    """The holder removes it on its way out; whoever locked the old one has to look again."""
    for _ in range(2):
        with exclusive(tmp_path):
            assert (tmp_path / ".lock").exists()
        assert not (tmp_path / ".lock").exists()
