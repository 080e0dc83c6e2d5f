"""The live page writes inside the bank's folder only, whatever is swapped for a link."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mien.authored.reader import read_bank
from mien.view import bank_files, edit_session
from mien.view.bank_files import BankFiles
from mien.view.change import Change, EditConflictError, EditRefusedError
from mien.view.edit_session import EditSession, Trial

CHANGE = Change(label="joy", name="low", style=False, values={"jawOpen": 0.05})
Swap = Callable[[Path], Path]


@pytest.fixture(params=["by descriptor", "by path"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every law holds where the system opens files relative to a folder, and where it cannot."""
    if request.param == "by path":
        monkeypatch.setattr(bank_files, "_BY_DESCRIPTOR", False)


@pytest.fixture
def session(folder: Path) -> EditSession:
    bank = read_bank(folder)
    return EditSession(lambda: bank, BankFiles(folder))


def swap_file(folder: Path) -> Path:
    """The label's file becomes a link to the same text elsewhere."""
    joy = folder / "emotions" / "joy.yaml"
    outside = folder.parent / "outside.yaml"
    shutil.move(joy, outside)
    joy.symlink_to(outside)
    return outside


def swap_labels(folder: Path) -> Path:
    """The folder of the labels becomes a link to one elsewhere."""
    outside = folder.parent / "outside"
    shutil.move(folder / "emotions", outside)
    (folder / "emotions").symlink_to(outside, target_is_directory=True)
    return outside / "joy.yaml"


def swap_bank(folder: Path) -> Path:
    """The bank's whole folder becomes a link to a copy elsewhere."""
    outside = folder.parent / "outside"
    shutil.copytree(folder, outside)
    shutil.move(folder, folder.parent / "moved")
    folder.symlink_to(outside, target_is_directory=True)
    return outside / "emotions" / "joy.yaml"


SWAPS = pytest.mark.parametrize("swap", [swap_file, swap_labels, swap_bank])


@SWAPS
def test_a_write_does_not_follow_what_became_a_link(
    session: EditSession, folder: Path, swap: Swap
) -> None:
    base = session.preview(CHANGE).base
    outside = swap(folder)
    before = outside.read_bytes()
    with pytest.raises(EditRefusedError, match="nothing was written"):
        session.write(CHANGE, base)
    assert outside.read_bytes() == before
    with pytest.raises(EditRefusedError):
        session.preview(CHANGE)


@SWAPS
def test_nor_what_becomes_a_link_while_the_edit_is_tried(
    session: EditSession, folder: Path, swap: Swap, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = session.preview(CHANGE).base
    swapped: list[bytes] = []

    def trial(*_: object) -> Trial:
        swapped.append(swap(folder).read_bytes())
        return Trial()

    monkeypatch.setattr(edit_session, "try_edit", trial)
    with pytest.raises(EditRefusedError, match="nothing was written"):
        session.write(CHANGE, base)
    (outside,) = folder.parent.glob("outside*")
    joy = outside if outside.is_file() else next(outside.rglob("joy.yaml"))
    assert joy.read_bytes() == swapped[0]


@SWAPS
def test_nor_does_undo(session: EditSession, folder: Path, swap: Swap) -> None:
    session.write(CHANGE, session.preview(CHANGE).base)
    outside = swap(folder)
    before = outside.read_bytes()
    with pytest.raises(EditRefusedError, match="nothing was written"):
        session.undo()
    assert outside.read_bytes() == before


def test_a_link_made_at_the_last_moment_is_replaced_and_not_followed(
    session: EditSession, folder: Path, joy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = session.preview(CHANGE).base
    outside = folder.parent / "outside.yaml"
    outside.write_bytes(joy.read_bytes())
    sync = os.fsync
    made: list[Path] = []

    def swap(handle: int) -> None:
        if not made:
            joy.unlink()
            joy.symlink_to(outside)
            made.append(joy)
        sync(handle)

    before = outside.read_bytes()
    monkeypatch.setattr("os.fsync", swap)
    session.write(CHANGE, base)
    assert made
    assert outside.read_bytes() == before
    assert not joy.is_symlink()
    assert b"jawOpen: 0.05" in joy.read_bytes()


@pytest.mark.parametrize("name", ["emotions/joy.yaml", "emotions/anger.yaml", "rules.yaml"])
def test_a_pipe_in_the_place_of_a_file_stops_nothing(
    session: EditSession, folder: Path, name: str
) -> None:
    base = session.preview(CHANGE).base
    (folder / name).unlink()
    os.mkfifo(folder / name)
    for act in (lambda: session.preview(CHANGE), lambda: session.write(CHANGE, base)):
        with pytest.raises(EditRefusedError, match="found something that is no file"):
            act()


def test_a_pipe_in_the_place_of_the_rig_stops_nothing(session: EditSession, folder: Path) -> None:
    rig = folder.parent / "rigs" / "arkit52.yaml"
    rig.unlink()
    os.mkfifo(rig)
    with pytest.raises(EditRefusedError, match="found something that is no file"):
        session.preview(CHANGE)


def test_another_file_s_link_out_of_the_folder_is_refused(
    session: EditSession, folder: Path
) -> None:
    secret = folder.parent / "secret"
    secret.write_text("password: 1\n", "utf-8")
    (folder / "emotions" / "anger.yaml").unlink()
    (folder / "emotions" / "anger.yaml").symlink_to(secret)
    with pytest.raises(EditRefusedError, match="leads out of the bank's folder"):
        session.preview(CHANGE)


def test_a_link_inside_the_folder_stays_a_link(folder: Path, joy: Path) -> None:
    shared = folder / "shared.yaml"
    shutil.move(joy, shared)
    joy.symlink_to(shared)
    bank = read_bank(folder)
    session = EditSession(lambda: bank, BankFiles(folder))
    session.write(CHANGE, session.preview(CHANGE).base)
    assert joy.is_symlink()
    assert b"jawOpen: 0.05" in shared.read_bytes()


def test_the_bank_may_be_named_by_a_link(folder: Path, joy: Path) -> None:
    named = folder.parent / "named"
    named.symlink_to(folder, target_is_directory=True)
    bank = read_bank(named)
    session = EditSession(lambda: bank, BankFiles(named))
    session.write(CHANGE, session.preview(CHANGE).base)
    assert b"jawOpen: 0.05" in joy.read_bytes()


def test_a_write_leaves_no_file_behind_and_keeps_the_permissions(
    session: EditSession, folder: Path, joy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joy.chmod(0o640)
    names = sorted(path.name for path in joy.parent.iterdir())
    session.write(CHANGE, session.preview(CHANGE).base)
    assert joy.stat().st_mode & 0o777 == 0o640
    before = joy.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        session.undo()
    assert joy.read_bytes() == before
    assert sorted(path.name for path in joy.parent.iterdir()) == names
    assert sorted(path.name for path in folder.parent.iterdir()) == ["default", "rigs"]


def test_a_file_that_changes_while_the_edit_is_tried_is_left_alone(
    session: EditSession, joy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = session.preview(CHANGE).base

    def trial(*_: object) -> Trial:
        joy.write_text(joy.read_text("utf-8") + "# mine\n", "utf-8")
        return Trial()

    monkeypatch.setattr(edit_session, "try_edit", trial)
    with pytest.raises(EditConflictError, match="changed meanwhile"):
        session.write(CHANGE, base)
    assert joy.read_text("utf-8").endswith("# mine\n")
