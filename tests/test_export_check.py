"""`mien verify --export`: every byte of an export against the release that it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.program import ended, ran

import mien
from mien.formats.registry import Format, exportable
from mien.text.atomic import write_atomic

BANK = mien.load("default")
TINY = str(Path(__file__).parent / "banks" / "tiny")
CLIPS = tuple(one for one in exportable() if not one.table)


def export(*arguments: str | Path) -> str:
    return ended(0, "export", *arguments).stdout


def verified(path: Path) -> tuple[int, str]:
    said = ran("verify", "--export", path)
    return said.exit_code, said.stdout + said.stderr


@pytest.mark.parametrize("form", exportable(), ids=lambda form: form.name)
def test_what_was_written_is_what_the_release_gives(form: Format, tmp_path: Path) -> None:
    path = tmp_path / f"joy{form.suffix}"
    options = ["--labels", "joy", "--at", "high", "--without-mouth", "--speaking", "0.3"]
    if form.mesh:
        options += ["--mesh", 'Bo dy/"F\'ace"']
    if not form.table:
        options += ["--fade-in", "0.1", "--hold", "1e-2", "--rate", "30"]
    export("default", "--to", form.name, "-o", path, *options)
    assert verified(path)[0] == 0
    data = path.read_bytes()
    at = len(data) - 5 if form.binary else data.index(b"0", len(data) // 2)
    path.write_bytes(data[:at] + (b"?" if form.binary else b"1") + data[at + 1 :])
    status, said = verified(path)
    place = f"at byte {at}" if form.binary else f"in line {1 + data[:at].count(bytes([10]))}"
    assert (status, f"{path}: differs, first {place}\n" in said) == (1, True)
    path.write_bytes(data + b"\n")
    status, said = verified(path)
    assert status == 1
    line = f"in line {1 + data.count(bytes([10])) + 1}"
    assert f"first {f'at byte {len(data)}' if form.binary else line}" in said


@pytest.mark.parametrize("form", CLIPS, ids=lambda form: form.name)
def test_a_folder_and_each_file_in_it(form: Format, tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    export("default@1.0.0", "--to", form.name, "-o", folder, "--labels", "joy,awe")
    one, other = folder / f"joy_high{form.suffix}", folder / f"awe_low{form.suffix}"
    status, said = verified(folder)
    assert status == 0
    assert said.startswith("6 files as default 1.0.0 (release that ships")
    assert said.endswith(
        f" gives by: mien export default@1.0.0 --to {form.name} --labels joy,awe\n"
    )
    assert verified(one)[0] == 0
    one.write_bytes(one.read_bytes().replace(b"e", b"E"))
    other.unlink()
    status, said = verified(folder)
    assert status == 1
    assert f"{one}: differs, first {'at byte' if form.binary else 'in line'} " in said
    assert f"{other}: missing\n" in said
    assert said.splitlines()[-1].startswith("4 files as")
    assert verified(one)[0] == 1


def test_a_clip_that_was_moved_is_known_by_what_it_says(tmp_path: Path) -> None:
    export("default", "--to", "godot", "-o", tmp_path / "faces")
    moved = tmp_path / "smile.tres"
    write_atomic(moved, (tmp_path / "faces" / "joy_high.tres").read_bytes())
    assert verified(moved)[0] == 0
    export("default", "--to", "unity", "-o", tmp_path / "clips")
    lost = tmp_path / "clips" / "smile.anim"
    write_atomic(lost, (tmp_path / "clips" / "joy_high.anim").read_bytes())
    status, said = verified(lost)
    assert status == 2
    assert "is none of the files that were written: neutral_low.anim" in said


def test_clips_of_a_former_export_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    export("default", "--to", "unity", "-o", folder)
    said = export("default", "--to", "unity", "-o", folder, "--labels", "joy")
    assert "45 files there are not of this export, such as amusement_high.anim" in said
    (folder / "notes.txt").write_text("ours")
    status, said = verified(folder)
    assert status == 1
    assert "45 files here are not of this export: amusement_high.anim, " in said
    assert "3 files as default" in said
    for one in folder.glob("*.anim"):
        if not one.name.startswith("joy"):
            one.unlink()
    assert verified(folder)[0] == 0


def test_another_artifact_and_no_release(tmp_path: Path) -> None:
    path = tmp_path / "faces.json"
    export("default", "--to", "json", "-o", path)
    text = path.read_text("utf-8")
    path.write_text(text.replace(BANK.digest[:8], "00000000"), "utf-8")
    status, said = verified(path)
    assert (status, "made from artifact 00000000" in said) == (1, True)
    export(TINY, "--to", "json", "-o", path)
    status, said = verified(path)
    assert (status, "there is no release 1.0.0 of tiny" in said) == (2, True)
    assert f"{path} was made from tiny@1.0.0" in said
    assert "made from an unreleased folder, release that one to verify it" in said
    assert "Usage: export" not in said
    path.write_text(text.replace("--to json", "--to jsn"), "utf-8")
    assert verified(path)[0] == 2
    path.write_text("{}", "utf-8")
    status, said = verified(path)
    assert (status, "does not say what it was made from" in said) == (2, True)
    ended(2, "verify", "default", "--export", path)


def test_a_report_for_programs(tmp_path: Path) -> None:
    path = tmp_path / "faces.csv"
    export("default", "--to", "csv", "-o", path)
    write_atomic(path, path.read_bytes().replace(b"joy,low", b"joy,lwo"))
    assert json.loads(ended(1, "verify", "--export", path, "--format", "json").stdout) == {
        "failed": True,
        "request": f"mien export default@{BANK.version} --to csv",
        "fault": None,
        "files": [{"path": str(path), "state": "differs", "line": 5}],
    }
