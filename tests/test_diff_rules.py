"""Every rule of `mien diff` says the right thing of the smallest change that it is about.

A case is a folder of `diff_rules/`, called after the rule: `before/` and `after/` hold the files
that differ from the bank `banks/tiny` (a missing folder is that bank), with a `delete.txt` that
names what to take away; `expected.txt` is what `mien diff before after` prints. A rule that weighs
faces has a second case, `<rule>-far`, in which they become other faces. After a change of words,
run `MIEN_UPDATE_EXPECTED=1 pytest tests/test_diff_rules.py` and review the difference.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.program import ended

from mien.diff import Category
from mien.diff.rules.run import ALL_RULES

HERE = Path(__file__).parent
TINY = HERE / "banks" / "tiny"
CASES = HERE / "diff_rules"
UPDATE = os.environ.get("MIEN_UPDATE_EXPECTED") == "1"
NOT_IN_SOURCES = {"engine-changed", "table-changed"}
"""Rules about artifacts; test_diff.py has them."""

CATEGORIES = {rule.code: rule.categories for rule in ALL_RULES}
NAMES = sorted(path.name for path in CASES.iterdir())


def assemble(delta: Path, bank: Path) -> None:
    shutil.copytree(TINY, bank)
    deletions = delta / "delete.txt"
    for name in deletions.read_text().split() if deletions.exists() else ():
        (bank / name).unlink()
    for source in delta.rglob("*"):
        if source.is_file() and source.name != "delete.txt":
            shutil.copyfile(source, bank / source.relative_to(delta))


def rule_of(name: str) -> str:
    return name.removesuffix("-far")


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_says_what_changed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assemble(CASES / name / "before", tmp_path / "before")
    assemble(CASES / name / "after", tmp_path / "after")
    monkeypatch.chdir(tmp_path)

    said = ended(1, "diff", "before", "after", "--exit-code")
    expected = CASES / name / "expected.txt"
    if UPDATE:
        expected.write_text(said.stdout)
    assert said.stdout == expected.read_text()
    assert said.stderr == ""
    found = [line.split()[:2] for line in said.stdout.splitlines() if line[:5].strip() in VALUES]
    own = {Category(category) for category, rule in found if rule == rule_of(name)}
    assert own
    assert own <= CATEGORIES[rule_of(name)]
    if name.endswith("-far"):
        assert own == {Category.MAJOR}
    elif Category.MINOR in CATEGORIES[name]:
        assert own == {Category.MINOR}


VALUES = {category.value for category in Category}


def test_every_rule_has_a_case() -> None:
    assert {rule_of(name) for name in NAMES} == set(CATEGORIES) - NOT_IN_SOURCES


def test_rules_have_names_of_their_own_and_say_what_they_are_about() -> None:
    assert len({rule.code for rule in ALL_RULES}) == len(ALL_RULES)
    for rule in ALL_RULES:
        assert rule.title
        assert rule.why
        find = getattr(rule, "find", None)
        assert getattr(find, "__name__", "").strip("_").replace("_", "-") == rule.code
