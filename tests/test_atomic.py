"""write_atomic: all of the bytes or none of them."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.program import ended

from mien.text.atomic import draft_folder, replacing, write_atomic

TINY = Path(__file__).parent / "banks" / "tiny"


def test_it_writes_a_new_file_with_the_usual_permissions(tmp_path: Path) -> None:
    usual, ours = tmp_path / "usual", tmp_path / "ours"
    usual.write_bytes(b"")
    write_atomic(ours, b"abc")
    assert ours.read_bytes() == b"abc"
    assert ours.stat().st_mode == usual.stat().st_mode
    assert sorted(tmp_path.iterdir()) == [ours, usual]


def test_it_replaces_a_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_it_writes_through_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    link.symlink_to(path)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    owner: object = os if broken == "fsync" else Path
    monkeypatch.setattr(owner, broken, fail)
    with pytest.raises(OSError, match="full"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


STALE = [".file.mien-0123456789ab.tmp", ".other.yaml.mien-ba9876543210.tmp"]
OTHERS = [
    ".file.abcd1234.tmp",
    ".file.mien-0123456789ab.tmp~",
    "file.mien-0123456789ab.tmp",
    ".file.mien-0123456789AB.tmp",
    ".file.mien-0123.tmp",
]


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (*STALE, *OTHERS):
        (tmp_path / name).write_bytes(b"half")
    draft = tmp_path / ".bank.mien-00112233aabb.tmp"
    draft.mkdir()
    (draft / "bank.yaml").write_bytes(b"half")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.write_bytes(b"kept")
    link = tmp_path / ".link.mien-00112233aabb.tmp"
    link.symlink_to(outside)
    write_atomic(tmp_path / "file", b"new")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == sorted([*OTHERS, "file", link.name])
    assert outside.read_bytes() == b"kept"


def test_what_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    with replacing(tmp_path / "slow") as slow, draft_folder(tmp_path / "bank") as draft:
        slow.write(b"slow")
        (draft / "bank.yaml").write_bytes(b"half")
        program = (
            "import sys; from pathlib import Path; from mien.text.atomic import write_atomic\n"
        )
        program += "write_atomic(Path(sys.argv[1]), b'quick')"
        for name in ("quick", "slow"):
            subprocess.run([sys.executable, "-c", program, str(tmp_path / name)], check=True)
        assert (draft / "bank.yaml").read_bytes() == b"half"
        assert (tmp_path / "slow").read_bytes() == b"quick"
    assert (tmp_path / "slow").read_bytes() == b"slow"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["quick", "slow"]


def test_a_file_taken_for_a_stale_one_before_it_is_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed: list[int] = []

    def late(handle: int) -> bool:
        if not claimed:
            next(tmp_path.glob(".file.mien-*.tmp")).unlink()
        claimed.append(handle)
        return True

    monkeypatch.setattr("mien.text.atomic.claim", late)
    write_atomic(tmp_path / "file", b"new")
    assert len(claimed) == 2
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_full_disk_names_the_file_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="it is as it was") as refused:
        write_atomic(tmp_path / "file", b"new")
    assert refused.value.errno == errno.ENOSPC
    assert refused.value.filename == str(tmp_path / "file")
    assert refused.value.strerror == (
        "it cannot be written (no space left on device); it is as it was. "
        "Make room, then run it again"
    )


PROGRAM = """
import sys
from mien.cli.main import run
import os, signal
steps = int(sys.argv[1])
for name in ("fsync", "replace"):
    def deadly(*arguments, true=getattr(os, name), **named):
        global steps
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return true(*arguments, **named)
    setattr(os, name, deadly)
sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs processes that can be killed")
@pytest.mark.parametrize("command", ["compile", "fmt", "init"])
def test_the_next_run_removes_what_a_killed_one_left(tmp_path: Path, command: str) -> None:
    bank = tmp_path / "tiny"
    shutil.copytree(TINY, bank)
    words = {
        "compile": ["compile", str(bank), "--out", str(tmp_path / "build")],
        "fmt": ["fmt", str(bank)],
        "init": ["init", str(tmp_path / "ours"), "--from", str(bank)],
    }[command]
    if command == "init":
        with subprocess.Popen(
            [sys.executable, "-c", DRAFT, str(tmp_path / "ours")], stdout=subprocess.PIPE
        ) as killed:
            assert killed.stdout is not None
            killed.stdout.readline()
            killed.kill()
        assert leftovers(tmp_path)
    else:
        seen = 0
        for step in range(1, 5):
            subprocess.run([sys.executable, "-c", PROGRAM, str(step), *words], check=False)
            seen += len(leftovers(tmp_path))
        assert seen >= 2
    ended(0, *words)
    assert not leftovers(tmp_path)


def leftovers(folder: Path) -> list[Path]:
    return list(folder.rglob(".*.tmp"))


DRAFT = """
import sys, time
from pathlib import Path
from mien.text.atomic import draft_folder
with draft_folder(Path(sys.argv[1])) as draft:
    (draft / "bank.yaml").write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "none" / "file", b"")
