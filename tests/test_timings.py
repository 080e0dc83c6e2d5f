"""Files that say when what is spoken: each form read, each fault named at its place."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import SourceError
from mien_trainer.lips.read import shipped_table
from mien_trainer.timings.read import read_timings
from mien_trainer.timings.symbols import ARPABET, AZURE, MBROLA, OCULUS, POLLY, RHUBARB, SymbolSet
from mien_trainer.timings.timed import TimedSpeech


def read(tmp_path: Path, name: str, text: str | bytes) -> TimedSpeech:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_timings(path)


def said(speech: TimedSpeech) -> list[tuple[str, float, float]]:
    return [(one.symbol, round(one.start, 4), round(one.end, 4)) for one in speech.phonemes]


RHUBARB_JSON = """{"metadata": {"soundFile": "a.wav", "duration": 0.9}, "mouthCues": [
  {"start": 0.00, "end": 0.30, "value": "X"},
  {"start": 0.30, "end": 0.42, "value": "A"},
  {"start": 0.42, "end": 0.80, "value": "D"}]}"""

POLLY_LINES = """{"time":0,"type":"sentence","start":0,"end":4,"value":"Mary"}
{"time":6,"type":"word","start":0,"end":4,"value":"Mary"}
{"time":6,"type":"viseme","value":"p"}
{"time":73,"type":"viseme","value":"E"}
{"time":204,"type":"viseme","value":"r"}
{"time":300,"type":"viseme","value":"sil"}
"""

AZURE_TICKS = """[{"audioOffset": 500000, "visemeId": 0}, {"audioOffset": 1000000, "visemeId": 21},
 {"audioOffset": 2000000, "visemeId": 2}, {"audioOffset": 3500000, "visemeId": 0}]"""

TALKINGHEAD = """{"words": ["pa"], "wtimes": [100], "wdurations": [250],
 "visemes": ["PP", "aa"], "vtimes": [100, 180], "vdurations": [80, 170]}"""

ELEVENLABS = """{"audio_base64": "", "alignment": {
 "characters": ["M", "a", "p", "!", " ", "s", "h", "y"],
 "character_start_times_seconds": [0.1, 0.2, 0.35, 0.5, 0.55, 0.6, 0.7, 0.8],
 "character_end_times_seconds": [0.2, 0.35, 0.5, 0.55, 0.6, 0.7, 0.8, 1.0]}}"""

LONG_GRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 0.8
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "alice - words"
        xmin = 0
        xmax = 0.8
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 0.2
            text = ""
        intervals [2]:
            xmin = 0.2
            xmax = 0.8
            text = "bee"
    item [2]:
        class = "IntervalTier"
        name = "alice - phones"
        xmin = 0
        xmax = 0.8
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.2
            text = "sil"
        intervals [2]:
            xmin = 0.2
            xmax = 0.3
            text = "B"
        intervals [3]:
            xmin = 0.3
            xmax = 0.8
            text = "IY1"
"""

SHORT_GRID = """File type = "ooTextFile"
"TextGrid"
0
0.8
<exists>
1
"IntervalTier"
"phones"
0
0.8
3
0
0.2
""
0.2
0.3
"B"
0.3
0.8
"IY1"
"""

BEE = [("_", 0.0, 0.2), ("b", 0.2, 0.3), ("iː", 0.3, 0.8)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.json", RHUBARB_JSON, [("_", 0, 0.3), ("p", 0.3, 0.42), ("ɑ", 0.42, 0.8)]),
        ("a.tsv", "0.00\tX\n0.30\tA\n0.42\tD\n0.80\tX\n", [
            ("_", 0, 0.3), ("p", 0.3, 0.42), ("ɑ", 0.42, 0.8), ("_", 0.8, 0.9)]),
        ("polly.json", POLLY_LINES, [
            ("_", 0, 0.006), ("p", 0.006, 0.073), ("ɛ", 0.073, 0.204), ("ɹ", 0.204, 0.3),
            ("_", 0.3, 0.4)]),
        ("azure.json", AZURE_TICKS, [
            ("_", 0, 0.1), ("p", 0.1, 0.2), ("ɑ", 0.2, 0.35), ("_", 0.35, 0.45)]),
        ("azure_ms.json", AZURE_TICKS.replace("0000", ""), [
            ("_", 0, 0.1), ("p", 0.1, 0.2), ("ɑ", 0.2, 0.35), ("_", 0.35, 0.45)]),
        ("head.json", TALKINGHEAD, [("_", 0, 0.1), ("p", 0.1, 0.18), ("ɑ", 0.18, 0.35)]),
        ("eleven.json", ELEVENLABS, [
            ("_", 0, 0.1), ("m", 0.1, 0.2), ("æ", 0.2, 0.35), ("p", 0.35, 0.5), ("_", 0.5, 0.6),
            ("ʃ", 0.6, 0.8), ("i", 0.8, 1.0)]),
        ("long.TextGrid", LONG_GRID, BEE),
        ("short.TextGrid", SHORT_GRID, BEE),
        ("utf16.TextGrid", LONG_GRID.encode("utf-16"), BEE),
        ("bee.pho", "; espeak\n_ 200\nb 100 0 110\ni: 500 0 120 100 90\n", BEE),
        ("arpabet.lab", "0 0.2 sil\n0.2 0.3 B\n0.3 0.8 IY1\n", BEE),
        ("ipa.csv", "start,end,phone\n0.2,0.3,b\n0.3,0.8,iː\n", BEE),
        ("oculus.txt", "0.2 0.3 PP\n0.3 0.8 ih\n", [
            ("_", 0, 0.2), ("p", 0.2, 0.3), ("ɪ", 0.3, 0.8)]),
    ],
)  # fmt: skip
def test_each_form_is_read(
    tmp_path: Path, name: str, text: str | bytes, expected: list[tuple[str, float, float]]
) -> None:
    assert said(read(tmp_path, name, text)) == expected


def test_words_and_stresses_are_kept(tmp_path: Path) -> None:
    speech = read(tmp_path, "a.TextGrid", LONG_GRID)
    assert [(one.text, one.start, one.end) for one in speech.words] == [("bee", 0.2, 0.8)]
    assert speech.stresses == (0.3,)
    assert "ARPAbet" in speech.source
    spelled = read(tmp_path, "e.json", ELEVENLABS)
    assert [one.text for one in spelled.words] == ["Map", "shy"]


@pytest.mark.parametrize(
    ("name", "text", "line", "code", "words"),
    [
        ("a.tsv", "0 0.2 PP\n0.2 0.3 xx\n", 2, "timings-symbol", "'xx' is none of Oculus visemes"),
        ("a.json", RHUBARB_JSON.replace('"D"', '"Q"'), 4, "timings-symbol", "Rhubarb's mouth"),
        ("a.tsv", "0.2 0.4 b\n0.3 0.5 a\n", 2, "timings-order", "the one before ends at 0.4 s"),
        ("a.tsv", "0.5 0.4 b\n", 1, "timings-order", "it ends at 0.4 s, before it begins"),
        ("a.tsv", "0 100000 b\n", 1, "timings-range", "another unit"),
        ("a.tsv", "0,0 0,2 b\n", 1, "timings-line", "is a comma the decimal sign here?"),
        ("a.json", '{"mouthCues": [\n{"start": "x", "end": 1, "value": "A"}]}', 2, "timings-line",
         "expected a number"),
        ("a.json", '{"a": 1}', 0, "timings-unknown", "expected Rhubarb's mouthCues"),
        ("a.json", '{"mouthCues": [', 1, "", ""),
        ("a.json", '{"mouthCues": []}', 0, "timings-empty", "no sound has a time"),
        ("a.TextGrid", LONG_GRID.replace("phones", "notes"), 0, "timings-tier", "'alice - notes'"),
        ("a.TextGrid", LONG_GRID[:-60], 0, "timings-cut", "cut short"),
        ("a.pho", "_ 200\nb x\n", 2, "timings-line", "expected a phoneme and its milliseconds"),
        ("a.pho", "", 0, "file-empty", "the file is empty"),
        ("a.txt", " \n\n", 0, "file-empty", "the file is empty"),
        ("a.txt", b"fLaC\0\0\0\x22", 0, "file-sound", "this is sound (FLAC), expected text"),
        ("a.txt", "hello there\n", 0, "timings-unknown", "TextGrid"),
        ("a.txt", b"0 1 \xff", 1, "file-encoding", "byte 4 is not UTF-8"),
        ("a.json", TALKINGHEAD.replace(", 180]", "]"), 1, "timings-line", "have 2, 1, 2 entries"),
    ],
)  # fmt: skip
def test_faults_are_named_at_their_place(
    tmp_path: Path, name: str, text: str | bytes, line: int, code: str, words: str
) -> None:
    with pytest.raises(SourceError) as refusal:
        read(tmp_path, name, text)
    first = refusal.value.faults[0]
    assert first.place.line == line
    assert code in first.code
    assert words in f"{first.message} {first.hint}"


def test_words_are_no_sounds(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("0.0 0.3 ten\n0.3 0.5 of\n0.5 0.9 clubs\n")
    with pytest.raises(SourceError, match=r"(?s)look like words.*--text takes"):
        read_timings(path)


def test_arpabet_may_be_small(tmp_path: Path) -> None:
    path = tmp_path / "ten.txt"
    path.write_text("0.0 0.1 t\n0.1 0.2 EH\n0.2 0.3 n\n")
    found = read_timings(path)
    assert [one.symbol for one in found.phonemes] == ["t", "ɛ", "n"]
    assert "ARPAbet" in found.source


def test_all_faults_come_in_one_run(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as refusal:
        read(tmp_path, "a.tsv", "0 0.1 PP\n0.1 0.2 p1\n0.2 0.3 aa\n0.25 0.4 y2\n")
    assert [one.code for one in refusal.value.faults] == [
        "timings-symbol",
        "timings-order",
        "timings-symbol",
    ]


@pytest.mark.parametrize("symbols", [ARPABET, OCULUS, RHUBARB, AZURE, POLLY, MBROLA])
def test_every_name_of_a_set_has_a_shape(symbols: SymbolSet) -> None:
    table = shipped_table()
    assert {
        name: sound for name, sound in symbols.sounds.items() if table.read(sound).unknown
    } == {}


def test_visemes_that_close_the_lips_close_them() -> None:
    table = shipped_table()

    def shape(symbols: SymbolSet, name: str) -> tuple[str, ...]:
        return table.read(symbols.sounds[name]).visemes

    closed = [(RHUBARB, "A"), (AZURE, "21"), (POLLY, "p"), (OCULUS, "PP"), (ARPABET, "M")]
    assert {shape(*one) for one in closed} == {("PP",)}
    teeth = [(RHUBARB, "G"), (AZURE, "18"), (POLLY, "f"), (OCULUS, "FF"), (ARPABET, "V")]
    assert {shape(*one) for one in teeth} == {("FF",)}


@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "a", "s", "_", "o"]), st.integers(1, 400)),
        min_size=1,
        max_size=20,
    )
)
def test_times_are_those_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, sounds: list[tuple[str, int]]
) -> None:
    lines: list[str] = []
    at = 0
    for symbol, length in sounds:
        lines.append(f"{at / 1000}\t{(at + length) / 1000}\t{symbol}")
        at += length
    speech = read(tmp_path_factory.mktemp("t"), "a.txt", "\n".join(lines) + "\n")
    assert speech.seconds == pytest.approx(at / 1000)
    rebuilt = [(one.symbol, one.start, one.end) for one in speech.phonemes]
    assert rebuilt[0][1] == 0.0
    assert all(a[2] == pytest.approx(b[1]) for a, b in pairwise(rebuilt))
    voiced = [symbol for symbol, _ in sounds if symbol != "_"]
    assert [one.symbol for one in speech.phonemes if one.symbol != "_"] == voiced


@given(st.binary(max_size=300))
def test_no_bytes_bring_it_down(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    for start in (b"", b"{", b'File type = "ooTextFile"\n"TextGrid"\n', b"0 1 a\n"):
        with suppress(SourceError):
            assert read(tmp_path_factory.mktemp("t"), "a", start + data).phonemes
