"""Every lint rule says the right thing of the smallest bank that breaks it.

A case is a folder of `lint_rules/`, called after the rule: files that replace those of the bank
`banks/tiny`, a `delete.txt` that names what to take away, and `expected.txt` with the exit code and
the output of `mien check bank`. A case without files is the example of the rule's record. After a
change of words, run `MIEN_UPDATE_EXPECTED=1 pytest tests/test_lint_rules.py` and review the
difference.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.program import ran

from mien.lint import RULES

HERE = Path(__file__).parent
TINY = HERE / "banks" / "tiny"
CASES = HERE / "lint_rules"
UPDATE = os.environ.get("MIEN_UPDATE_EXPECTED") == "1"
BY_CODE = {rule.code: rule for rule in RULES}


def assemble(case: Path, bank: Path) -> None:
    shutil.copytree(TINY, bank)
    rule = BY_CODE[case.name]
    if rule.file:
        source = bank / rule.file
        source.write_text(source.read_text().replace(rule.right, rule.wrong))
    deletions = case / "delete.txt"
    for name in deletions.read_text().split() if deletions.exists() else ():
        (bank / name).unlink()
    for source in case.rglob("*.yaml"):
        shutil.copyfile(source, bank / source.relative_to(case))


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_a_rule_says_what_is_wrong(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assemble(CASES / name, tmp_path / "bank")
    monkeypatch.chdir(tmp_path)

    said = ran("check", "bank")
    found = f"exit {said.exit_code}\n{said.stdout}{said.stderr}"
    expected = CASES / name / "expected.txt"
    if UPDATE:
        expected.write_text(found)
    assert found == expected.read_text()
    assert f"[{name}]" in found
    assert said.exit_code == (1 if BY_CODE[name].severity == "error" else 0)


def test_every_rule_has_a_case() -> None:
    assert {path.name for path in CASES.iterdir()} == set(BY_CODE)


def test_rules_have_codes_of_their_own() -> None:
    assert len(BY_CODE) == len(RULES)
