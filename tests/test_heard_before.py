"""What recognisers heard before: the same again, from the user's cache folder."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.program import ended
from tests.sounds import spoken_line

from mien_trainer.alignment import word_loop
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import Phoneme, SpokenWord
from mien_trainer.timings import heard_before as cache
from mien_trainer.timings.ears import HeardSpeech
from mien_trainer.timings.heard_before import heard_before

SPEECH = HeardSpeech(
    phonemes=(Phoneme(symbol="ʃ", start=0.0, end=0.1), Phoneme(symbol="_", start=0.1, end=1 / 3)),
    words=(SpokenWord(text="shh", start=0.0, end=0.1),),
    how="its words recognised",
    doubts=("is it “English”?",),
)


class Listener:
    """Counts how often it is asked."""

    def __init__(self, found: HeardSpeech = SPEECH) -> None:
        self.found, self.asked = found, 0

    def __call__(self) -> HeardSpeech:
        self.asked += 1
        return self.found


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "mien" / "heard"


def sound(seed: int = 0) -> F32:
    return np.random.default_rng(seed).uniform(-1.0, 1.0, 50).astype(np.float32)


def test_a_sound_is_heard_once(home: Path) -> None:
    listener = Listener()
    assert heard_before(sound(), None, listener) == SPEECH
    assert heard_before(sound(), None, listener) == SPEECH
    assert heard_before(sound(), "pocketsphinx", listener) == SPEECH
    assert listener.asked == 1
    heard_before(sound(1), None, listener)
    louder = sound()
    louder[-1] = np.nextafter(louder[-1], np.float32(2.0))
    heard_before(louder, None, listener)
    assert (listener.asked, len(list(home.iterdir()))) == (3, 3)


def test_models_and_programs_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, listener = tmp_path / "model", Listener()
    model.mkdir()
    (model / "model.bin").write_text("1")
    name = f"whisper:{model}"
    for asked, change in enumerate(("1", "2", "2", "1"), 1):
        (model / "model.bin").write_text(change)
        heard_before(sound(), name, listener)
        assert listener.asked == min(asked, 2)
    heard_before(sound(), None, listener)
    assert listener.asked == 3
    monkeypatch.setattr(cache, "_program", lambda: "another one")
    heard_before(sound(), None, listener)
    assert listener.asked == 4


def test_what_no_model_is_there_for_is_not_remembered(home: Path, tmp_path: Path) -> None:
    listener = Listener()
    for _ in range(2):
        heard_before(sound(), f"whisper:{tmp_path / 'nowhere'}", listener)
    assert (listener.asked, home.exists()) == (2, False)


times = st.floats(0.0, 1e4)
symbols = st.text(max_size=3)


@settings(max_examples=20)
@given(st.lists(st.tuples(symbols, times, times)), st.lists(symbols))
def test_it_is_the_same_to_the_bit(rows: list[tuple[str, float, float]], doubts: list[str]) -> None:
    phonemes = tuple(Phoneme(symbol=one, start=start, end=end) for one, start, end in rows)
    found = HeardSpeech(phonemes=phonemes, how="so", doubts=tuple(doubts))
    samples = np.frombuffer(repr(found).encode("utf-8", "replace"), dtype=np.uint8)
    audio = samples.astype(np.float32)
    first = heard_before(audio, None, Listener(found))
    again = Listener()
    assert heard_before(audio, None, again) == first == found
    assert again.asked == 0


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "folder", "link"])
def test_what_is_damaged_is_heard_anew(home: Path, damage: str) -> None:
    listener = Listener()
    heard_before(sound(), None, listener)
    (entry,) = home.iterdir()
    data = entry.read_bytes()
    entry.unlink()
    if damage == "folder":
        entry.mkdir()
    elif damage == "link":
        entry.symlink_to(home / "nothing")
    else:
        flipped = data.replace(b"0.1", b"0.2")
        entry.write_bytes({"cut": data[:-9], "flipped": flipped, "emptied": b""}[damage])
    assert heard_before(sound(), None, listener) == SPEECH
    assert listener.asked == 2
    heard_before(sound(), None, listener)
    assert listener.asked == (3 if damage == "folder" else 2)


def test_those_asked_for_last_are_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MANY", 3)
    for seed in range(3):
        heard_before(sound(seed), None, Listener())
        for age, entry in enumerate(sorted(home.iterdir(), key=lambda one: one.stat().st_mtime_ns)):
            os.utime(entry, (age, age))
    heard_before(sound(0), None, Listener())
    heard_before(sound(3), None, Listener())
    asked = [Listener() for _ in range(4)]
    for seed in (3, 0, 2):
        heard_before(sound(seed), None, asked[seed])
    assert [one.asked for one in asked] == [0, 0, 0, 0]
    assert len(list(home.iterdir())) == 3
    monkeypatch.setattr(cache, "MOST", 10)
    heard_before(sound(4), None, Listener())
    assert not list(home.iterdir())


def test_where_nothing_can_be_written_it_is_heard_each_time(home: Path) -> None:
    home.parent.parent.mkdir(exist_ok=True)
    home.parent.write_text("a file in the place of the folder")
    listener = Listener()
    for _ in range(2):
        assert heard_before(sound(), None, listener) == SPEECH
    assert listener.asked == 2


def test_a_user_without_a_home_is_heard_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(path: Path) -> Path:
        raise RuntimeError(f"no home for {path}")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "expanduser", homeless)
    listener = Listener()
    for _ in range(2):
        assert heard_before(sound(), None, listener) == SPEECH
    assert listener.asked == 2


def test_many_write_at_once(home: Path) -> None:
    def ask(turn: int) -> HeardSpeech:
        return heard_before(sound(turn % 2), None, Listener())

    with ThreadPoolExecutor(8) as pool:
        assert set(map(repr, pool.map(ask, range(40)))) == {repr(SPEECH)}
    assert len(list(home.iterdir())) == 2


def test_a_lock_is_the_same_from_what_was_heard_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write("line.wav", spoken_line("Bring my umbrella.").audio, SAMPLE_RATE)
    Path("line.yaml").write_text(
        "schema: mien/score/1\nbank: default@1.1.0\naudio: line.wav\nlips: {from: sounds}\n"
    )
    ended(0, "score", "lock", "line.yaml")
    with monkeypatch.context() as patch:
        patch.setattr(word_loop.Recogniser, "heard", None)
        ended(0, "score", "check", "line.yaml")
        ended(0, "score", "lock", "line.yaml", "--check")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    ended(0, "score", "lock", "line.yaml", "--check")
