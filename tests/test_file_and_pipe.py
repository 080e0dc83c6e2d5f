"""A file and a pipe of the same samples give the same faces, bit for bit, however they come."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnxruntime", reason="needs the extra mien[speak]")

from mien.formats import livelink
from mien_trainer.cli.speak import command
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.mel import LOOK_AHEAD, SILENCE
from mien_trainer.speak.lip_network import LipNetwork, read_lip_network, shipped_lips
from mien_trainer.speak.offset import BLOCK, FIRST, FORGOTTEN, WithoutOffset, without_offset
from mien_trainer.speak.raw_pipe import RawPipe
from mien_trainer.speak.speaker import pipe_samples
from mien_trainer.speak.utterance import Shown, Utterance, prepare_utterance
from mien_trainer.speech import Prosody, Split
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice

SIZES = st.lists(st.one_of(st.integers(1, 40), st.integers(1, 4000)), max_size=12)


@pytest.fixture(scope="module")
def spoken() -> bytes:
    """Raw samples of a line, with an offset as bad microphones have."""
    voice = Voice(name="awb", split=Split.TEST)
    source = FliteSource([voice], [Sentence(key="s1", text="Bob, move!", split=Split.TEST)])
    audio = source.speak(source.items()[0], Prosody()).audio
    data: bytes = np.round(32767.0 * np.clip(0.8 * audio + 0.02, -1.0, 1.0)).astype("<i2").tobytes()
    return data


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    return prepare_utterance(None, None, Shown(label="joy"))


def in_pieces(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    ends = [min(end, len(data)) for end in accumulate(sizes, initial=0)]
    pieces = [data[a:b] for a, b in pairwise([*ends, len(data)])]
    return [one for one in pieces if one]


class Pieces:
    """A pipe that gives a piece at a time."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = list(pieces)

    def read1(self, size: int, /) -> bytes:
        assert size >= max(map(len, self._pieces), default=0)
        return self._pieces.pop(0) if self._pieces else b""


def written(utterance: Utterance, pieces: Sequence[bytes]) -> str:
    sound = without_offset(pipe_samples(RawPipe(Pieces(pieces))))
    return "".join(livelink.stream(60, utterance.channels, utterance.takes(sound)))


@pytest.fixture(scope="module")
def of_the_file(spoken: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `mien speak FILE` prints, by the network."""
    path = tmp_path_factory.mktemp("sound") / "line.wav"
    soundfile.write(path, np.frombuffer(spoken, "<i2"), SAMPLE_RATE, subtype="PCM_16")
    ways = {"lips": ("--lips", "network", "--delay", "87"), "faces": ("--network", "default")}
    found = {
        name: CliRunner().invoke(command, [str(path), "--label", "joy", *way])
        for name, way in ways.items()
    }
    assert all(one.exit_code == 0 for one in found.values())
    return {name: one.stdout for name, one in found.items()}


@given(sizes=SIZES)
@settings(max_examples=8)
def test_a_file_and_a_pipe_give_the_same_bytes(
    utterance: Utterance, spoken: bytes, of_the_file: dict[str, str], sizes: list[int]
) -> None:
    assert written(utterance, in_pieces(spoken, [*sizes, *[16_000] * 9])) == of_the_file["lips"]


def test_so_do_pieces_of_a_sample(
    utterance: Utterance, spoken: bytes, of_the_file: dict[str, str]
) -> None:
    pieces = in_pieces(spoken, [6_400, *[2] * 400, *[16_000] * 9])
    assert written(utterance, pieces) == of_the_file["lips"]
    jaw = np.array([row.split(",")[19] for row in of_the_file["lips"].splitlines()[1:]], float)
    assert jaw.max() > 0.1, "the lips move"


def test_so_does_a_network_of_whole_faces(spoken: bytes, of_the_file: dict[str, str]) -> None:
    piped = CliRunner().invoke(
        command, ["-", "--label", "joy", "--network", "default"], input=spoken
    )
    assert piped.stdout == of_the_file["faces"]


def less_its_offset(samples: F32) -> F32:
    """The offset sample by sample, written apart from the code under test."""
    first = samples[:FIRST].astype(np.float64)
    was = mean = first.mean() if len(first) else 0.0
    count = FIRST // BLOCK
    found = np.concatenate((first - mean, np.zeros(max(0, len(samples) - FIRST))))
    for begin in range(FIRST, len(samples), BLOCK):
        block = samples[begin : begin + BLOCK].astype(np.float64)
        way = np.arange(1, len(block) + 1) / BLOCK
        found[begin : begin + len(block)] = block - (was + (mean - was) * way)
        count = min(count + 1, FORGOTTEN)
        was, mean = mean, mean + (block.mean() - mean) / count
    return found.astype(np.float32)


@given(sizes=SIZES, length=st.integers(0, 30_000), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_an_offset_goes_however_the_sound_comes(sizes: list[int], length: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = (0.1 * rng.standard_normal(length) + rng.uniform(-0.3, 0.3)).astype(np.float32)
    whole = np.concatenate(list(without_offset([samples])))
    ends = [min(end, length) for end in accumulate(sizes, initial=0)]
    parts = list(without_offset(samples[a:b] for a, b in pairwise([*ends, length])))
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    np.testing.assert_allclose(whole, less_its_offset(samples), atol=1e-6)


def test_no_frame_waits_for_the_offset() -> None:
    offset, given = WithoutOffset(), 0
    for sample in range(1, 2_000):
        given += len(offset.push(np.zeros(1, np.float32)))
        assert given == (sample if sample >= LOOK_AHEAD else 0)


def test_a_constant_is_silence_and_the_sound_beside_it_stays() -> None:
    steady = np.concatenate(list(without_offset([np.full(8_000, 0.25, np.float32)])))
    assert not steady.any()
    times = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    tone = (0.1 * np.sin(2.0 * np.pi * 120.0 * times)).astype(np.float32)
    found = np.concatenate(list(without_offset([tone + np.float32(0.05)])))
    assert np.abs(found - tone)[SAMPLE_RATE:].max() < 3e-4


class Uneven(LipNetwork):
    """A network whose sums depend on how many frames are run at once."""

    def _run(self, mel: F32, state: F32) -> tuple[F32, F32]:
        heads, after = super()._run(mel, state)
        return heads * np.float32(1.0 + 1e-6 * len(mel)), after


def test_frames_are_run_one_by_one_where_a_machine_takes_them_otherwise_at_once() -> None:
    path = shipped_lips()
    assert path is not None
    network, uneven = read_lip_network(path), Uneven(path.read_bytes(), "lips.onnx")
    rng = np.random.default_rng(0)
    mel = (SILENCE + 12.0 * rng.random((40, network.card.mels))).astype(np.float32)
    for one in (network, uneven):
        whole, state = one.run(mel, one.start)
        parts: list[F32] = []
        last = one.start
        for begin, end in pairwise((0, 0, 1, 2, 5, 11, 40)):
            heads, last = one.run(mel[begin:end], last)
            parts.append(heads)
        assert np.array_equal(np.concatenate(parts), whole)
        assert np.array_equal(last, state)
