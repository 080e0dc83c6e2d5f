"""Lips by rules in a performance: from times, from words beside the sound, from the sound alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from tests.program import ended
from tests.sounds import spoken_line

import mien
from mien.errors import SourceError
from mien.formats.registry import read_take
from mien.formats.take import Take
from mien.performance.lips import joined
from mien.performance.sources import LipRequest, SpokenLips, open_lips
from mien.scores.lock import build_lock
from mien.scores.prepare import Prepared, prepare
from mien.scores.read import read_score
from mien_trainer.cli.speak import command
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.lips.closures import closures_kept
from mien_trainer.speak import spoken
from mien_trainer.speech import Utterance
from mien_trainer.timings.letters import arpabet_of_letters

TEXT = "Please bring my umbrella before the evening."
BANK = mien.load("default@1.1.0")


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    return spoken_line(TEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, utterance: Utterance) -> Path:
    """A sound, the times of its sounds, and its words."""
    folder = tmp_path_factory.mktemp("line")
    soundfile.write(folder / "line.wav", utterance.audio, SAMPLE_RATE)
    lines = [f"{one.start}\t{one.end}\t{one.symbol}" for one in utterance.phonemes]
    (folder / "line.tsv").write_text("\n".join(lines) + "\n")
    (folder / "line.txt").write_text(TEXT)
    return folder


def opened(folder: Path, kind: str) -> SpokenLips:
    request = LipRequest(
        bank=BANK,
        audio=folder / "line.wav",
        file=folder / "line.tsv" if kind == "times" else None,
        text=TEXT if kind == "words" else None,
    )
    return open_lips(kind, request)


@pytest.mark.parametrize("kind", ["times", "words", "sounds"])
def test_every_way_speaks_for_as_long_as_the_sound(
    folder: Path, utterance: Utterance, kind: str
) -> None:
    lips = opened(folder, kind)
    track = joined(lips.tracks(), BANK.channels)
    assert track.frames == lips.frames == int(np.ceil(utterance.seconds * 60))
    assert track.speech.max() == 1.0
    assert track.contacts.max() == 1.0
    assert track.emphases.any() == (kind != "times")
    assert lips.exact == (kind == "times")
    assert "line" in lips.said


def test_given_times_and_words_close_the_lips_when_the_voice_does(
    folder: Path, utterance: Utterance
) -> None:
    for kind, least in (("times", 1.0), ("words", 0.8)):
        track = joined(opened(folder, kind).tracks(), BANK.channels)
        kept, of = closures_kept(track.weights, utterance.phonemes)
        assert of >= 6
        assert kept >= least * of, kind


def test_words_are_known_by_their_moments(folder: Path) -> None:
    words = opened(folder, "words").words
    assert [one.text for one in words] == TEXT.lower().rstrip(".").split()
    written = LipRequest(bank=BANK, audio=folder / "line.wav", file=folder / "line.txt")
    assert open_lips("words", written).words == words


def performed(folder: Path, lips: str, cues: str = "") -> Prepared:
    path = folder / "line.score.yaml"
    path.write_text(
        f"schema: mien/score/1\nbank: default@1.1.0\naudio: line.wav\nlips: {lips}\n{cues}"
    )
    return prepare(read_score(path))


def test_a_closed_sound_is_closed_under_every_label(folder: Path, utterance: Utterance) -> None:
    for label in ("joy", "anger", "surprise", "amusement"):
        cues = f"cues:\n- {{time: 0, label: {label}, at: high}}\n"
        take = performed(folder, "{from: times, file: line.tsv}", cues).take(life=False)
        kept, of = closures_kept(take.weights, utterance.phonemes)
        assert kept == of, label


def test_a_score_follows_the_voice_where_it_says_so(folder: Path) -> None:
    lips, cues = "{from: times, file: line.tsv}", "start: {label: joy}\nend: hold\n"
    deaf = performed(folder, lips, cues)
    listening = performed(folder, lips, f"{cues}life: {{prosody: 1}}\n")
    assert all(track.prosody is None for track in deaf.lip_blocks())
    assert any(
        track.prosody is not None and track.prosody.any() for track in listening.lip_blocks()
    )
    assert (deaf.take().weights != listening.take().weights).any()
    assert (deaf.take(life=False).weights == listening.take(life=False).weights).all()
    before, after = build_lock(deaf), build_lock(listening)
    assert before.expression.most == 0.0 < after.expression.most
    assert after.seen <= after.face.most


def test_a_cue_begins_with_a_word(folder: Path, utterance: Utterance) -> None:
    cues = "cues:\n- {word: umbrella, label: joy, at: high, transition: 0.2}\n"
    take = performed(folder, f"{{from: words, text: {TEXT!r}}}", cues).take(life=False)
    word = next(one for one in opened(folder, "words").words if one.text == "umbrella")
    squint = take.weights[:, take.channels.index("cheekSquintLeft")]
    assert squint[: int(word.start * 60)].max() == 0.0
    assert squint[int((word.start + 0.3) * 60)] > 0.3


@pytest.mark.parametrize(
    ("lips", "words"),
    [
        ("{from: times}", "lips from times need a file"),
        ("{from: words}", "need the sound and what it says"),
        ("{from: words, text: 'Completely different words were never here at all.'}", "fit"),
        ("{from: words, text: 'Zzyzxq brrrgh.'}", "no pronunciation is known for"),
        ("{from: words, file: missing.txt}", "cannot be read"),
    ],
)
def test_what_does_not_fit_is_said(folder: Path, lips: str, words: str) -> None:
    with pytest.raises(SourceError) as refusal:
        performed(folder, lips)
    assert words in str(refusal.value)


FITS_BUT_ONE = "Please bring my sausages before the evening."
UNKNOWN = "Please bring my umbrella before the eveeningh."


def test_words_that_do_not_quite_fit_are_a_warning(folder: Path, utterance: Utterance) -> None:
    prepared = performed(folder, f"{{from: words, text: {FITS_BUT_ONE!r}}}")
    assert {one.code for one in prepared.warnings} == {"doubtful-words"}
    assert {one.severity.value for one in prepared.warnings} == {"warning"}
    assert "line.wav: its sound does not fit the word 'sausages' at 1." in str(prepared.warnings[0])
    prepared = performed(folder, f"{{from: words, text: {UNKNOWN!r}}}")
    assert "no pronunciation is known for 'eveeningh': guessed from its letters, as EH V" in str(
        prepared.warnings[0]
    )
    track = joined(prepared.lip_blocks(), BANK.channels)
    kept, of = closures_kept(track.weights, utterance.phonemes)
    assert kept >= 0.8 * of
    performed(folder, f"{{from: words, text: {TEXT.upper()!r}}}")


def test_what_does_not_fit_at_all_is_refused_with_what_to_do(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"line\.wav: .*--lips sounds.*--times"):
        performed(folder, "{from: words, text: 'Completely different words were never here.'}")


def test_a_guess_is_what_the_letters_say() -> None:
    assert arpabet_of_letters("yknow") == ("Y", "N", "OW")
    assert arpabet_of_letters("box") == ("B", "AA", "K", "S")
    assert arpabet_of_letters("judge") == ("JH", "AH", "D", "G")
    assert arpabet_of_letters("''") == ()


def test_a_sound_alone_has_the_lips_of_a_recogniser(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "alone.yaml"
    path.write_text("schema: mien/score/1\nbank: default@1.1.0\naudio: line.wav\n")
    prepared = prepare(read_score(path))
    assert prepared.lips_from == "sounds"
    assert "words recognised" in prepared.said
    monkeypatch.setattr(spoken, "LONGEST", 0.5)
    prepared = prepare(read_score(path))
    assert prepared.lips_from == "network"
    assert "a recogniser takes" in prepared.said


def test_a_cue_by_a_word_asks_for_the_words(folder: Path) -> None:
    with pytest.raises(SourceError) as refusal:
        performed(folder, "{from: sounds}", "cues: [{word: umbrella, label: joy}]\n")
    assert "lips: {from: words, text: ...}" in refusal.value.faults[0].hint


def test_a_sound_that_is_missing_is_one_fault(folder: Path) -> None:
    path = folder / "missing.yaml"
    path.write_text(
        "schema: mien/score/1\naudio: no.wav\n"
        "cues: [{time: 1, label: joy}, {time: 2, label: jyo}, {time: 3, label: joy}]\n"
    )
    with pytest.raises(SourceError) as refusal:
        prepare(read_score(path))
    assert [one.code for one in refusal.value.faults] == ["bad-sound", "unknown-label"]


def test_times_beyond_the_sound_are_of_another_recording(folder: Path) -> None:
    (folder / "other.tsv").write_text("0 1 a\n1 60 b\n")
    with pytest.raises(SourceError) as refusal:
        performed(folder, "{from: times, file: other.tsv}")
    assert [one.code for one in refusal.value.faults] == ["timings-beyond"]


def test_times_need_no_sound(folder: Path) -> None:
    lips = open_lips("times", LipRequest(bank=BANK, file=folder / "line.tsv"))
    assert lips.frames > 60


def speak(folder: Path, *arguments: str) -> tuple[str, Take]:
    """What `mien speak` says, and its take."""
    out = folder / "out.json"
    given = [str(folder / "line.wav"), "--label", "joy", "--no-life", "-o", str(out), *arguments]
    result = CliRunner().invoke(command, given)
    assert result.exit_code == 0, result.output
    return result.output, read_take(out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--recogniser", "pocketsphinx"), "its words recognised (English)"),
        (("--text", TEXT), "its words aligned with the sound"),
        (("--text", "line.txt"), "its words aligned with the sound"),
        (("--times", "line.tsv"), "line.tsv (lines of times, IPA)"),
        (("--lips", "sounds", "--recogniser", "pocketsphinx"), "its words recognised (English)"),
    ],
)
def test_speak_takes_what_is_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(folder)
    output, take = speak(folder, *arguments)
    assert said in output
    assert len(take.times) == opened(folder, "times").frames
    assert take.weights[:, take.channels.index("jawOpen")].max() > 0.1
    assert take.weights[5, take.channels.index("cheekSquintLeft")] > 0.3


@pytest.mark.parametrize(
    ("arguments", "lips", "said"),
    [
        (("--label", "joy", "--text", TEXT), "words", TEXT.rstrip(".").lower().split()),
        (
            ("--label", "joy", "--recogniser", "pocketsphinx"),
            "sounds",
            TEXT.rstrip(".").lower().split(),
        ),
        (("--label", "joy", "--lips", "network"), "network", []),
        (("--score", "none.yaml"), "none", []),
    ],
)
def test_a_program_reads_what_was_written(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    lips: str,
    said: list[str],
) -> None:
    monkeypatch.chdir(folder)
    Path("none.yaml").write_text("schema: mien/score/1\nlips: {from: none}\n")
    given = ["speak", "line.wav", *arguments, "-o", "told.json", "--format", "json"]
    told = json.loads(ended(0, *given).stdout)
    assert (told["audio"], told["take"]) == ("line.wav", "told.json")
    assert told["frames"] == len(read_take(Path("told.json")).times)
    assert told["bank"]["bank"] == "default"
    assert len(told["bank"]["sha256"]) == 64
    assert (told["lips"]["from"], bool(told["lips"]["said"])) == (lips, True)
    assert [one["text"] for one in told["words"]] == said
    assert all(one["start"] < one["end"] for one in told["words"])
    assert all(round(one["end"], 3) == one["end"] for one in told["words"])
    assert told["doubts"] == []
    assert "name it (-o)" in ended(2, *given[:-4], "--format", "json").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lips", "words"), "--lips words needs --text"),
        (("--lips", "times"), "--lips times needs --times"),
        (("--text", TEXT, "--times", "line.tsv"), "give one of --text and --times"),
        (("--text", TEXT, "--lips", "network"), "takes no --text"),
        (("--text", TEXT, "--network", "any.onnx"), "both give the lips"),
        (("--text", "Zzyzxq brrrgh."), "no pronunciation is known"),
        (("--times", "line.wav"), "line.wav: error: this is sound (WAV), expected text"),
        (("--text", "nope.txt"), "there is no file nope.txt"),
        (("--text", "./nope"), "there is no file ./nope"),
        (("--recogniser", "vosk"), "there is no recogniser 'vosk'; expected whisper:FOLDER"),
        (("--recogniser", "whisper:"), "expected whisper:FOLDER"),
        (("--recogniser", "whisper:nowhere"), "nowhere: there is no such folder, expected"),
        (("--recogniser", "whisper:line.wav"), "line.wav: this is no folder, expected"),
        (("--recogniser", "whisper:."), ".: there is no model.bin and no config.json"),
        (("--recogniser", "whisper:m", "--text", TEXT), "--recogniser and --text both give"),
        (("--recogniser", "whisper:m", "--lips", "network"), "both give the lips"),
    ],
)
def test_what_speak_cannot_do_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(folder)
    assert words in ended(2, "speak", "line.wav", "--label", "joy", *arguments).stderr


def test_without_a_recogniser_the_network_speaks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> None:
        del name

    monkeypatch.setattr(spoken, "find_spec", nothing)
    audio = folder / "line.wav"
    kind, why = spoken.chosen_kind(audio, None, text=False, times=False, network=False)
    assert (kind, "brings a recogniser" in why) == ("network", True)
    assert spoken.chosen_kind(audio, None, text=True, times=False, network=False)[0] == "words"
    assert spoken.chosen_kind(audio, None, text=False, times=False, network=True)[0] == "network"


def test_a_score_takes_the_lips_that_are_given(folder: Path) -> None:
    score = folder / "cues.score.yaml"
    score.write_text(
        "schema: mien/score/1\nbank: default@1.1.0\naudio: line.wav\n"
        "cues: [{time: 0.2, label: anger, transition: 0.2}]\n"
    )
    given = [str(folder / "line.wav"), "--score", str(score), "--times", str(folder / "line.tsv")]
    result = CliRunner().invoke(command, [*given, "-o", str(folder / "scored.json")])
    assert result.exit_code == 0, result.output
    assert "line.tsv" in result.output
    given = [str(folder / "line.wav"), "--score", str(score), "--text", str(folder / "line.txt")]
    result = CliRunner().invoke(command, [*given, "-o", str(folder / "scored.json")])
    assert result.exit_code == 0, result.output
    assert "its words aligned" in result.output
