"""What other recognisers and subtitles say: read, aligned with the sound, and Whisper asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.program import ended
from tests.sounds import spoken_line

import mien
from mien.errors import SourceError
from mien.performance.lips import joined
from mien.performance.sources import LipRequest, SpokenLips, open_lips
from mien_trainer.alignment.passages import Passage, follow_passages
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.lips.closures import closures_kept
from mien_trainer.phonemes import SILENCE
from mien_trainer.speech import Utterance
from mien_trainer.timings.letters import arpabet_of_letters
from mien_trainer.timings.transcripts import Transcript, read_transcript

TEXT = "Please bring my umbrella before the evening."
BANK = mien.load("default@1.1.0")

WHISPER = """{"text": " Please bring my umbrella. Before the evening.", "segments": [
 {"id": 0, "seek": 0, "start": 0.0, "end": 1.5, "text": " Please bring my umbrella.",
  "tokens": [1, 2], "words": [{"word": " Please", "start": 0.0, "end": 0.4, "probability": 0.9}]},
 {"id": 1, "start": 1.5, "end": 2.5, "text": " Before the evening."}], "language": "en"}"""

SEGMENTS = """[{"start": 0.0, "end": 1.5, "text": "Please bring my umbrella."},
 {"start": 1.5, "end": 2.5, "text": "Before the evening."}]"""

WHISPER_CPP = """{"result": {"language": "en"}, "transcription": [
 {"timestamps": {"from": "00:00:00,000", "to": "00:00:01,500"},
  "offsets": {"from": 0, "to": 1500}, "text": " Please bring my umbrella."},
 {"offsets": {"from": 1500, "to": 2500}, "text": " Before the evening."}]}"""

VOSK = """{"result": [{"conf": 1.0, "start": 0.0, "end": 0.4, "word": "Please"},
 {"start": 0.4, "end": 0.7, "word": "bring"}, {"start": 0.7, "end": 0.9, "word": "my"},
 {"start": 0.9, "end": 1.5, "word": "umbrella."}, {"start": 2.0, "end": 2.5, "word": "Before"}]}
"""

SRT = """1
00:00:00,000 --> 00:00:01,500
Please bring
my umbrella.

2
00:00:01,500 --> 00:00:02,500
<i>Before</i> the evening.
"""

VTT = """WEBVTT - a line

NOTE not said

00:00.000 --> 00:01.500 align:start
Please bring my umbrella.

second
00:01.500 --> 00:02.500
Before the evening.
"""


def read(tmp_path: Path, name: str, text: str) -> Transcript:
    path = tmp_path / name
    path.write_text(text)
    return read_transcript(path)


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("a.json", WHISPER, "en"),
        ("a.json", SEGMENTS, ""),
        ("a.json", SEGMENTS.replace("[{", "{").replace("}]", "}").replace("},\n", "}\n"), ""),
        ("a.json", WHISPER_CPP, "en"),
        ("a.vtt", VTT, ""),
        ("a.SRT", SRT.replace("<i>", "").replace("</i>", ""), ""),
    ],
)
def test_every_form_says_the_same(tmp_path: Path, name: str, text: str, language: str) -> None:
    found = read(tmp_path, name, text)
    assert found.language == language
    assert found.passages == (
        Passage(text="Please bring my umbrella.", start=0.0, end=1.5),
        Passage(text="Before the evening.", start=1.5, end=2.5),
    )


def test_single_words_are_joined_where_they_follow_one_another(tmp_path: Path) -> None:
    first, second = read(tmp_path, "a.json", VOSK).passages
    assert first == Passage(text="Please bring my umbrella.", start=0.0, end=1.5)
    assert second == Passage(text="Before", start=2.0, end=2.5)
    later = '{"result": [{"start": 3.1, "end": 3.5, "word": "Yes"}], "text": "yes"}'
    assert read(tmp_path, "a.json", f"[{VOSK}, {later}]").passages == (
        first,
        second,
        Passage(text="Yes", start=3.1, end=3.5),
    )


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", '{"mouthCues": []}', "no words with times that are known"),
        ("a.json", '{"segments": []}', "no words with times that are known"),
        ("a.json", "[1, 2", "a.json:1"),
        ("a.json", WHISPER.replace("0.0,", '"0",', 1), "a.json:2:2"),
        ("a.json", WHISPER.replace('"end": 1.5', '"end": -1.5'), "expected 0 to 36000"),
        ("a.json", WHISPER.replace('"start": 1.5', '"start": 3.5'), "it ends at 2.5 s, before"),
        ("a.srt", SRT.replace("00:00:01,500 -->", "1,5 s -->"), "a.srt:7:1"),
        ("a.srt", "what is said, and no times", "expected times such as"),
        ("a.vtt", "WEBVTT", "nothing is said in it"),
        ("a.srt", "1\n00:00:00,000 --> 00:00:01,500\n", "nothing is said in it"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(SourceError) as refusal:
        read(tmp_path, name, text)
    assert words in str(refusal.value)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 3_599_999), st.integers(0, 9_999), st.from_regex(r"\A\w{1,9}\Z")),
        min_size=1,
        max_size=6,
    )
)
def test_subtitles_come_back(
    tmp_path_factory: pytest.TempPathFactory, cues: list[tuple[int, int, str]]
) -> None:
    def clock(time: int) -> str:
        seconds, thousandths = divmod(time, 1000)
        minutes, seconds = divmod(seconds, 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02},{thousandths:03}"

    text = "".join(
        f"{n}\n{clock(start)} --> {clock(start + length)}\n{said}\n\n"
        for n, (start, length, said) in enumerate(cues)
    )
    found = read(tmp_path_factory.mktemp("srt"), "a.srt", text).passages
    expected = sorted(cues, key=lambda one: one[0])
    assert [one.text for one in found] == [said for _, _, said in expected]
    for one, (start, length, _) in zip(found, expected, strict=True):
        assert one.start == pytest.approx(start / 1000.0)
        assert one.end == pytest.approx((start + length) / 1000.0)


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    return spoken_line(TEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, utterance: Utterance) -> Path:
    folder = tmp_path_factory.mktemp("line")
    soundfile.write(folder / "line.wav", utterance.audio, SAMPLE_RATE)
    (folder / "line.json").write_text(WHISPER)
    (folder / "german.json").write_text(WHISPER.replace('"en"', '"de"'))
    wrong = '[{"start": 0.0, "end": 2.5, "text": "Nobody has ever said these words."}]'
    (folder / "wrong.json").write_text(wrong)
    return folder


def lips_of(folder: Path, **given: object) -> SpokenLips:
    request = LipRequest(bank=BANK, audio=folder / "line.wav", **given)  # type: ignore[arg-type]
    return open_lips("sounds" if "recogniser" in given else "words", request)


def test_a_transcript_moves_lips_as_its_text_does(folder: Path, utterance: Utterance) -> None:
    by_text = lips_of(folder, text=TEXT)
    lips = lips_of(folder, file=folder / "line.json")
    assert lips.words == by_text.words
    tracks = [joined(one.tracks(), BANK.channels) for one in (lips, by_text)]
    assert (tracks[0].weights == tracks[1].weights).all()
    kept, of = closures_kept(tracks[0].weights, utterance.phonemes)
    assert kept >= 0.8 * of >= 4.8
    (german,) = lips_of(folder, file=folder / "german.json").doubts
    assert "it is said in 'de'" in german


def test_parts_are_aligned_one_by_one(utterance: Utterance) -> None:
    silence = np.zeros(25 * SAMPLE_RATE, dtype=np.float32)
    audio = np.concatenate((utterance.audio, silence, utterance.audio))
    later, end = utterance.seconds + 25.0, 2 * utterance.seconds + 25.0
    first = Passage(text=TEXT, start=0.0, end=utterance.seconds)
    passages = [first, Passage(text=TEXT, start=later, end=end)]
    heard: list[float] = []
    found = follow_passages(audio, passages, arpabet_of_letters, heard.append)
    assert heard == sorted(heard)
    assert (len(heard), heard[0], heard[-1]) == (3, 0.0, 1.0)
    assert found.by_words == 1.0
    assert found.phonemes[0].start == 0.0
    assert found.phonemes[-1].end == pytest.approx(end)
    assert all(a.end == b.start for a, b in zip(found.phonemes, found.phonemes[1:], strict=False))
    half = len(found.words) // 2
    assert [one.text for one in found.words[:half]] == [one.text for one in found.words[half:]]
    assert found.words[half].start == pytest.approx(found.words[0].start + later, abs=0.1)
    wrong = [first, Passage(text="Nobody has ever said these words.", start=later, end=end)]
    missed = follow_passages(audio, wrong, arpabet_of_letters)
    assert missed.words == found.words[:half]
    assert 0.0 < missed.by_words < 1.0
    (doubt,) = missed.doubts
    assert "does not fit its words" in doubt
    assert missed.unfit == missed.doubts
    # There it is heard what is said.
    said = [one for one in missed.phonemes if one.start > later and one.symbol != SILENCE]
    assert len(said) > 15


AGAIN = "See you next time, " * 20


class _Model:
    """Stands for a model of faster-whisper: it hears what it is told to."""

    said: str = TEXT
    sure: float = -0.2
    nobody: float = 0.1
    language: str = "en"
    made: tuple[str, dict[str, object]] | None = None

    def __init__(self, folder: str, **settings: object) -> None:
        if not Path(folder, "model.bin").read_text():
            raise RuntimeError("File model.bin is incomplete")
        _Model.made = (folder, settings)

    def transcribe(self, audio: F32, **settings: object) -> tuple[Iterator[object], object]:
        assert settings["temperature"] == 0.0
        end = len(audio) / SAMPLE_RATE
        found = SimpleNamespace(
            text=f" {self.said}",
            start=0.0,
            end=end,
            avg_logprob=self.sure,
            compression_ratio=9.0 if self.said == AGAIN else 1.0,
            no_speech_prob=self.nobody,
        )
        return iter([found] if self.said else []), SimpleNamespace(language=self.language)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    module = ModuleType("faster_whisper")
    monkeypatch.setattr(module, "WhisperModel", _Model, raising=False)
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    return f"whisper:{tmp_path}"


def test_the_words_that_whisper_hears_are_aligned(folder: Path, model: str) -> None:
    lips = lips_of(folder, recogniser=model)
    assert "words heard by Whisper" in lips.said
    assert lips.words == lips_of(folder, text=TEXT).words
    assert not lips.doubts
    assert _Model.made is not None
    assert _Model.made[0] == model.removeprefix("whisper:")
    assert _Model.made[1]["local_files_only"] is True


def test_a_score_on_another_sound_may_be_heard_by_whisper(
    folder: Path, model: str, tmp_path: Path
) -> None:
    score, out = tmp_path / "cues.yaml", tmp_path / "take.csv"
    score.write_text("schema: mien/score/1\nbank: default@1.1.0\nlips: {from: none}\nseconds: 1\n")
    given = ["speak", str(folder / "line.wav"), "--score", str(score), "-o", str(out)]
    assert "words heard by Whisper" in ended(0, *given, "--recogniser", model).stderr


def test_words_that_whisper_spells_oddly_are_no_warning(
    folder: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = TEXT.replace("evening", "eevening")
    assert "no pronunciation is known for 'eevening'" in lips_of(folder, text=odd).doubts[0]
    monkeypatch.setattr(_Model, "said", odd)
    lips = lips_of(folder, recogniser=model)
    assert "words heard by Whisper" in lips.said
    assert not lips.doubts


@pytest.mark.parametrize(
    ("said", "sure", "language", "words"),
    [
        (TEXT, -0.2, "de", "hears the language 'de'"),
        ("Nobody has ever said these words.", -0.2, "en", "do not fit it"),
        (TEXT, -1.6, "en", "do not fit it"),
        (AGAIN, -0.2, "en", "do not fit it"),
    ],
)
def test_where_whisper_is_no_help_the_usual_recogniser_is(
    folder: Path,
    model: str,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    sure: float,
    language: str,
    words: str,
) -> None:
    monkeypatch.setattr(_Model, "said", said)
    monkeypatch.setattr(_Model, "sure", sure)
    monkeypatch.setattr(_Model, "language", language)
    lips = lips_of(folder, recogniser=model)
    assert "its words recognised (English)" in lips.said
    assert words in lips.doubts[0]


@pytest.mark.parametrize(("said", "sure"), [("", -0.2), (AGAIN, -0.2), ("You", -0.9)])
def test_where_whisper_hears_nobody_lips_rest(
    folder: Path, model: str, monkeypatch: pytest.MonkeyPatch, said: str, sure: float
) -> None:
    monkeypatch.setattr(_Model, "said", said)
    monkeypatch.setattr(_Model, "sure", sure)
    monkeypatch.setattr(_Model, "nobody", 0.9)
    lips = lips_of(folder, recogniser=model)
    assert "nobody is heard to speak" in lips.doubts[0]
    assert not joined(lips.tracks(), BANK.channels).weights.any()


def test_words_of_another_line_are_refused(folder: Path) -> None:
    sound, words = folder / "line.wav", folder / "wrong.json"
    said = ended(2, "speak", sound, "--label", "joy", "--text", words).stderr
    assert "does not fit its words" in said


def test_without_faster_whisper_it_is_said_what_to_install(
    folder: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["speak", str(folder / "line.wav"), "--label", "joy", "--recogniser", model]
    Path(model.removeprefix("whisper:"), "model.bin").write_text("")
    assert "no Whisper model that runs (File model.bin is incomplete)" in ended(2, *given).stderr
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    assert "pip install 'mien[whisper]'" in ended(2, *given).stderr
