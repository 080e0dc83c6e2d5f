"""A preview into a file: a page, or a film by ffmpeg."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mien.drawing.document import shipped_face
from mien.drawing.svg import png
from mien.film.encode import CODECS, FilmError, ffmpeg_for, pictures_from_stdin, run_ffmpeg
from mien.text.atomic import write_atomic
from mien_trainer.frames import FRAME_RATE
from mien_trainer.preview.content import PreviewClip, wav_bytes
from mien_trainer.preview.page import page
from mien_trainer.preview.picture import picture, size_of

__all__ = ["FilmError", "count_pictures", "count_steps", "film", "write_preview"]

RATES = {".mp4": 30, ".gif": 20}
"""Pictures a second by the film's ending; a GIF's pictures last whole hundredths of a second."""

_PALETTE = (
    "split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=bayer:bayer_scale=4"
)


def count_pictures(show: PreviewClip, suffix: str) -> int:
    """How many pictures the film has."""
    return max(1, math.ceil(show.seconds * RATES[suffix]))


def film(show: PreviewClip, suffix: str, step: Callable[[], None]) -> bytes:
    """The bytes of the film, ``suffix`` being one of ``RATES``; ``step`` is called a picture.

    Raises:
        FilmError: there is no ffmpeg, or it cannot make the film.
        PngUnavailableError: the extra ``mien[png]`` is not installed.
    """
    program = ffmpeg_for(
        f"a film ({suffix})", "write .html, which plays in a browser, with its sound"
    )
    with tempfile.TemporaryDirectory(prefix="mien-") as name:
        folder = Path(name)
        sound = folder / "sound.wav"
        if show.audio is not None:
            sound.write_bytes(wav_bytes(show.audio))
        out = folder / f"film{suffix}"
        command = _command(program, suffix, sound if sound.is_file() else None, out)
        run_ffmpeg(command, folder / "said", _pictures(show, suffix), step)
        return out.read_bytes()


def _command(program: str, suffix: str, sound: Path | None, out: Path) -> list[str]:
    command = [program, "-v", "error", "-nostdin", *pictures_from_stdin(RATES[suffix])]
    if suffix == ".gif":
        return [*command, "-filter_complex", _PALETTE, "-loop", "0", str(out)]
    if sound is not None:
        command += ["-i", str(sound), "-c:a", "aac", "-b:a", "128k"]
    return [*command, *CODECS[suffix], str(out)]


def _pictures(show: PreviewClip, suffix: str) -> Iterator[bytes]:
    face = shipped_face()
    width, _ = size_of(show)
    for position in range(count_pictures(show, suffix)):
        frame = min(show.frames - 1, round(position * FRAME_RATE / RATES[suffix]))
        yield png(picture(show, face, frame), width=width)


SUFFIXES = (".html", *RATES)
"""The endings that a preview may have."""


def count_steps(path: Path, show: PreviewClip) -> int:
    """How often ``write_preview`` calls its ``step``."""
    suffix = path.suffix.lower()
    return count_pictures(show, suffix) if suffix in RATES else 1


def write_preview(path: Path, show: PreviewClip, step: Callable[[], None]) -> None:
    """Write ``show`` to ``path`` as a page or a film.

    Raises:
        ValueError: the name ends in none of ``SUFFIXES``.
        FilmError: a film is asked for and cannot be made.
        PngUnavailableError: a film is asked for and the extra ``mien[png]`` is not installed.
        OSError: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix in RATES:
        write_atomic(path, film(show, suffix, step))
    elif suffix == ".html":
        write_atomic(path, page(show).encode())
        step()
    else:
        raise ValueError(f"{path}: expected a name that ends in {', '.join(SUFFIXES)}")
