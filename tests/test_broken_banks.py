"""Every broken bank is refused with exactly the words its author should read.

A case is a folder of `broken_banks/`: files that replace those of the good bank `banks/tiny`, a
`delete.txt` that names what to take away, and `expected.txt` with the exit code and the output of
`mien check bank`. Cases that no repository can hold are built below. After a change of words, run
`MIEN_UPDATE_EXPECTED=1 pytest tests/test_broken_banks.py` and review the difference.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.program import ended, ran

HERE = Path(__file__).parent
TINY = HERE / "banks" / "tiny"
CASES = HERE / "broken_banks"
UPDATE = os.environ.get("MIEN_UPDATE_EXPECTED") == "1"
NOT_A_SOURCE = {"delete.txt", "expected.txt"}

Build = Callable[[Path], None]


def binary(bank: Path) -> None:
    (bank / "rules.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")


def control_character(bank: Path) -> None:
    path = bank / "rules.yaml"
    path.write_text(path.read_text().replace("follows valence", "follows \x1b[2Jvalence"))


def not_utf8(bank: Path) -> None:
    path = bank / "emotions" / "glad.yaml"
    path.write_bytes(path.read_bytes().replace(b"A smile", b"Fr\xf6hlich"))


def too_large(bank: Path) -> None:
    path = bank / "rules.yaml"
    path.write_text(path.read_text() + "# more\n" * 160_000)


def too_many_nodes(bank: Path) -> None:
    path = bank / "rules.yaml"
    path.write_text(path.read_text() + f"more: [{'1,' * 50_001}]\n")


def link_out(bank: Path) -> None:
    outside = bank.parent / "elsewhere.yaml"
    (bank / "rules.yaml").rename(outside)
    (bank / "rules.yaml").symlink_to(outside)


def link_loop(bank: Path) -> None:
    (bank / "rules.yaml").unlink()
    (bank / "rules.yaml").symlink_to("rules.yaml")


def folder_for_a_file(bank: Path) -> None:
    (bank / "rules.yaml").unlink()
    (bank / "rules.yaml").mkdir()


def pipe_for_a_file(bank: Path) -> None:
    (bank / "rules.yaml").unlink()
    os.mkfifo(bank / "rules.yaml")


def unreadable_file(bank: Path) -> None:
    (bank / "rules.yaml").chmod(0)


def unreadable_folder(bank: Path) -> None:
    (bank / "emotions").chmod(0)


def a_file(bank: Path) -> None:
    shutil.rmtree(bank)
    bank.write_text("schema: mien/bank/1\n")


BUILDERS: dict[str, Build] = {
    "bank-is-a-file": a_file,
    "binary-file": binary,
    "control-character": control_character,
    "file-too-large": too_large,
    "folder-for-a-file": folder_for_a_file,
    "link-loop": link_loop,
    "link-out-of-the-bank": link_out,
    "not-utf8": not_utf8,
    "pipe-for-a-file": pipe_for_a_file,
    "too-many-nodes": too_many_nodes,
    "unreadable-file": unreadable_file,
    "unreadable-folder": unreadable_folder,
}
ARGUMENTS = {"no-such-folder": "somewhere/else", "no-such-bank": "defualt"}
NEED_RIGHTS = {"unreadable-file", "unreadable-folder"}


def assemble(case: Path, bank: Path) -> None:
    shutil.copytree(TINY, bank)
    deletions = case / "delete.txt"
    for name in deletions.read_text().split() if deletions.exists() else ():
        target = bank / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    for source in case.rglob("*"):
        if source.is_file() and source.name not in NOT_A_SOURCE:
            target = bank / source.relative_to(case)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, target)
    if case.name in BUILDERS:
        BUILDERS[case.name](bank)


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_a_broken_bank_says_what_is_wrong(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in NEED_RIGHTS and os.geteuid() == 0:
        pytest.skip("root may read everything")
    case = CASES / name
    assemble(case, tmp_path / "bank")
    monkeypatch.chdir(tmp_path)

    said = ran("check", ARGUMENTS.get(name, "bank"))
    found = f"exit {said.exit_code}\n{said.stdout}{said.stderr}"
    expected = case / "expected.txt"
    if UPDATE:
        expected.write_text(found)
    assert found == expected.read_text()
    assert said.exit_code in (1, 2)
    assert "Traceback" not in found


def test_every_built_case_has_a_folder() -> None:
    names = {path.name for path in CASES.iterdir()}
    assert {*BUILDERS, *ARGUMENTS} <= names


def test_the_good_bank_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    assert ended(0, "check", "banks/tiny").stdout == (
        "tiny 1.0.0 (folder banks/tiny): fine. 3 labels, 9 archetypes, 15 anchors (6 of styles), "
        "8 channels of small.\n"
        "  closest at low: calm ~ glad 0.090, calm ~ cross 0.115, glad ~ cross 0.175\n"
        "  closest at mid: calm ~ glad 0.138, calm ~ cross 0.200, glad ~ cross 0.337\n"
        "  closest at high: calm ~ glad 0.182, calm ~ cross 0.335, glad ~ cross 0.513\n"
        "  `mien compile` alone proves that no face changes faster than the slope budgets allow\n"
    )
