"""A sound and what it says: cues at its words, one command from text to faces."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.program import ended
from tests.sounds import write_wav

import mien
from mien.formats.registry import format_of, readable
from mien.performance.sources import Word
from mien.reading.perform import perform_text
from mien.reading.reader import reader
from mien.reading.said import said_sound, starts_of
from mien_trainer.frames import SAMPLE_RATE

PURPLE = Path(__file__).parent / "alignment" / "purple.flac"
TEXT = "Would you pass me the [joy high] purple vase?"
BANK = mien.load("default")
READER = reader(bank=BANK)


def words(text: str, each: float = 0.5) -> list[Word]:
    return [
        Word(text=one, start=1.0 + each * i, end=1.0 + each * (i + 1))
        for i, one in enumerate(text.split())
    ]


def test_units_begin_a_little_before_their_first_word() -> None:
    heard = words("i know i know you think i lie")
    starts = starts_of(["I know.", "I know!", "You think I lie?"], heard, 6.0)
    assert starts == pytest.approx([0.0, 1.8, 2.8])


def test_what_was_not_found_begins_with_what_was_or_after_what_came_before() -> None:
    heard = words("there are five of them")
    starts = starts_of(["There are", "5 of them.", "", "Ugh"], heard, 4.0)
    assert starts == pytest.approx([0.0, 2.3, 3.5, 3.5])


@given(
    st.lists(st.lists(st.sampled_from("ab c d'e"), max_size=4), max_size=6),
    st.lists(st.sampled_from(["a", "b", "c", "de", "x"]), max_size=12),
)
def test_starts_ascend_within_the_sound(texts: list[list[str]], heard: list[str]) -> None:
    seconds = 1.0 + 0.5 * len(heard)
    found = starts_of([" ".join(one) for one in texts], words(" ".join(heard)), seconds)
    assert len(found) == len(texts)
    assert all(0.0 <= one <= other <= seconds for one, other in pairwise(found))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("said")
    (found / "line.flac").write_bytes(PURPLE.read_bytes())
    (found / "line.txt").write_text(TEXT, "utf-8")
    return found


def test_one_command_performs_a_sound_with_its_text(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    said = ended(0, "perform", "line.flac", "--text", "line.txt", "--no-life", "-o", "a.csv").stderr
    assert "its words aligned with the sound" in said
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "line.flac", "line.txt"]
    ended(0, "read", "line.txt", "--score", "--audio", "line.flac", "-o", "s.yaml")
    ended(0, "score", "check", "s.yaml")
    ended(0, "perform", "s.yaml", "--no-life", "-o", "b.csv")
    one, other = (Path(name).read_text("utf-8").splitlines() for name in ("a.csv", "b.csv"))
    assert len(one) > 130
    assert one == other
    take = format_of(Path("a.csv"), readable()).read(Path("a.csv"))
    smile = take.weights[:, take.channels.index("mouthSmileLeft")]
    assert smile[: int(0.8 * 60)].max() < 0.05  # "purple" begins after a second
    assert smile[int(1.6 * 60) : int(1.9 * 60)].max() > 0.3


def test_doubts_are_told_by_the_name_of_the_sound(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    line = "Wouldd you pass me the purpel vase?"
    said = ended(0, "perform", "line.flac", "--text", line, "--no-life", "-o", "a.csv").stderr
    assert said.count("warning: line.flac: no pronunciation is known for ") == 2
    assert said.count("the lips follow the words all the same; is this what is said?") == 1
    assert "score.yaml" not in said
    read = ended(0, "read", line, "--score", "--audio", "line.flac", "-o", "d.yaml").stderr
    assert read.count("warning: line.flac: no pronunciation is known for ") == 2
    wrong = "Completely different words were never here and there at all, my dear old friend."
    told = ended(0, "read", wrong, "--score", "--audio", "line.flac", "-o", "w.yaml").stderr
    said = next(one for one in told.splitlines() if "cues share" in one)
    assert (said.count("line.flac"), "--lips" in said) == (1, False)


def test_a_text_that_is_not_said_is_refused_by_every_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    wrong = "Completely different words were never here and there at all, my dear old friend."
    told: list[str] = []
    for command in (["perform", "line.flac"], ["speak", "line.flac", "--label", "joy"]):
        said = ended(2, *command, "--text", wrong, "--no-life", "-o", "never.csv").stderr
        told.append(said.partition(". ")[0])
    assert told[0] == told[1]
    assert "line.flac: its words cannot be fitted to its sound" in told[0]
    assert not Path("never.csv").exists()


def test_what_cannot_be_followed_shares_the_time_of_the_sound(folder: Path) -> None:
    korean = list(READER.read(["[joy] \uc815\ub9d0 \uc88b\uc544!"]))
    said = said_sound(korean, folder / "line.flac", "line.flac", BANK)
    assert said.lips is None
    assert said.sound.starts is None
    assert "its words are not all English" in said.note
    nothing = said_sound(list(READER.read(["..."])), folder / "line.flac", "line.flac", BANK)
    assert "the text has no words" in nothing.note


def test_a_silent_sound_is_performed_without_its_words(tmp_path: Path) -> None:
    path = tmp_path / "quiet.wav"
    write_wav(path, np.zeros(SAMPLE_RATE * 2))
    performed = perform_text(list(READER.read([TEXT])), path, BANK)
    assert performed.note.endswith("and do not follow its words: it is silent")
    assert "the lips follow the words" not in "".join(map(str, performed.prepared.warnings))
    assert [cue.state.label for cue in performed.prepared.score.cues] == ["neutral", "joy"]


def test_a_sound_that_is_too_long_to_follow_shares_its_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien_trainer.audio.LONGEST", 1.0)
    said = said_sound(list(READER.read([TEXT])), folder / "line.flac", "line.flac", BANK)
    assert said.note.endswith("more than 0.0166667 minutes: cut it, or let the network speak")
    assert not said.misfit


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["line.flac"], "line.flac is a sound: say what it says (--text line.txt)"),
        (["line.flac", "--text", "none.txt"], "there is no file none.txt"),
        (["s.yaml", "--text", "line.txt"], "s.yaml is a score, which has its cues"),
        (["line.flac", "--reader", "default"], "--reader needs --text"),
        (["line.flac", "--text", "Hi", "--reader", "linaer"], "did you mean linear?"),
        (["line.txt", "--text", "line.txt"], "line.txt"),
    ],
)
def test_the_command_refuses(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(folder)
    Path("s.yaml").touch()
    assert message in ended(2, "perform", *arguments, "-o", "c.csv").stderr
    assert not Path("c.csv").exists()
