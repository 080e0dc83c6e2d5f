"""Flite's own side: its voices, its phonemes in IPA, and what may go wrong with it."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mien_trainer.phonemes import IPA, SILENCE, to_ipa
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechUnavailableError,
    Split,
)
from mien_trainer.synthesis import flite
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice

needs_flite = pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")

SENTENCES = (
    Sentence(
        key="s0001",
        text="The boy's huge judge of measure, though young, thinks: why sing for our azure van?",
        split=Split.TRAIN,
    ),
)


def source_of(*names: str) -> FliteSource:
    return FliteSource([Voice(name=name, split=Split.TRAIN) for name in names], SENTENCES)


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    """A program in flite's place, which knows slt and does as told."""
    program = folder / "flite"
    program.write_text(
        f"#!/bin/sh\nif [ \"$1\" = -lv ]; then echo 'Voices available: slt'; exit; fi\n{says}\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(flite, "PROGRAM", str(program))


@needs_flite
@pytest.mark.parametrize("voice", ["slt", "rms", "awb", "kal", "kal16"])
def test_every_voice_speaks_in_known_phonemes(voice: str) -> None:
    source = source_of(voice)
    spoken = source.speak(source.items()[0], Prosody())
    symbols = {phoneme.symbol for phoneme in spoken.phonemes}
    assert symbols <= set(IPA.values())
    assert {SILENCE, "ð", "ɔɪ", "dʒ", "ʒ", "θ", "ŋ", "v", "j", "w", "ɡ"} & symbols >= {
        "ʒ",
        "θ",
        "ŋ",
    }
    assert spoken.provenance.startswith("flite 2.")


@needs_flite
def test_rms_follows_the_rate_alone() -> None:
    """What the module says of it: its model draws the pitch itself."""
    source = source_of("rms")
    item = source.items()[0]
    plain = source.speak(item, Prosody())
    assert source.speak(item, Prosody(pitch=1.3)).audio.tobytes() == plain.audio.tobytes()
    assert source.speak(item, Prosody(rate=1.3)).seconds < plain.seconds


@needs_flite
@pytest.mark.parametrize("voice", ["slt", "awb", "kal16"])
def test_a_factor_of_one_is_the_voice_itself(voice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of(voice)
    item = source.items()[0]
    asked = source.speak(item, Prosody()).audio.tobytes()

    def nothing(voice: str, prosody: Prosody) -> list[str]:
        return []

    monkeypatch.setattr(flite, "_settings", nothing)
    assert source.speak(item, Prosody()).audio.tobytes() == asked


@needs_flite
@pytest.mark.parametrize(("voice", "hint"), [("slr", "did you mean slt"), ("emma", "known: kal")])
def test_a_voice_that_is_not_there(voice: str, hint: str) -> None:
    source = source_of("slt", voice)
    with pytest.raises(SpeechUnavailableError, match=f"flite has no voice {voice}: {hint}"):
        source.items()
    item = SpeechItem(key="one", voice=voice, text="Hello.", split=Split.TRAIN)
    with pytest.raises(SpeechUnavailableError, match=f"flite has no voice {voice}"):
        source.speak(item, Prosody())


def test_a_program_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SpeechUnavailableError, match=r"install flite \(Debian: apt-get install flite\)"
    ):
        source_of("slt").items()


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("exit 3", "flite failed: it ended with 3"),
        ("kill -SEGV $$", "flite failed: it ended with -11"),
        ("echo 'pau:0.1 aa:0.5'", "it wrote no sound"),
        ("echo 'pau:0.1 qq:0.5'", "flite says the phoneme 'qq'"),
        ("echo 'Error: nothing works'", "nothing to say"),
    ],
)
def test_a_program_that_fails_is_named_with_its_item(
    says: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(tmp_path, monkeypatch, says)
    source = source_of("slt")
    with pytest.raises(SpeechRefusedError, match=f"slt/s0001: .*{message}"):
        source.speak(source.items()[0], Prosody())


def test_a_program_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(tmp_path, monkeypatch, "exec sleep 60")
    source = source_of("slt")
    item = source.items()[0]
    monkeypatch.setattr(flite, "_SECONDS", 0.2)
    with pytest.raises(SpeechRefusedError, match="slt/s0001: flite took more than"):
        source.speak(item, Prosody())


@needs_flite
def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = source_of("slt")
    source.speak(source.items()[0], Prosody())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("phone", "ipa"), [("AH0", "ʌ"), ("er1", "ɚ"), ("HH", "h"), ("pau", "_"), ("Axr", "ɚ")]
)
def test_arpabet_in_ipa(phone: str, ipa: str) -> None:
    assert to_ipa(phone) == ipa
    with pytest.raises(KeyError):
        to_ipa("qq")
