"""A file with the times of sounds or mouth shapes, whichever of the known formats it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from mien.formats.text_file import read_bytes
from mien.text.fault import refusal
from mien.text.files import place_of_offset, shown_path
from mien.text.sound_bytes import require_no_sound
from mien_trainer.timings import json_marks, labels, mbrola, textgrid
from mien_trainer.timings.timed import TimedSpeech


@frozen(kw_only=True)
class TimingsFormat:
    """A format: whose files it has, and how a text of it is told and read."""

    title: str
    recognises: Callable[[str], bool]
    read: Callable[[str, str], TimedSpeech]


FORMATS = (
    TimingsFormat(
        title="TextGrid (Praat, Montreal Forced Aligner)",
        recognises=textgrid.recognises,
        read=textgrid.read,
    ),
    TimingsFormat(
        title="JSON (Rhubarb, Azure, Polly, ElevenLabs, TalkingHead)",
        recognises=json_marks.recognises,
        read=json_marks.read,
    ),
    TimingsFormat(
        title="lines of start, end and name (Audacity, Rhubarb's TSV)",
        recognises=labels.recognises,
        read=labels.read,
    ),
    TimingsFormat(title="MBROLA (espeak-ng --pho)", recognises=mbrola.recognises, read=mbrola.read),
)
"""In the order in which they are tried."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_timings(path: Path) -> TimedSpeech:
    """The timed speech in a file.

    Raises:
        SourceError: it cannot be read, is none of the formats, or has faults: all of them.
    """
    text = _text(path)
    file = shown_path(path)
    for one in FORMATS:
        if one.recognises(text):
            return one.read(text, file)
    message = "these are no times of sounds or mouth shapes that are known"
    hint = f"expected {'; '.join(one.title for one in FORMATS)}"
    raise refusal(file, "timings-unknown", message, hint)


def _text(path: Path) -> str:
    """The text in UTF-8, or in UTF-16 with its byte order mark, as Praat writes it."""
    data = read_bytes(path)
    require_no_sound(data, shown_path(path))
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        place = place_of_offset(before, len(before), shown_path(path))
        message = f"byte {error.start} is not {'UTF-16' if encoding == 'utf-16' else 'UTF-8'} text"
        raise refusal(place, "file-encoding", message, "save it as UTF-8") from None
    if not text.strip():
        raise refusal(shown_path(path), "file-empty", "the file is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")
