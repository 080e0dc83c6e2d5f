"""Recorded sound in the one form that everything here works on: mono, 16 kHz, one loudness."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import soundfile
import soxr
from attrs import frozen

from mien.text.files import shown_path
from mien_trainer.ffmpeg import converted, decode
from mien_trainer.frames import F32, SAMPLE_RATE, frame_count
from mien_trainer.quiet import quiet
from mien_trainer.sound_doubts import (
    CLIPPED_LIMIT,
    FULL_SCALE,
    Recorded,
    header_doubt,
    recorded_doubts,
)
from mien_trainer.speech import SpeechRefusedError

SHORTEST = 0.1
"""Seconds; less holds no syllable."""

LONGEST = 600.0
"""Seconds; a longer file is a session to be cut, not a take, and would fill the memory."""

_RATES = (8_000, 192_000)
"""Samples a second, from the telephone to the studio."""

_CHANNELS = 8
"""More are no recording of one speaker."""

_BLOCK = 1 << 16
"""Samples a channel that are read at once."""

FFMPEG_ENDINGS = (".m4a", ".aac", ".mp4", ".webm")
"""The endings of files that ffmpeg reads where it is installed; libsndfile reads none of them."""

_STREAM_PATIENCE = 3600.0

LEVEL = -23.0
"""The level of speech in dB below full scale (RMS), near that of broadcasts (EBU R 128)."""

_PEAK = -1.0
"""No sample goes above this, in dB; a voice with higher peaks is left that much softer."""

_FRAME = SAMPLE_RATE // 50
"""The level is measured on frames of 20 ms."""

_PAUSE = 30.0
"""Frames this many dB under the loudest are pauses and closures, and do not count."""


@frozen(kw_only=True, eq=False)
class Audio:
    """A recording as mono float32 in [-1, 1] at 16 kHz, and what the file held.

    ``rate`` is the file's samples a second, ``channels`` its channels, ``clipped`` the share of its
    samples at full scale, ``kept`` the share of the channels' power that their mean has.
    """

    samples: F32
    rate: int
    channels: int
    clipped: float
    kept: float


class _Sound(Protocol):
    samplerate: int
    channels: int
    frames: int

    def read(self, frames: int, dtype: str, always_2d: bool) -> F32: ...

    def seek(self, frames: int) -> int: ...


class _ResampleStream(Protocol):
    def resample_chunk(self, x: F32, last: bool = False) -> F32: ...


_open = cast("Callable[[str], AbstractContextManager[_Sound]]", soundfile.SoundFile)
_resample = cast("Callable[[F32, int, int], F32]", soxr.resample)
_resampler = cast("Callable[[int, int, int], _ResampleStream]", soxr.ResampleStream)


def read_audio(path: Path) -> Audio:
    """The sound of a file: WAV, FLAC, AIFF, Ogg, MP3 and what else libsndfile reads.

    Channels are averaged, a constant offset is taken out, any rate becomes 16 kHz.

    Raises:
        SpeechRefusedError: no readable sound; shorter than 0.1 s or longer than 10 minutes; fewer
            than 8,000 or more than 192,000 samples a second; more than 8 channels; a sample that is
            no number; more than 1 % at full scale. Names the file; a long one is not read whole.
    """
    with _opened(path) as sound:
        audio = _read(path, sound)
    if audio.clipped > CLIPPED_LIMIT:
        raise SpeechRefusedError(
            f"{path}: {audio.clipped:.1%} of the samples are clipped, expected at most "
            f"{CLIPPED_LIMIT:.0%}: record it again with less gain"
        )
    return audio


@contextmanager
def stream_audio(
    path: Path, *, centred: bool = True, listened: Callable[[float], None] | None = None
) -> Generator[Iterator[F32]]:
    """The sound of a file of any length in blocks, mono at 16 kHz, so that memory stays flat.

    What is no longer than 10 minutes is one block, as `read_audio` gives it, and the last such file
    is kept: who asks again gets the same array, which nobody can write to. A file with one of the
    `FFMPEG_ENDINGS` is decoded by ffmpeg first. Everything is checked before the first block. A
    constant offset is left in where it is not to be ``centred``, as a pipe would bring it.
    ``listened`` is told the share of the sound that has been taken; blocks are short then.

    Raises:
        SpeechRefusedError: as `read_audio`, but for length and clipping (`doubts`); or ffmpeg is
            missing or fails.
    """
    state = _state(path)
    kept = _KEPT.get((state, centred))
    if kept is not None:
        yield _told((kept.samples,), len(kept.samples), listened)
        return
    with _sound_of(path) as sound:
        if sound.frames > LONGEST * sound.samplerate:
            length = sound.frames * SAMPLE_RATE // sound.samplerate
            yield _told(_long(path, sound, centred=centred), length, listened)
            return
        audio = _read(path, sound, centred=centred)
        audio.samples.setflags(write=False)
        _KEPT.clear()
        _KEPT[state, centred] = audio
    yield _told((audio.samples,), len(audio.samples), listened)


def _told(
    blocks: Iterable[F32], length: int, listened: Callable[[float], None] | None
) -> Iterator[F32]:
    if listened is None:
        yield from blocks
        return
    done = 0
    for block in blocks:
        for begin in range(0, len(block), _BLOCK):
            listened(min(1.0, done / length))
            piece = block[begin : begin + _BLOCK]
            yield piece
            done += len(piece)
    listened(1.0)


def doubts(path: Path) -> Iterator[str]:
    """What may be wrong with the sound in a file, where it was the one that was read last.

    Of a sound of more than 10 minutes, and of one that ffmpeg reads, what its header tells alone.
    """
    kept = _read_last(path)
    if kept is not None:
        loudest = float(np.abs(kept.samples).max(initial=0.0))
        recorded = Recorded(clipped=kept.clipped, kept=kept.kept, loudest=loudest)
        yield from recorded_doubts(recorded, path.name)
    doubt = header_doubt(path)
    if doubt is not None:
        yield doubt


_State = tuple[str, int, int]

_KEPT: dict[tuple[_State, bool], Audio] = {}
"""The sound that was read last, by whether it was centred: who speaks a line asks for its length,
its sounds and its voice."""


def _read_last(path: Path) -> Audio | None:
    """The sound in a file, centred or not, where it was the one that was read last."""
    return next((one for (state, _), one in _KEPT.items() if state == _state(path)), None)


def _state(path: Path) -> _State:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path.absolute()), found.st_size, found.st_mtime_ns


@contextmanager
def _sound_of(path: Path) -> Generator[_Sound]:
    """A file, opened; ffmpeg decodes what libsndfile cannot."""
    if path.suffix.lower() not in FFMPEG_ENDINGS:
        with _opened(path) as sound:
            yield sound
        return
    with tempfile.TemporaryDirectory() as folder:
        decoded = Path(folder) / "sound.wav"
        converted(
            path, ["-c:a", "pcm_f32le", "-rf64", "auto", str(decoded)], patience=_STREAM_PATIENCE
        )
        with _opened(decoded) as sound:
            yield sound


@contextmanager
def _opened(path: Path) -> Generator[_Sound]:
    if not path.exists():
        raise SpeechRefusedError(f"{path}: there is no such file")
    if not path.is_file():
        raise SpeechRefusedError(f"{path}: expected a sound file, found something else")
    try:
        if path.stat().st_size == 0:
            raise SpeechRefusedError(f"{path}: the file is empty")
        with quiet():
            opened = _open(str(path))
    except (soundfile.SoundFileError, OSError) as error:
        raise SpeechRefusedError(f"{path}: this cannot be read as sound: {_why(error)}") from error
    except TypeError:
        # what libsndfile knows by suffix alone (.raw) has no rate of its own
        raise SpeechRefusedError(
            f"{path}: raw samples say no rate; expected a WAV or FLAC"
        ) from None
    with opened as sound:
        try:
            yield sound
        except soundfile.SoundFileError as error:  # an OSError is the writer's, not the sound's
            raise SpeechRefusedError(f"{path}: this cannot be read as sound: {error}") from error


def _why(error: Exception) -> str:
    """What libsndfile found, but for what it says of an MP3 that is none: there is no such file."""
    said = str(error)
    return "it begins as no sound that is known" if "does not exist" in said else said


def read_samples(path: Path) -> F32:
    """The samples of a recording, mono at 16 kHz; what libsndfile does not read, ffmpeg does.

    Raises:
        SpeechRefusedError: as `read_audio` and `decode`.
    """
    return decode(path) if path.suffix == ".m4a" else read_audio(path).samples


def read_sound(path: Path) -> F32:
    """The samples of a file that a synthesiser has written, at 16 kHz, as they are.

    Raises:
        SpeechRefusedError: the file cannot be read.
    """
    try:
        with _open(str(path)) as sound:
            block = sound.read(-1, dtype="float32", always_2d=True)
            return resample(block.mean(axis=1), sound.samplerate)
    except (soundfile.SoundFileError, OSError) as error:
        raise SpeechRefusedError(f"{path}: this cannot be read as sound: {error}") from error


def resample(audio: F32, rate: int) -> F32:
    """Mono audio at ``rate`` samples a second, at 16 kHz, without delay, within [-1, 1]."""
    if rate != SAMPLE_RATE:
        audio = _resample(audio, rate, SAMPLE_RATE)
    return np.clip(audio, -1.0, 1.0).astype(np.float32, copy=False)


def _read(path: Path, sound: _Sound, *, centred: bool = True) -> Audio:
    _check_form(path, sound)
    limit = int(LONGEST * sound.samplerate)
    if sound.frames > limit:
        _refuse_long(path, f"{sound.frames / sound.samplerate / 60:.0f} minutes")
    blocks: list[F32] = []
    length = clipped = 0
    power = mixed = 0.0
    for block, full_scale, energy in _mono(path, sound):
        length += len(block)
        power, mixed = power + energy, mixed + float(np.square(block).sum(dtype=np.float64))
        # a header may be silent on the length, or wrong
        if length > limit:
            _refuse_long(path, f"more than {LONGEST / 60:.0f} minutes")
        clipped += full_scale
        blocks.append(block)
    _check_content(path, sound, length)
    share = clipped / (length * sound.channels)
    mono = np.concatenate(blocks)
    offset = mono.mean(dtype=np.float64) if centred else 0.0
    return Audio(
        samples=resample((mono - offset).astype(np.float32), sound.samplerate),
        rate=sound.samplerate,
        channels=sound.channels,
        clipped=share,
        kept=mixed / power if power > 0.0 else 1.0,
    )


def _long(path: Path, sound: _Sound, *, centred: bool) -> Iterator[F32]:
    _check_form(path, sound)
    length = 0
    total = 0.0
    for block, _, _ in _mono(path, sound):
        length += len(block)
        total += float(block.sum(dtype=np.float64))
    _check_content(path, sound, length)
    sound.seek(0)
    return _less(path, sound, total / length if centred else 0.0)


def _less(path: Path, sound: _Sound, mean: float) -> Iterator[F32]:
    rate = sound.samplerate
    resampler = None if rate == SAMPLE_RATE else _resampler(rate, SAMPLE_RATE, 1)
    for mono, _, _ in _mono(path, sound):
        block = (mono - mean).astype(np.float32)
        yield np.clip(block if resampler is None else resampler.resample_chunk(block), -1.0, 1.0)
    if resampler is not None:
        rest = resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True)
        yield np.clip(rest, -1.0, 1.0)


def _check_form(path: Path, sound: _Sound) -> None:
    low, high = _RATES
    if not low <= sound.samplerate <= high:
        raise SpeechRefusedError(
            f"{path}: {sound.samplerate} samples a second, expected {low} to {high}"
        )
    if sound.channels > _CHANNELS:
        raise SpeechRefusedError(
            f"{path}: {sound.channels} channels, expected one speaker in at most {_CHANNELS}"
        )


def _check_content(path: Path, sound: _Sound, length: int) -> None:
    if not length:
        doubt = header_doubt(path)
        raise SpeechRefusedError(f"{path}: " + (doubt or "there is no sound in it"))
    if length < SHORTEST * sound.samplerate:
        seconds = length / sound.samplerate
        raise SpeechRefusedError(
            f"{path}: {seconds:.3f} s of sound, expected at least {SHORTEST} s"
        )


def _block(sound: _Sound) -> F32:
    with quiet():
        return sound.read(_BLOCK, dtype="float32", always_2d=True)


def _mono(path: Path, sound: _Sound) -> Iterator[tuple[F32, int, float]]:
    """Blocks of the mean of the channels (n,), how many samples are clipped, and their energy.

    The energy is the mean of the channels'.
    """
    length = 0
    while len(block := _block(sound)):
        if not np.isfinite(block).all():
            row = int(np.argmax(~np.isfinite(block).all(axis=1)))
            seconds = (length + row) / sound.samplerate
            raise SpeechRefusedError(f"{path}: the sample at {seconds:.3f} s is not a number")
        length += len(block)
        clipped = int(np.count_nonzero(np.abs(block) >= FULL_SCALE))
        held = np.clip(block, -1.0, 1.0)
        energy = float(np.square(held).sum(dtype=np.float64)) / sound.channels
        yield held.mean(axis=1), clipped, energy


def _refuse_long(path: Path, found: str) -> None:
    raise SpeechRefusedError(
        f"{path}: {found} of sound, expected at most {LONGEST / 60:.0f} minutes: cut it into takes"
    )


def speech_level(audio: F32) -> float:
    """The RMS level of the speech in mono audio at 16 kHz, in dB of full scale; silence is -inf."""
    frames = np.pad(audio.astype(np.float64), (0, -len(audio) % _FRAME)).reshape(-1, _FRAME)
    power = np.square(frames).mean(axis=1)
    loudest = power.max(initial=0.0)
    if loudest == 0.0:
        return -np.inf
    return float(10.0 * np.log10(power[power >= loudest * 10.0 ** (-_PAUSE / 10.0)].mean()))


def levelled(audio: F32) -> F32:
    """The audio at the common level, so that no network can tell voices apart by their loudness.

    Silence stays silence. The gain is rounded to 0.01 dB, so that the last bits of a sum do not
    show in the samples.
    """
    level = speech_level(audio)
    if level == -np.inf:
        return audio
    peak = 20.0 * np.log10(float(np.abs(audio).max()))
    gain = round(min(LEVEL - level, _PEAK - peak), 2)
    return audio * np.float32(10.0 ** (gain / 20.0))


def whole_sound(path: Path) -> F32:
    """All samples of a file, as `stream_audio` gives them.

    Raises:
        SpeechRefusedError: as `stream_audio`; or it is longer than 10 minutes.
    """
    parts: list[F32] = []
    with stream_audio(path) as blocks:
        for block in blocks:
            parts.append(block)
            if sum(map(len, parts)) > LONGEST * SAMPLE_RATE:
                found = f"more than {LONGEST / 60:g} minutes"
                raise SpeechRefusedError(
                    f"{shown_path(path)}: {found}: cut it, or let the network speak"
                )
    return np.concatenate([np.zeros(0, dtype=np.float32), *parts])


def sound_frames(path: Path) -> int:
    """How many frames begin within the sound of a file, as `stream_audio` gives it.

    Raises:
        SpeechRefusedError: as `stream_audio`.
    """
    kept = _read_last(path)
    if kept is not None:
        return frame_count(len(kept.samples))
    with stream_audio(path) as blocks:
        return frame_count(sum(len(block) for block in blocks))
