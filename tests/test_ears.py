"""The recogniser that comes along: what it says of words that it heard, and of other languages."""

from __future__ import annotations

import pytest
from tests.sounds import spoken_line

from mien_trainer.frames import F32
from mien_trainer.speech import Prosody, Split
from mien_trainer.synthesis.espeak import EspeakSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice
from mien_trainer.timings import ears
from mien_trainer.timings.ears import Ear, open_ear

TEXT = "Please bring my umbrella before the evening."


@pytest.fixture(scope="module")
def ear() -> Ear:
    return open_ear("pocketsphinx")


def german() -> F32:
    text = "Die Kinder spielen heute Nachmittag im Garten hinter dem Haus."
    said = Sentence(key="s1", text=text, split=Split.TRAIN)
    source = EspeakSource([Voice(name="de", split=Split.TRAIN)], [said])
    line = source.speak(source.items()[0], Prosody())
    source.close()
    return line.audio


def test_words_that_it_heard_are_told_and_how_far_it_is(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = spoken_line(TEXT).audio
    told: list[float] = []
    found = ear.heard(audio, told.append)
    assert [one.text for one in found.words] == TEXT.lower().rstrip(".").split()
    assert all(0.0 <= one.start < one.end <= len(audio) / 16000 for one in found.words)
    assert found.doubts == ()
    assert told == [0.0, pytest.approx(0.7, abs=0.01), 1.0]
    # Words that fit badly, and are unlike what the network hears, are doubted.
    monkeypatch.setattr(ears, "_SURE_FIT", 0.0)
    monkeypatch.setattr(ears, "_SURE_LIKENESS", 0.0)
    (doubt,) = ear.heard(audio).doubts
    assert "is it another language, or noisy? English is all that this recogniser knows" in doubt


def test_of_another_language_its_words_are_doubted(ear: Ear) -> None:
    (doubt,) = ear.heard(german()).doubts
    assert "is it another language" in doubt
    assert "--times" in doubt
