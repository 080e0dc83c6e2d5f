"""`mien diff` and `mien check --against`: which banks they take, and what they say."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.checkouts import git
from tests.program import ended

from mien.artifact.write import artifact_bytes
from mien.authored.reader import read_bank
from mien.cli.faults import annotation
from mien.diff import compare, load_side, side_of_bank
from mien.errors import QueryError
from mien.text.fault import Fault, Severity
from mien.text.node import Place

TINY = Path(__file__).parent / "banks" / "tiny"


def artifact(folder: Path) -> Path:
    """The tiny bank's artifact, in the folder."""
    path = folder / "tiny.safetensors"
    path.write_bytes(artifact_bytes(side_of_bank(read_bank(TINY)).tables))
    return path


def release(home: Path, version: str) -> None:
    folder = home / "releases" / "tiny" / version
    shutil.copytree(TINY, folder / "sources")
    artifact(folder)


def test_a_release_is_found_by_name_or_by_version_alone(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "tiny")
    release(tmp_path, "1.0.0")
    for text in ("tiny@1.0.0", "1.0.0", str(tmp_path / "releases" / "tiny" / "1.0.0")):
        side = load_side(text, tmp_path / "tiny")
        assert side.sourced
        assert compare(side, side_of_bank(read_bank(TINY))).empty
    with pytest.raises(QueryError, match=r"no release 2\.0\.0 of tiny; released: 1\.0\.0"):
        load_side("2.0.0", tmp_path / "tiny")
    with pytest.raises(QueryError, match=r"of which bank\? write NAME@2\.0\.0"):
        load_side("2.0.0")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the tiny bank and its rig beside it, a commit, and a change since."""
    bank = tmp_path / "presets" / "tiny"
    shutil.copytree(TINY, bank)
    (bank / "rigs").rename(tmp_path / "presets" / "rigs")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    git(tmp_path, "tag", "v1.0.0")
    edit(bank / "emotions" / "glad.yaml", "basis: pleased", "basis: delighted")
    monkeypatch.chdir(tmp_path)
    return bank


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


@pytest.mark.parametrize(
    "old", ["HEAD", "v1.0.0", "HEAD:presets/tiny", "HEAD~0", "HEAD:./presets/tiny/"]
)
def test_a_revision_is_the_bank_as_it_was(old: str, checkout: Path) -> None:
    said = ended(1, "diff", old, "presets/tiny", "--exit-code").stdout
    assert "(text-changed), needs 1.0.1 or later" in said
    revision = old.partition(":")[0]
    assert f"{revision}:presets/tiny/emotions/glad.yaml:14:41 -> presets/tiny/emotions" in said
    assert str(checkout.parent) not in said


def test_a_rig_that_changed_since_is_taken_from_then(checkout: Path) -> None:
    edit(checkout.parent / "rigs" / "small.yaml", "slack: 0.06", "slack: 0.07")
    said = ended(0, "diff", "HEAD", "presets/tiny").stdout
    assert "HEAD:presets/rigs/small.yaml:28:1 -> presets/rigs/small.yaml:28:1" in said


def test_a_bank_at_the_top_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = tmp_path / "tiny"
    shutil.copytree(TINY, bank)
    git(bank, "init", "--quiet")
    git(bank, "add", ".")
    git(bank, "commit", "--quiet", "-m", "one")
    monkeypatch.chdir(bank)
    assert "no difference" in ended(0, "diff", "HEAD", ".").stdout


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("HEAD~7", "has no revision HEAD~7"),
        ("--output=x", "No such option"),
        ("-x:presets/tiny", "No such option"),
        ("HEAD:nowhere", "HEAD has no bank in nowhere"),
        ("HEAD:../up", "'../up' is not a folder of the repository"),
        ("HEAD:/etc", "'/etc' is not a folder of the repository"),
        ("a..b:presets/tiny", "'a..b' is not the name of a git revision"),
        ("$(touch x):presets/tiny", "is not the name of a git revision"),
        ("presets/tiny/bank.yaml", "is a source file; name the folder of its bank"),
        ("tiny@9.0.0", "there is no release 9.0.0 of tiny"),
    ],
)
def test_what_is_no_bank_is_refused(old: str, said: str, checkout: Path) -> None:
    before = sorted(checkout.parents[1].iterdir())
    assert said in ended(2, "diff", old, "presets/tiny").stderr
    assert sorted(checkout.parents[1].iterdir()) == before


def test_outside_a_checkout_a_revision_is_no_bank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(TINY, tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    said = ended(2, "diff", "main", "tiny").stderr
    assert "no bank 'main': expected a folder with a bank.yaml, an artifact" in said


def test_a_revision_that_is_broken_says_where(checkout: Path) -> None:
    edit(checkout / "rules.yaml", "strength: 0.5", "strength: 2")
    git(checkout, "commit", "--quiet", "-am", "two")
    edit(checkout / "rules.yaml", "strength: 2", "strength: 0.5")
    said = ended(2, "diff", "HEAD", "presets/tiny").stderr
    assert "HEAD:presets/tiny/rules.yaml:3:11: error: strength" in said


def test_links_of_a_revision_are_not_followed(checkout: Path) -> None:
    (checkout / "rules.yaml").rename(checkout / "true.yaml")
    (checkout / "rules.yaml").symlink_to("true.yaml")
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "-m", "two")
    assert "the bank has no rules.yaml" in ended(2, "diff", "HEAD", "presets/tiny").stderr


def test_json_says_what_the_text_says(checkout: Path) -> None:
    edit(checkout / "emotions" / "glad.yaml", "jawOpen: 0.25", "jawOpen: 0.3")
    said = json.loads(ended(0, "diff", "HEAD", "presets/tiny", "--format", "json").stdout)
    assert said["verdict"] == "minor"
    assert said["rule"] == "archetype-moved"
    assert said["needed"] == "1.1.0"
    assert said["old"] == {
        "name": "HEAD:presets/tiny",
        "bank": "tiny",
        "version": "1.0.0",
        "kind": "revision",
        "path": "HEAD:presets/tiny",
        "sha256": None,
    }
    moved = said["findings"][0]
    assert (moved["label"], moved["at"]) == ("glad", "high")
    assert moved["changes"] == [
        {
            "name": "jawOpen",
            "before": 0.25,
            "after": 0.3,
            "old": {"file": "HEAD:presets/tiny/emotions/glad.yaml", "line": 25, "column": 14},
            "new": {"file": "presets/tiny/emotions/glad.yaml", "line": 25, "column": 14},
        }
    ]
    (visible,) = said["visible"]
    assert visible["label"] == "glad"
    assert 0.05 < visible["largest"] < 0.1
    assert visible["nearest"]["before"]["label"] == "calm"


class Tags(HTMLParser):
    """Counts tags, and notes every address that a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.loads += [
            str(value)
            for name, value in attrs
            if name in ("src", "href") and not str(value).startswith("#")
        ]


def test_the_report_draws_what_changed(checkout: Path) -> None:
    shutil.rmtree(checkout / "rigs", ignore_errors=True)
    glad = checkout / "emotions" / "glad.yaml"
    edit(glad, "jawOpen: 0.25", "jawOpen: 0.5")
    edit(glad, "  sly:", "  roguish:")
    edit(glad, "title: Glad", 'title: "<script>alert(1)</script>"')
    ended(0, "diff", "HEAD", "presets/tiny", "--report", "report.html")
    text = Path("report.html").read_text()
    tags = Tags()
    tags.feed(text)
    assert tags.loads == []
    assert tags.counts["table"] == 2
    assert "script" not in tags.counts
    assert "&lt;script&gt;" in text
    assert "style-renamed" in text
    # The renamed style stands under its new name: nothing was removed or added.
    assert re.findall(r"<h2>(.*)</h2>", text) == ["glad high", "glad roguish"]
    assert tags.counts["figure"] == 4
    assert ">before<" in text
    assert ">after<" in text


def test_a_report_is_a_page() -> None:
    assert "should end in .html" in ended(2, "diff", TINY, TINY, "--report", "report.png").stderr


def test_the_report_of_artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = artifact(tmp_path)
    ended(0, "diff", path, TINY, "--report", "report.html")
    assert "An artifact does not hold budgets." in Path("report.html").read_text()


def test_breaking_changes_stand_at_their_lines(checkout: Path) -> None:
    edit(checkout / "emotions" / "glad.yaml", "[0.75, 0.35, 0.35]", "[0.75, 0.4, 0.35]")
    said = ended(1, "check", "presets/tiny", "--against", "HEAD").stdout
    assert "presets/tiny/emotions/glad.yaml:14:21: error: glad mid: the anchor mid moved" in said
    assert "[anchor-moved]\n  14 |   mid:" in said
    assert "presets/tiny/bank.yaml:4:10: error: version: 1.0.0 is too small" in said
    assert "hint: write version: 2.0.0 or a later one" in said
    edit(checkout / "bank.yaml", "version: 1.0.0", "version: 2.0.0")
    said = ended(0, "check", "presets/tiny", "--against", "HEAD").stdout
    assert ", allowed by 2.0.0" in said
    assert "glad.yaml:14:21: warning: glad mid: the anchor mid moved" in said
    assert "too small" not in said


def test_a_small_change_needs_a_version_too(checkout: Path) -> None:
    said = ended(1, "check", "presets/tiny", "--against", "v1.0.0").stdout
    assert "are patch (text-changed)" in said
    edit(checkout / "bank.yaml", "version: 1.0.0", "version: 1.0.1")
    ended(0, "check", "presets/tiny", "--against", "v1.0.0")


def test_an_older_version_is_too_small_even_for_nothing(checkout: Path) -> None:
    edit(checkout / "emotions" / "glad.yaml", "basis: delighted", "basis: pleased")
    edit(checkout / "bank.yaml", "version: 1.0.0", "version: 0.9.0")
    said = ended(1, "check", "presets/tiny", "--against", "v1.0.0").stdout
    assert "0.9.0 is too small: v1.0.0:presets/tiny has version 1.0.0" in said
    assert "hint: write version: 1.0.0 or a later one" in said


def test_against_what_is_not_there(checkout: Path) -> None:
    assert checkout.is_dir()
    said = ended(2, "check", "presets/tiny", "--against", "v9").stderr
    assert "Invalid value for --against: the repository" in said


def test_annotations_for_github(checkout: Path) -> None:
    edit(checkout / "emotions" / "glad.yaml", "[0.75, 0.35, 0.35]", "[0.75, 0.4, 0.35]")
    said = ended(1, "check", "presets/tiny", "--against", "HEAD", "--format", "github").stdout
    lines = said.splitlines()
    assert [line.split(",title=")[0] for line in lines] == [
        "::error file=presets/tiny/bank.yaml,line=4,col=10",
        "::error file=presets/tiny/emotions/glad.yaml,line=14,col=21",
    ]
    assert lines[0].endswith("%0Awrite version: 2.0.0 or a later one")


def test_annotations_of_a_bank_that_cannot_be_read(checkout: Path) -> None:
    edit(checkout / "rules.yaml", "strength: 0.5", "strength: 2")
    said = ended(2, "check", "presets/tiny", "--format", "github").stdout
    assert said.startswith("::error file=presets/tiny/rules.yaml,line=3,col=11,title=")


def test_annotations_are_escaped() -> None:
    fault = Fault(
        place=Place("odd,name:100%.yaml"),
        path="a",
        code="some-code",
        message="50 % of\r\nit: a, b",
        hint="do",
        severity=Severity.WARNING,
    )
    assert annotation(fault) == (
        "::warning file=odd%2Cname%3A100%25.yaml,title=some-code::a: 50 %25 of%0D%0Ait: a, b%0Ado"
    )


@given(st.text(), st.text())
def test_an_annotation_is_one_line_that_reads_back(file: str, message: str) -> None:
    line = annotation(Fault(place=Place(file, 1, 2), path="", code="x", message=message))
    assert "\n" not in line
    assert "\r" not in line
    properties, _, said = line.removeprefix("::error ").partition("::")
    assert unescaped(said) == message
    assert unescaped(properties.split(",")[0]) == f"file={file}"


def unescaped(text: str) -> str:
    for code, character in (("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(code, character)
    return text.replace("%25", "%")


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("tiny@1.0.0", "tiny", "tiny 1.0.0 (release) to tiny 1.0.0 (folder)"),
        ("tiny", "other", "tiny 1.0.0 (tiny) to tiny 1.0.0 (other)"),
        ("tiny@1.0.0", "later", "tiny 1.0.0 to tiny 1.1.0"),
    ],
)
def test_a_report_tells_apart_what_has_one_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, title: str
) -> None:
    release(tmp_path, "1.0.0")
    for name in ("tiny", "other", "later"):
        shutil.copytree(TINY, tmp_path / name)
    edit(tmp_path / "later" / "bank.yaml", "1.0.0", "1.1.0")
    monkeypatch.chdir(tmp_path)
    ended(0, "diff", old, new, "--report", "report.html")
    assert f"<title>{title}</title>" in Path("report.html").read_text()
