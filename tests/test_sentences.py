"""The sentences that ship: how they are read, and how well they cover English."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.phoneme_coverage import Coverage, coverage

from mien.errors import SourceError
from mien_trainer.alignment.pronunciation import english_dictionary, spoken_words
from mien_trainer.speech import Split
from mien_trainer.synthesis.sentences import SHIPPED, read_sentences

ARPABET = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH"),
    *("IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH"),
    *("UW", "V", "W", "Y", "Z", "ZH"),
)
SENTENCES = read_sentences()


def of(split: Split) -> Coverage:
    pytest.importorskip("pocketsphinx", reason="its dictionary says how words are pronounced")
    words = english_dictionary()
    return coverage(
        [phone for word in spoken_words(sentence.text, words) for phone in words.phonemes(word)]
        for sentence in SENTENCES
        if sentence.split is split
    )


def write(folder: Path, text: str) -> Path:
    path = folder / "sentences.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_there_are_enough_in_each_part() -> None:
    assert len(SENTENCES) >= 480
    shares = {split: sum(s.split is split for s in SENTENCES) / len(SENTENCES) for split in Split}
    assert shares[Split.TRAIN] == pytest.approx(0.8, abs=0.01)
    assert shares[Split.VALIDATION] == pytest.approx(0.1, abs=0.01)
    assert shares[Split.TEST] == pytest.approx(0.1, abs=0.01)


def test_keys_and_texts_are_each_their_own() -> None:
    assert len({sentence.key for sentence in SENTENCES}) == len(SENTENCES)
    assert all(4 <= len(sentence.text.split()) <= 14 for sentence in SENTENCES)


def test_none_is_nearly_another() -> None:
    words = [frozenset(s.text.lower().strip(".?!").split()) for s in SENTENCES]
    shared = [len(one & other) / len(one | other) for one, other in combinations(words, 2)]
    assert max(shared) <= 0.5


@pytest.mark.parametrize(
    ("split", "floor"), [(Split.TRAIN, 40), (Split.VALIDATION, 4), (Split.TEST, 4)]
)
def test_every_part_covers_every_phoneme(split: Split, floor: int) -> None:
    found = of(split)
    assert found.under(floor, ARPABET) == ()
    assert found.evenness(ARPABET) > 0.9
    assert set(found.phonemes) == set(ARPABET)


@pytest.mark.parametrize("split", Split)
def test_lips_close_and_touch_in_a_typical_sentence(split: Split) -> None:
    found, sentences = of(split), sum(sentence.split is split for sentence in SENTENCES)
    assert found.bilabials > sentences
    assert found.labiodentals > sentences / 2


def test_what_is_held_out_is_made_of_pairs_that_training_has() -> None:
    known = of(Split.TRAIN).diphones
    for split in (Split.VALIDATION, Split.TEST):
        pairs = of(split).diphones
        assert sum(n for pair, n in pairs.items() if pair in known) / sum(pairs.values()) > 0.9


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "[train]\ns0001 Hello there.\nHow are you?\n",
            ":3:1: error: found 'How are you?', expected a key",
        ),
        (
            "[train]\ns0001 Hi there.\ns0001 Good day.\n",
            ":3:1: error: s0001 is already the key of line 2",
        ),
        (
            "[train]\ns0001 Hi there.\ns0002 hi, there!\n",
            ":3:1: error: s0002 says the same as line 2",
        ),
        ("[trian]\n", ":1:1: error: no part [trian]: did you mean train?"),
        ("s0001 Hello there.\n", ":1:1: error: s0001 stands before the first of [train]"),
        (
            "[train]\ns0001 A caf\u00e9 there.\n",
            ":2:1: error: s0001 holds '\u00e9'; only plain ASCII",
        ),
        ("[train]\ns0001 Hello.\n[test]\ns0002 Bye.\n", ": error: no sentence under [validation]"),
    ],
)
def test_faults_say_where_and_what(tmp_path: Path, text: str, fault: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SourceError) as caught:
        read_sentences(path)
    assert fault in str(caught.value)
    assert path.name in str(caught.value)


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "[train]\none\n[here]\ns0001 Hello.\ns0001 Hello.\n")
    with pytest.raises(SourceError) as caught:
        read_sentences(path)
    assert [(fault.place.line, fault.code) for fault in caught.value.faults] == [
        *((0, "empty-part"), (0, "empty-part")),
        *((2, "no-sentence"), (3, "no-sentence"), (5, "no-sentence")),
    ]


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_sentences(tmp_path / "none.txt")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="is not UTF-8"):
        read_sentences(binary)


def test_the_file_says_whose_it_is() -> None:
    assert "CC0" in SHIPPED.read_text(encoding="utf-8").partition("[train]")[0]


@given(st.lists(st.lists(st.sampled_from(["p", "a", "v", "_"]))))
def test_coverage_counts_what_is_there(sequences: list[list[str]]) -> None:
    found = coverage(sequences)
    spoken = [symbol for sequence in sequences for symbol in sequence if symbol != "_"]
    assert found.total == len(spoken)
    assert found.bilabials == spoken.count("p")
    assert found.labiodentals == spoken.count("v")
    assert sum(found.diphones.values()) <= max(found.total - 1, 0)
    assert 0.0 <= found.entropy <= 1.6


def test_an_even_spread_is_wholly_even() -> None:
    assert coverage([ARPABET]).evenness(ARPABET) == pytest.approx(1.0)
    assert coverage([["p", "p"]]).evenness("pb") == 0.0
