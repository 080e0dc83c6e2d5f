"""Any change to a good bank either reads, or is refused with places that exist in the file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.program import ended

from mien.authored.reader import read_bank
from mien.errors import SourceError
from mien.text.fault import Fault
from mien.text.json_nodes import parse_json
from mien.text.yaml_nodes import parse_yaml

TINY = Path(__file__).parent / "banks" / "tiny"
FILES = sorted(path.relative_to(TINY).as_posix() for path in TINY.rglob("*.yaml"))
PIECES = [
    *[
        "",
        " ",
        "\n",
        "  ",
        "\t",
        ":",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        "&a ",
        "*a",
        "!!int ",
    ],
    *[
        '"',
        "'",
        "|",
        ">",
        "%",
        "@",
        "`",
        "?",
        "0",
        "-1",
        "1e400",
        ".nan",
        "true",
        "null",
        "~",
        "<<",
    ],
    *["\u00e9", "\U0001f600", "\u2028", "\x85", "\ufeff", "\x00", "\x1b", "\r", "---\n", "...\n"],
]
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(TINY, tmp_path_factory.mktemp("mutations") / "bank"))


@SLOW
@given(st.sampled_from(FILES), st.integers(0, 10_000), st.integers(0, 12), st.sampled_from(PIECES))
def test_one_edit_reads_or_is_placed(
    bank: Path, name: str, at: int, removed: int, piece: str
) -> None:
    path = bank / name
    original = path.read_bytes()
    text = original.decode()
    at %= len(text)
    try:
        path.write_bytes((text[:at] + piece + text[at + removed :]).encode())
        check_places(bank)
    finally:
        path.write_bytes(original)


@SLOW
@given(st.sampled_from(FILES), st.binary(max_size=60))
def test_any_bytes_read_or_are_placed(bank: Path, name: str, data: bytes) -> None:
    path = bank / name
    original = path.read_bytes()
    try:
        path.write_bytes(data)
        check_places(bank)
    finally:
        path.write_bytes(original)


def check_places(bank: Path) -> None:
    for fault in faults_of(bank):
        place = fault.place
        assert Path(place.file).exists()
        if place.line == 0:
            continue
        text = Path(place.file).read_bytes().decode("utf-8-sig", "replace")
        lines = re.split("\r\n|\r|\n", text)
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1


def faults_of(bank: Path) -> tuple[Fault, ...]:
    try:
        read_bank(bank)
    except SourceError as refusal:
        return refusal.faults
    return ()


@given(st.text(max_size=80))
def test_parsers_never_raise(text: str) -> None:
    for parse in (parse_yaml, parse_json):
        root, faults = parse(text, "x")
        assert root is not None or faults


@given(st.text(st.sampled_from('{}[]:,"0.5eE-+ \n\\utrufalsn'), max_size=40))
def test_json_like_text_never_raises(text: str) -> None:
    root, faults = parse_json(text, "x")
    assert root is not None or faults


def test_the_bank_is_whole_again(bank: Path) -> None:
    assert "fine" in ended(0, "check", bank).stdout
