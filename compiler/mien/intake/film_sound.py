"""The sound of a film, taken out by ffmpeg where it is installed, beginning with a given moment."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from mien.errors import MienError
from mien.formats.timecode import parse_timecode
from mien.text.files import shown_path
from mien.text.regular_file import FILM, require_regular

_PATIENCE = 600.0
_MOST_APART = 5.0
"""Seconds by which a film may begin before or after its curves; more is another clock."""

_TAIL = 300


class SoundError(MienError):
    """The sound of a film cannot be had; the message says why and what to do."""


@frozen(kw_only=True)
class FilmSound:
    """Where sound was cut or filled up: ``lead`` seconds lie between its start and the curves'.

    ``lead`` is above 0 where the film began first; None where the film has no timecode.
    """

    lead: float | None


def write_sound(film: Path, out: Path, start: float) -> FilmSound:
    """Write the sound of ``film`` into the WAV file ``out``, which is new.

    ``start`` is the moment of the first row of curves in seconds of the day: where the film says
    when it began, the sound is cut, or silence put before it, so that it begins with the row.

    Raises:
        SoundError: there is no ffmpeg, the film is no file, has no sound, or cannot be read.
    """
    try:
        require_regular(film, FILM)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise SoundError(f"{shown_path(film)}: no sound can be read of it: {reason}") from None
    lead = _lead(film, start)
    moved: list[str] = []
    if lead is not None and lead > 0.0:
        moved = ["-af", f"atrim=start={lead:.6f},asetpts=PTS-STARTPTS"]
    elif lead is not None and lead < 0.0:
        moved = ["-af", f"adelay=delays={-lead * 1000.0:.3f}:all=1"]
    # a film that is a list of other files is not followed, least of all to a network
    source = ["-nostdin", "-protocol_whitelist", "file,pipe", "-i", f"file:{film}"]
    target = ["-map", "0:a:0", *moved, "-c:a", "pcm_s16le", "-f", "wav", f"file:{out}"]
    _run("ffmpeg", film, [*source, *target])
    return FilmSound(lead=lead)


def _lead(film: Path, start: float) -> float | None:
    """Seconds from the film's first frame to ``start``; None where no timecode tells it."""
    if shutil.which("ffprobe") is None:
        return None
    asked = ["-protocol_whitelist", "file,pipe", "-show_streams", "-of", "json", f"file:{film}"]
    try:
        data = json.loads(_run("ffprobe", film, asked))
    except ValueError:
        return None
    streams = cast("Sequence[Mapping[str, Any]]", data.get("streams", []))
    for stream in sorted(streams, key=lambda one: one.get("codec_tag_string") != "tmcd"):
        code = parse_timecode(str(stream.get("tags", {}).get("timecode", "")))
        base = _base(stream)
        if code is not None and base:
            lead = start - (code.second + code.frame / base)
            return lead if abs(lead) <= _MOST_APART else None
    return None


def _base(stream: Mapping[str, Any]) -> int:
    """What the timecode's last part counts to within a second; 0 where that is not told."""
    for key in ("avg_frame_rate", "r_frame_rate"):
        above, _, below = str(stream.get(key, "")).partition("/")
        if above.isdigit() and below.isdigit() and int(below) and int(above):
            return round(int(above) / int(below))
    return 0


def _run(program: str, film: Path, arguments: Sequence[str]) -> bytes:
    name, found = shown_path(film), shutil.which(program)
    if found is None:
        message = f"{name}: its sound is read by {program}, which is not installed: install ffmpeg"
        raise SoundError(message)
    try:
        done = subprocess.run(  # noqa: S603  the machine's own program, no shell
            [found, "-v", "error", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise SoundError(f"{name}: {program} did not end in {_PATIENCE:.0f} s") from None
    except OSError as error:
        raise SoundError(f"{name}: {program} cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        reason = " ".join(done.stderr.decode("utf-8", "replace").split())[-_TAIL:]
        if "matches no streams" in reason:
            reason = "it has no sound"
        raise SoundError(f"{name}: no sound can be read of it: {reason or 'unknown reason'}")
    return done.stdout
