"""Pictures and a sound to a film, by the ffmpeg of the machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from mien.errors import MienError

_TAIL = 400

CODECS: Mapping[str, tuple[str, ...]] = {
    ".mp4": (
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p"),
        *("-map_metadata", "-1", "-movflags", "+faststart"),
    ),
    ".webm": (
        *("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "6", "-row-mt", "1"),
        *("-crf", "24", "-b:v", "0", "-pix_fmt", "yuv420p", "-map_metadata", "-1"),
    ),
}
"""How the pictures of a film are written, by its ending."""

_SOUNDS: Mapping[str, tuple[str, ...]] = {
    ".mp4": ("-c:a", "aac", "-b:a", "128k"),
    ".webm": ("-c:a", "libopus", "-b:a", "96k"),
}


class FilmError(MienError):
    """A film cannot be made; the message says what is missing or what ffmpeg said."""


def ffmpeg_for(what: str, instead: str) -> str:
    """The program ffmpeg, which makes ``what``; ``instead`` is what a person can do without it.

    Raises:
        FilmError: it is not installed.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise FilmError(
            f"{what} is made by ffmpeg, which is not installed: install it, or {instead}"
        )
    return program


def film_bytes(
    suffix: str,
    pictures: Iterator[bytes],
    step: Callable[[], None],
    *,
    rate: int,
    form: str = "png",
    sound: Path | None = None,
) -> bytes:
    """The film of ``pictures`` (PNG, or JPEG where ``form`` is mjpeg), ``rate`` a second.

    ``suffix`` is a key of `CODECS`. ``step`` is called a picture. The sound begins with the first
    picture, and ends with the last one at the latest.

    Raises:
        FilmError: there is no ffmpeg, or it cannot make the film.
    """
    program = ffmpeg_for(f"a film ({suffix})", "write a take, such as .json")
    with tempfile.TemporaryDirectory(prefix="mien-") as name:
        folder = Path(name)
        out = folder / f"film{suffix}"
        command = [program, "-v", "error", "-nostdin", *pictures_from_stdin(rate, form)]
        if sound is not None:
            command += ["-protocol_whitelist", "file,pipe", "-i", f"file:{sound.resolve()}"]
            command += ["-map", "0:v:0", "-map", "1:a:0", *_SOUNDS[suffix], "-shortest"]
        run_ffmpeg([*command, *CODECS[suffix], str(out)], folder / "said", pictures, step)
        return out.read_bytes()


def pictures_from_stdin(rate: int, form: str = "png") -> tuple[str, ...]:
    """The arguments with which ffmpeg reads pictures from its stdin."""
    return ("-f", "image2pipe", "-c:v", form, "-framerate", str(rate), "-i", "-")


def run_ffmpeg(
    command: Sequence[str], log: Path, pictures: Iterator[bytes], step: Callable[[], None]
) -> None:
    """Run ffmpeg, handing it every picture; what it says goes into ``log``.

    Raises:
        FilmError: it cannot be started, or cannot make the film.
    """
    with log.open("wb") as said:
        try:
            process = subprocess.Popen(  # noqa: S603  the machine's own ffmpeg, no shell
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
            )
        except OSError as error:
            raise FilmError(f"ffmpeg cannot be started: {error.strerror}") from error
        try:
            assert process.stdin is not None  # noqa: S101  it was asked for
            _feed(process.stdin, pictures, step)
            status = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
    if status != 0:
        text = log.read_text("utf-8", "replace").strip()
        raise FilmError(f"ffmpeg could not make the film: {text[-_TAIL:] or f'status {status}'}")


def _feed(stream: IO[bytes], pictures: Iterator[bytes], step: Callable[[], None]) -> None:
    """Hand over every picture; where ffmpeg has stopped listening, its status tells why."""
    with suppress(BrokenPipeError):
        try:
            for data in pictures:
                stream.write(data)
                step()
        finally:
            stream.close()
