"""Sound that is not as it should be: a warning where somebody wants one, else a face."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

pytest.importorskip("onnxruntime", reason="needs the extra mien[speak]")

from mien_trainer.audio import doubts, stream_audio
from mien_trainer.cli.speak import command
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.sound_doubts import header_doubt
from mien_trainer.speak.raw_pipe import RawPipe, watched
from mien_trainer.speak.speaker import Pipe
from mien_trainer.speech import SpeechRefusedError

VOICE: F32 = (
    0.3
    * np.sin(2.0 * np.pi * 180.0 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)
    * np.sin(2.0 * np.pi * 3.0 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)
).astype(np.float32)


def told(path: Path) -> list[str]:
    with stream_audio(path, centred=False) as blocks:
        assert np.isfinite(np.concatenate(list(blocks))).all()
    return list(doubts(path))


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "line.wav"
    soundfile.write(path, VOICE, SAMPLE_RATE, subtype="PCM_16")
    return path


@pytest.mark.parametrize(
    ("rate", "subtype"),
    [
        (8_000, "PCM_16"),
        (8_000, "ULAW"),
        (16_000, "PCM_U8"),
        (48_000, "PCM_24"),
        (96_000, "FLOAT"),
        (192_000, "DOUBLE"),
    ],
)
def test_any_rate_and_depth_is_read_without_a_word(tmp_path: Path, rate: int, subtype: str) -> None:
    path = tmp_path / "line.wav"
    soundfile.write(path, np.resize(VOICE, rate), rate, subtype=subtype)
    assert told(path) == []


def test_channels_that_cancel_are_told_and_one_that_is_dead_is_not(tmp_path: Path) -> None:
    path = tmp_path / "line.wav"
    soundfile.write(path, np.stack((VOICE, -VOICE), axis=1), SAMPLE_RATE)
    (doubt,) = told(path)
    assert "its channels cancel each other out, 100% of their power" in doubt
    assert "ffmpeg -i line.wav -af 'pan=mono|c0=c0' one.wav" in doubt
    soundfile.write(path, np.stack((VOICE, 0.0 * VOICE, VOICE), axis=1), SAMPLE_RATE)
    assert told(path) == []


@pytest.mark.parametrize(
    ("gain", "offset", "expected"),
    [
        (0.0, 0.0, "there is nothing but silence in it"),
        (0.001, 0.0, "the loudest sample is at -70 dB of full scale"),
        (300.0, 0.0, "of the samples are clipped"),
        (0.5, 0.5, None),
    ],
)
def test_a_level_that_is_wrong_is_told(
    tmp_path: Path, gain: float, offset: float, expected: str | None
) -> None:
    path = tmp_path / "line.wav"
    soundfile.write(path, gain * VOICE + offset, SAMPLE_RATE, subtype="FLOAT")
    found = told(path)
    assert [expected in one for one in found if expected] == [True] * (expected is not None)
    assert bool(found) == (expected is not None)


def sized(data: bytes, said: int) -> bytes:
    """The WAV with other lengths in its header."""
    length = said.to_bytes(4, "little")
    return data[:4] + length + data[8:40] + length + data[44:]


def test_a_header_that_says_less_or_more_than_there_is_is_told(wav: Path) -> None:
    data = wav.read_bytes()
    assert data[36:40] == b"data"
    for said in (len(data) - 44, 0xFFFFFFFF, 0x7FFFFFFF):  # as it is, and as pipes write it
        wav.write_bytes(sized(data, said))
        assert told(wav) == []
    wav.write_bytes(sized(data, 3_200))
    (doubt,) = told(wav)
    assert "its header says 0.1 s and 2.0 s are there, as of a recording that was not" in doubt
    assert "ffmpeg -ignore_length 1 -i line.wav mended.wav" in doubt
    wav.write_bytes(data[: len(data) // 2])
    (doubt,) = told(wav)
    assert doubt == "its header says 2.0 s and 1.0 s are there: it was cut"
    wav.write_bytes(data + b"LIST" + (400_000).to_bytes(4, "little") + bytes(400_000))
    assert header_doubt(wav) is None, "what follows is no sound"
    wav.write_bytes(data + b"more")
    assert told(wav) == []


@pytest.mark.parametrize(
    ("end", "said", "expected"),
    [
        (None, 0, "its header says 0.0 s and 2.0 s are there"),
        (44, None, "its header says 2.0 s and 0.0 s are there: it was cut"),
        (20, None, "this cannot be read as sound"),
        (0, None, "the file is empty"),
    ],
)
def test_a_file_without_sound_is_refused_with_what_is_known(
    wav: Path, end: int | None, said: int | None, expected: str
) -> None:
    data = wav.read_bytes()
    wav.write_bytes((data if said is None else sized(data, said))[:end])
    with pytest.raises(SpeechRefusedError, match=expected), stream_audio(wav):
        pass


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_at_its_place(tmp_path: Path, value: float) -> None:
    path, samples = tmp_path / "line.wav", VOICE.copy()
    samples[4_000] = value
    soundfile.write(path, samples, SAMPLE_RATE, subtype="FLOAT")
    with (
        pytest.raises(SpeechRefusedError, match=r"the sample at 0\.250 s is not a number"),
        stream_audio(path, centred=False),
    ):
        pass


def test_a_pipe_is_told_of_once_that_it_is_clipped_or_mute() -> None:
    found: list[str] = []
    sound = [np.ones(1_000, np.float32)] * 40 + [np.zeros(1_000, np.float32)] * 400
    assert sum(map(len, watched(sound, found.append))) == 440_000
    assert found == [
        "100.0% of the samples are clipped, so that lips may be missed: record it again with less "
        "gain"
    ]
    found.clear()
    list(watched([np.zeros(1_000, np.float32)] * 400, found.append))
    assert found == ["silence for 10 s: is the microphone muted?"]
    found.clear()
    list(watched([VOICE, np.zeros(400_000, np.float32)], found.append))
    assert found == []


def test_speak_warns_and_speaks(tmp_path: Path) -> None:
    path = tmp_path / "line.wav"
    soundfile.write(path, np.stack((VOICE, -VOICE), axis=1), SAMPLE_RATE)
    file = CliRunner().invoke(command, [str(path), "--label", "joy", "--lips", "network"])
    assert file.exit_code == 0
    assert "warning: line.wav: its channels cancel each other out" in file.stderr
    packed = b"\xff\xfb\x90\x64" + bytes(6_400)
    pipe = CliRunner().invoke(command, ["-", "--label", "joy"], input=packed)
    assert pipe.exit_code == 0
    assert "warning: the pipe begins as MP3 does; if it is no raw sound, give the" in pipe.stderr
    assert len(pipe.stdout.splitlines()) == 14


def told_of(data: bytes) -> list[str]:
    """What is told of a pipe, which gives its bytes as they are."""
    found: list[str] = []
    pipe = RawPipe(cast("Pipe", BytesIO(data)), found.append)
    assert b"".join(iter(lambda: pipe.read1(640), b"")) == data
    return found


def test_floats_in_a_pipe_are_told_once_and_what_is_no_number_in_them() -> None:
    (said,) = told_of(VOICE.astype("<f4").tobytes())
    assert said.startswith("the pipe gives floats of 32 bits, and 16-bit samples were expected")
    assert "ffmpeg -f f32le" in said
    (said,) = told_of(np.full(8000, np.nan, "<f4").tobytes())
    assert "of which 100% are no numbers (NaN)" in said
    holes = VOICE.astype("<f4")
    holes[100:600] = np.nan
    (said,) = told_of(holes.tobytes())
    assert "of which 24% are no numbers (NaN)" in said


@pytest.mark.parametrize(
    "samples",
    [
        VOICE,
        np.zeros(SAMPLE_RATE, np.float32),
        np.full(SAMPLE_RATE, 0.4, np.float32),
        VOICE * 0.001 - 0.001,
        0.4 + 0.02 * np.random.default_rng(0).normal(size=SAMPLE_RATE),
        np.sign(VOICE) * 0.45,
    ],
    ids=["voice", "silence", "offset", "faint", "noise on an offset", "square"],
)
def test_samples_are_no_floats(samples: F32) -> None:
    assert told_of(np.rint(samples * 32767.0).astype("<i2").tobytes()) == []


def swapped(samples: F32) -> list[str]:
    """What is told of a pipe of samples in the other order."""
    return told_of(np.rint(samples * 32767.0).astype(">i2").tobytes())


def test_bytes_that_are_swapped_are_told_once() -> None:
    voice = np.tile(VOICE, 3)
    pauses = np.concatenate([np.zeros(3 * SAMPLE_RATE, np.float32), voice])
    noise = np.random.default_rng(0).normal(0.0, 0.1, len(voice))
    for samples in (voice, 0.1 * voice, pauses, (voice + noise).astype(np.float32)):
        (said,) = swapped(samples)
        assert said.startswith("the bytes of each sample seem to be swapped")
        assert "ffmpeg -f s16be" in said


RANDOM = np.random.default_rng(0)
LOUD = np.rint(np.tile(VOICE, 2) * 32767.0)


@pytest.mark.parametrize(
    "samples",
    [
        LOUD,
        LOUD * 0.01,
        np.clip(LOUD * 10.0, -32768.0, 32767.0),
        np.rint(LOUD / 256.0) * 256.0,
        LOUD + 8000.0,
        RANDOM.integers(-32768, 32768, 4 * SAMPLE_RATE),
        RANDOM.integers(-2, 3, 4 * SAMPLE_RATE),
        256 * RANDOM.integers(-128, 128, 4 * SAMPLE_RATE),
        np.diff(RANDOM.normal(0.0, 9000.0, 4 * SAMPLE_RATE + 1)).clip(-32768, 32767),
        np.resize([30_000, -30_000], 4 * SAMPLE_RATE),
        np.zeros(4 * SAMPLE_RATE),
    ],
    ids=[
        *("voice", "faint", "clipped", "8 bits", "offset", "loud noise", "faint noise"),
        *("noise of 8 bits", "hiss", "highest tone", "silence"),
    ],
)
def test_bytes_in_their_order_are_not_told(samples: F32) -> None:
    assert told_of(np.rint(samples).astype("<i2").tobytes()) == []
