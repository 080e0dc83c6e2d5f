"""What kind of sound a file is, by the bytes that it begins with: for those who expect text."""

from __future__ import annotations

from mien.text.fault import refusal

_MAGIC = {
    b"fLaC": "FLAC",
    b"RIFF": "WAV",
    b"RIFX": "WAV",
    b"RF64": "WAV",
    b"FORM": "AIFF",
    b".snd": "AU",
    b"caff": "CAF",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"\x1aE\xdf\xa3": "Matroska or WebM",
}
"""What files begin with, and what they are."""

_BOX = b"ftyp"
"""At byte 4 of .mp4 and .m4a."""

COMPRESSED = {
    b"\xff\xfb": "MP3",
    b"\xff\xfa": "MP3",
    b"\xff\xf3": "MP3",
    b"\xff\xf1": "AAC",
    b"\xff\xf9": "AAC",
}
"""What sound without a header begins with; so do other bytes by chance, but no text in UTF-8."""

_HEAD = 64

HINT = (
    "a sound is named as AUDIO or SOUND, after audio: in a score, or in the column file of a table "
    "of recordings"
)


def container(head: bytes) -> str | None:
    """What file of sound begins with ``head``, 8 bytes at least; None where it may be another."""
    if head[4:8] == _BOX:
        return "MP4"
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def sound_in_text(data: bytes) -> str | None:
    """What is to be said where text was expected and ``data`` is sound; None where it is not."""
    head = data[:_HEAD]
    name = container(head) or COMPRESSED.get(head[:2])
    if name is None or all(32 <= one < 127 or one in b"\t\r\n" for one in head):
        return None
    return f"this is sound ({name}), expected text"


def require_no_sound(data: bytes, shown: str) -> None:
    """Refuse the bytes of the file ``shown`` where text was expected and they are sound.

    Raises:
        SourceError: they are.
    """
    found = sound_in_text(data)
    if found is not None:
        raise refusal(shown, "file-sound", found, HINT)
