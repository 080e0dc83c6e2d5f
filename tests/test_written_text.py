"""What is written in figures, signs and accents, as people say it: the sound chooses among ways."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.alignment.aligner import Aligner
from mien_trainer.alignment.aloud import words_aloud
from mien_trainer.alignment.numerals import cardinals, digits, ordinals
from mien_trainer.alignment.pronunciation import UnspeakableTextError, english_dictionary
from mien_trainer.alignment.units import CLOSE
from mien_trainer.alignment.written import written_tokens
from mien_trainer.audio import read_audio
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.phonemes import Phoneme
from mien_trainer.timings.letters import arpabet_of_letters

SMALL = {word: number for number, (word,) in enumerate(map(digits, "0123456789"))}


TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"


def counted(words: list[str]) -> int:
    """The number that words count, by a reader of its own."""
    sizes = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    total = group = 0
    for word in words:
        if word in sizes:
            total, group = total + group * sizes[word], 0
        elif word == "hundred":
            group *= 100
        elif word in TENS:
            group += 20 + 10 * TENS.index(word)
        elif word in TEENS.split("|"):
            group += 10 + TEENS.split("|").index(word)
        elif word != "and":
            group += 1 if word == "a" else SMALL[word]
    return total + group


@given(st.integers(0, 10**15 - 1), st.booleans())
def test_every_way_to_count_counts_the_same(number: int, commas: bool) -> None:
    ways = list(cardinals(f"{number:,}" if commas else str(number)))
    assert {counted(way) for way in ways} == {number}
    assert len({tuple(way) for way in ways}) == len(ways) <= 8


def test_ordinals_are_those_of_the_dictionary() -> None:
    words = {word for number in range(1, 101) for way in ordinals(str(number)) for word in way}
    assert all(word in english_dictionary() for word in words)
    assert {"first", "second", "third", "fifth", "eighth", "ninth", "twelfth", "thirtieth"} <= words


@pytest.mark.parametrize(
    ("token", "ways"),
    [
        ("$5", ["five dollars"]),
        ("$1", ["one dollar"]),
        ("$1.5 million", ["one point five million dollars"]),
        ("\u00a33.99", ["three pounds and ninety nine pence", "three pounds ninety nine"]),
        ("\u20ac20", ["twenty euros"]),
        ("42nd", ["forty second"]),
        ("1999", ["nineteen ninety nine", "one nine nine nine"]),
        ("2005", ["two thousand five", "two thousand and five"]),
        ("2024", ["twenty twenty four", "two thousand and twenty four"]),
        ("1980s", ["nineteen eighties"]),
        ("'90s", ["nineties"]),
        ("7:05", ["seven oh five"]),
        ("7:00", ["seven", "seven o'clock"]),
        ("3/4", ["three quarters", "three fourths"]),
        ("1/2", ["one half", "a half"]),
        ("3.05", ["three point zero five"]),
        ("007", ["zero zero seven", "oh oh seven"]),
        ("1,250", ["one thousand two hundred fifty", "a thousand two hundred and fifty"]),
        ("Prof.", ["professor"]),
        ("e.g.", ["for example", "e. g."]),
        ("i. e.", ["that is", "i. e."]),
        ("No. 7", ["number seven", "no seven"]),
        ("no. 1999", ["number nineteen ninety nine"]),
        ("#7", ["number seven", "pound seven"]),
        ("\u2116 7", ["number seven"]),
        ("-5", ["minus five", "negative five", "five"]),
        ("\u22123.5", ["minus three point five"]),
        ("-$1", ["minus one dollar"]),
        ("-5km", ["minus five kilometers"]),
        ("5km", ["five kilometers", "five kilometer", "five k. m."]),
        ("1 kg", ["one kilogram", "one kilo", "one k. g."]),
        ("1.5kg", ["one point five kilograms"]),
        ("1.50m", ["one point five zero meters", "one point five zero million"]),
        ("10k", ["ten thousand", "ten k."]),
        ("6 ft", ["six feet", "six foot"]),
        ("120 km/h", ["a hundred twenty kilometers per hour"]),
        ("20\u00b0C", ["twenty degrees celsius", "twenty degrees"]),
        ("5am", ["five a. m."]),
    ],
)
def test_a_token_is_said_in_its_ways(token: str, ways: list[str]) -> None:
    ((found, said),) = written_tokens(token)
    assert found == token
    assert set(ways) <= {" ".join(way) for way in said}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A na\u00efve caf\u00e9, 3rd", "a na\u00efve caf\u00e9 3rd"),
        ("a re\u0301cord \u02c8breaker", "a r\u00e9cord breaker"),
        ("*really*, _yes_ ~no~", "really yes no"),
        ("It is 42 or 5", "it is forty two or five"),
        ("H.323, v2 and 12:34:56", "h three two three v two and twelve thirty four fifty six"),
        ("[aside] Dial 100 (quietly)", "dial 100"),
        ("555-1234, well-5 and 3 - 5", "555 1234 well five and three five"),
        ("No, 7 in 5 in. No. Seven", "no seven in five in no seven"),
        ("4 m, B-52s, 5kmx", "four m b fifty two s five k. m. x."),
        ("Fruit, e.g. No. 7", "fruit e.g no._7"),
        ("O\u2019Brien\u2019s well\u2014known", "o'brien's well known"),
    ],
)
def test_the_words_of_a_text(text: str, words: str) -> None:
    found = words_aloud(text, english_dictionary(), arpabet_of_letters)
    assert " ".join(found.words) == words
    assert not found.guessed


def test_what_no_dictionary_has_is_guessed_and_named() -> None:
    found = words_aloud("the \u00dcn\u00efxyl 1999 1999", english_dictionary(), arpabet_of_letters)
    assert found.dictionary.phonemes("\u00fcn\u00efxyl") == arpabet_of_letters("unixyl")
    assert (found.words, found.guessed) == (
        ("the", "\u00fcn\u00efxyl", "1999", "1999"),
        ("\u00fcn\u00efxyl",),
    )


@pytest.mark.parametrize("name", CLOSE)
def test_every_unit_is_said_in_words_of_the_dictionary(name: str) -> None:
    for number in ("1", "2"):
        ways = [way for _, said in written_tokens(f"{number}{name}") for way in said]
        assert len(ways) > 0
        assert all(word in english_dictionary() for way in ways for word in way)


@given(st.text(alphabet="$\u00a3\u20ac0123456789.,:/' sthndrmilokge#-%", max_size=20))
def test_any_figures_are_words_of_the_dictionary(text: str) -> None:
    try:
        found = words_aloud(text, english_dictionary(), arpabet_of_letters)
    except UnspeakableTextError:
        return
    assert all(word in found.dictionary for word in found.words)
    assert not any(sign in word for word in found.words for sign in "<>[]() \t\n")


SAID = {
    "It costs $1,250.50 in the shop today.": (
        "It costs one thousand two hundred and fifty dollars and fifty cents in the shop today."
    ),
    "In 1984, on the 3rd of May, they counted 256.": (
        "In nineteen eighty four, on the third of May, they counted two hundred fifty six."
    ),
    "It was -5, e.g. in No. 7 or for 20km.": (
        "It was minus five, for example in number seven or for twenty kilometers."
    ),
    "Call 555-1234, fianc\u00e9e.": "Call five five five, one two three four, fiancee.",
}


def symbols(phonemes: tuple[Phoneme, ...], seconds: float) -> list[str]:
    ends = [phoneme.end for phoneme in phonemes]
    moments = np.arange(0.005, seconds, 0.01)
    return [phonemes[int(np.searchsorted(ends, moment))].symbol for moment in moments]


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
def test_the_sound_chooses_how_figures_are_said(tmp_path: Path) -> None:
    aligner, path = Aligner(), tmp_path / "line.wav"
    for text, said in SAID.items():
        subprocess.run(["flite", "-voice", "slt", "-t", said, "-o", str(path)], check=True)
        audio = read_audio(path).samples
        seconds = len(audio) / SAMPLE_RATE
        spelled = aligner.follow(audio, said, arpabet_of_letters)
        found = aligner.follow(audio, text, arpabet_of_letters)
        assert found.doubts == spelled.doubts == ()
        pairs = zip(
            symbols(found.phonemes, seconds), symbols(spelled.phonemes, seconds), strict=True
        )
        assert np.mean([one == other for one, other in pairs]) > 0.9
