"""Every code of a fault is explained, its example is true, and a case or a test gives it."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.program import ended

from mien.authored.reader import read_bank
from mien.codes.catalogue import catalogue, explanations
from mien.codes.explanation import Explanation
from mien.codes.page import PAGE, page
from mien.compile import compile_bank
from mien.diff import Side, compare, side_of_bank
from mien.errors import SourceError
from mien.lint import RULES, lint
from mien.release.chain import chain_faults
from mien.release.ledger import Entry, Ledger

HERE = Path(__file__).parent
ROOT = HERE.parent
TINY = HERE / "banks" / "tiny"
SOURCES = ("compiler/mien", "trainer/mien_trainer")
NO_FAULTS = ("trainer/mien_trainer/audit",)
"""Audits report kinds of clips, not faults of files."""

_CODE = re.compile(r"(?:[a-z]+(?:-[a-z]+)+|invalid)\Z")
_CALLED = re.compile(r"fault|refus|at_key|at_value|stop|complain|syntax", re.IGNORECASE)

CASES = tuple(
    path.read_text()
    for folder in ("broken_banks", "lint_rules", "diff_rules")
    for path in sorted((HERE / folder).glob("*/expected.txt"))
)

ELSEWHERE = {
    "test_anchor_import.py": "no-point no-scale no-table",
    "test_blind_answers.py": "answers-of-another-key unknown-number answer-missing unknown-choice "
    "observer-twice",
    "test_codes.py": "folder-missing ledger-broken",
    "test_compile_command.py": "too-steep lock-edited",
    "test_diff.py": "engine-changed table-changed",
    "test_doctor.py": "gaps jitter repeated-rows lost-rows channel-missing no-tongue name-unknown "
    "weights-outside one-sided still stuck opposites-together eye-turn",
    "test_engine1_tables.py": "anchors-too-close archetype-conflicts unknown-kernel "
    "too-many-intensities ceiling-in-a-pair ceiling-on-a-ceiling",
    "test_face_drafts.py": "no-face",
    "test_formats.py": "no-take",
    "test_gltf.py": "model-unknown model-cut model-container model-structure model-targets "
    "model-range model-buffer model-compressed",
    "test_ledger.py": "ledger-out-of-turn ledger-order",
    "test_livelink.py": "no-header no-rows column-missing column-twice row-length no-number "
    "no-weight no-timecode time-goes-back",
    "test_lock.py": "lock-not-text lock-malformed",
    "test_model_doctor.py": "sides-exchanged nameless posed unread no-channels other-shapes clip "
    "dead doubled animation no-expressions gaze-preset untracked wrong-path more-animations "
    "players no-emotions no-lips no-blink lost-binds under-weighted over-weighted negative binary "
    "lips-stop lips-fade mouth-twice override-of-vowels lids-twice",
    "test_readings.py": "readings-sum label-unread",
    "test_reader_training.py": "recipe-unread recipe-file recipe-digest",
    "test_released_readers.py": "reader-sources reads-otherwise reader-damaged bank-unreleased",
    "test_release.py": "lock-stale ledger-edited release-unreadable version-released "
    "version-not-newer version-too-small not-committed git-failed",
    "test_release_faults.py": "release-unlisted release-running",
    "test_scores.py": "unknown-bank bad-sound bad-lips score-endless cue-moment cue-beyond "
    "cue-order cue-unseen cue-refused unknown-word sequences-overlap",
    "test_sentences.py": "no-sentence empty-part",
    "test_spoken_lips.py": "timings-beyond doubtful-words",
    "test_timings.py": "timings-unknown timings-empty timings-symbol timings-order timings-range "
    "timings-line timings-tier timings-cut file-sound",
    "test_verify.py": "ledger-reordered ledger-removed release-missing file-changed file-extra "
    "engine-differs engine-unknown table-differs lock-differs",
    "test_view_server.py": "unexpected",
    "test_visemes.py": "viseme-conflict contact-open channel-without-group repeated-sound "
    "silence-missing unknown-name",
}
"""Codes that no folder of a bank can give, by the test module that does."""

BY_MESSAGE = {
    "no-recording": ("test_gathering.py", "this is no recording of datagrams"),
    "schema-older": ("test_migrate.py", "is read as"),
    "format-unknown": ("test_migrate.py", "does not say what it is"),
    "other-rate": ("test_livelink.py", "rows a second, the rate given is"),
    "no-json": ("test_formats.py", "cannot be read as JSON"),
    "repeated-key": ("test_takes.py", "a second time"),
    "bad-csv": ("test_takes.py", "no row of CSV"),
    "no-speech": ("test_targets_command.py", "no source speaks"),
    "repeated-voice": ("test_targets_command.py", "in the list a second time"),
}
"""The same, by the module and the words of the message in it."""

NEVER = {
    "format-unfaithful": "a guard: `mien fmt` reads its own result again, and no text is known",
    "invalid": "a guard: every keyword that our schemas use has words of its own",
    "release-damaged": "a guard: the folder of a release that was cut short goes bad meanwhile",
    "release-out-of-turn": "a guard: two cut releases of one bank, the older one found last",
    "release-of-another": "a guard: an entry that was forged, with a ledger forged to match it",
    "source-changed": "a guard: a file that changes within the milliseconds of a release",
}
"""What no test gives, and why not."""


def raised() -> Iterator[tuple[str, str]]:
    """Every code that stands in the program, with the file that it stands in."""
    for top in SOURCES:
        for path in sorted((ROOT / top).rglob("*.py")):
            if not any(path.is_relative_to(ROOT / folder) for folder in NO_FAULTS):
                for code in _codes(ast.parse(path.read_text("utf-8"))):
                    yield code, path.relative_to(ROOT).as_posix()


def _codes(tree: ast.AST) -> Iterator[str]:
    """Texts that are given as `code=`, to a call that makes a fault, or returned with a message.

    Of what doctor finds, the kind is the code.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "code":
            yield from _texts([node.value])
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding":
            yield from _texts(one.value for one in node.keywords if one.arg == "kind")
        elif isinstance(node, ast.Call) and _CALLED.search(ast.unparse(node.func)):
            yield from (one for one in _texts(node.args) if _CODE.match(one))
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            yield from (one for one in _texts(node.value.elts[:1]) if _CODE.match(one))


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


RAISED = tuple(raised())


def test_every_code_in_the_program_is_explained() -> None:
    unexplained = {code: file for code, file in RAISED if code not in explanations()}
    assert unexplained == {}, (
        "explain each in compiler/mien/codes/*.yaml (or, for a rule, in its record), name the test "
        "that gives it below, and run `python -m mien.codes.page`"
    )


def test_every_explained_code_is_in_the_program() -> None:
    found = {code for code, _ in RAISED} | {rule.code for rule in RULES}
    assert {code for code in explanations() if code not in found} == set()


def test_codes_have_one_explanation_each() -> None:
    listed = [one.code for codes in catalogue().values() for one in codes]
    assert len(listed) == len(set(listed)) == len(explanations())


@pytest.mark.parametrize("one", explanations().values(), ids=list(explanations()))
def test_an_explanation_is_complete(one: Explanation) -> None:
    for text in (one.title, one.why, one.mend):
        assert text.endswith((".", "...", "!"))
        assert " ".join(text.split()) == text
    assert one.wrong != one.right or not one.right


def test_every_code_has_a_case_or_a_test_that_gives_it() -> None:
    given = {code for case in CASES for code in re.findall(r"\[([a-z-]+)\]$", case, re.MULTILINE)}
    given |= {
        code
        for case in CASES
        for code in re.findall(r"^(?:major|minor|patch) +([a-z-]+)", case, re.MULTILINE)
    }
    elsewhere = {code: name for name, codes in ELSEWHERE.items() for code in codes.split()}
    assert set(explanations()) - given == {*elsewhere, *BY_MESSAGE, *NEVER}
    for code, name in elsewhere.items():
        assert re.search(rf"\b{code}\b", (HERE / name).read_text()), code
    for name, words in BY_MESSAGE.values():
        assert words in (HERE / name).read_text()


def changed(one: Explanation, folder: Path) -> Path:
    """The tiny bank, with the wrong lines of an example in place of the right ones."""
    bank = Path(shutil.copytree(TINY, folder / "bank"))
    source = bank / one.file
    text = source.read_text()
    assert text.count(one.right) == 1, "the example is of no single place in the bank tiny"
    source.write_text(text.replace(one.right, one.wrong))
    return bank


@cache
def tiny() -> Side:
    return side_of_bank(read_bank(TINY))


def codes_of(bank: Path, *, proved: bool = False) -> set[str]:
    """What is given by reading, judging, comparing with the tiny bank and perhaps compiling."""
    found: set[str] = set()
    try:
        authored = read_bank(bank)
        found = {fault.code for fault in lint(authored)}
        difference = compare(tiny(), side_of_bank(authored))
        found |= {one.rule for one in difference.findings}
        if proved:
            compile_bank(authored)
    except SourceError as refusal:
        found |= {fault.code for fault in refusal.faults}
    return found


EXAMPLES = [one for one in explanations().values() if one.file]


def test_the_tiny_bank_gives_no_code() -> None:
    assert codes_of(TINY, proved=True) == set()


@pytest.mark.parametrize("one", EXAMPLES, ids=[one.code for one in EXAMPLES])
def test_an_example_gives_its_code(one: Explanation, tmp_path: Path) -> None:
    assert one.code in codes_of(changed(one, tmp_path), proved=one.code == "too-steep")


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"\[folder-missing\]"):
        read_bank(tmp_path / "nowhere")


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m mien.codes.page writes it anew"


def test_a_code_is_explained() -> None:
    said = ended(0, "check", "--explain", "anchor-spacing").stdout
    one = explanations()["anchor-spacing"]
    assert said.startswith(f"anchor-spacing (error): {one.title}\n")
    assert "  # wrong, in emotions/glad.yaml\n" in said
    assert one.mend.split(".")[0] in " ".join(said.split())


def test_a_change_is_explained_by_before_and_after() -> None:
    said = ended(0, "check", "--explain", "label-added").stdout
    assert "label-added (minor): " in said
    assert said.index("# before") < said.index("[calm, glad]\n") < said.index("# after")


@pytest.mark.parametrize("arguments", [["--explain"], ["--explain", "all"]])
def test_all_codes_are_listed(arguments: list[str]) -> None:
    said = ended(0, "check", *arguments).stdout.splitlines()
    assert {line.split()[0] for line in said if line.startswith("  ")} == set(explanations())


def test_codes_as_json() -> None:
    said = ended(0, "check", "--explain", "separation", "--format", "json").stdout
    (one,) = json.loads(said)["codes"]
    assert one["severity"] == "error"
    assert one["right"] == "  mid: {}"
    assert len(
        json.loads(ended(0, "check", "--format", "json", "--explain").stdout)["codes"]
    ) == len(explanations())


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("anchor-spacin", "did you mean anchor-spacing?"),
        ("xyzzy", "`mien check --explain all` lists them"),
    ],
)
def test_a_mistyped_code(code: str, hint: str) -> None:
    assert f"there is no code {code}; {hint}" in ended(2, "check", "--explain", code).stderr


def test_check_without_bank_and_without_code() -> None:
    assert "Missing argument 'BANK'." in ended(2, "check").stderr


def test_an_entry_that_pins_no_known_entry() -> None:
    digest = "0" * 64
    entry = Entry(
        bank="tiny",
        version="1.0.0",
        engine=1,
        lock=digest,
        artifact=digest,
        sources={"bank.yaml": digest},
        previous="1" * 64,
    )
    faults = chain_faults(Ledger(entries=(entry,)), (), "ledger.yaml")
    assert [fault.code for fault in faults] == ["ledger-broken"]
    assert "does not pin the entry before it (the start)" in faults[0].message
