"""What no reader was made for: each kind of reader reads it as nothing, or says what is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_up_readers import made_up_transformer
from tests.program import ended, ran

import mien
from mien.errors import QueryError
from mien.reading.reader import Options, Reader, reader
from mien.reading.transformer_weights import transformer_bytes

HERE = Path(__file__).parent
BANK = mien.load("default")
READERS = {
    "linear": reader("linear", bank=BANK),
    "transformer": Reader(made_up_transformer(linear=False), BANK),
}
kinds = pytest.mark.parametrize("made", READERS.values(), ids=READERS.keys())


@kinds
@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t",
        "...!?",
        "Привет, мир",
        "你好",
        "مرحبا",
        "こんにちは",
        "שלום",
        "\x00",
        "\ufffd",
        "( )",
    ],
)
def test_nothing_that_is_read_is_neutral_and_not_sure(made: Reader, text: str) -> None:
    found = made(text)
    assert (found.by, found.label) == ("nothing", "neutral")
    assert (found.confidence, found.strength) == (0.0, 0.0)


@kinds
@pytest.mark.parametrize("text", ["😂", "❤️❤️", "👩‍👩‍👧", "😂 你好"])
def test_emoji_alone_are_read(made: Reader, text: str) -> None:
    assert made(text).by == "emoji"


@kinds
@pytest.mark.parametrize("piece", ["so happy ", "x", "😂", "[", "((", "*a", "é", "a.", "[joy]"])
def test_a_megabyte_in_one_line_is_read(made: Reader, piece: str) -> None:
    line = piece * (1_000_000 // len(piece.encode()))
    found = made.with_options(Options(per="line"))
    first = next(iter(found.read([line])))
    assert first.label in BANK.labels
    assert first.span.line == 1


@kinds
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_read_to_the_end(made: Reader, text: str) -> None:
    for one in made.read(text.split("\n")):
        assert one.label in BANK.labels
        assert 0.0 <= one.confidence <= 1.0
        assert 0.0 <= one.strength <= 1.0
        assert (
            one.text == text.split("\n")[one.span.line - 1][one.span.start : one.span.end].strip()
        )


def said(*arguments: str) -> tuple[int, str, str]:
    found = ran("read", *arguments)
    return found.exit_code, found.stdout, found.stderr


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes("so happy\r\n안녕".encode() + b"\xff\n")
    status, out, err = said(str(path))
    assert (status, "joy" in out) == (2, True)  # what came before is read as it came
    assert "bad.txt: byte 16 is 0xff, which is not UTF-8" in err
    status, out, err = said(os.fsdecode(b"so \xc3( happy"))
    assert (status, out) == (2, "")
    assert "the text: byte 3 is 0xc3, which is not UTF-8" in err


@pytest.mark.parametrize("name", ["none.txt", "./none", "none.md"])
def test_a_file_that_is_not_there_is_no_text(name: str) -> None:
    status, out, err = said(name)
    assert (status, out) == (2, "")
    assert f"there is no file {name}" in err


@pytest.mark.parametrize("written", ["", "\n\n"])
def test_nothing_to_read_is_said_alike(written: str, tmp_path: Path) -> None:
    text, score = tmp_path / "none.txt", tmp_path / "none.yaml"
    text.write_text(written, "utf-8")
    for asked in (written, str(text)):
        for per in ("sentence", "all"):
            status, out, err = said(asked, "--per", per, "--format", "jsonl")
            assert (status, err) == (0, "nothing to read\n")
            assert json.loads(out)["by"] == "nothing"
        status, out, err = said(asked, "--score", "-o", str(score))
        assert (status, out, score.exists()) == (2, "", False)
        assert "nothing to read" in err


def test_what_cannot_be_done_is_said_in_words(tmp_path: Path) -> None:
    status, _, err = said(str(tmp_path))
    assert (status, f"{tmp_path} is a folder" in err) == (2, True)
    score = str(tmp_path / "a.yaml")
    status, _, err = said("hi", "--score", "-o", score, "--format", "json")
    assert (status, "--format is of what is printed" in err) == (2, True)
    assert "1 cue in" in "".join(said("so happy", "--score", "-o", score)[1:])
    sound = tmp_path / "a.wav"
    sound.write_bytes(b"")
    for text in ("", "\U0001f602"):
        told = ended(2, "perform", sound, "--text", text, "-o", score + ".csv").stderr
        assert "there is nothing to say in it" in told


def test_a_script_that_no_reader_knows_is_a_score_at_rest(tmp_path: Path) -> None:
    text, score = tmp_path / "none.txt", tmp_path / "none.yaml"
    text.write_text("Привет\n", "utf-8")
    ended(0, "read", text, "--score", "-o", score)
    ended(0, "score", "check", score)


def test_a_reader_for_other_labels_names_the_nearest(tmp_path: Path) -> None:
    labels = ("neutrl", *BANK.labels[1:-1], "gloom")
    weights = made_up_transformer(linear=False)
    from attrs import evolve

    path = tmp_path / "other.safetensors"
    path.write_bytes(transformer_bytes(evolve(weights, labels=labels, neutral="neutrl")))
    status, out, err = said("hi", "--reader", str(path))
    assert (status, out) == (2, "")
    assert "has no neutrl (nearest: neutral), gloom; its labels are neutral, joy" in err


def test_what_is_no_text_is_refused_in_words() -> None:
    made = READERS["linear"]
    for wrong in (None, b"glad", ["glad"]):
        with pytest.raises(QueryError, match="expected one text"):
            made(cast("str", wrong))
    with pytest.raises(QueryError, match=r"text\.splitlines"):
        next(made.read("I am glad"))
    with pytest.raises(QueryError, match="score is None, expected its path"):
        mien.perform(cast("Path", None))


def test_a_folder_is_no_text_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lines").mkdir()
    status, out, err = said("lines")
    assert (status, out) == (2, "")
    assert "lines is a folder: expected the words themselves, or a text file" in err


def test_unknown_tags_are_answered_with_the_nearest() -> None:
    tags = {
        "[hapy]": "did you mean joy?",
        "[joy:2]": "[joy:2]: 2 is not from 0 to 1",
        "<anger hihg>": "anger has no anchor 'hihg': expected one of low, mid, high",
        "[xyzzyx]": "the labels are neutral, joy",
        "[joy:0,4]": "[joy:0,4]: a tag is [joy], [joy:0.4] or [joy low]",
        "[joy low:0.3]": "[joy low:0.3]: a tag is [joy], [joy:0.4] or [joy low]",
    }
    for tag, hint in tags.items():
        status, out, err = said(f"{tag} I am here", "--format", "jsonl")
        record = json.loads(out)
        assert status == 0
        assert record["by"] == "words"
        assert hint in err
        assert hint in record["notes"][0]
