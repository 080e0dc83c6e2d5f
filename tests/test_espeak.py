"""eSpeak NG's own side: its server, what may go wrong with it, and phonemes as they are heard."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechUnavailableError,
    Split,
)
from mien_trainer.synthesis import espeak, espeak_process, espeak_server
from mien_trainer.synthesis.espeak import EspeakSource
from mien_trainer.synthesis.espeak_process import EspeakProcess, Request, ServerEndedError
from mien_trainer.synthesis.espeak_timing import audible_bounds
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice

SENTENCES = (Sentence(key="s0001", text="Pack my box for the upper gate.", split=Split.TRAIN),)


def installed() -> bool:
    try:
        ctypes.CDLL(espeak_process.LIBRARY)
    except OSError:
        return False
    return True


needs_espeak = pytest.mark.skipif(not installed(), reason="espeak-ng is not installed")


def source_of(*names: str) -> EspeakSource:
    return EspeakSource([Voice(name=name, split=Split.TRAIN) for name in names], SENTENCES)


@pytest.fixture
def source() -> Iterator[EspeakSource]:
    made = source_of("en-us+f3")
    yield made
    made.close()


def request(seconds: float = 20.0, text: str = "Hello.") -> Request:
    return Request(voice="en-us", text=text, rate=175, pitch=50, range=50, seconds=seconds)


def in_fork(work: Callable[[], bytes], seconds: float, folder: Path) -> tuple[int, bytes]:
    """How a fork ended that did ``work``, and what it wrote."""
    path = folder / "written"
    with path.open("wb") as stream:
        code = espeak_server.in_child(work, seconds, stream.fileno())
    return code, path.read_bytes()


def servers(pid: int) -> list[int]:
    """The servers that a process has started, where /proc tells."""
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    started = tasks.read_text().split() if tasks.exists() else []
    called = {one: Path(f"/proc/{one}/cmdline").read_bytes() for one in started}
    return [int(one) for one, words in called.items() if b"espeak_server" in words]


@needs_espeak
@pytest.mark.parametrize(
    ("voice", "message"),
    [
        ("en-uss+f3", "no voice en-uss.f3: did you mean en-us?"),
        ("en-us+f33", r"no variant \+f33 for en-us\+f33: did you mean f3?"),
        ("en-us+../../secret", r"no variant \+\.\./\.\./secret"),
        ("", "no voice$"),
        ("en-us+", r"no variant \+ "),
        ("mb-us1", "no voice mb-us1"),
        ("en-gb", r"no voice en-gb: known: .*\ben-gb-x-rp\b"),
    ],
)
def test_a_voice_that_is_not_there(voice: str, message: str) -> None:
    source = source_of("en-us+f3", voice)
    with pytest.raises(SpeechUnavailableError, match=message):
        source.items()
    item = SpeechItem(key="one", voice=voice, text="Hello.", split=Split.TRAIN)
    with pytest.raises(SpeechUnavailableError, match=message):
        source.speak(item, Prosody())
    source.close()


def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak_process, "LIBRARY", "libespeak-nowhere.so.1")
    with pytest.raises(
        SpeechUnavailableError, match=r"libespeak-nowhere.*install espeak-ng \(Debian"
    ):
        source_of("en-us").items()


@needs_espeak
def test_data_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ESPEAK_DATA_PATH", str(tmp_path))
    (tmp_path / "espeak-ng-data").mkdir()
    with pytest.raises(SpeechUnavailableError, match="install espeak-ng"):
        source_of("en-us").items()


def test_a_server_that_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit(3)\n")
    monkeypatch.setattr(espeak_process, "_SERVER", broken)
    with pytest.raises(SpeechUnavailableError, match="did not start: install espeak-ng"):
        source_of("en-us").items()


@needs_espeak
def test_a_killed_server_is_started_again(source: EspeakSource) -> None:
    item = source.items()[0]
    before = source.speak(item, Prosody()).audio.tobytes()
    for server in servers(os.getpid()):
        os.kill(server, signal.SIGKILL)
    assert source.speak(item, Prosody()).audio.tobytes() == before


@needs_espeak
def test_a_server_that_keeps_dying_is_given_up(
    source: EspeakSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = source.items()[0]

    def ended(self: EspeakProcess, request: Request) -> espeak_process.Answer:
        raise ServerEndedError

    monkeypatch.setattr(EspeakProcess, "ask", ended)
    with pytest.raises(SpeechUnavailableError, match=r"ended twice, saying en-us\+f3/s0001"):
        source.speak(item, Prosody())


@needs_espeak
def test_a_text_that_takes_too_long_is_refused_and_the_next_is_spoken(
    source: EspeakSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = source.items()[0]
    expected = source.speak(item, Prosody()).audio.tobytes()
    monkeypatch.setattr(espeak, "_SECONDS", 0.0)
    with pytest.raises(
        SpeechRefusedError, match=r"en-us\+f3/s0001: espeak-ng failed: it took too long"
    ):
        source.speak(item, Prosody())
    monkeypatch.undo()
    assert source.speak(item, Prosody()).audio.tobytes() == expected


@needs_espeak
def test_the_server_ends_with_who_asked_it() -> None:
    before = servers(os.getpid())
    process = EspeakProcess()
    assert process.ask(request()).samples
    process.close()
    process.close()
    assert servers(os.getpid()) == before
    with pytest.raises(ServerEndedError):
        process.ask(request())


@needs_espeak
@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked up in /proc")
def test_the_server_does_not_outlive_a_killed_client() -> None:
    code = (
        "import os, signal\n"
        "from mien_trainer.synthesis.espeak_process import EspeakProcess\n"
        "process = EspeakProcess()\n"
        "print(process._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(espeak.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    server = int(done.stdout)
    for _ in range(1000):
        status = Path(f"/proc/{server}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.01)
    pytest.fail("the server is still running")


@needs_espeak
def test_a_fork_starts_its_own_server_and_leaves_ours(source: EspeakSource, tmp_path: Path) -> None:
    item = source.items()[0]
    expected = source.speak(item, Prosody()).audio.tobytes()

    def speak() -> bytes:
        other = source.speak(item, Prosody()).audio.tobytes()
        source.close()
        return other

    assert in_fork(speak, 60.0, tmp_path) == (0, expected)
    assert source.speak(item, Prosody()).audio.tobytes() == expected


def fail() -> bytes:
    raise SystemExit(3)


def die() -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def hang() -> bytes:
    time.sleep(60.0)
    return b""


def test_what_becomes_of_a_child(tmp_path: Path) -> None:
    assert in_fork(lambda: b"x" * 1_000_000, 60.0, tmp_path) == (0, b"x" * 1_000_000)
    assert in_fork(die, 60.0, tmp_path) == (signal.SIGKILL, b"")
    assert in_fork(hang, 0.05, tmp_path) == (signal.SIGALRM, b"")
    assert in_fork(fail, 60.0, tmp_path) == (1, b"")


def voiced(seconds: float, decibels: float) -> F32:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    amplitude = 2**0.5 * 10 ** (decibels / 20)
    return (amplitude * np.sin(2 * np.pi * 300 * times)).astype(np.float32)


def laid(*pieces: tuple[str, float, float]) -> tuple[F32, tuple[Phoneme, ...]]:
    """Sound and phonemes from (symbol, seconds, dB); a piece without a symbol extends the last."""
    phonemes: list[Phoneme] = []
    end = 0.0
    for symbol, seconds, _ in pieces:
        if symbol:
            phonemes.append(Phoneme(symbol=symbol, start=end, end=end + seconds))
        else:
            last = phonemes.pop()
            phonemes.append(Phoneme(symbol=last.symbol, start=last.start, end=end + seconds))
        end += seconds
    return np.concatenate([voiced(seconds, level) for _, seconds, level in pieces]), tuple(phonemes)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        # the quiet at the end of a vowel is the stop's closure
        (
            (("ɑː", 0.2, -20), ("", 0.06, -80), ("p", 0.03, -35), ("ɑː", 0.2, -20)),
            [("ɑː", 0.0), ("p", 0.2), ("ɑː", 0.29)],
        ),
        # no more than 0.1 s of it
        (
            (("ɑː", 0.2, -20), ("", 0.3, -80), ("p", 0.03, -35), ("ɑː", 0.2, -20)),
            [("ɑː", 0.0), ("p", 0.4), ("ɑː", 0.53)],
        ),
        # a soft consonant keeps its own noise
        (
            (("ɑː", 0.2, -20), ("f", 0.08, -42), ("", 0.06, -80), ("t", 0.03, -35)),
            [("ɑː", 0.0), ("f", 0.2), ("t", 0.28)],
        ),
        # an l with nothing but quiet gives it to the stop and has a third of the vowel
        (
            (("ɪ", 0.21, -20), ("l", 0.04, -80), ("k", 0.05, -35)),
            [("ɪ", 0.0), ("l", 0.14), ("k", 0.21)],
        ),
        # a pause is shared with the stop that ends it
        (
            (("ɑː", 0.2, -20), (SILENCE, 0.1, -90), ("k", 0.03, -35), ("ɑː", 0.2, -20)),
            [("ɑː", 0.0), (SILENCE, 0.2), ("k", 0.25), ("ɑː", 0.33)],
        ),
        # a pause that sounds is a glide
        (
            (("ɪ", 0.1, -20), (SILENCE, 0.05, -24), ("ʌ", 0.1, -20)),
            [("ɪ", 0.0), ("j", 0.1), ("ʌ", 0.15)],
        ),
        # vowels and nasals stay where they are
        (
            (("m", 0.1, -28), ("ɑː", 0.2, -20), (SILENCE, 0.1, -90), ("n", 0.1, -28)),
            [("m", 0.0), ("ɑː", 0.1), (SILENCE, 0.3), ("n", 0.4)],
        ),
    ],
)
def test_phonemes_are_where_they_are_heard(
    pieces: tuple[tuple[str, float, float], ...], expected: list[tuple[str, float]]
) -> None:
    assert [(one.symbol, round(one.start, 2)) for one in audible_bounds(*laid(*pieces))] == expected


def test_silence_and_nothing_are_left_as_they_are() -> None:
    quiet = (Phoneme(symbol=SILENCE, start=0.0, end=0.5),)
    assert audible_bounds(np.zeros(SAMPLE_RATE // 2, np.float32), quiet) == quiet
    assert audible_bounds(np.zeros(0, np.float32), ()) == ()


pieces = st.tuples(
    st.sampled_from(["p", "b", "s", "l", "m", "ɑː", SILENCE]),
    st.sampled_from([0.0, 0.003, 0.02, 0.06, 0.15]),
    st.sampled_from([-20.0, -30.0, -45.0, -90.0]),
)


@given(st.lists(pieces, min_size=1, max_size=8))
def test_listening_keeps_phonemes_in_order_and_loses_no_time(
    laid_out: list[tuple[str, float, float]],
) -> None:
    audio, phonemes = laid(*laid_out)
    heard = audible_bounds(audio, phonemes)
    assert len(heard) == len(phonemes)
    assert (heard[0].start, heard[-1].end) == (phonemes[0].start, phonemes[-1].end)
    assert all(one.end >= one.start for one in heard)
    assert all(one.end == other.start for one, other in pairwise(heard))
    for before, after in zip(phonemes, heard, strict=True):
        assert after.start <= before.start
        assert after.symbol == before.symbol or (before.symbol, after.symbol) == (SILENCE, "j")
