"""The promise: the lock follows what the sources say, and the same release is the same bytes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.child import finished

from mien.compile import compile_folder
from mien.errors import SourceError
from mien.lock.write import write_lock
from mien.text.node import MappingNode, Node, ScalarNode, SequenceNode
from mien.text.yaml_nodes import require_yaml

TINY = Path(__file__).parent / "banks" / "tiny"
FILES = sorted(path.relative_to(TINY).as_posix() for path in TINY.rglob("*.yaml"))


def scalars(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from scalars(item)
    else:
        assert isinstance(node, MappingNode)
        for entry in node.entries:
            yield entry.key
            yield from scalars(entry.value)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(TINY, tmp_path_factory.mktemp("edits") / "tiny"))


@pytest.fixture(scope="module")
def lock(place: Path) -> str:
    return write_lock(compile_folder(place).lock)


FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(data=st.data())
def test_an_edit_of_what_is_said_changes_the_lock(
    place: Path, lock: str, data: st.DataObject
) -> None:
    """One value or key of one file becomes another one; a bank that this breaks has no lock."""
    path = place / data.draw(st.sampled_from(FILES))
    whole = path.read_text()
    values = list(scalars(require_yaml(whole, path.name)))
    node = data.draw(st.sampled_from(values))
    if isinstance(node.value, int | float):
        step = data.draw(st.sampled_from([0.001, -0.001, 0.01, 1]))
        text = repr(round(node.value + step, 6))
    else:
        text = f'"{node.value}{data.draw(st.sampled_from("xyz"))}"'
    path.write_text(whole[: node.span.start] + text + whole[node.span.end :])
    try:
        assert write_lock(compile_folder(place).lock) != lock
    except SourceError:
        pass
    finally:
        path.write_text(whole)


@FEW
@given(data=st.data())
def test_an_edit_of_comments_and_spacing_changes_nothing(
    place: Path, lock: str, data: st.DataObject
) -> None:
    path = place / data.draw(st.sampled_from(FILES))
    whole = path.read_text()
    assert ">-" not in whole
    assert "|" not in whole
    lines = whole.splitlines(keepends=True)
    for at in sorted(data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=6)), reverse=True):
        line = lines[at].rstrip("\n")
        lines[at] = data.draw(
            st.sampled_from([f"{line}  # a note\n", f"# a note\n{line}\n", f"{line}   \n\n"])
        )
        if data.draw(st.booleans()):
            lines[at] = lines[at].replace(": ", ":   ", 1)
    path.write_text("".join(lines))
    try:
        assert write_lock(compile_folder(place).lock) == lock
    finally:
        path.write_text(whole)


RELEASE = """
import hashlib, os, shutil, sys, time
from pathlib import Path
from mien.cli.main import run
from mien.compile import compile_folder
from mien.lock.write import write_lock

def release(place):
    os.chdir(place)
    bank = Path("tiny")
    (bank / "mien.lock").write_text(write_lock(compile_folder(bank).lock))
    assert run(["release", "tiny", "--format", "json"]) == 0
    for path in sorted(Path("releases").rglob("*")):
        if path.is_file():
            print(hashlib.sha256(path.read_bytes()).hexdigest(), path.as_posix())

def clock(ahead):
    true, true_ns = time.time, time.time_ns
    time.time = lambda: true() + ahead
    time.time_ns = lambda: true_ns() + int(ahead * 1e9)

def user(number):
    # Only now that all code is loaded: the other user may not be allowed to read it.
    os.setgroups([])
    os.setgid(number)
    os.setuid(number)
    os.umask(0o077)
"""


def released(program: str, **environment: str) -> list[str]:
    """The digests of the files of all releases that another process makes."""
    done = finished([sys.executable, "-c", RELEASE + program], env={**os.environ, **environment})
    return [line for line in done.stdout.splitlines() if line[64:].startswith(" releases/")]


def bank_in(place: Path) -> Path:
    place.mkdir(parents=True)
    shutil.copytree(TINY, place / "tiny")
    return place


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    place = bank_in(tmp_path_factory.mktemp("here") / "a")
    return released(f"release({str(place)!r})", PYTHONHASHSEED="0")


def test_the_same_bytes_in_another_folder_on_another_clock(here: list[str], tmp_path: Path) -> None:
    place = bank_in(tmp_path / "un autre dossier" / "ü")
    ten_years = 10 * 365.25 * 86400
    there = released(
        f"clock({ten_years})\nrelease({str(place)!r})",
        PYTHONHASHSEED="1",
        TZ="Asia/Tokyo",
        LC_ALL="C",
        PYTHONUTF8="1",
    )
    assert len(here) == 10
    assert there == here


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can be another user"
)
def test_the_same_bytes_as_another_user(here: list[str], tmp_path: Path) -> None:
    nobody = 65534
    mine = bank_in(tmp_path / "mine")
    with TemporaryDirectory() as folder:  # the test's own folder is closed to others
        theirs = bank_in(Path(folder) / "theirs")
        for path in (Path(folder), theirs, *theirs.rglob("*")):
            os.chown(path, nobody, nobody)
        both = released(f"release({str(mine)!r})\nuser({nobody})\nrelease({str(theirs)!r})")
        assert (theirs / "releases" / "ledger.yaml").stat().st_uid == nobody
    assert both == here + here
