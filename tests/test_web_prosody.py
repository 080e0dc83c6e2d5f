"""The voice in JavaScript beside its words: Python's bits, however the sound is cut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.child import finished, installed
from tests.test_prosody import syllables
from tests.test_web_speech import RATE, Node, numbers, real_voice

from mien_trainer.frames import F32, frame_count
from mien_trainer.speak.prosody import ProsodyStream

SIZES = ([10**9], [1], [128], [48_000], [1, 266, 5000, 37, 2048])


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    program = Node(tmp_path_factory.mktemp("prosody"))
    yield program
    program.close()


def expected(sound: F32) -> F32:
    prosody = ProsodyStream()
    return np.concatenate((prosody.push(sound), prosody.finish()))


def spoken() -> F32:
    """Five seconds of syllables, calm then excited, and silence around them."""
    rng = np.random.default_rng(3)
    calm, excited = rng.uniform(95.0, 130.0, 10), rng.uniform(180.0, 260.0, 6)
    pitches = np.concatenate((calm, excited)).tolist()
    voice = syllables(pitches, rng.uniform(0.2, 3.0, len(pitches)).tolist())
    quiet = np.zeros(RATE // 2, dtype=np.float32)
    return np.concatenate((quiet, voice, quiet))


def sounds() -> dict[str, npt.NDArray[np.floating]]:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=2 * RATE)
    voice = spoken()
    return {
        "a voice": real_voice(),
        "syllables": voice,
        "clipped": np.clip(30.0 * voice, -1.0, 1.0),
        "faint": 1e-4 * voice,
        "with an offset": np.clip(voice + 0.4, -1.0, 1.0),
        "over noise": voice + 0.01 * rng.normal(size=len(voice)),
        "silence": np.zeros(2 * RATE, dtype=np.float32),
        "noise that is not heard": 1e-6 * noise,
        "bursts": np.clip(noise * np.repeat(rng.choice([0, 1], 40), 800), -1, 1),
        "the loudest square": np.sign(np.sin(np.maximum(0, np.arange(RATE) - 5000) / 9.0)),
    }


@pytest.mark.parametrize("what", sorted(sounds()))
def test_a_voice_is_heard_with_python_s_bits(node: Node, what: str) -> None:
    sound = sounds()[what].astype(np.float32)
    wanted = expected(sound)
    found = numbers(node.ask(sound, [10**9]), "prosody", 2)
    assert found.shape == wanted.shape
    assert found.tobytes() == wanted.tobytes()
    assert bool(wanted.any()) == (what not in {"silence", "faint", "noise that is not heard"})


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_pieces_of_any_size_give_the_same_bits(node: Node, sizes: list[int]) -> None:
    sound = spoken()
    wanted = expected(sound)
    assert numbers(node.ask(sound, sizes), "prosody", 2).tobytes() == wanted.tobytes()
    assert wanted[:, 1].any()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 3000), st.lists(st.integers(1, 900), min_size=1, max_size=5))
def test_any_length_has_python_s_frames(node: Node, length: int, sizes: list[int]) -> None:
    sound = spoken()[RATE : RATE + length]
    found = numbers(node.ask(sound, sizes), "prosody").reshape(-1, 2)
    assert len(found) == frame_count(length)
    assert found.tobytes() == expected(sound).tobytes()


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_a_microphone_of_another_rate_is_heard_alike(node: Node, rate: int) -> None:
    voice = real_voice()
    sound = soxr.resample(voice, RATE, rate).astype(np.float32)
    answers = [node.ask(sound, sizes, rate=rate) for sizes in ([128], [1, 48_000, 441])]
    heard = numbers(answers[0], "samples")
    found = numbers(answers[0], "prosody", 2)
    assert numbers(answers[1], "prosody", 2).tobytes() == found.tobytes()
    assert found.tobytes() == expected(heard).tobytes()
    # Another filter's last bits: thresholds lie between few numbers, so that few frames differ.
    wanted = expected(np.asarray(soxr.resample(sound, rate, RATE)).astype(np.float32))
    both = min(len(found), len(wanted))
    assert np.abs(found[:both] - wanted[:both]).mean() < 1e-4


def test_a_speaker_whose_sound_breaks_off_or_is_broken(tmp_path: Path) -> None:
    program = installed("node")
    sound = tmp_path / "voice.f32"
    sound.write_bytes(real_voice().astype("<f4").tobytes())
    finished(
        [program, "--test", str(Path(__file__).parent / "live_speaker.test.mjs")],
        env=os.environ | {"MIEN_SOUND": str(sound)},
    )
