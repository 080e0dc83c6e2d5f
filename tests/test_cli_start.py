"""The program starts light, and ends with a code and a sentence, never with a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.child import finished
from tests.imported import imported_after, imported_by
from tests.program import ended

from mien.cli import main as program
from mien.cli.main import COMMANDS, cli
from mien.errors import SourceError
from mien.text.fault import Fault
from mien.text.files import shown_path
from mien.text.node import Place

HERE = Path(__file__).parent
HEAVY = ("numba", "numpy", "scipy", "torch", "llvmlite")


def test_help_imports_click_and_nothing_else() -> None:
    found = imported_by("--help") - set(sys.stdlib_module_names)
    assert {name for name in found if not name.startswith("_")} <= {
        "click",
        "mien",
        "sitecustomize",
    }


def test_check_imports_nothing_heavy() -> None:
    assert not imported_by("check", str(HERE / "banks" / "tiny")) & set(HEAVY)


def test_reading_documents_needs_neither_schemas_nor_records() -> None:
    program = (
        "import pathlib\nfrom mien.authored.documents import read_documents\n"
        f"read_documents(pathlib.Path({str(HERE / 'banks' / 'tiny')!r}))"
    )
    assert not {*HEAVY, "jsonschema", "cattrs", "click"} & imported_after(program)


def test_help_lists_every_command() -> None:
    said = ended(0, "--help").stdout
    names = cli.list_commands(click.Context(cli))
    assert "check" in names
    for name in names:
        assert f"  {name} " in said
        assert COMMANDS[name] in said


def test_every_listed_command_loads() -> None:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc", "x"], "There is no command chekc. Did you mean check?"),
        (["frobnicate"], "There is no command frobnicate."),
        (["check"], "Missing argument 'BANK'"),
        (["check", "--frmat", "json", "x"], "No such option"),
        (["check", str(HERE / "banks" / "tiny"), "--format", "xml"], "'xml' is not one of"),
    ],
)
def test_wrong_usage_is_two(arguments: list[str], said: str) -> None:
    assert said in ended(2, *arguments).stderr


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (OSError(28, "No space left on device", "out.bin"), 2, "out.bin: No space left on device"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("surprise"), 2, "This is a defect of mien"),
        (
            SourceError([Fault(place=Place("a.yaml", 1, 2), path="p", code="c", message="m")]),
            2,
            "a.yaml:1:2: error: p: m [c]",
        ),
        (click.ClickException("no"), 2, "Error: no"),
    ],
)
def test_errors_end_in_words(
    error: BaseException, status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.delenv("MIEN_DEBUG", raising=False)
    monkeypatch.setattr(program.cli, "main", fail)
    shown = ended(status)
    assert said in shown.stderr
    assert shown.stdout == ""


def test_faults_for_programs(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_text("schema: mien/bank/1\nlabels: 5\n")
    faults = json.loads(ended(2, "check", tmp_path, "--format", "json").stdout)["faults"]
    assert {"file", "line", "column", "path", "code", "message", "hint", "severity"} == set(
        faults[0]
    )
    wrong = next(fault for fault in faults if fault["code"] == "wrong-type")
    assert (wrong["line"], wrong["column"], wrong["path"]) == (2, 9, "labels")


def test_a_good_bank_for_programs() -> None:
    said = json.loads(ended(0, "check", HERE / "banks" / "tiny", "--format", "json").stdout)
    assert said["faults"] == []
    assert said["source"] == {
        "bank": "tiny",
        "version": "1.0.0",
        "kind": "folder",
        "path": shown_path(HERE / "banks" / "tiny"),
        "sha256": None,
    }


def test_a_closed_pipe_is_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "mien.cli.main", "check", str(HERE / "banks" / "tiny")],
            env={**os.environ, "PYTHONPATH": str(HERE.parent / "compiler")},
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.stderr == ""


def test_a_stdin_that_is_closed_is_an_empty_one() -> None:
    done = finished(
        ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "mien", "read", "-"],
        env={**os.environ, "PYTHONPATH": str(HERE.parent / "compiler")},
    )
    assert done.stderr == "nothing to read\n"


INTERRUPTED = """
import os, signal, sys
import mien.__main__

class AtClick:
    def find_spec(self, name, *_):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, AtClick())
sys.argv[1:] = ["--version"]
mien.__main__.main()
"""


@pytest.mark.parametrize(("ignored", "status"), [(False, 130), (True, 0)])
def test_an_interrupt_while_the_program_starts_is_no_traceback(ignored: bool, status: int) -> None:
    handler = "SIG_IGN" if ignored else "default_int_handler"  # whatever the tests run under
    begun = f"import signal; signal.signal(signal.SIGINT, signal.{handler})"
    done = finished(
        [sys.executable, "-c", begun + INTERRUPTED],
        status,
        env={**os.environ, "PYTHONPATH": str(HERE.parent / "compiler")},
    )
    assert (done.stderr == "interrupted\n") is not ignored
    assert done.stdout.startswith("mien ") is ignored


@pytest.mark.parametrize(
    "arguments",
    [
        ["stream", "default", "--label", "joy", "--to", "vmc", "--fps", "nan"],
        ["stream", "default", "--label", "joy", "--to", "vmc", "--seconds", "nan"],
        ["export", "default", "--to", "livelink", "-o", "faces", "--fade-in", "nan"],
        ["import", "take.csv", "-o", "other.csv", "--rate", "nan"],
        ["doctor", "take.csv", "--rate", "nan"],
        ["read", "glad", "--strength", "nan"],
        ["targets", "make", "small", "-o", "targets", "--estimate", "--price", "nan"],
    ],
)
def test_nan_is_in_no_range_of_an_option(arguments: list[str]) -> None:
    assert "nan is no number" in ended(2, *arguments).stderr


def test_warnings_do_not_fail(tmp_path: Path) -> None:
    bank = Path(shutil.copytree(HERE / "banks" / "tiny", tmp_path / "bank"))
    glad = bank / "emotions" / "glad.yaml"
    text = glad.read_text()
    start, end = text.index("  gentle:"), text.index("speech:")
    glad.write_text(text[:start] + text[end:])
    said = ended(0, "check", bank).stdout
    assert ": warning: " in said
    assert f"1 warning in tiny 1.0.0 (folder {bank})\n" in said
    assert f"tiny 1.0.0 (folder {bank}): fine." in said
    assert "\x1b" not in said
