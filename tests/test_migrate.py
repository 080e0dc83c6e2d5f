"""Sources of an older schema version are brought up to date, and nothing else about them changes.

No kind has asked for an edit yet, so the way is proved with a migration of our own, from an
imagined version 0 in which speech had `fade` where it has `attenuation` now.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.program import ended

from mien import resources
from mien.authored import structure, validate
from mien.authored.documents import locate, read_valid
from mien.authored.emotion import Emotion
from mien.authored.reader import read_bank
from mien.authored.rig import Rig
from mien.cli.commands import migrate as command_module
from mien.errors import SourceError
from mien.lock.read import read_lock
from mien.migrate import migration
from mien.migrate.migration import (
    MIGRATIONS,
    Edit,
    Migration,
    Rewrite,
    apply,
    rename_key,
    set_text,
    unchanged,
    way,
)
from mien.migrate.upgrade import migrate_text, schema_fault, upgrade_json
from mien.text.json_nodes import parse_json
from mien.text.node import Node, Span, plain
from mien.text.yaml_nodes import require_yaml
from mien.versions import SOURCES, VERSIONS

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
NEW = OLD.replace("emotion/0", "emotion/2").replace("fade:", "attenuation:")


def fade_to_attenuation(_text: str, root: Node) -> Sequence[Edit]:
    return rename_key(root, ("speech", "fade"), "attenuation")


def nothing(_text: str, _root: Node) -> Sequence[Edit]:
    return ()


SetVersion = Callable[[str, int], None]


@pytest.fixture
def set_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SetVersion]:
    """Another number for a kind: in the table, and in its schema."""
    schemas = shutil.copytree(resources.schemas(), tmp_path / "schema")

    def change(kind: str, version: int) -> None:
        path = schemas / f"{kind}.schema.json"
        text = path.read_text()
        assert f'"mien/{kind}/{VERSIONS[kind]}"' in text
        path.write_text(text.replace(f"mien/{kind}/{VERSIONS[kind]}", f"mien/{kind}/{version}"))
        monkeypatch.setitem(cast("dict[str, int]", VERSIONS), kind, version)
        monkeypatch.setattr(resources, "schemas", lambda: schemas)
        validate.validator.cache_clear()

    yield change
    validate.validator.cache_clear()


OURS = (Migration(kind="emotion", before=0, after=2, rewrite=fade_to_attenuation),)


def test_an_older_file_is_rewritten_and_keeps_its_comments() -> None:
    assert migrate_text(OLD, "glad.yaml", migrations=OURS) == NEW


def test_json_is_rewritten_too() -> None:
    old = '{\n  "schema": "mien/emotion/0",\n  "speech": {"fade": 0.4}\n}\n'
    new = migrate_text(old, "glad.json", migrations=OURS)
    assert json.loads(new) == {"schema": "mien/emotion/2", "speech": {"attenuation": 0.4}}
    assert new.count("\n") == old.count("\n")


def test_quotes_stay_quotes() -> None:
    old = "'schema': 'mien/emotion/0'\nspeech: {\"fade\": 0.4}\n"
    new = migrate_text(old, "glad.yaml", migrations=OURS)
    assert new == '\'schema\': "mien/emotion/2"\nspeech: {"attenuation": 0.4}\n'


def test_line_ends_stay_as_they_are() -> None:
    old = OLD.replace("\n", "\r\n")
    assert migrate_text(old, "glad.yaml", migrations=OURS) == NEW.replace("\n", "\r\n")


def test_migrating_again_changes_nothing() -> None:
    assert migrate_text(NEW, "glad.yaml", migrations=OURS) == NEW


@given(comment=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30))
def test_any_comment_is_kept(comment: str) -> None:
    old = f"schema: mien/emotion/0\nspeech:\n  fade: 0.4 # {comment}\n# {comment}\n"
    new = migrate_text(old, "glad.yaml", migrations=OURS)
    assert new == old.replace("emotion/0", "emotion/2", 1).replace("fade:", "attenuation:", 1)


def test_a_current_file_is_left_alone() -> None:
    assert migrate_text(GLAD, "glad.yaml") == GLAD


def test_steps_follow_one_another(set_version: SetVersion) -> None:
    steps = (
        *OURS,
        Migration(kind="emotion", before=2, after=3, rewrite=nothing),
        Migration(kind="emotion", before=0, after=3, rewrite=nothing),
        Migration(kind="rig", before=2, after=3, rewrite=nothing),
    )
    assert way("emotion", 0, 3, steps) == (steps[2],)
    assert way("emotion", 0, 2, steps) == (steps[0],)
    assert way("emotion", 0, 4, steps) == ()
    set_version("emotion", 3)
    three = migrate_text(OLD, "glad.yaml", migrations=steps[:2])
    assert three == NEW.replace("emotion/2", "emotion/3")


@pytest.mark.parametrize(
    ("schema", "said", "hint"),
    [
        ("mien/emotion/7", "mien/emotion/7 is newer than this mien", "upgrade mien"),
        (
            "mien/emotion/0",
            "mien/emotion/0 is older than mien/emotion/2, and there is no way from it",
            "by hand",
        ),
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


def test_a_version_that_only_adds_asks_nobody_to_rewrite_a_file(tmp_path: Path) -> None:
    """Banks of version 1 are read as they are: the same records, from the same places."""
    assert {one.rewrite for one in MIGRATIONS} == {unchanged}
    first = shutil.copytree(TINY, tmp_path / "bank")
    for source in (first / "bank.yaml", *first.glob("emotions/*.yaml")):
        source.write_text(re.sub(r"mien/(bank|emotion)/2", r"mien/\1/1", source.read_text()))
    before, today = read_bank(first), read_bank(TINY)
    assert before.manifest == today.manifest
    assert before.emotions == today.emotions
    assert before.outdated() == ()
    old, new = (one.documents["emotions/glad.yaml"] for one in (before, today))
    assert (old.version, new.version) == (1, 2)
    assert old.digest != new.digest
    assert (
        locate(before, "emotions/glad", ("speech",)).line
        == locate(today, "emotions/glad", ("speech",)).line
    )
    glad = first / "emotions" / "glad.yaml"
    assert migrate_text(glad.read_text(), glad.name) == GLAD


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
    glad.write_text(GLAD.replace("emotion/2", "emotion/0").replace("attenuation:", "fade:"))

    monkeypatch.setattr(migration, "MIGRATIONS", OURS)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "bank"


def test_the_command_brings_a_bank_up_to_date(old_bank: Path) -> None:
    assert command_module.command.name == "migrate"
    warned = ended(0, "check", "bank").stdout
    assert "glad.yaml:2:9: warning: schema: mien/emotion/0 is read as mien/emotion/2" in warned
    assert "hint: `mien migrate` with the bank's folder brings it up to date" in warned
    said = ended(1, "migrate", "bank", "--check").stdout
    assert "out of date: bank/emotions/glad.yaml\n1 of 6 files to change\n" in said
    assert "emotion/0" in (old_bank / "emotions" / "glad.yaml").read_text()
    said = ended(0, "migrate", "bank").stdout
    assert said.endswith(
        "brought up to date: bank/emotions/glad.yaml\n1 of 6 files brought up to date\n"
    )
    assert (old_bank / "emotions" / "glad.yaml").read_text() == GLAD
    ended(0, "migrate", "bank", "--check")
    ended(0, "check", "bank")


def test_nothing_is_written_where_one_file_cannot_be_migrated(old_bank: Path) -> None:
    rules = old_bank / "rules.yaml"
    rules.write_text(rules.read_text().replace("rules/1", "rules/9"))
    said = json.loads(ended(2, "migrate", "bank", "--format", "json").stdout)
    assert said["changed"] == ["bank/emotions/glad.yaml"]
    assert said["written"] is False
    assert [fault["code"] for fault in said["faults"]] == ["schema-version"]
    assert "emotion/0" in (old_bank / "emotions" / "glad.yaml").read_text()


def test_a_bank_that_is_up_to_date() -> None:
    assert ended(0, "migrate", TINY).stdout == "0 of 6 files brought up to date\n"


def test_a_reader_takes_an_older_file_and_leaves_it_as_it_is(old_bank: Path) -> None:
    glad = old_bank / "emotions" / "glad.yaml"
    before = glad.read_bytes()
    bank, today = read_bank(old_bank), read_bank(TINY)
    assert bank.emotions == today.emotions
    assert [fault.place.file for fault in bank.outdated()] == ["bank/emotions/glad.yaml"]
    assert today.outdated() == ()
    assert glad.read_bytes() == before
    document, current = bank.documents["emotions/glad.yaml"], today.documents["emotions/glad.yaml"]
    assert document.version == 0
    assert document.digest != current.digest  # it is of what the file says
    assert read_valid(glad, "emotion") == document.root
    with pytest.raises(SourceError, match="no way from it"):
        read_valid(glad, "emotion", ())


def test_compile_reads_an_older_bank_and_says_so(old_bank: Path) -> None:
    said = ended(0, "compile", "bank")
    assert "`mien migrate bank`" in said.stderr
    assert ended(0, "compile", "bank").stdout.startswith(
        "tiny 1.0.0 (folder bank): nothing changed\n"
    )
    lock = read_lock(old_bank / "mien.lock")
    assert lock is not None
    assert lock.schemas["emotion"] == 0
    ended(0, "compile", "bank", "--check")


def test_the_shared_rig_comes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def old_rig(_text: str, root: Node) -> Sequence[Edit]:
        return rename_key(root, ("name",), "title")

    rig = (TINY / "rigs" / "small.yaml").read_text()
    shutil.copytree(TINY, tmp_path / "bank")
    shutil.move(tmp_path / "bank" / "rigs", tmp_path / "rigs")
    old = rig.replace("rig/1", "rig/0").replace("title:", "name:")
    (tmp_path / "rigs" / "small.yaml").write_text(old)
    steps = (Migration(kind="rig", before=0, after=1, rewrite=old_rig),)
    monkeypatch.setattr(migration, "MIGRATIONS", steps)
    monkeypatch.chdir(tmp_path)
    assert ended(0, "migrate", "bank").stdout.startswith(
        "brought up to date: rigs/small.yaml\n1 of 6 "
    )
    assert (tmp_path / "rigs" / "small.yaml").read_text() == rig


def test_a_single_file_is_brought_up_to_date(old_bank: Path) -> None:
    ended(0, "migrate", "bank/emotions/glad.yaml")
    assert (old_bank / "emotions" / "glad.yaml").read_text() == GLAD


def test_a_stored_document_is_read_too() -> None:
    old = {"schema": "mien/emotion/0", "speech": {"fade": 0.4}, "scale": [1e-7, 3]}
    new = {"schema": "mien/emotion/2", "speech": {"attenuation": 0.4}, "scale": [1e-7, 3]}
    assert upgrade_json(old, "checkpoint", "emotion", OURS) == new
    assert upgrade_json(new, "checkpoint", "emotion", OURS) == new
    with pytest.raises(SourceError, match=r"checkpoint: .* newer than this mien"):
        upgrade_json({"schema": "mien/emotion/9"}, "checkpoint", "emotion", OURS)
    with pytest.raises(SourceError, match="expected a file of kind rig"):
        upgrade_json(old, "checkpoint", "rig", OURS)


def raise_all(set_version: SetVersion, monkeypatch: pytest.MonkeyPatch, rewrite: Rewrite) -> None:
    for kind in SOURCES:
        set_version(kind, 3)
    steps = [
        Migration(kind=kind, before=before, after=3, rewrite=rewrite)
        for kind in SOURCES
        for before in (1, 2)
    ]
    monkeypatch.setattr(migration, "MIGRATIONS", tuple(steps))


def test_releases_hold_when_every_schema_moves_on(
    set_version: SetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_all(set_version, monkeypatch, nothing)
    assert ended(0, "verify", "--full", "--jobs", "1").stdout.endswith("6 releases hold\n")


def test_releases_hold_when_a_key_has_another_name(
    set_version: SetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 3 calls the speech's attenuation ``fade``; the record of today is made of that."""

    def to_fade(_text: str, root: Node) -> Sequence[Edit]:
        return rename_key(root, ("speech", "attenuation"), "fade")

    raise_all(set_version, monkeypatch, to_fade)
    path = resources.schemas() / "emotion.schema.json"
    path.write_text(path.read_text().replace('"attenuation"', '"fade"'))
    made = structure.emotion_record
    read: list[str] = []

    def reading_fade(root: Node, rig: Rig, intensities: Sequence[str]) -> Emotion:
        document = cast("Mapping[str, object]", plain(root))
        assert "fade" in cast("Mapping[str, object]", document["speech"])
        assert document["schema"] == "mien/emotion/3"
        text = json.dumps(document).replace('"fade"', '"attenuation"')
        back, faults = parse_json(text, "back.json")
        assert back is not None
        assert not faults
        read.append(str(document["label"]))
        return made(back, rig, tuple(intensities))

    monkeypatch.setattr(structure, "emotion_record", reading_fade)
    assert ended(0, "verify", "--full", "--jobs", "1").stdout.endswith("6 releases hold\n")
    assert len(read) == 64


def test_nobody_is_told_to_edit_what_is_frozen(
    set_version: SetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_all(set_version, monkeypatch, nothing)
    monkeypatch.setattr(migration, "MIGRATIONS", ())
    said = ended(1, "verify", "--full", "--jobs", "1").stdout
    assert "mien/bank/1 is older than mien/bank/3, and there is no way from it" in said
    assert "hint: released files never change: it takes a mien that reads this version" in said
    assert "migrate" not in said
    assert "by hand" not in said
