"""The Whisper that mien[whisper] brings, as it is: what it hears, and where it is not believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.program import ended
from tests.sounds import spoken_line

from mien_trainer.alignment import whisper
from mien_trainer.alignment.whisper import bundled_model, is_installed
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.speech import Prosody, SpeechUnavailableError, Split
from mien_trainer.synthesis.espeak import EspeakSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice
from mien_trainer.timings.ears import Ear, best_recogniser, open_ear

TEXT = "Please bring my umbrella before the evening."


@pytest.fixture(scope="module")
def ear() -> Ear:
    if not is_installed() or bundled_model() is None:
        pytest.skip("Whisper (mien[whisper]) is not installed")
    return open_ear("whisper")


def test_it_hears_the_words_of_a_line_for_mien_speak(
    ear: Ear, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ear
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    line = tmp_path / "line.wav"
    soundfile.write(line, spoken_line(TEXT).audio, SAMPLE_RATE)
    given = ["speak", str(line), "--label", "joy", "-o", str(tmp_path / "take.csv")]
    said = ended(0, *given).stderr
    assert "its words heard by Whisper (tiny.en) and aligned with the sound" in said
    assert "warning" not in said
    first = (tmp_path / "take.csv").read_bytes()
    # What was heard is kept, and Whisper not asked again.
    monkeypatch.setattr(whisper.Whisper, "heard", None)
    ended(0, *given)
    assert (tmp_path / "take.csv").read_bytes() == first


def test_german_is_not_taken_for_english(ear: Ear) -> None:
    said = Sentence(
        key="s1",
        text="Die Kinder spielen heute Nachmittag im Garten hinter dem Haus.",
        split=Split.TRAIN,
    )
    source = EspeakSource([Voice(name="de", split=Split.TRAIN)], [said])
    line = source.speak(source.items()[0], Prosody())
    source.close()
    found = ear.heard(line.audio)
    assert not found.words
    assert found.doubts[0] == "the words of Whisper (tiny.en) do not fit it"
    assert found.how.startswith("its sounds recognised without words")


def test_nobody_is_heard_in_silence(ear: Ear) -> None:
    found = ear.heard(np.zeros(SAMPLE_RATE, dtype=np.float32))
    assert (found.words, len(found.phonemes)) == ((), 1)
    assert "nobody is heard" in found.doubts[0]


def test_where_it_is_not_installed_another_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        del name

    monkeypatch.setattr(whisper, "find_spec", nothing)
    assert best_recogniser() == "pocketsphinx"
    with pytest.raises(SpeechUnavailableError, match=r"pip install 'mien\[whisper\]' brings one"):
        open_ear("whisper")
