"""What reads text in JavaScript: tags, units, options and both kinds of readers, as in Python."""

from __future__ import annotations

import json
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.child import finished, installed
from tests.made_up_readers import made_up_transformer
from tests.test_text_reader import PROBE_TEXTS

import mien
from mien import resources
from mien.reading.page_words import MODULE, module_text
from mien.reading.reader import Options, Reader, reader
from mien.reading.reading import Reading
from mien.reading.released import find_reader
from mien.reading.transformer_weights import transformer_bytes
from mien_trainer.reader.recipe import OTHER_HAND

BANK = mien.load("default")
SHIPPED = find_reader("linear").path
ARTIFACT = resources.presets() / "releases" / "default" / BANK.version / "default.safetensors"

SAID = [
    line.rpartition("\t")[2]
    for path in sorted(OTHER_HAND.glob("*.tsv"))
    for line in path.read_text("utf-8").splitlines()
]
TAGGED = [
    f"{before}{opened}{inside}{closed}{after}"
    for before, (opened, closed), inside, after in product(
        ("", "Well. ", "🙂 so, "),
        (("[", "]"), ("<", ">"), ("(", ")"), ("*", "*")),
        ("happy", "joy:0.4", "anger high", " Mischievous ", "sighs", "hapy", "joy 1.5", "fear=."),
        ("", " I can't believe it. (laughs) Never mind!"),
    )
]
ODD = [
    "[12] [a] [] [joy:1.2.3] <3 1 < 2 > 1",
    "[joy high] [joy] (SIGHS) *cries softly* [ecstatic]",
    "Mr. Smith met Dr. No. He ran (fast). \u201cWhy?\u201d she said... \u4f60\u597d\u3002 Yes.",
    "[Stra\u00dfe] [\ufb01ne] [\u212aalm] [Angry_L] [re-lief] [s\u0061d\u200b] [\u00a0sad\u00a0]",
    "a\x85[sad] \x1cb.\u2003c?\ufeff d! e",
    "[joy",
    "[joy:0,4] hi [joy low:0.3] you [sighs] <SIGHS> [happy birthday to you]",
    "<happy>Hi</happy> I hate you. </joy> No! [/sad] </unknown>",
    "</happy>",
    "</happy> Hi",
    "**sobs** no **laughs* **x** laughs **y** *laughs**sobs*",
    "\t [joy]\t",
    "((sighs)) [[joy]] **laughs**",
    "[" + "x" * 41 + "] [" + "y" * 40 + "]",
    "\U0001f600\U0001f600[fear] \U0001f600 e.g. this. No. 5 is alive",
    "MARA (angrily): You're late! (sighs) I was worried.",
    "TOM BAKER:  [joy] Surprise!",
    "Mara: I know. Note: this is mine.",
    "MARA:",
    "\u00c9MILE (to Tom) : Why? NO: stop",
    "12: not a name; A: nor this",
    "x" * 3000,
    "abcdefghi\u00e9" * 300,
    "",
    "   ",
]
LINES = [*PROBE_TEXTS, *SAID, *TAGGED, *ODD]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"per": "line", "context": 3, "strength": 0.7},
    {"per": "sentence", "context": 1, "prefer": {"fear": 1.5, "awe": -2.0}, "snap": False},
    {"per": "all"},
    {"speaker": "mara"},
]
SCRIPT = """
import { readFileSync } from "node:fs";
const { Bank, Reader, readArtifact } = await import(process.argv[2]);
const asked = JSON.parse(readFileSync(0, "utf8"));
const bank = new Bank(readArtifact(new Uint8Array(readFileSync(asked.artifact))));
const shown = (one) => ({ ...one, labels: [...one.labels] });
const found = asked.files.map((file, i) => {
  const lines = i === 0 ? asked.lines : asked.few;
  const reader = new Reader(new Uint8Array(readFileSync(file)), bank, asked.aliases);
  const whole = lines.map((line) => shown(reader.read(line)));
  const read = (one) => Array.from(reader.readLines(lines, one), shown);
  return [whole, ...asked.options.map(read)];
});
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> list[list[list[dict[str, Any]]]]:
    """By reader (linear, transformer, both together) what is read whole, and with each option."""
    node = installed("node")
    folder = tmp_path_factory.mktemp("twin")
    files = [SHIPPED]
    for linear in (False, True):
        path = folder / f"{linear}.safetensors"
        path.write_bytes(transformer_bytes(made_up_transformer(linear=linear)))
        files.append(path)
    script = folder / "read.mjs"
    script.write_text(SCRIPT, "utf-8")
    asked = {
        "artifact": str(ARTIFACT),
        "files": [str(path) for path in files],
        "lines": LINES,
        "few": FEW,
        "options": OPTIONS,
        "aliases": {"joy": ["gr\u00fcn"]},
    }
    done = subprocess.run(
        [node, str(script), (resources.web() / "index.js").as_uri()],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[list[dict[str, Any]]]] = json.loads(done.stdout)
    return found


def record(one: Reading, line: str) -> dict[str, Any]:
    """A reading as JavaScript has it, its place in UTF-16 units of its ``line``."""
    start, end = (len(line[:at].encode("utf-16-le")) // 2 for at in (one.span.start, one.span.end))
    return {
        "text": one.text,
        "span": {"line": one.span.line, "start": start, "end": end},
        "by": one.by,
        "label": one.label,
        "labels": [list(pair) for pair in one.labels.items()],
        "confidence": one.confidence,
        "strength": one.strength,
        "intensity": one.intensity,
        "at": one.at,
        "vad": list(one.vad),
        "notes": list(one.notes),
        "speaker": one.speaker,
    }


FEW = [*LINES[::9], "MARA: I know."]
"""What transformers read, which takes them longer."""


def ours(made: Reader, lines: list[str] = LINES) -> list[list[dict[str, Any]]]:
    whole = [record(made(line), line) for line in lines]
    found = [whole]
    for options in OPTIONS:
        asked = made.with_options(Options(**options))
        text = "\n".join(lines)
        found.append(
            [
                record(one, text if options.get("per") == "all" else lines[one.span.line - 1])
                for one in asked.read(lines)
            ]
        )
    return found


def test_a_linear_reader_reads_the_same_bits(theirs: list[list[list[dict[str, Any]]]]) -> None:
    bank = mien.load("default")
    read = ours(reader("linear", bank=bank))
    assert sum(map(len, read)) > 1000
    for expected, found in zip(read, theirs[0], strict=True):
        assert len(expected) == len(found)
        for one, other in zip(expected, found, strict=True):
            assert one == other


@pytest.mark.parametrize("linear", [False, True])
def test_a_transformer_reads_the_same_labels(
    theirs: list[list[list[dict[str, Any]]]], linear: bool
) -> None:
    made = Reader(made_up_transformer(linear=linear), BANK)
    for expected, found in zip(ours(made, FEW), theirs[1 + linear], strict=True):
        assert len(expected) == len(found)
        for one, other in zip(expected, found, strict=True):
            assert dict(other["labels"]) == pytest.approx(dict(one["labels"]), abs=1e-4)
            assert other["confidence"] == pytest.approx(one["confidence"], abs=1e-4)
            for name in ("text", "span", "by", "label", "at", "notes", "speaker"):
                assert other[name] == one[name]


def test_the_words_are_those_that_ship() -> None:
    """`python -m mien.reading.page_words` writes them anew."""
    assert MODULE.read_text("utf-8") == module_text()


def refused(node: str, folder: Path, data: bytes) -> str:
    path = folder / "hostile.safetensors"
    path.write_bytes(data)
    script = folder / "refuse.mjs"
    script.write_text(
        'import { readFileSync } from "node:fs";\n'
        "const { Reader } = await import(process.argv[2]);\n"
        "const file = new Uint8Array(readFileSync(process.argv[3]));\n"
        "try { new Reader(file, ['low', 'mid', 'high']); }\n"
        "catch (error) { console.log(`${error.name}: ${error.message}`); }\n",
        "utf-8",
    )
    index = (resources.web() / "index.js").as_uri()
    arguments = [node, str(script), index, str(path)]
    return finished(arguments).stdout


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    node = installed("node")
    weights = made_up_transformer(linear=False)
    vectors = dict(weights.vectors)
    vectors["last_norm"] = vectors["last_norm"][:-1]
    short = transformer_bytes(evolve(weights, vectors=vectors))
    assert "ArtifactError: tensor last_norm: expected 8" in refused(node, tmp_path, short)
    shape = evolve(weights.shape, heads=3)
    odd = transformer_bytes(evolve(weights, shape=shape))
    assert "whose heads part its width" in refused(node, tmp_path, odd)
    assert "schema is" in refused(node, tmp_path, ARTIFACT.read_bytes())
