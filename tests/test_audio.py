"""Reading sound: what is taken, how it comes out, and what is refused by name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.audio import LEVEL, levelled, read_audio, resample, speech_level
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.speech import SpeechRefusedError

_write = cast("Callable[..., None]", soundfile.write)


def tone(rate: int, seconds: float = 0.48, hertz: float = 440.0, peak: float = 0.5) -> F32:
    times = np.arange(round(rate * seconds)) / rate
    return (peak * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def write(
    path: Path, samples: npt.NDArray[np.floating[Any]], rate: int, subtype: str = "PCM_16"
) -> Path:
    _write(str(path), samples, rate, subtype=subtype)
    return path


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_every_rate_becomes_the_same_sound(tmp_path: Path, rate: int) -> None:
    audio = read_audio(write(tmp_path / "a.wav", tone(rate), rate, "FLOAT"))
    assert (audio.rate, audio.channels, audio.clipped) == (rate, 1, 0.0)
    assert audio.samples.dtype == np.float32
    assert len(audio.samples) == 7_680
    inner = slice(800, -800)
    expected = tone(SAMPLE_RATE)[inner]
    assert np.abs(audio.samples[inner] - expected).max() < 2e-3


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.aiff", "a.ogg", "a.mp3"])
def test_every_format_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _write(str(path), tone(44_100), 44_100)
    audio = read_audio(path)
    assert abs(speech_level(audio.samples) - (20 * np.log10(0.5) - 3.01)) < 0.3


def test_stereo_is_averaged(tmp_path: Path) -> None:
    left, right = tone(16_000), tone(16_000, hertz=200.0, peak=0.25)
    audio = read_audio(write(tmp_path / "a.wav", np.stack([left, right], 1), 16_000, "FLOAT"))
    assert audio.channels == 2
    np.testing.assert_allclose(audio.samples, (left + right) / 2, atol=1e-3)


def test_a_constant_offset_is_taken_out(tmp_path: Path) -> None:
    audio = read_audio(write(tmp_path / "a.wav", tone(16_000) + 0.1, 16_000))
    assert abs(float(audio.samples.mean())) < 1e-4
    np.testing.assert_allclose(audio.samples, tone(16_000), atol=1e-3)


def test_silence_is_sound(tmp_path: Path) -> None:
    audio = read_audio(write(tmp_path / "a.wav", np.zeros(16_000, np.float32), 16_000))
    assert not audio.samples.any()


def test_few_clipped_samples_pass_with_their_share(tmp_path: Path) -> None:
    samples = tone(16_000)
    samples[100:140] = 1.0
    audio = read_audio(write(tmp_path / "a.wav", samples, 16_000))
    assert audio.clipped == 40 / 7_680
    assert np.abs(audio.samples).max() <= 1.0


def test_many_clipped_samples_are_refused_with_their_share(tmp_path: Path) -> None:
    loud = np.clip(tone(16_000, peak=3.0), -1.0, 1.0)
    with pytest.raises(SpeechRefusedError, match=r"loud\.wav: 7\d\.\d% of the samples are clipped"):
        read_audio(write(tmp_path / "loud.wav", loud, 16_000))


def test_what_does_not_fit_full_scale_is_clipped(tmp_path: Path) -> None:
    with pytest.raises(SpeechRefusedError, match="clipped"):
        read_audio(write(tmp_path / "a.wav", tone(16_000, peak=3.0), 16_000, "FLOAT"))


@pytest.mark.parametrize(
    ("seconds", "taken"), [(0.0999, False), (0.1, True), (600.0, True), (600.01, False)]
)
def test_the_limits_of_length(tmp_path: Path, seconds: float, taken: bool) -> None:
    path = write(tmp_path / "a.wav", tone(8_000, seconds), 8_000)
    if taken:
        assert len(read_audio(path).samples) == round(seconds * SAMPLE_RATE)
    else:
        with pytest.raises(
            SpeechRefusedError, match=r"a\.wav: .*expected at (least 0.1 s|most 10 min)"
        ):
            read_audio(path)


def test_an_hour_is_refused_by_its_header_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "hour.wav", tone(8_000, 0.1), 8_000, "PCM_U8")
    with path.open("r+b") as stream:
        size = 8_000 * 3_600
        stream.seek(4)
        stream.write((36 + size).to_bytes(4, "little"))
        stream.seek(40)
        stream.write(size.to_bytes(4, "little"))
        # a hole in the file: it takes no room, and reading it would take time
        stream.truncate(44 + size)
    with pytest.raises(
        SpeechRefusedError, match=r"hour\.wav: 60 minutes of sound.*cut it into takes"
    ):
        read_audio(path)


def test_of_an_mp3_that_is_none_only_mien_speaks(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"garbage")
    with pytest.raises(SpeechRefusedError, match=r"a\.mp3: .*it begins as no sound that is known"):
        read_audio(path)
    assert capfd.readouterr() == ("", "")


def test_onnxruntime_keeps_no_identity_of_the_device(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="needs the extra mien[speak]")
    load = (
        "from mien_trainer.speak.lip_network import read_lip_network, shipped_lips\n"
        "read_lip_network(shipped_lips())"
    )
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")}
    subprocess.run([sys.executable, "-B", "-c", load], env={**os.environ, **homes}, check=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_a_number_is_refused_with_its_time(tmp_path: Path, bad: float) -> None:
    samples = tone(16_000)
    samples[4_000] = bad
    with pytest.raises(SpeechRefusedError, match=r"a\.wav: the sample at 0\.250 s is not a number"):
        read_audio(write(tmp_path / "a.wav", samples, 16_000, "FLOAT"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.wav", b"", "the file is empty"),
        ("text.wav", b"These are words, not sound. " * 40, "cannot be read as sound"),
        ("text.mp3", b"These are words, not sound. " * 40, "cannot be read as sound"),
        ("cut.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "cannot be read as sound"),
        ("samples.raw", bytes(4_000), "say no rate"),
    ],
)
def test_what_is_no_sound_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SpeechRefusedError, match=f"{name}: .*{message}"):
        read_audio(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpeechRefusedError, match="found something else"):
        read_audio(tmp_path)
    with pytest.raises(SpeechRefusedError, match=r"gone\.wav: there is no such file"):
        read_audio(tmp_path / "gone.wav")


def test_a_header_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpeechRefusedError, match="no sound in it"):
        read_audio(write(tmp_path / "a.wav", np.zeros(0, np.float32), 16_000))


@pytest.mark.parametrize(("rate", "channels"), [(4_000, 1), (384_000, 1), (16_000, 9)])
def test_what_no_microphone_gives_is_refused(tmp_path: Path, rate: int, channels: int) -> None:
    samples = np.zeros((rate, channels), np.float32)
    with pytest.raises(SpeechRefusedError, match=r"(samples a second|9 channels), expected"):
        read_audio(write(tmp_path / "a.wav", samples, rate))


@given(cut=st.integers(0, 3_000), seed=st.integers(0, 2**32 - 1))
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, cut: int, seed: int
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "a.wav"
    data = bytearray(write(path, tone(8_000, 0.2), 8_000).read_bytes()[: 3_244 - cut])
    rng = np.random.default_rng(seed)
    for position in rng.integers(0, max(1, len(data)), size=6):
        data[position : position + 1] = rng.bytes(1)
    path.write_bytes(bytes(data))
    try:
        samples = read_audio(path).samples
    except SpeechRefusedError as refusal:
        said = str(refusal)
    else:
        said = str(path) if len(samples) and np.isfinite(samples).all() else ""
    assert str(path) in said


def test_resampling_does_not_delay() -> None:
    click = np.zeros(22_050, np.float32)
    click[11_025] = 0.5
    assert int(np.argmax(np.abs(resample(click, 22_050)))) == 8_000
    same = tone(SAMPLE_RATE)
    assert resample(same, SAMPLE_RATE).tobytes() == same.tobytes()


@given(
    gain=st.floats(-40.0, 0.0), pause=st.integers(0, SAMPLE_RATE), hertz=st.floats(80.0, 4_000.0)
)
def test_speech_comes_to_one_level_however_long_its_pauses(
    gain: float, pause: int, hertz: float
) -> None:
    speech = tone(SAMPLE_RATE, 0.5, hertz) * np.float32(10.0 ** (gain / 20.0))
    level = speech_level(levelled(np.concatenate([speech, np.zeros(pause, np.float32)])))
    assert level == pytest.approx(LEVEL, abs=0.05)


def test_levelling_keeps_peaks_and_silence() -> None:
    clicks = np.zeros(SAMPLE_RATE, np.float32)
    clicks[::800] = 0.01
    assert np.abs(levelled(clicks)).max() == pytest.approx(10 ** (-1 / 20), abs=2e-3)
    assert not levelled(np.zeros(SAMPLE_RATE, np.float32)).any()
    assert len(levelled(np.zeros(0, np.float32))) == 0
