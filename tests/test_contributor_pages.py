"""The pages for contributors speak of files that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "compiler" / "mien" / "docs"
PAGES = (ROOT / ".github" / "CONTRIBUTING.md", DOCS / "architecture.md", DOCS / "glossary.md")
PLACES = (ROOT, ROOT / "compiler", ROOT / "compiler" / "mien", ROOT / "trainer")
ROOMS = (*PLACES, ROOT / "trainer" / "mien_trainer", ROOT / "presets" / "default")
NAMED = re.compile(r"`([\w./-]+(?:/|\.py|\.js|\.json|\.yaml|\.md))`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names = NAMED.findall(text)
    rooms = (*ROOMS, ROOT / "compiler" / "mien" / "engine" / "e1")
    missing = [name for name in names if not any((room / name).exists() for room in rooms)]
    assert not missing
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).is_file(), target


PACKAGES = {"mien": ROOT / "compiler" / "mien", "mien_trainer": ROOT / "trainer" / "mien_trainer"}


def floors() -> dict[str, int]:
    """Room (``mien.lint``) to its height in the table of floors."""
    table = (DOCS / "architecture.md").read_text(encoding="utf-8").split("## Three walks")[0]
    rows = [row.split("|")[2:4] for row in table.splitlines() if row.startswith("|")][2:]
    rooms = [
        f"{package}.{name.removesuffix('.py')}"
        for row in reversed(rows)
        for package, cell in zip(PACKAGES, row, strict=True)
        for name in re.findall(r"`([\w.]+)`", cell)
    ]
    return {room: height for height, room in enumerate(rooms)}


def rooms_of(node: ast.stmt) -> list[str]:
    """The rooms of ours that a statement at the top of a module imports."""
    if isinstance(node, ast.ImportFrom) and node.module in PACKAGES:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module:
        names = [node.module]
    elif isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        names = []
    return [".".join(name.split(".")[:2]) for name in names if name.split(".")[0] in PACKAGES]


def test_rooms_import_from_below() -> None:
    heights = floors()
    upwards: list[str] = []
    for package, folder in PACKAGES.items():
        for path in folder.rglob("*.py"):
            room = f"{package}.{path.relative_to(folder).parts[0].removesuffix('.py')}"
            if room == f"{package}.__init__" or path.parent.name == "commands":
                continue  # a command is loaded when it is called, the trainer's too
            assert room in heights, f"{room} is on no floor"
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                for other in rooms_of(node):
                    if other != room and heights.get(other, 0) >= heights[room]:
                        upwards.append(f"{path.relative_to(ROOT)}:{node.lineno} imports {other}")
    assert not upwards


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        for line in re.findall(r"(?:^|`)make ([a-z ]+)", page.read_text(), re.MULTILINE):
            assert set(line.split()) <= targets, line
