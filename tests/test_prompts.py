"""Recorded prompts: what their texts say, where they are found, and what may be wrong."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer import prompts as prompt_folder
from mien_trainer.alignment.pronunciation import (
    UnspeakableTextError,
    english_dictionary,
    spoken_number,
    spoken_words,
)
from mien_trainer.audio import read_audio
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.phonemes import SILENCE
from mien_trainer.prompts import PromptSource, read_transcripts, sound_kind
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Split,
)

pytest.importorskip("pocketsphinx", reason="alignment needs the extra mien[targets]")

RECORDED = Path(__file__).parent / "alignment"
SOUP = "The soup needs pepper, garlic, and a pinch of salt."
PURPLE = "Would you pass me the purple vase?"
PLAIN = Prosody()

needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
needs_prompts = pytest.mark.skipif(
    not (prompt_folder.FOLDER.is_dir() and prompt_folder.TRANSCRIPTS.is_file()),
    reason="Debian's asterisk-core-sounds-en is not installed",
)


def folder_of(place: Path, sounds: Mapping[str, str], text: str) -> PromptSource:
    """Prompts of one's own: sounds by key, each a recording's name; and their transcripts."""
    for key, name in sounds.items():
        path = place / "sounds" / f"{key}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        audio = read_audio(RECORDED / f"{name}.flac").samples
        soundfile.write(path, audio, SAMPLE_RATE, subtype="PCM_16")
    transcripts = place / "said.txt"
    transcripts.write_text(text, encoding="utf-8")
    return PromptSource(place / "sounds", transcripts)


def item_of(source: PromptSource, key: str) -> SpeechItem:
    return next(item for item in source.items() if item.key == key)


# what a text sounds like


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Please press 1, or 42 to hold...", "please press one or forty two to hold"),
        ("dial 500 or 1234", "dial five hundred or one two three four"),
        ("not 007", "not zero zero seven"),
        ("a 28.8 modem", "a twenty eight point eight modem"),
        ("8500, 90,000", "eighty five hundred ninety thousand"),
        ("press * to pause, # to exit", "press star to pause pound to exit"),
        ("Agent logged in.", "agent logged in"),
        ("A.M. at [@]", "a.m. at"),
        ("a PBX, M I S", "a p. b. x. m i s"),
        ("H.323 and 3D", "h three two three and three d"),
        ("www.asterisk.org.", "w. w. w. dot asterisk dot org"),
        ("De-activated: the user's", "de activated the user's"),
        ("'full-featured' \u201cvoice\u201d", "full featured voice"),
        ("After the tone. (simple tone sound plays) <beep>", "after the tone"),
        ("'tis the users' mailbox", "'tis the users' mailbox"),
    ],
)
def test_words_that_are_said(text: str, words: str) -> None:
    assert " ".join(spoken_words(text, english_dictionary())) == words


@pytest.mark.parametrize("text", ["", "...", "[a tone]", "(2 seconds of silence)", "<beep>", "!?"])
def test_texts_that_say_nothing(text: str) -> None:
    with pytest.raises(UnspeakableTextError, match="says no words"):
        spoken_words(text, english_dictionary())


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Press the zyxgo key.", "zyxgo"),
        ("One caf\u00e9 please.", "caf\u00e9"),
        ("\u65e5\u672c calls", "\u65e5\u672c"),
        ("The 21st call.", "21st"),
        ("That is $5.", "$"),
    ],
)
def test_words_that_nobody_knows_are_named(text: str, word: str) -> None:
    with pytest.raises(UnspeakableTextError) as caught:
        spoken_words(text, english_dictionary())
    assert repr(word) in str(caught.value)


@given(st.text())
def test_any_text_is_known_words_or_refused(text: str) -> None:
    try:
        words = spoken_words(text, english_dictionary())
    except UnspeakableTextError:
        return
    assert words
    assert all(word in english_dictionary() for word in words)


@given(st.integers(0, 10**8), st.sampled_from(["", ".5", ".07"]))
def test_numbers_are_words(number: int, decimals: str) -> None:
    words = spoken_number(f"{number}{decimals}")
    assert all(word in english_dictionary() for word in words)
    assert ("point" in words) == bool(decimals)


# where they are


def test_transcripts_plain_and_packed(tmp_path: Path) -> None:
    text = "; a comment: really\n\none: Hello:  world.\ndir/two:bye\none: again\nno colon\n"
    plain, packed = tmp_path / "said.txt", tmp_path / "said.txt.gz"
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    said = read_transcripts(plain)
    assert said == {"one": "Hello: world.", "dir/two": "bye"}
    assert read_transcripts(packed) == said


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt.gz", b"one: hello", "cannot be read as transcripts"),
        (
            "a.txt.gz",
            gzip.compress(b"one: hello" * 999, mtime=0)[:30],
            "cannot be read as transcripts",
        ),
        ("a.txt", b"\xff\xfe", "cannot be read as transcripts"),
        ("a.txt", b"; nothing\n", "expected lines as 'name: text', found none"),
        ("a.txt", b"", "found none"),
    ],
)
def test_transcripts_that_are_none(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SpeechUnavailableError, match=message):
        read_transcripts(path)


def test_what_is_missing_is_said_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        SpeechUnavailableError, match="install Debian's asterisk-core-sounds-en-g722"
    ):
        PromptSource(tmp_path / "none").items()
    with pytest.raises(SpeechUnavailableError, match=r"no \.g722 or \.wav .* install Debian's"):
        sound_kind(tmp_path)
    (tmp_path / "a.g722").write_bytes(b"1")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SpeechUnavailableError, match="need ffmpeg"):
        sound_kind(tmp_path)
    (tmp_path / "b.wav").write_bytes(b"1")
    assert sound_kind(tmp_path) == "wav"
    with pytest.raises(
        SpeechUnavailableError, match="install Debian's asterisk-core-sounds-en with"
    ):
        PromptSource(tmp_path, tmp_path / "none.txt").items()


# what they give


def test_prompts_are_aligned_speech(tmp_path: Path) -> None:
    made = folder_of(
        tmp_path,
        {"menu/soup": "soup", "purple": "purple"},
        f"menu/soup: {SOUP}\npurple: {PURPLE}\n",
    )
    source: SpeechSource = made
    assert source.name == "asterisk"
    assert source.real
    assert [item.key for item in source.items()] == ["menu/soup", "purple"]
    for item, text in zip(source.items(), (SOUP, PURPLE), strict=True):
        said = source.speak(item, PLAIN)
        assert (item.voice, item.text, said.voice, said.text) == ("allison", text, "allison", text)
        assert said.licence == "CC BY-SA 3.0"
        assert item.key in said.provenance
        assert said.phonemes[-1].end == said.seconds
        assert sum(p.symbol != SILENCE for p in said.phonemes) > 15
        assert source.speak(item, Prosody(rate=2.0)) is said
    assert made.refusals() == ()
    source.close()
    source.close()


def test_the_same_words_are_in_the_same_split(tmp_path: Path) -> None:
    keys = [f"a{number}" for number in range(8)]
    said = "".join(
        f"{key}: {'Hello, world!' if i % 2 else 'hello world'}\n" for i, key in enumerate(keys)
    )
    items = folder_of(tmp_path, dict.fromkeys(keys, "soup"), said).items()
    assert len(items) == 8
    assert len({item.split for item in items}) == 1


def test_each_that_cannot_be_used_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    source = folder_of(
        tmp_path,
        {"good": "soup", "wrong": "soup", "untold": "soup", "tone": "soup", "odd": "soup"},
        f"good: {SOUP}\nwrong: {PURPLE}\ngone: Hello.\ntone: [a beep]\nodd: zyxgo.\n"
        "empty: Hello.\ngarbage: Hello.\nsilent: Hello world.\nshort: Hello.\n",
    )
    sounds = tmp_path / "sounds"
    (sounds / "empty.wav").write_bytes(b"")
    (sounds / "garbage.wav").write_bytes(bytes(range(256)) * 20)
    soundfile.write(sounds / "silent.wav", np.zeros(3 * SAMPLE_RATE), SAMPLE_RATE)
    soundfile.write(sounds / "short.wav", np.full(1700, 0.3), SAMPLE_RATE)
    assert [str(refusal).partition(":")[0] for refusal in source.refusals()] == [
        *("gone", "odd", "tone", "untold")
    ]
    assert "'zyxgo'" in str(source.refusals()[1])
    for key in ("wrong", "empty", "garbage", "silent", "short"):
        for _ in range(2):
            with pytest.raises(SpeechRefusedError, match=f"^{key}: "):
                source.speak(item_of(source, key), PLAIN)
    assert source.speak(item_of(source, "good"), PLAIN).seconds > 3.0
    other = SpeechItem(key="nosuch", voice="allison", text="", split=Split.TRAIN)
    with pytest.raises(SpeechRefusedError, match="nosuch: there is no such prompt"):
        source.speak(other, PLAIN)


@needs_ffmpeg
def test_g722_is_preferred_and_heard(tmp_path: Path) -> None:
    source = folder_of(tmp_path, {"soup": "soup"}, f"soup: {SOUP}\nempty: Hello.\nnoise: Hello.\n")
    sounds = tmp_path / "sounds"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(sounds / "soup.wav"), str(sounds / "soup.g722")],
        check=True,
    )
    (sounds / "empty.g722").write_bytes(b"")
    (sounds / "noise.g722").write_bytes(np.random.default_rng(1).bytes(16_000))
    said = source.speak(item_of(source, "soup"), PLAIN)
    assert said.provenance.startswith("asterisk-core-sounds-en-g722: soup.g722")
    again = PromptSource(sounds, tmp_path / "said.txt").speak(item_of(source, "soup"), PLAIN)
    assert again.audio.tobytes() == said.audio.tobytes()
    assert again.phonemes == said.phonemes
    for key in ("empty", "noise"):
        with pytest.raises(SpeechRefusedError, match=f"^{key}: "):
            source.speak(item_of(source, key), PLAIN)


@needs_prompts
def test_the_prompts_of_debian_are_all_there_and_align() -> None:
    source = PromptSource()
    items = source.items()
    assert len(items) >= 540
    shares = [sum(item.split is split for item in items) / len(items) for split in Split]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.03)
    refused = 0
    for item in items[::40]:
        try:
            said = source.speak(item, PLAIN)
        except SpeechRefusedError:
            refused += 1
        else:
            assert said.phonemes[-1].end == said.seconds
    assert refused <= 1
