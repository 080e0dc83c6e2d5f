"""Words in a sound that is too long to align at once: cut where a recogniser heard them too."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.sounds import spoken_line

import mien
from mien.performance.sources import LipRequest, open_lips
from mien_trainer.alignment.long_text import text_passages
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.phonemes import SpokenWord
from mien_trainer.speech import MisfitSpeechError


def heard(text: str, gap: float = 0.2, pauses: dict[int, float] | None = None) -> list[SpokenWord]:
    found: list[SpokenWord] = []
    at = 0.0
    for place, one in enumerate(text.split()):
        at += (pauses or {}).get(place, 0.0)
        found.append(SpokenWord(text=one, start=at, end=at + 1.0 - gap))
        at += 1.0
    return found


def test_a_text_is_cut_in_the_longest_pause_within_reach() -> None:
    text = " ".join(f"Word{n}," for n in range(40))
    spoken = heard(" ".join(f"word{n}" for n in range(40)), 0.1, {12: 0.5, 18: 0.8, 30: 0.4})
    found = text_passages(text, spoken, 42.0)
    assert " ".join(one.text for one in found) == text
    assert [one.text.split()[0] for one in found] == ["Word0,", "Word18,", "Word30,"]
    ends = [one.end for one in found]
    assert ends == pytest.approx([18.85, 31.45, 42.0])
    assert [one.start for one in found] == [0.0, *ends[:2]]


def test_it_is_best_cut_between_words_that_were_both_heard() -> None:
    text = " ".join(f"w{n}" for n in range(60))
    wrong = [n for n in range(60) if n not in (31, 32, 50, 51)]
    spoken = [evolve(one, text="x") if n in wrong else one for n, one in enumerate(heard(text))]
    cut = [one.text.split()[0] for one in text_passages(text, spoken, 60.0)]
    assert cut == ["w0", "w32", "w51"]
    assert len(text_passages(text, heard("y " * 60), 60.0)) == 1


@given(
    st.lists(st.sampled_from(["a", "B.", "-", "c'd", "e"]), max_size=60),
    st.lists(st.sampled_from(["a", "b", "cd", "e", "x"]), max_size=60),
)
def test_no_word_is_lost_and_time_goes_on(words: list[str], told: list[str]) -> None:
    found = text_passages(" ".join(words), heard(" ".join(told)), 70.0)
    assert " ".join(one.text for one in found).split() == words
    assert (found[0].start, found[-1].end) == (0.0, 70.0)
    assert all(one.end == after.start for one, after in pairwise(found))
    assert all(one.start < one.end for one in found)


def test_words_are_followed_beyond_what_is_aligned_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["Please bring my umbrella before the evening.", "The river was wide and very deep."]
    path = tmp_path / "line.wav"
    parts = [spoken_line(one).audio for one in lines]
    pause = np.zeros(SAMPLE_RATE // 2, dtype=np.float32)
    soundfile.write(path, np.concatenate([parts[0], pause, parts[1]]), SAMPLE_RATE)
    request = LipRequest(bank=mien.load("default"), audio=path, text=" ".join(lines))
    told: list[float] = []
    at_once = open_lips("words", evolve(request, listened=told.append)).words
    assert told == [0.0, 0.5, 0.75, 1.0]
    told.clear()
    monkeypatch.setattr("mien_trainer.alignment.aligner.LONGEST", 4.0)
    monkeypatch.setattr("mien_trainer.alignment.long_text._SHORTEST", 1.0)
    monkeypatch.setattr("mien_trainer.alignment.long_text._LONGEST", 3.0)
    monkeypatch.setattr("mien_trainer.alignment.passages.LONGEST_PART", 3.0)
    monkeypatch.setattr("mien_trainer.alignment.passages.MARGIN", 0.2)
    parted = open_lips("words", evolve(request, listened=told.append)).words
    assert [one.text for one in parted] == [one.text for one in at_once]
    assert all(abs(a.start - b.start) < 0.1 for a, b in zip(parted, at_once, strict=True))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(told) > 4
    with pytest.raises(MisfitSpeechError, match=r"(?s)line.wav: from .* s .*Is this what is said"):
        open_lips("words", evolve(request, text="Nothing of this was ever said by anybody here."))
