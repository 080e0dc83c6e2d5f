"""Sources of an older schema version are brought up to date, and nothing else about them changes.

All kinds are at their first version, so the way is proved with a migration of our own, from an
imagined version 0 in which speech had `fade` where it has `attenuation` now.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.authored.versions import schema_fault
from mien.cli.commands import migrate as command_module
from mien.cli.main import run
from mien.errors import SourceError
from mien.migrate import migrate as migrate_module
from mien.migrate.edits import apply, rename_key, set_text
from mien.migrate.migrate import migrate_text
from mien.migrate.migration import MIGRATIONS, Edit, Migration, way
from mien.text.node import Node, Span
from mien.text.yaml_nodes import require_yaml

HERE = Path(__file__).parent
TINY = HERE / "banks" / "tiny"
GLAD = (TINY / "emotions" / "glad.yaml").read_text()

OLD = """\
# A file of the old days.
schema: mien/emotion/0  # before speech had its name

label: glad
speech:
  # the lips matter more
  fade: 0.4   # four tenths
  channels: {mouthSmile: 0.3}  # but the smile stays
"""
NEW = OLD.replace("emotion/0", "emotion/1").replace("fade:", "attenuation:")


def fade_to_attenuation(_text: str, root: Node) -> Sequence[Edit]:
    return rename_key(root, ("speech", "fade"), "attenuation")


def nothing(_text: str, _root: Node) -> Sequence[Edit]:
    return ()


OURS = (Migration(kind="emotion", before=0, after=1, rewrite=fade_to_attenuation),)


def test_an_older_file_is_rewritten_and_keeps_its_comments() -> None:
    assert migrate_text(OLD, "glad.yaml", migrations=OURS) == NEW


def test_json_is_rewritten_too() -> None:
    old = '{\n  "schema": "mien/emotion/0",\n  "speech": {"fade": 0.4}\n}\n'
    new = migrate_text(old, "glad.json", migrations=OURS)
    assert json.loads(new) == {"schema": "mien/emotion/1", "speech": {"attenuation": 0.4}}
    assert new.count("\n") == old.count("\n")


def test_quotes_stay_quotes() -> None:
    old = "'schema': 'mien/emotion/0'\nspeech: {\"fade\": 0.4}\n"
    new = migrate_text(old, "glad.yaml", migrations=OURS)
    assert new == '\'schema\': "mien/emotion/1"\nspeech: {"attenuation": 0.4}\n'


def test_line_ends_stay_as_they_are() -> None:
    old = OLD.replace("\n", "\r\n")
    assert migrate_text(old, "glad.yaml", migrations=OURS) == NEW.replace("\n", "\r\n")


def test_migrating_again_changes_nothing() -> None:
    assert migrate_text(NEW, "glad.yaml", migrations=OURS) == NEW


@given(comment=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30))
def test_any_comment_is_kept(comment: str) -> None:
    old = f"schema: mien/emotion/0\nspeech:\n  fade: 0.4 # {comment}\n# {comment}\n"
    new = migrate_text(old, "glad.yaml", migrations=OURS)
    assert new == old.replace("emotion/0", "emotion/1", 1).replace("fade:", "attenuation:", 1)


def test_a_current_file_is_left_alone() -> None:
    assert migrate_text(GLAD, "glad.yaml") == GLAD


def test_steps_follow_one_another() -> None:
    steps = (
        *OURS,
        Migration(kind="emotion", before=1, after=2, rewrite=nothing),
        Migration(kind="emotion", before=0, after=2, rewrite=nothing),
        Migration(kind="rig", before=1, after=2, rewrite=nothing),
    )
    assert way("emotion", 0, 2, steps) == (steps[2],)
    assert way("emotion", 0, 1, steps) == (steps[0],)
    assert way("emotion", 0, 3, steps) == ()
    two = migrate_text(OLD, "glad.yaml", migrations=steps[:2], current={"emotion": 2})
    assert two == NEW.replace("emotion/1", "emotion/2")


@pytest.mark.parametrize(
    ("schema", "said", "hint"),
    [
        ("mien/emotion/7", "mien/emotion/7 is newer than this mien", "upgrade mien"),
        ("mien/emotion/0", "there is no way from mien/emotion/0 to mien/emotion/1", "by hand"),
        ("mien/emotoin/1", "emotoin is not a kind of source", "did you mean emotion?"),
        ("something", "the file does not say what it is", "a source starts with"),
    ],
)
def test_what_cannot_be_migrated_says_why(schema: str, said: str, hint: str) -> None:
    with pytest.raises(SourceError) as refusal:
        migrate_text(f"# one\nschema: {schema}\n", "glad.yaml")
    (fault,) = refusal.value.faults
    assert fault.place.line == 2
    assert said in fault.message
    assert hint in fault.hint


def test_there_is_nothing_to_migrate_yet() -> None:
    assert MIGRATIONS == ()


def test_the_reader_names_the_command_only_where_it_helps() -> None:
    root = require_yaml(OLD, "glad.yaml")
    without, with_ours = schema_fault(root, "emotion"), schema_fault(root, "emotion", OURS)
    assert without is not None
    assert with_ours is not None
    assert "mien migrate" not in without.hint
    assert "mien migrate" in with_ours.hint


def test_edits_do_not_overlap() -> None:
    edits = [Edit(span=Span(start=0, end=3), text="x"), Edit(span=Span(start=2, end=4), text="y")]
    with pytest.raises(ValueError, match="overlap"):
        apply("abcdef", edits)


def test_edits_of_what_is_not_there_are_none() -> None:
    root = require_yaml(OLD, "glad.yaml")
    assert rename_key(root, ("voice", "fade"), "x") == []
    assert rename_key(root, ("speech", "loud"), "x") == []
    assert set_text(root, ("speech",), "x") == []


@pytest.fixture
def old_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny bank with one file of version 0, and our migration in the program."""
    shutil.copytree(TINY, tmp_path / "bank")
    glad = tmp_path / "bank" / "emotions" / "glad.yaml"
    glad.write_text(GLAD.replace("emotion/1", "emotion/0").replace("attenuation:", "fade:"))

    def ours(text: str, file: str) -> str:
        return migrate_text(text, file, migrations=OURS)

    monkeypatch.setattr(migrate_module, "migrate_text", ours)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "bank"


def test_the_command_brings_a_bank_up_to_date(
    old_bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_module.command.name == "migrate"
    assert run(["check", "bank"]) == 2
    assert run(["migrate", "bank", "--check"]) == 1
    assert "emotion/0" in (old_bank / "emotions" / "glad.yaml").read_text()
    assert run(["migrate", "bank"]) == 0
    said = capsys.readouterr().out
    assert "out of date: bank/emotions/glad.yaml\n1 of 6 files to change\n" in said
    assert said.endswith(
        "brought up to date: bank/emotions/glad.yaml\n1 of 6 files brought up to date\n"
    )
    assert (old_bank / "emotions" / "glad.yaml").read_text() == GLAD
    assert run(["migrate", "bank", "--check"]) == 0
    assert run(["check", "bank"]) == 0


def test_nothing_is_written_where_one_file_cannot_be_migrated(
    old_bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = old_bank / "rules.yaml"
    rules.write_text(rules.read_text().replace("rules/1", "rules/9"))
    assert run(["migrate", "bank", "--format", "json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["changed"] == ["bank/emotions/glad.yaml"]
    assert said["written"] is False
    assert [fault["code"] for fault in said["faults"]] == ["schema-version"]
    assert "emotion/0" in (old_bank / "emotions" / "glad.yaml").read_text()


def test_a_bank_that_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate", str(TINY)]) == 0
    assert capsys.readouterr().out == "0 of 6 files brought up to date\n"
