"""Sound in the place of text is called what it is, whichever command was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.program import ended
from tests.sounds import write_wav

from mien.text.sound_bytes import sound_in_text

np = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    "command",
    [
        ("read", "line.wav"),
        ("perform", "line.wav", "--text", "line.wav", "-o", "x.csv"),
        ("perform", "line", "-o", "x.csv"),
        ("score", "check", "line.wav"),
        ("speak", "line.wav", "--label", "joy", "--text", "line.wav"),
        ("speak", "line.wav", "--label", "joy", "--times", "line.wav"),
        ("speak", "line.wav", "--score", "line.wav"),
        ("evaluate", "--voices", "line.wav"),
    ],
)
def test_commands_that_want_text_say_that_it_is_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("line.wav", "line"):
        write_wav(Path(name), np.linspace(-0.5, 0.5, 8000))
    said = ended(1 if command[1] == "check" else 2, *command).output
    assert "this is sound (WAV), expected text" in said
    assert "UTF-8" not in said


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"fLaC\0\0\0\x22", "FLAC"),
        (b"ID3\x04\0\0\0\0\0", "MP3"),
        (b"\xff\xfb\x90\x64\0\0\0\0", "MP3"),
        (b"\0\0\0\x20ftypM4A ", "MP4"),
        (b"OggS\0\x02\0\0", "Ogg"),
    ],
)
def test_sound_is_told_by_how_it_begins(data: bytes, name: str) -> None:
    assert sound_in_text(data) == f"this is sound ({name}), expected text"


@pytest.mark.parametrize("text", ["", "RIFF", "FORM,joy\n", "ID3: a label", "schema: 1", "\xe9"])
def test_text_is_no_sound_whatever_it_begins_with(text: str) -> None:
    assert sound_in_text(text.encode()) is None
