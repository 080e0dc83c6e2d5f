"""Recorded takes: labelled, with sound, on our clock; what does not fit is refused by name."""

from __future__ import annotations

import json
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.sounds import write_wav

from mien import resources
from mien.errors import SourceError
from mien.formats import livelink
from mien.formats.arkit import arkit_channels
from mien.formats.registry import readable, write_take
from mien_trainer.alignment.voice_activity import SPOKEN, segment
from mien_trainer.frames import F32, SAMPLE_RATE, frame_count, frame_times
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import (
    Prosody,
    SpeechRefusedError,
    SpeechSource,
    SpeechUnavailableError,
    Split,
    split_of,
)
from mien_trainer.takes.labels import read_labels
from mien_trainer.takes.source import TakesSource

SESSION = Path(__file__).parent / "takes" / "session"
LABELS = ("neutral", "joy", "sadness")
HEAD = "schema: mien/takes/1\nvoice: nobody\nlicence: CC0-1.0\ntakes:\n"


def tone(seconds: float, loud: tuple[tuple[float, float], ...]) -> F32:
    """A hum where it is loud, a faint hiss elsewhere."""
    count = round(seconds * SAMPLE_RATE)
    times = np.arange(count) / SAMPLE_RATE
    sound = 0.001 * np.random.default_rng(1).standard_normal(count)
    for start, end in loud:
        sound += np.where((times >= start) & (times < end), 0.3 * np.sin(900.0 * times), 0.0)
    return sound.astype(np.float32)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A copy of the take that comes with the tests, with a sound."""
    folder = tmp_path / "session"
    shutil.copytree(SESSION, folder)
    write_wav(folder / "smile_1.wav", tone(1.5, ((0.25, 1.15),)))
    return folder


def relabel(folder: Path, takes: str, head: str = HEAD) -> None:
    (folder / "labels.yaml").write_text(head + takes, "utf-8")


def refusal_of(folder: Path) -> str:
    source = TakesSource([folder])
    (item,) = source.items()
    with pytest.raises(SpeechRefusedError) as refusal:
        source.speak(item, Prosody())
    return str(refusal.value)


def test_a_take_is_speech_with_its_own_curves(session: Path) -> None:
    source: SpeechSource = TakesSource([session], labels=LABELS)
    (item,) = source.items()
    assert (item.key, item.voice, item.label, item.intensity, item.split) == (
        "session/smile_1",
        "nobody",
        "joy",
        "mid",
        Split.TEST,
    )
    spoken = source.speak(item, Prosody(rate=2.0))
    assert (source.name, source.real, spoken.licence) == ("takes", True, "CC0-1.0")
    assert len(spoken.audio) == 24_000
    assert spoken.curves is not None
    assert spoken.curves.shape == (frame_count(24_000), 52)
    assert np.array_equal(
        spoken.curves, livelink.read(session / "smile_1.csv").weights_at(frame_times(90))
    )
    assert [phoneme.symbol for phoneme in spoken.phonemes] == [SILENCE, SPOKEN, SILENCE]
    source.close()


def test_a_take_may_be_of_any_format_that_is_read(session: Path) -> None:
    source = TakesSource([session])
    own = source.speak(source.items()[0], Prosody()).curves
    take = livelink.read(session / "smile_1.csv")
    (session / "smile_1.csv").unlink()
    for form in (one for one in readable() if one.writes):
        path = session / f"smile_1{form.ending}"
        write_take(path, take)
        (session / "thumbnail.json").write_text("{}", "utf-8")
        source = TakesSource([session])
        assert [item.key for item in source.items()] == ["session/smile_1"]
        assert source.refusals() == ()
        found = source.speak(source.items()[0], Prosody()).curves
        assert own is not None
        assert found is not None
        even = 4e-3 if form.name == "a2f" else 0.0  # it has no clock of its own
        assert np.abs(found - own).max() < 1e-3 + even
        path.unlink()


def test_an_offset_moves_the_curves_under_the_sound(session: Path) -> None:
    relabel(session, "  smile_1: {label: joy, offset: 0.25}\n")
    source = TakesSource([session])
    spoken = source.speak(source.items()[0], Prosody())
    assert spoken.curves is not None
    moved = livelink.read(session / "smile_1.csv").weights_at(frame_times(90) + 0.25)
    assert np.array_equal(spoken.curves, moved)


def test_curves_come_in_the_order_that_is_asked_for(session: Path) -> None:
    names = tuple(reversed(arkit_channels()))
    own, other = TakesSource([session]), TakesSource([session], channels=names)
    one = own.speak(own.items()[0], Prosody()).curves
    two = other.speak(other.items()[0], Prosody()).curves
    assert one is not None
    assert two is not None
    assert np.array_equal(one, two[:, ::-1])


def test_words_are_aligned_where_they_can_be(session: Path) -> None:
    relabel(session, "  smile_1: {label: joy, text: Hello.}\n")
    found = (Phoneme(symbol="h", start=0.0, end=1.5),)

    def aligned(audio: F32, text: str) -> tuple[Phoneme, ...]:
        assert (len(audio), text) == (24_000, "Hello.")
        return found

    def refused(audio: F32, text: str) -> tuple[Phoneme, ...]:
        raise SpeechRefusedError("no")

    def missing(audio: F32, text: str) -> tuple[Phoneme, ...]:
        raise SpeechUnavailableError("no")

    spoken = [
        source.speak(source.items()[0], Prosody()).phonemes
        for source in (TakesSource([session], align=one) for one in (aligned, refused, missing))
    ]
    assert spoken[0] == found
    assert spoken[1] == spoken[2]
    assert {phoneme.symbol for phoneme in spoken[1]} == {SILENCE, SPOKEN}


def test_words_that_are_not_said_are_not_believed(session: Path) -> None:
    relabel(session, "  smile_1: {label: joy, text: The tall tree fell in the storm.}\n")
    source = TakesSource([session])
    spoken = source.speak(source.items()[0], Prosody())
    assert {phoneme.symbol for phoneme in spoken.phonemes} == {SILENCE, SPOKEN}


@pytest.mark.skipif(shutil.which("flite") is None, reason="no flite on this machine")
def test_words_that_are_said_are_found(session: Path) -> None:
    pytest.importorskip("pocketsphinx")
    text = "Bob will move a big paper map."
    sound = session / "smile_1.wav"
    speak = ["flite", "-voice", "slt", "-t", text, "-o", str(sound)]
    subprocess.run(speak, check=True, timeout=60)
    with wave.open(str(sound)) as stream:
        seconds = stream.getnframes() / stream.getframerate()
    lines = (session / "smile_1.csv").read_text("utf-8").splitlines()
    rows = [lines[1 + row % 45].partition(",")[2] for row in range(round(30 * seconds))]
    codes = [f"00:00:{row // 30:02d}:{row % 30 * 2:02d}" for row in range(len(rows))]
    timed = [f"{code},{row}" for code, row in zip(codes, rows, strict=True)]
    (session / "smile_1.csv").write_text("\n".join([lines[0], *timed]), "utf-8")
    relabel(session, f"  smile_1: {{label: joy, text: {text}}}\n")
    source = TakesSource([session])
    spoken = source.speak(source.items()[0], Prosody())
    said = [phoneme.symbol for phoneme in spoken.phonemes]
    assert "".join(one for one in said if one in ("b", "m", "p")) == "bbmbppmp"


def test_what_has_no_label_or_no_sound_is_named_and_the_rest_goes_on(session: Path) -> None:
    for name in ("smile_2", "silent"):
        shutil.copy(session / "smile_1.csv", session / f"{name}.csv")
    relabel(session, "  smile_1: {label: joy}\n  silent: {label: joy}\n  smiel_2: {label: joy}\n")
    source = TakesSource([session])
    assert [item.key for item in source.items()] == ["session/smile_1"]
    place = f"{session / 'labels.yaml'}:7:3"
    assert [str(refusal) for refusal in source.refusals()] == [
        "take session/silent: there is no sound silent.wav beside silent.csv",
        f"take session/smiel_2: {place} names it, and there is no smiel_2.csv",
        "take session/smile_2: the labels file says nothing of it; did you mean smiel_2?",
    ]


def test_lengths_that_differ_are_refused(session: Path) -> None:
    write_wav(session / "smile_1.wav", tone(2.1, ((0.2, 1.0),)))
    message = refusal_of(session)
    assert message.startswith(
        "take session/smile_1: the curves last 1.50 s and the sound 2.10 s, with an offset of 0.00"
    )
    assert "set offset or rate" in message


def test_a_face_that_was_lost_for_long_is_refused(session: Path) -> None:
    lines = (session / "smile_1.csv").read_text("utf-8").splitlines()
    (session / "smile_1.csv").write_text("\n".join([*lines[:11], *lines[30:]]), "utf-8")
    assert "no face was recorded for 0.63 s from 0.33 s on" in refusal_of(session)


def test_curves_with_faults_are_refused_with_places(session: Path) -> None:
    path = session / "smile_1.csv"
    path.write_text(path.read_text("utf-8").replace("0.0600", "x"), "utf-8")
    message = refusal_of(session)
    assert message.startswith("take session/smile_1: ")
    assert f"{path}:2:132: error: jawLeft is 'x', expected a number" in message
    assert message.endswith("and 42 more")


def test_sound_that_cannot_be_read_is_refused(session: Path) -> None:
    (session / "smile_1.wav").write_bytes(b"RIFF, or so")
    message = refusal_of(session)
    assert message.startswith("take session/smile_1: ")
    assert "smile_1.wav" in message


def test_the_table_form_of_labels_says_the_same(session: Path) -> None:
    written = read_labels(session / "labels.yaml")["smile_1"]
    (session / "labels.yaml").unlink()
    path = session / "labels.csv"
    path.write_text(
        "take,label,intensity,voice,licence,split,text\r\n"
        'smile_1,joy,mid,nobody,CC0-1.0,test,"Well, well."\r\n\r\n',
        "utf-8",
        newline="",
    )
    (key,) = TakesSource([session], labels=LABELS).items()
    assert key.text == "Well, well."
    table = read_labels(path)["smile_1"]
    assert (table.label, table.voice, table.licence, table.intensity, table.split) == (
        written.label,
        written.voice,
        written.licence,
        written.intensity,
        written.split,
    )


FAULTS = [
    ("labels.yaml", HEAD + "  a: {label: jioy}\n", "5:14", "no label 'jioy'; did you mean joy?"),
    ("labels.yaml", HEAD + "  a: {label: joy, splitt: test}\n", "5:19", "splitt"),
    (
        "labels.yaml",
        HEAD + "  a: {label: joy, split: tests}\n",
        "5:26",
        "validation or test, found",
    ),
    ("labels.yaml", HEAD + "  a: {intensity: low}\n", "5:6", "the key label is missing"),
    ("labels.yaml", HEAD + "  a: {label: joy, offset: soon}\n", "5:27", "expected a number"),
    (
        "labels.yaml",
        HEAD.replace("licence: CC0-1.0\n", "") + "  a: {label: joy}\n",
        "4:3",
        "the take has no licence",
    ),
    ("labels.csv", "label,voice\njoy,x\n", "1:1", "there is no column take; found label, voice"),
    ("labels.csv", "Take,label\na,joy\n", "1:1", "found Take, label; is it Take?"),
    ("labels.csv", "take,label,label\na,joy,joy\n", "1:12", "a second column label"),
    ("labels.csv", "take,label,voice,licence,rate\na,joy,x,y,nan\n", "2:11", "expected a number"),
    ("labels.csv", "take,label,voice,licence,rate\na,joy,x,y,3_0\n", "2:11", "expected a number"),
    ("labels.csv", "take,label,voice,licence\na,joy\n", "2:1", "2 fields, expected 4"),
    ("labels.csv", "take,label,voice,licence\na,joy,x,y\na,joy,x,y\n", "3:1", "a second time"),
    ("labels.csv", "take,label,voice,licence\na,joy,x,\n", "2:1", "the take has no licence"),
    ("labels.csv", "take,label,voice,licence,rate\na,joy,x,y,0\n", "2:11", "out of range"),
    ("labels.csv", 'take,label\n"a,joy\n', "2:1", "this is no row of CSV"),
]


@pytest.mark.parametrize(("name", "text", "place", "message"), FAULTS)
def test_faults_of_labels_have_their_place(
    tmp_path: Path, name: str, text: str, place: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(SourceError) as refusal:
        read_labels(path, LABELS)
    (fault,) = refusal.value.faults
    assert str(fault.place) == f"{path}:{place}"
    assert message in f"{fault.message}; {fault.hint}"
    with pytest.raises(SpeechUnavailableError, match=r"^takes: "):
        TakesSource([tmp_path], labels=LABELS).items()


def test_missing_folders_and_files_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailableError, match="there is no folder"):
        TakesSource([tmp_path / "none"]).items()
    with pytest.raises(SpeechUnavailableError, match=r"has no labels\.yaml"):
        TakesSource([tmp_path]).items()


def test_two_folders_of_one_name_are_refused(session: Path, tmp_path: Path) -> None:
    shutil.copytree(session, tmp_path / "other" / "session")
    with pytest.raises(SpeechUnavailableError, match="two folders are called session"):
        TakesSource([session, tmp_path / "other" / "session"]).items()


def test_the_order_of_folders_does_not_matter(session: Path, tmp_path: Path) -> None:
    shutil.copytree(session, tmp_path / "later")
    one, two = (
        TakesSource([session, tmp_path / "later"]),
        TakesSource([tmp_path / "later", session]),
    )
    assert one.items() == two.items()
    assert len(one.items()) == 2


def test_takes_of_one_text_share_a_split(session: Path) -> None:
    for name in ("smile_2", "smile_3"):
        shutil.copy(session / "smile_1.csv", session / f"{name}.csv")
        shutil.copy(session / "smile_1.wav", session / f"{name}.wav")
    takes = [f"  smile_{k}: {{label: joy, text: {text}}}\n" for k, text in enumerate("AaA", 1)]
    relabel(session, "".join(takes))
    assert len({item.split for item in TakesSource([session]).items()}) == 1


def test_splits_are_eight_one_one() -> None:
    found = [split_of(f"take {number}") for number in range(4000)]
    assert [found.count(split) / 4000 for split in Split] == pytest.approx(
        [0.8, 0.1, 0.1], abs=0.02
    )
    assert [split_of(key) for key in "abe"] == [Split.TEST, Split.TRAIN, Split.TRAIN]


def test_speech_is_found_by_its_loudness() -> None:
    parts = segment(tone(3.0, ((0.5, 1.2), (1.7, 2.4))))
    assert [part.symbol for part in parts] == [SILENCE, SPOKEN, SILENCE, SPOKEN, SILENCE]
    edges = [part.end for part in parts]
    assert edges == pytest.approx([0.5, 1.2, 1.7, 2.4, 3.0], abs=0.03)


def test_a_closed_p_is_no_pause_and_a_click_is_no_speech() -> None:
    parts = segment(tone(2.0, ((0.5, 0.8), (0.9, 1.2), (1.6, 1.62))))
    assert [part.symbol for part in parts] == [SILENCE, SPOKEN, SILENCE]


@given(
    seconds=st.floats(0.0, 1.0), scale=st.sampled_from([0.0, 1e-6, 0.01, 1.0]), seed=st.integers(0)
)
def test_the_parts_cover_the_sound(seconds: float, scale: float, seed: int) -> None:
    sound = np.random.default_rng(seed).uniform(-scale, scale, int(seconds * SAMPLE_RATE))
    parts = segment(sound.astype(np.float32))
    assert [part.start for part in parts] == [0.0, *(part.end for part in parts)][: len(parts)]
    if len(sound):
        assert parts[-1].end == len(sound) / SAMPLE_RATE
    if scale <= 1e-6:
        assert all(part.symbol == SILENCE for part in parts)


def test_the_schema_is_a_schema() -> None:
    found = json.loads((resources.schemas() / "takes.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(found)
    assert found["$id"] == "https://mien.dev/schema/takes/1"


def test_a_banks_own_words_for_a_label_are_understood(session: Path) -> None:
    relabel(session, "  smile_1: {label: jolly}\n")
    with pytest.raises(
        SpeechUnavailableError, match=r"(?s)no label 'jolly'.*did you mean sadness\?"
    ):
        TakesSource([session], labels=LABELS, aliases={"sadness": ["jolly"]}).items()
