"""`mien fmt`: which files it takes, what it prints, what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.program import ended

from mien.authored.documents import parse
from mien.authored.surroundings import orders_around, sources_under
from mien.cli.main import run
from mien.text.format.order import Orders

EMOTION = "label: joy  # felt\nschema: mien/emotion/1\narchetypes: {mid: {jawOpen: 0.50, a: 1}}\n"
FORMATTED = (
    "schema: mien/emotion/1\nlabel: joy  # felt\n\n"
    "archetypes:\n  mid:\n    a: 1\n    jawOpen: 0.5\n"
)
RIG = (
    "schema: mien/rig/1\n\nchannels:\n  - {name: a}\n  - {name: jawOpen}\n\n"
    "shorthands:\n  both: [jawOpen]\n"
)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A small folder with a bank's layout, only its emotion out of form."""
    (tmp_path / "emotions").mkdir()
    (tmp_path / "rigs").mkdir()
    (tmp_path / "bank.yaml").write_text(
        "schema: mien/bank/1\nrig: small\nintensities: [low, mid]\n"
    )
    (tmp_path / "rigs" / "small.yaml").write_text(RIG)
    (tmp_path / "emotions" / "joy.yaml").write_text(EMOTION)
    return tmp_path


def test_it_formats_a_folder_and_then_has_nothing_to_do(bank: Path) -> None:
    assert "1 formatted, 2 already in form" in ended(0, "fmt", bank).stdout
    assert (bank / "emotions" / "joy.yaml").read_text() == FORMATTED
    assert "0 formatted, 3 already in form" in ended(0, "fmt", bank).stdout


def test_one_file_finds_its_bank_and_rig(bank: Path) -> None:
    joy = bank / "emotions" / "joy.yaml"
    ended(0, "fmt", joy)
    assert joy.read_text() == FORMATTED
    root, _ = parse(joy, "joy.yaml", bank.resolve())
    assert root is not None
    assert orders_around(joy, root) == Orders(
        channels=("a", "both", "jawOpen"), intensities=("low", "mid")
    )


def test_a_file_on_its_own_keeps_the_order_of_its_channels(tmp_path: Path) -> None:
    joy = tmp_path / "joy.yaml"
    joy.write_text(EMOTION)
    ended(0, "fmt", joy)
    assert joy.read_text().endswith("  mid:\n    jawOpen: 0.5\n    a: 1\n")


def test_check_lists_what_would_change_and_writes_nothing(bank: Path) -> None:
    out = ended(1, "fmt", "--check", bank).stdout
    assert (bank / "emotions" / "joy.yaml").read_text() == EMOTION
    assert f"would format {(bank / 'emotions' / 'joy.yaml').as_posix()}" in out
    assert "1 would change, 2 already in form" in out
    run(["fmt", str(bank)])
    ended(0, "fmt", "--check", bank)


def test_diff_shows_the_change_and_writes_nothing(bank: Path) -> None:
    out = ended(0, "fmt", "--diff", bank).stdout
    assert "-archetypes: {mid: {jawOpen: 0.50, a: 1}}\n" in out
    assert "+    jawOpen: 0.5\n" in out
    assert (bank / "emotions" / "joy.yaml").read_text() == EMOTION
    ended(1, "fmt", "--diff", "--check", bank)


def test_programs_get_json(bank: Path) -> None:
    (bank / "rules.yaml").write_text("schema: mien/rules/1\na: 1\na: 2\n")
    report = json.loads(ended(2, "fmt", "--check", "--diff", "--format", "json", bank).stdout)
    assert report["changed"] == [(bank / "emotions" / "joy.yaml").as_posix()]
    assert (report["unchanged"], report["written"]) == (2, False)
    assert [fault["code"] for fault in report["faults"]] == ["duplicate-key"]
    assert "+    jawOpen: 0.5\n" in report["diff"]


def test_a_bad_file_is_reported_and_left_alone_while_others_are_formatted(bank: Path) -> None:
    bad = "schema: mien/rules/1\nb:  &x 1\n"
    (bank / "rules.yaml").write_text(bad)
    assert "rules.yaml:2:" in ended(2, "fmt", bank).stderr
    assert (bank / "rules.yaml").read_text() == bad
    assert (bank / "emotions" / "joy.yaml").read_text() == FORMATTED


@pytest.mark.parametrize("text", ["a: 1\n", "schema: mien/lock/1\n", "schema: mien/emotion/9\n"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    ended(2, "fmt", path)
    assert path.read_text() == text


def test_a_file_that_is_no_preset_is_told_by_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("# Ours\n")
    assert "not a preset file: expected .yaml, .yml, .json [" in ended(2, "fmt", path).stderr
    assert path.read_text() == "# Ours\n"


def test_a_name_that_is_nothing_is_a_usage_error() -> None:
    assert "no-such-bank" in ended(2, "fmt", "no-such-bank").stderr


def test_released_hidden_and_foreign_files_are_not_searched(bank: Path) -> None:
    for folder in ("releases", ".git", "deep/inside"):
        (bank / folder).mkdir(parents=True)
        (bank / folder / "joy.yaml").write_text(EMOTION)
    (bank / "package.json").write_text('{"name": "x",}')
    found = [path.relative_to(bank).as_posix() for path in sources_under(bank)]
    assert found == ["bank.yaml", "deep/inside/joy.yaml", "emotions/joy.yaml", "rigs/small.yaml"]


def test_json_sources_are_formatted_too(bank: Path) -> None:
    path = bank / "emotions" / "fear.json"
    path.write_text('{"label": "fear", "schema": "mien/emotion/1"}')
    ended(0, "fmt", bank)
    assert path.read_text() == '{\n  "schema": "mien/emotion/1",\n  "label": "fear"\n}\n'


def test_a_byte_order_mark_and_foreign_line_ends_go(bank: Path) -> None:
    joy = bank / "emotions" / "joy.yaml"
    joy.write_bytes(b"\xef\xbb\xbf" + FORMATTED.replace("\n", "\r\n").encode())
    ended(1, "fmt", "--check", joy)
    ended(0, "fmt", joy)
    assert joy.read_bytes() == FORMATTED.encode()


def test_the_shipped_presets_are_in_form() -> None:
    ended(0, "fmt", "--check", Path(__file__).parents[1] / "presets")


def test_a_file_that_is_not_there_is_no_bank(tmp_path: Path) -> None:
    assert "there is no file" in ended(2, "fmt", tmp_path / "joy.yaml").stderr
