"""Sound of any length is spoken in flat memory, and of any kind that ffmpeg reads."""

from __future__ import annotations

import json
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from tests.program import ended

import mien
from mien.formats import livelink, named_json
from mien.formats.registry import FORMATS
from mien.formats.take import steady_take
from mien_trainer import audio, ffmpeg
from mien_trainer.audio import FFMPEG_ENDINGS, doubts, read_audio, stream_audio, whole_sound
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.speech import SpeechRefusedError

pytest.importorskip("onnxruntime", reason="needs the extra mien[speak]")
soundfile = pytest.importorskip("soundfile", reason="needs the extra mien[speak]")

CHANNELS = mien.load("default").channels


def noise(seconds: float, rate: int = SAMPLE_RATE) -> F32:
    rng = np.random.default_rng(3)
    return (0.1 * rng.standard_normal(round(seconds * rate))).astype(np.float32)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sound of more than a second is long."""
    monkeypatch.setattr(audio, "LONGEST", 1.0)
    monkeypatch.setattr(audio, "_BLOCK", 3001)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.usefixtures("short")
def test_a_long_file_is_the_sound_that_a_short_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: int
) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(str(path), np.stack([noise(3.0, rate) + 0.1] * 2, axis=1), rate, "FLOAT")
    with stream_audio(path) as blocks:
        parts = list(blocks)
    assert len(parts) > 5
    with pytest.raises(SpeechRefusedError, match="expected at most 0 minutes"):
        read_audio(path)
    monkeypatch.setattr(audio, "LONGEST", 600.0)
    whole = read_audio(path).samples
    found = np.concatenate(parts)
    assert len(found) == len(whole) == 48_000
    assert np.abs(found - whole).max() < 2e-6
    with stream_audio(path) as blocks:
        assert np.array_equal(np.concatenate(list(blocks)), whole)


@pytest.mark.parametrize(("longest", "rate"), [(1.0, 16_000), (1.0, 44_100), (600.0, 16_000)])
def test_how_far_a_file_has_been_heard_is_told_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, longest: float, rate: int
) -> None:
    monkeypatch.setattr(audio, "LONGEST", longest)
    monkeypatch.setattr(audio, "_BLOCK", 3001)
    path, shares = tmp_path / "line.wav", list[float]()
    soundfile.write(str(path), noise(2.0, rate), rate, "FLOAT")
    with stream_audio(path) as blocks:
        untold = np.concatenate(list(blocks))
    with stream_audio(path, listened=shares.append) as blocks:
        parts = list(blocks)
    assert np.concatenate(parts).tobytes() == untold.tobytes()
    assert len(parts) > 10
    assert len(shares) == len(parts) + 1
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_log_says_how_far_the_network_has_heard_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.cli.performing.LONG", 60)
    path, out = tmp_path / "line.wav", tmp_path / "take.csv"
    soundfile.write(str(path), noise(1.5), SAMPLE_RATE, "FLOAT")
    asked = ("speak", path, "--label", "joy", "--lips", "network")
    said = ended(0, *asked, "-o", out)
    assert [one for one in said.stderr.splitlines() if "listening" in one] == [
        "listening: 0 %",
        "listening: 100 %",
    ]
    faces = ended(0, *asked)
    assert "listening" not in faces.stderr
    assert faces.stdout.splitlines() == out.read_text("utf-8").splitlines()


@pytest.mark.usefixtures("short")
def test_a_long_file_is_checked_before_its_first_block(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    samples = noise(3.0)
    samples[40_000] = np.nan
    soundfile.write(str(path), samples, SAMPLE_RATE, "FLOAT")
    with (
        pytest.raises(SpeechRefusedError, match=r"the sample at 2\.500 s is not a number"),
        stream_audio(path),
    ):
        pass
    soundfile.write(str(path), np.sign(samples[:30_000]), SAMPLE_RATE, "FLOAT")
    with stream_audio(path) as blocks:
        assert sum(map(len, blocks)) == 30_000, "what is clipped is spoken all the same"


def test_what_is_clipped_is_spoken_with_a_warning(tmp_path: Path) -> None:
    path, other = tmp_path / "loud.wav", tmp_path / "fine.wav"
    soundfile.write(str(path), np.sign(noise(0.5)), SAMPLE_RATE, "FLOAT")
    soundfile.write(str(other), 0.1 * noise(0.5), SAMPLE_RATE, "FLOAT")
    with stream_audio(path) as blocks:
        assert sum(map(len, blocks)) == SAMPLE_RATE // 2
    assert "100.0% of the samples are clipped" in "".join(doubts(path))
    with stream_audio(other):
        assert not list(doubts(other))
    assert not list(doubts(path)), "it was not the last"


def test_a_file_that_is_read_again_is_not_decoded_again(tmp_path: Path) -> None:
    path = tmp_path / "line.wav"
    soundfile.write(str(path), 0.1 * noise(0.5), SAMPLE_RATE, "FLOAT")
    found: list[F32] = []
    for _ in range(2):
        with stream_audio(path) as blocks:
            found += list(blocks)
    assert found[0] is found[1]
    assert not found[0].flags.writeable
    soundfile.write(str(path), 0.1 * noise(0.6), SAMPLE_RATE, "FLOAT")
    assert len(whole_sound(path)) == round(0.6 * SAMPLE_RATE), "it has changed since"


def test_four_minutes_take_the_memory_of_one(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three minutes more of faces alone would be 2 MB, of sound 11 MB."""
    network = str(tiny / "tiny.onnx")

    def peak(minutes: int) -> int:
        path, take = tmp_path / "talk.flac", tmp_path / "talk.csv"
        with soundfile.SoundFile(str(path), "w", SAMPLE_RATE, 1) as file:
            for _ in range(minutes):
                file.write(noise(60.0))
        asked = ["speak", str(path), "--label", "joy", "--network", network, "-o", str(take)]
        tracemalloc.start()
        ended(0, *asked)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        with take.open() as lines:
            assert sum(1 for _ in lines) == 1 + minutes * 3600
        return found

    monkeypatch.setattr(audio, "LONGEST", 1.0)
    one, four = peak(1), peak(4)
    assert four < one + (1 << 20)


@pytest.mark.parametrize("module", [livelink, named_json])
@pytest.mark.parametrize("sizes", [(), (1,), (0, 5, 0, 130, 1)])
def test_a_take_in_blocks_has_the_bytes_of_the_whole(
    module: ModuleType, sizes: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(0)
    blocks = [rng.uniform(0.0, 1.0, (n, len(CHANNELS))).astype(np.float32) for n in sizes]
    none = np.zeros((0, len(CHANNELS)), dtype=np.float32)
    take = steady_take(60, CHANNELS, np.concatenate([none, *blocks]), "a source")
    text = "".join(module.stream(60, CHANNELS, iter(blocks), "a source"))
    assert text.encode() == module.encode(take)


def test_every_format_that_is_written_is_written_in_blocks() -> None:
    for one in FORMATS:
        if one.writes:
            data = b"".join(one.stream(60, CHANNELS, [np.zeros((2, 52), dtype=np.float32)]))
            assert data == one.encode(
                steady_take(60, CHANNELS, np.zeros((2, 52), dtype=np.float32))
            )


ENCODERS = {".m4a": "aac", ".aac": "aac", ".mp4": "aac", ".webm": "libopus"}


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("ending", FFMPEG_ENDINGS)
def test_what_phones_and_browsers_record_is_spoken(tiny: Path, tmp_path: Path, ending: str) -> None:
    wav, path, take = (tmp_path / name for name in ("a.wav", f"talk{ending}", "take.json"))
    soundfile.write(str(wav), noise(2.0, 48_000), 48_000)
    command = ["ffmpeg", "-v", "error", "-i", str(wav), "-c:a", ENCODERS[ending], str(path)]
    subprocess.run(command, check=True)
    network = ["--network", str(tiny / "tiny.onnx")]
    ended(0, "speak", path, "--label", "joy", *network, "-o", take)
    weights = json.loads(take.read_text("utf-8"))["weights"]
    assert 119 <= len(weights) <= 126  # encoders pad what they take
    with stream_audio(path) as blocks:
        level = np.concatenate(list(blocks)).std()
    assert 0.04 < level < 0.11  # a third of the noise lies below the 8 kHz that are kept


Spoil = Callable[[Path, pytest.MonkeyPatch], None]


def no_ffmpeg(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"sound")
    monkeypatch.setattr(ffmpeg, "find_ffmpeg", lambda: None)


def no_sound(path: Path, _: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"\x00\x00\x00\x18ftypM4A junk")


def no_file(*_: object) -> None:
    """Leaves nothing."""


def playlist(path: Path, _: pytest.MonkeyPatch) -> None:
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.aac\n#EXT-X-ENDLIST\n")


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (no_ffmpeg, "read by ffmpeg, which is not installed: install it, or convert to .wav"),
        (no_sound, "ffmpeg cannot read it"),
        (playlist, "ffmpeg cannot read it"),
        (no_file, "expected a sound file, found none"),
    ],
)
def test_what_ffmpeg_cannot_read_is_refused_by_name(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Spoil, expected: str
) -> None:
    path = tmp_path / "talk.m4a"
    spoil(path, monkeypatch)
    asked = ["speak", str(path), "--label", "joy", "--network", str(tiny / "tiny.onnx")]
    said = ended(2, *asked, "-o", tmp_path / "take.csv").stderr
    assert "talk.m4a: " in said
    assert expected in said
    assert not (tmp_path / "take.csv").exists()
