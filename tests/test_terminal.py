"""What the program prints cannot steer a terminal, whatever files, titles and arguments hold."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.program import ended, ran

from mien.cli.terminal import Styled, say, visible, write_json

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "banks" / "tiny"
EVIL = "\x1b[2J\x9b31m\x07\x08\r\u202eevil"
SHOWN = r"\x1b[2J\x9b31m\x07\x08\r\u202eevil"


def steers(text: str) -> bool:
    """Whether a terminal would do anything but write the text, line by line."""
    return any((ord(one) < 32 and one not in "\n\t") or 127 <= ord(one) < 160 for one in text)


@given(st.text(st.characters(), max_size=80))
def test_visible_text_steers_nothing_and_loses_nothing(text: str) -> None:
    shown = visible(text)
    assert not steers(shown)
    assert visible(shown) == shown
    shown.encode("utf-8")
    plain = all(one.isprintable() or one in "\n\t" for one in text)
    assert shown == text or not plain


def test_tab_line_feed_and_letters_of_all_scripts_stay() -> None:
    text = "tab\tline\nÄ é 表情 한글 \u00a0 🙂"
    assert visible(text) == text
    assert visible(EVIL) == SHOWN
    assert visible("\ud800") == r"\ud800"


def test_colours_are_ours_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say("a ", Styled(EVIL, "red", bold=True), " b")
    assert capsys.readouterr().out == f"a {SHOWN} b\n"  # no terminal here, so no colour
    monkeypatch.setattr("click.utils.should_strip_ansi", strips_only_where_told)
    say(Styled(EVIL, "red"), err=True, end="")
    assert capsys.readouterr().err == f"\x1b[31m{SHOWN}\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    say(Styled(EVIL, "red"))
    assert capsys.readouterr().out == f"{SHOWN}\n"


def strips_only_where_told(_: object = None, color: bool | None = None) -> bool:
    """What click does on a terminal."""
    return color is False


def test_long_lines_of_messages_are_cut_and_those_of_results_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line, longer = "x" * 1000, "y" * 1001
    text = f"{line}\n{longer}"
    say(text, Styled(longer, "red"), err=True)
    cut = "y" * 999 + "…"
    assert capsys.readouterr().err == f"{line}\n{cut}{cut}\n"
    say(text)
    assert capsys.readouterr().out == f"{text}\n"


def test_faults_are_cut_for_people_and_whole_for_programs(tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    shutil.copytree(TINY, bank)
    name = "x" * 1010
    with (bank / "emotions" / "glad.yaml").open("a") as file:
        file.write(f"{name}: 1\n")

    said = ended(2, "check", bank)
    assert f"there is no key {'x' * 983}…" in said.stdout + said.stderr
    assert "x" * 1000 not in said.stdout + said.stderr
    assert f"there is no key {name} here" in ended(2, "check", bank, "--format", "json").stdout


@given(st.text(max_size=40))
def test_json_says_the_same_and_steers_nothing(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("click.echo", printed.append)
        write_json({"text": text})
    assert json.loads(printed[0]) == {"text": text}
    assert not steers(printed[0])
    printed[0].encode("utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        [EVIL],
        ["check", EVIL],
        ["check", str(TINY), EVIL],
        ["check", str(TINY), f"--{EVIL}"],
        ["check", str(TINY), "--format", EVIL],
        ["check", str(TINY), "--against", EVIL],
        ["face", str(TINY), EVIL],
        ["face", str(TINY), "glad", "--style", EVIL],
        ["face", str(TINY), f"glad={EVIL}"],
        ["diff", EVIL, str(TINY)],
        ["fmt", EVIL],
        ["verify", EVIL],
        ["init", "x", "--id", EVIL],
        ["sheet", str(TINY), "-o", f"x.{EVIL}"],
    ],
)
def test_arguments(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = ended(2, *arguments)
    assert said.stderr
    assert not steers(said.stdout + said.stderr)
    assert "\u202e" not in said.stderr


def test_titles_and_file_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bank = tmp_path / "b\x1b[2Jank"
    shutil.copytree(TINY, bank)
    glad = bank / "emotions" / "glad.yaml"
    glad.write_text(glad.read_text().replace("title: Glad", 'title: "\\e[2J\\u202e"'))
    for arguments in (
        ("check", bank),
        ("compile", bank),
        ("compile", bank, "--check"),
        ("diff", TINY, bank),
        ("diff", TINY, bank, "--format", "json"),
        ("fmt", "--diff", bank),
        ("check", bank, "--against", TINY, "--format", "github"),
    ):
        said = ran(*arguments)
        assert said.output
        assert not steers(said.output), arguments
        assert "\u202e" not in said.stdout


def test_nothing_is_printed_past_the_one_place() -> None:
    direct = re.compile(r"\b(click\.s?echo|print)\(")
    folders = (ROOT / "compiler" / "mien" / "cli", ROOT / "trainer" / "mien_trainer" / "cli")
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.rglob("*.py")
        if direct.search(path.read_text("utf-8"))
    }
    data = {"trainer/mien_trainer/cli/speak.py"}  # rows of a take, numbers alone
    assert found - data == {"compiler/mien/cli/terminal.py"}
