"""Lips on real voices: what is read, how it is heard, and what is measured, on made-up speech."""

# ruff: noqa: RUF001  IPA looks like other letters
# SciPy annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import json
import math
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
import scipy.stats
import soundfile
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from tests.sounds import spoken_line

from mien.cli import main
from mien.formats.registry import write_take
from mien.formats.take import Take
from mien_trainer.audio import speech_level
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE, frame_count, frame_times
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import SpeechRefusedError, Utterance
from mien_trainer.voices.at_rate import AtRate
from mien_trainer.voices.baselines import by_loudness, profiles
from mien_trainer.voices.kept_times import FoundTimes
from mien_trainer.voices.measures import (
    CURVES,
    Heard,
    Motion,
    closure_frames,
    followed,
    motion,
    touches,
)
from mien_trainer.voices.output import left_out
from mien_trainer.voices.recordings import Kind, Refused, find_recordings
from mien_trainer.voices.rooms import NOISE_DB, ROOMS, by_telephone, in_a_room, noisy

TABLE = shipped_table()
NAMES = TABLE.rig.names
TEXT = "Please bring my umbrella before the evening."
SOUNDS = ("m", "ɑ", "p", "i", "b", "ɛ", "s", "u", "m", "æ", "t", "ɑ")


def spoken_phonemes(length: float = 0.12) -> tuple[Phoneme, ...]:
    marks = [Phoneme(symbol=SILENCE, start=0.0, end=0.3)]
    for sound in SOUNDS * 3:
        start = marks[-1].end
        marks.append(Phoneme(symbol=sound, start=start, end=start + length))
    return (*marks, Phoneme(symbol=SILENCE, start=marks[-1].end, end=marks[-1].end + 0.3))


PHONEMES = spoken_phonemes()
FRAMES = int(PHONEMES[-1].end * FRAME_RATE)
TRUE = lip_curves(PHONEMES, FRAMES, TABLE)
SPOKEN = np.ones(FRAMES, dtype=bool)


def heard(weights: F32) -> Heard:
    return Heard(
        found=motion(weights, NAMES), true=motion(TRUE, NAMES), speech=SPOKEN, phonemes=PHONEMES
    )


@st.composite
def counted(draw: st.DrawFn) -> AtRate:
    """Three levels of a few clips."""
    clips = draw(st.integers(1, 6))
    rise = st.lists(st.integers(0, 5), min_size=3 * clips, max_size=3 * clips)
    closures = np.array(draw(st.lists(st.integers(0, 9), min_size=clips, max_size=clips)))
    touched, kept = (np.array(draw(rise)).reshape(3, clips).cumsum(axis=0) for _ in range(2))
    wanted = np.array(draw(st.lists(st.integers(0, 12), min_size=clips, max_size=clips)))
    return AtRate(
        touches=touched, wanted=wanted, kept=np.minimum(kept, closures), closures=closures
    )


@given(counted())
def test_the_level_rises_until_lips_touch_as_often_as_they_should(one: AtRate) -> None:
    wanted, closures = sum(one.wanted.tolist()), sum(one.closures.tolist())
    if not wanted or not closures:
        assert math.isnan(one.share)
        return
    count, share = 0, 0.0
    for touched, kept in zip(one.touches.tolist(), one.kept.tolist(), strict=True):
        more, now = sum(touched), sum(kept) / closures
        if more >= wanted:
            share += (now - share) * (wanted - count) / max(more - count, 1)
            break
        count, share = more, now
    assert one.share == pytest.approx(share)
    assert math.isnan(one.chance) == (len(one.wanted) == 1)


@pytest.mark.parametrize("clips", [12, 40])
def test_chance_is_the_standard_error_of_clips_drawn_anew(clips: int) -> None:
    rng = np.random.default_rng(clips)
    closures = rng.integers(2, 9, clips)
    kept = rng.binomial(closures, rng.uniform(0.3, 1.0, clips))
    one = AtRate(touches=closures[None], wanted=closures, kept=kept[None], closures=closures)

    def share(a: npt.NDArray[Any], b: npt.NDArray[Any], axis: int) -> npt.NDArray[Any]:
        return cast("npt.NDArray[Any]", a.sum(axis=axis) / b.sum(axis=axis))

    peer = scipy.stats.bootstrap((kept, closures), share, paired=True, rng=rng, n_resamples=4000)
    assert one.share == pytest.approx(kept.sum() / closures.sum())
    assert one.chance == pytest.approx(float(peer.standard_error), rel=0.2)


def test_lips_that_do_as_they_should_follow_in_full() -> None:
    found = followed([heard(TRUE)])
    assert [found.r[one] for one in CURVES] == pytest.approx([1.0] * len(CURVES))
    assert (found.lag, found.kept, found.matched, found.shut) == (0, 1.0, 1.0, 0.0)
    assert found.speed == pytest.approx(1.0)
    assert found.amplitude == pytest.approx(1.0)
    assert found.touches == found.taught > 0
    assert found.closures == len(closure_frames(PHONEMES, FRAMES)) == 12


@given(lag=st.integers(-4, 12))
def test_the_best_lag_is_that_by_which_lips_are_late(lag: int) -> None:
    assert followed([heard(np.roll(TRUE, lag, axis=0))]).lag == lag


def test_a_mouth_that_stays_shut_keeps_every_closure_and_is_told_by_the_rest() -> None:
    found = followed([heard(np.zeros_like(TRUE))])
    assert (found.kept, found.shut, found.touches, found.speed) == (1.0, 1.0, 0.0, 0.0)
    assert np.isnan(found.r["opening"])


def test_a_mouth_that_never_shuts_keeps_what_it_nearly_shuts() -> None:
    wide = TRUE.copy()
    wide[:, NAMES.index("jawOpen")] += np.float32(0.2)
    found = followed([heard(wide)])
    assert (found.kept, found.touches) == (0.0, 0.0)
    assert found.matched > 0.8


def test_touches_of_less_than_three_frames_are_a_flicker() -> None:
    gap = np.ones(60)
    gap[10:12] = gap[30:40] = 0.0
    speech = np.ones(60, dtype=bool)
    assert touches(gap, speech) == 2
    assert touches(gap, speech, most=2) == 1
    speech[30] = False  # lips that are closed when speech begins do not come to touch
    assert touches(gap, speech) == 1
    speech[:31] = False
    assert touches(gap, speech) == 0


def test_what_is_not_known_is_no_number() -> None:
    nothing = Motion(curves=np.zeros((FRAMES, len(CURVES))), gap=np.zeros(FRAMES))
    one = evolve(heard(TRUE), true=nothing, phonemes=())
    found = followed([one], known=False)
    assert np.isnan([found.taught, found.kept, found.speed, found.shut]).all()
    assert found.touches > 0


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    return spoken_line(TEXT)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_keep_length_and_level_and_are_the_same_every_time(
    utterance: Utterance, room: str
) -> None:
    found = ROOMS[room](utterance.audio)
    assert found.shape == utterance.audio.shape
    assert found.dtype == np.float32
    assert np.abs(found).max() <= 1.0
    assert speech_level(found) == pytest.approx(speech_level(utterance.audio), abs=0.5)
    assert np.array_equal(found, ROOMS[room](utterance.audio))


def test_noise_is_as_faint_as_it_says(utterance: Utterance) -> None:
    found = noisy(utterance.audio)
    gain = np.dot(found, utterance.audio) / np.dot(utterance.audio, utterance.audio)
    rest = found / gain - utterance.audio
    level = 10.0 * math.log10(float(np.square(rest.astype(np.float64)).mean()))
    assert speech_level(utterance.audio) - level == pytest.approx(NOISE_DB, abs=0.5)


def tone(hertz: float) -> F32:
    times = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    found: F32 = (0.1 * np.sin(2 * np.pi * hertz * times)).astype(np.float32)
    return found


def test_a_telephone_has_its_band() -> None:
    mixed = tone(100) + tone(1000) + tone(6000)
    parts = np.fft.rfft(by_telephone(mixed))
    heard = np.sqrt(parts.real**2 + parts.imag**2)
    assert heard[100] < 0.02 * heard[1000]
    assert heard[6000] < 0.02 * heard[1000]


def test_a_room_rings_on() -> None:
    click = np.zeros(SAMPLE_RATE, dtype=np.float32)
    click[100] = 0.5
    found = np.abs(in_a_room(click))
    assert found[:90].max() < 1e-6
    assert found[100 + SAMPLE_RATE // 20 :].max() > 0.001 * found.max()
    assert found[:4000].sum() > found[4000:].sum()


def test_loud_sound_opens_the_jaw_and_nothing_else() -> None:
    audio = np.concatenate((tone(200) * 0.01, tone(200)))
    jaw = by_loudness(audio)
    assert jaw[90:115, NAMES.index("jawOpen")].min() > jaw[10:50, NAMES.index("jawOpen")].max()
    assert np.count_nonzero(jaw.any(axis=0)) == 1


def test_nobody_is_calibrated_on_their_own_voice() -> None:
    sounds = ("a", "i", "u", "ɛ", "ɔ", "m", SILENCE)
    marks = [Phoneme(symbol=s, start=k / 8, end=(k + 1) / 8) for k, s in enumerate(sounds)]
    one, other = tone(300), tone(900)
    made = profiles([("anna", one, marks), ("bert", other, marks)])
    assert np.array_equal(
        made["anna"].means, profiles([("bert", other, marks), ("x", one, marks)])["x"].means
    )
    assert not np.array_equal(made["anna"].means, made["bert"].means)
    assert profiles([("anna", one, marks)]) == {}


def write_sound(path: Path, audio: F32) -> Path:
    soundfile.write(path, audio, SAMPLE_RATE, subtype="PCM_16")
    return path


def write_list(folder: Path, *rows: str, heads: str = "file\tspeaker\tlanguage\ttext") -> Path:
    path = folder / "transcripts.tsv"
    path.write_text("\n".join((heads, *rows)) + "\n", encoding="utf-8")
    return path


def test_a_list_says_what_is_known_of_each(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav", "c.wav", "d.wav"):
        write_sound(tmp_path / name, tone(200))
    (tmp_path / "a.txt").write_text("0 1 m\n")
    (tmp_path / "d.csv").write_text("")
    write_list(
        tmp_path,
        "a.wav\tanna\tde\tSo ist es.\ta.txt",
        "b.wav\tbert\ten\tSo it is.",
        "c.wav\tcarl\tfr\tC'est ça.",
        "d.wav\tdora\t\t\t\td.csv",
        heads="file\tspeaker\tlanguage\ttext\ttimes\tcurves",
    )
    found = find_recordings([tmp_path])
    assert [one.kind for one in found] == [Kind.TIMES, Kind.WORDS, Kind.NOTHING, Kind.CAPTURE]
    assert found[0].times == tmp_path / "a.txt"
    assert found[3].language == "en"


def test_all_faults_of_a_list_are_told_at_their_lines(tmp_path: Path) -> None:
    write_list(tmp_path, "a.wav\tx", "\ty", "b\tc\td", heads="file\tspeaker")
    with pytest.raises(TrainerError) as caught:
        find_recordings([tmp_path])
    lines = str(caught.value).splitlines()
    assert [":2: there is no file" in lines[0], ":3: it names no file" in lines[1]] == [True, True]
    assert ":4: 3 columns" in lines[2]
    write_list(tmp_path, "a.wav", heads="fil\tspeaker\tspeaker")
    with pytest.raises(TrainerError, match="did you mean file") as caught:
        find_recordings([tmp_path])
    assert "comes twice" in str(caught.value)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(TrainerError, match="neither a transcripts"):
        find_recordings([empty])


@frozen
class Ran:
    status: int
    stdout: str
    stderr: str


def run(*args: object) -> Ran:
    """`mien evaluate` as a shell runs it."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main.run(["evaluate", *map(str, args)])
    return Ran(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def recorded(utterance: Utterance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line with its words, the same with its times, and a capture of it."""
    folder = tmp_path_factory.mktemp("recorded")
    write_sound(folder / "line.wav", utterance.audio)
    times = "".join(f"{one.start}\t{one.end}\t{one.symbol}\n" for one in utterance.phonemes)
    (folder / "line.txt").write_text(times, encoding="utf-8")
    write_list(
        folder,
        f"line.wav\tanna\t{TEXT}\t",
        f"line.wav\tbert\t{TEXT}\tline.txt",
        "line.wav\tcarl\t\t",
        heads="file\tspeaker\ttext\ttimes",
    )
    takes = folder / "takes"
    takes.mkdir()
    write_sound(takes / "smile.wav", utterance.audio)
    frames = frame_count(len(utterance.audio))
    curves = lip_curves(utterance.phonemes, frames, TABLE)
    take = Take(rate=60.0, channels=NAMES, times=frame_times(frames), weights=curves)
    write_take(takes / "smile.csv", take)
    return folder


@pytest.fixture(scope="module")
def measured(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    page = tmp_path_factory.mktemp("page") / "voices.html"
    result = run(
        "--voices", recorded, "--voices", recorded / "takes", "--room", "clean", "--room",
        "telephone", "--no-gate", "--format", "json", "-o", page,
    )  # fmt: skip
    assert result.status == 0, result.stderr
    html = page.read_text(encoding="utf-8")
    assert "rule lips from sounds" in html
    assert "captures of faces, telephone" in html
    return cast("dict[str, Any]", json.loads(result.stdout))


def test_every_way_is_measured_on_every_kind(measured: dict[str, Any]) -> None:
    rows = {(row["kind"], row["room"], row["method"]): row for row in measured["rows"]}
    kinds = ("capture", "times", "words", "nothing")
    assert {kind for kind, _, _ in rows} == set(kinds)
    for kind in kinds:
        for room in ("clean", "telephone"):
            assert (kind, room, "network v3") in rows
            assert (kind, room, "rule lips from sounds") in rows
            assert (kind, room, "loudness on the jaw") in rows
    # What is measured against is not itself measured.
    assert ("words", "clean", "rule lips from words") not in rows
    assert rows["times", "clean", "rule lips from words"]["r"]["opening"] > 0.8
    assert rows["nothing", "clean", "network v3"]["kept"] is None
    assert rows["nothing", "clean", "network v3"]["r"]["jaw"] is None


def test_a_capture_of_the_true_lips_is_followed_as_they_are(measured: dict[str, Any]) -> None:
    rows = {(row["kind"], row["method"]): row for row in measured["rows"] if row["room"] == "clean"}
    for method in ("network v3", "rule lips from sounds", "loudness on the jaw"):
        capture, times = (rows[kind, method]["r"]["opening"] for kind in ("capture", "times"))
        assert capture == pytest.approx(times, abs=0.1)
    assert rows["times", "rule lips from sounds"]["r"]["opening"] > 0.6
    assert rows["times", "loudness on the jaw"]["r"]["opening"] < 0.6


def test_figures_decide(measured: dict[str, Any], recorded: Path) -> None:
    assert {one["name"].split(",")[0] for one in measured["figures"]} >= {
        "r of opening", "touches a second", "shut while open", "closures kept at the taught rate",
    }  # fmt: skip
    assert measured["kept"] == all(one["kept"] for one in measured["figures"])
    result = run("--voices", recorded / "transcripts.tsv", "--room", "clean")
    assert result.status == (0 if "every figure keeps" in result.stdout else 1)
    assert "words aligned with the sound, clean: 1 clips of 1 speakers" in result.stdout


def test_of_a_second_of_speech_nothing_is_judged(utterance: Utterance, tmp_path: Path) -> None:
    write_sound(tmp_path / "line.wav", utterance.audio[:SAMPLE_RATE])
    said = [one for one in utterance.phonemes if one.end < 1.0]
    times = "".join(f"{one.start}\t{one.end}\t{one.symbol}\n" for one in said)
    (tmp_path / "line.txt").write_text(times, encoding="utf-8")
    write_list(tmp_path, "line.wav\tanna\tline.txt", heads="file\tspeaker\ttimes")
    result = run("default", "--voices", tmp_path, "--room", "clean")
    assert result.status == 1
    assert "not judged: sounds with given times: 0." in result.stdout
    assert "s of speech are too little to judge, expected 2 or more" in result.stdout
    assert "MISS" not in result.stdout
    assert "every figure" not in result.stdout
    found = json.loads(run("--voices", tmp_path, "--room", "clean", "--format", "json").stdout)
    assert (found["kept"], found["figures"], len(found["too_little"])) == (False, [], 1)


def test_what_is_left_out_for_one_reason_is_told_at_once() -> None:
    many = [Refused(place=f"a.tsv:{at}", reason="it is silent") for at in range(2, 9)]
    lines = list(left_out([*many, Refused(place="b.tsv:2", reason="it says nothing")]))
    assert lines == [
        "8 recordings are left out:",
        "  a.tsv:2 and 6 more: it is silent",
        "  b.tsv:2: it says nothing",
    ]
    assert list(left_out(many[:2]))[1:] == ["  a.tsv:2: it is silent", "  a.tsv:3: it is silent"]


def test_times_are_found_once_and_kept(utterance: Utterance, tmp_path: Path) -> None:
    path, asked = tmp_path / "kept.json", list[str]()

    def align(audio: F32, text: str) -> tuple[Phoneme, ...]:
        del audio
        asked.append(text)
        if text == "no":
            raise SpeechRefusedError("it says something else")
        return PHONEMES

    for _ in range(2):
        times = FoundTimes(path, align)
        for _ in range(2):
            assert times.by_words(utterance.audio, "yes") == PHONEMES
            with pytest.raises(SpeechRefusedError, match="something else"):
                times.by_words(utterance.audio, "no")
        times.save()
    assert asked == ["yes", "no"]
    FoundTimes(path, align).by_words(utterance.audio[1:], "yes")  # other sound
    assert asked[2:] == ["yes"]
    kept = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**kept, "schema": "mien-times/0"}), encoding="utf-8")
    FoundTimes(path, align).by_words(utterance.audio, "yes")
    assert asked[3:] == ["yes"]  # an older aligner's are found anew


@pytest.mark.parametrize(
    "kept", ["", "[]", "{}", '{"schema":"mien-times/1","found":{"a":[["m"]]}}']
)
def test_what_was_not_kept_by_mien_is_refused(kept: str, tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text(kept, encoding="utf-8")
    with pytest.raises(TrainerError, match="no times that were kept"):
        FoundTimes(path)


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    write_sound(tmp_path / "quiet.wav", np.zeros(SAMPLE_RATE, dtype=np.float32))
    write_list(tmp_path, "quiet.wav\tanna\ten\tHello there.")
    result = run("--voices", tmp_path)
    assert result.status == 2
    assert "not one of 1 recordings can be used" in result.stderr
    assert "transcripts.tsv:2: it is silent" in result.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "give --data or --voices"),
        (("--voices", "tests", "--data", "tests"), "give --data or --voices, not both"),
        (("--data", "tests"), "NETWORK"),
        (("--voices", "tests", "--clips", "5"), "--clips is for --data (each recording"),
        (("x", "--data", "tests", "--delay", "20"), "--delay is for --voices"),
        (("--voices", "tests", "--kept", "nowhere/k.json"), "nowhere does not exist"),
        (("tests/skips.py", "--voices", "tests"), "`mien train export` makes one of a training"),
        (("--voices", "tests", "--beside", "x"), "--beside is for --data"),
        (("x", "--data", "tests", "--room", "clean"), "--room is for --voices"),
        (("x", "--data", "tests", "--kept", "k.json"), "--kept is for --voices"),
        (("x", "--data", "tests", "--recogniser", "any"), "--recogniser is for --voices"),
        (("--voices", "tests", "--recogniser", "any"), "there is no recogniser 'any'"),
        (
            ("--voices", "tests", "--recogniser", "whisper:nowhere"),
            "nowhere: there is no such folder",
        ),
    ],
)
def test_options_that_do_not_go_together(args: tuple[str, ...], message: str) -> None:
    result = run(*args)
    assert result.status == 2
    assert message in result.stderr
