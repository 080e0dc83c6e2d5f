"""Lips beside captures of faces: what is known of a made-up one has to be measured."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.formats.livelink import header
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE, frame_times
from mien_trainer.lips.coarticulation import lip_curves
from mien_trainer.lips.read import shipped_table
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import SpeechRefusedError
from mien_trainer.voices.measures import Heard, captured, followed, in_step, motion, touches
from mien_trainer.voices.output import voices_lines
from mien_trainer.voices.recordings import (
    Clip,
    Kind,
    Recording,
    Refused,
    find_recordings,
    read_clips,
)
from mien_trainer.voices.result import Row, VoicesReport, figures
from mien_trainer.voices.sync import seconds_apart

TABLE = shipped_table()
NAMES = TABLE.rig.names
JAW = NAMES.index("jawOpen")
F64 = npt.NDArray[np.float64]


def said(seconds: float, seed: int = 3) -> tuple[Phoneme, ...]:
    """Sounds of uneven length, so that no moment is like another."""
    rng = np.random.default_rng(seed)
    marks = [Phoneme(symbol=SILENCE, start=0.0, end=0.4)]
    while marks[-1].end < seconds - 0.4:
        start = marks[-1].end
        symbol = str(rng.choice(["m", "ɑ", "p", "i", "b", "ɛ", "s", "u", "æ", "t", "ɔ", "k"]))
        marks.append(Phoneme(symbol=symbol, start=start, end=start + rng.uniform(0.05, 0.2)))
    return (*marks, Phoneme(symbol=SILENCE, start=marks[-1].end, end=seconds))


PHONEMES = said(8.0)
FRAMES = 8 * FRAME_RATE
TRUE = lip_curves(PHONEMES, FRAMES, TABLE)
SPEECH = np.ones(FRAMES, dtype=bool)


def heard(capture: F32, lips: F32 = TRUE) -> Heard:
    return Heard(
        found=motion(lips, NAMES), true=captured(capture, NAMES), speech=SPEECH, phonemes=PHONEMES
    )


@given(lag=st.integers(-4, 12), gain=st.floats(0.4, 1.4))
@settings(max_examples=30)
def test_lag_size_and_speed_of_a_capture_are_told(lag: int, gain: float) -> None:
    capture = np.roll(TRUE * np.float32(gain), -lag, axis=0)
    found = followed([in_step(heard(capture))])
    assert found.lag == lag
    assert found.r["jaw"] == pytest.approx(1.0, abs=0.01)
    assert found.amplitude == pytest.approx(1.0 / gain, rel=0.02)
    assert found.speed == pytest.approx(1.0 / gain, rel=0.02)
    assert (found.kept, found.closures > 10) == (1.0, True)


# Beyond a share of 1 noise may well hide which lag is the best.
@given(share=st.floats(0.1, 1.0), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_noise_takes_from_r_what_it_should(share: float, seed: int) -> None:
    one = heard(TRUE)
    spread = one.true.curves.std(axis=0)
    noise = np.random.default_rng(seed).standard_normal(one.true.curves.shape) * spread * share
    noisy = evolve(one, true=evolve(one.true, curves=one.true.curves + noise))
    found = followed([in_step(noisy)])
    assert found.lag == 0
    assert found.r["opening"] == pytest.approx(1.0 / (1.0 + share**2) ** 0.5, abs=0.1)


def test_every_capture_has_its_own_lag() -> None:
    clips = [in_step(heard(np.roll(TRUE, -lag, axis=0))) for lag in (-3, 2, 9)]
    found = followed(clips)
    assert (found.lag, [one.shift for one in clips]) == (2, [-3, 2, 9])
    assert found.r["opening"] == pytest.approx(1.0, abs=0.01)


def test_a_tracker_that_is_never_at_rest_still_shuts() -> None:
    offsets = {"jawOpen": 0.03, "mouthFunnel": 0.12, "mouthLowerDownLeft": 0.05}
    weights = TRUE * np.float32(0.7)
    for name, value in offsets.items():
        weights[:, NAMES.index(name)] += np.float32(value)
    assert motion(weights, NAMES).gap.min() > 0.0
    found, true = captured(weights, NAMES).gap, motion(TRUE, NAMES).gap
    assert touches(found, SPEECH) == pytest.approx(touches(true, SPEECH), abs=2)
    wide = np.full_like(TRUE, 0.5)  # whoever never shuts is not taken to
    assert captured(wide, NAMES).gap.min() > 0.2


def test_channels_that_a_tracker_leaves_alone_say_nothing() -> None:
    still = TRUE.copy()
    still[:, NAMES.index("mouthPucker")] *= np.float32(0.001)
    found = followed([in_step(evolve(heard(still), rows=np.arange(FRAMES, dtype=np.float64)))])
    assert np.isnan(found.r["pucker"])
    assert found.r["jaw"] == pytest.approx(1.0, abs=0.01)


def test_speed_is_compared_at_the_rows_that_a_capture_has() -> None:
    at = frame_times(FRAMES)
    rows = at[::5]
    slow = sampled(at, rows, TRUE[::5])
    found = [evolve(heard(slow), rows=one) for one in (None, rows * FRAME_RATE)]
    whole, apart = (followed([one]).speed for one in found)
    assert apart == pytest.approx(1.0, abs=0.02)
    assert whole > 1.1
    late = evolve(heard(np.roll(slow, -6, axis=0)), rows=rows * FRAME_RATE - 6)
    assert followed([in_step(late)]).speed == pytest.approx(1.0, abs=0.02)


def unlike(seed: int) -> Heard:
    return heard(TRUE, lip_curves(said(8.0, seed), FRAMES, TABLE))


def test_sound_that_was_recorded_apart_is_noticed() -> None:
    capture = np.roll(TRUE, -35, axis=0)
    ways = [heard(capture), heard(capture, TRUE * np.float32(0.5)), unlike(8)]
    assert seconds_apart(ways) == pytest.approx(35 / 60, abs=0.02)
    assert seconds_apart([heard(TRUE), heard(np.roll(TRUE, -8, axis=0))]) is None
    assert seconds_apart([unlike(8), unlike(9), unlike(10)]) is None
    assert seconds_apart([]) is None
    few = [evolve(one, speech=SPEECH & (np.arange(FRAMES) < 60)) for one in ways]
    assert seconds_apart(few) is None


def by_app(code: Callable[[float], str]) -> Callable[[F64, F32], str]:
    """As Live Link Face writes, with timecodes by ``code``."""

    def text(times: F64, weights: F32) -> str:
        order = [name[0].lower() + name[1:] for name in header(NAMES).strip().split(",")[2:54]]
        lines = [header(NAMES).strip()]
        sorted_ = weights[:, [NAMES.index(name) for name in order]]
        for moment, row in zip(times.tolist(), sorted_.tolist(), strict=True):
            fields = [code(moment), "61", *(f"{one:.8f}" for one in row), *["0"] * 9]
            lines.append(",".join(fields))
        return "\n".join(lines) + "\n"

    return text


def drop_frame(base: int) -> Callable[[float], str]:
    """29.97 or 59.94 a second as SMPTE ST 12-1 counts them."""

    def code(moment: float) -> str:
        frame = round(moment * base / 1.001)
        tens, rest = divmod(frame, base * 600 - base // 15 * 9)
        skipped = base // 15 * 9 * tens
        first = base * 60
        if rest >= first:
            skipped += base // 15 * (1 + (rest - first) // (base * 60 - base // 15))
        seconds, number = divmod(frame + skipped, base)
        return f"10:{seconds // 60:02d}:{seconds % 60:02d};{number:02d}.000"

    return code


def of_the_phone(moment: float) -> str:
    """As the app writes at 30 a second: FF counts 60ths, with a part that drifts."""
    sixtieths = moment * 60 + 0.3
    seconds, number = divmod(sixtieths, 60)
    minutes, second = divmod(int(seconds), 60)
    return f"13:{minutes:02d}:{second:02d}:{number:06.3f}"


def media_pipe_csv(times: F64, weights: F32) -> str:
    names = [name for name in NAMES if name != "tongueOut"]
    lines = [",".join(["timestamp_ms", "_neutral", *names])]
    for moment, row in zip(times.tolist(), weights.tolist(), strict=True):
        of = dict(zip(NAMES, row, strict=True))
        lines.append(",".join([f"{1e3 * moment:.0f}", "0", *(f"{of[one]:.6f}" for one in names)]))
    return "\n".join(lines)


def media_pipe_json(times: F64, weights: F32) -> str:
    frames: list[object] = []
    for moment, row in zip(times.tolist(), weights.tolist(), strict=True):
        found = [
            {"index": k + 1, "score": score, "categoryName": name, "displayName": ""}
            for k, (name, score) in enumerate(zip(NAMES, row, strict=True))
            if name != "tongueOut"
        ]
        frames.append(
            {"timestampMs": round(1e3 * moment), "faceBlendshapes": [{"categories": found}]}
        )
    return json.dumps(frames)


def arkit_lines(times: F64, weights: F32) -> str:
    """One frame a line, by the phone's own clock."""
    lines = [
        json.dumps(
            {"timestamp": 81_234.5 + moment, "blendShapes": dict(zip(NAMES, row, strict=True))}
        )
        for moment, row in zip(times.tolist(), weights.tolist(), strict=True)
    ]
    return "\n".join(lines)


def uneven(seconds: float) -> F64:
    steps = np.random.default_rng(5).uniform(0.8, 1.2, int(seconds * 60)) / 60.0
    return np.asarray(np.cumsum(steps) - steps[0])


LONG, SHORT = 68.0, 20.0
LONG_CURVES = lip_curves(said(LONG + 1.0), int((LONG + 1.0) * FRAME_RATE), TABLE)


def curves_at(times: F64) -> F32:
    at = frame_times(len(LONG_CURVES))
    return sampled(times, at, LONG_CURVES)


def sampled(times: F64, at: F64, curves: F32) -> F32:
    found = np.zeros((len(times), curves.shape[1]), dtype=np.float32)
    for column in range(curves.shape[1]):
        found[:, column] = np.interp(times, at, curves[:, column])
    return found


@pytest.mark.parametrize(
    ("name", "times", "text"),
    [
        ("drop30.csv", np.arange(LONG * 30) / (30 / 1.001), by_app(drop_frame(30))),
        ("drop60.csv", np.arange(LONG * 60) / (60 / 1.001), by_app(drop_frame(60))),
        ("phone.csv", np.arange(LONG * 30) / 30, by_app(of_the_phone)),
        ("tracked.csv", np.arange(SHORT * 25) / 25, media_pipe_csv),
        ("tracked.json", np.arange(SHORT * 30) / 29.97, media_pipe_json),
        ("arkit.jsonl", uneven(SHORT), arkit_lines),
    ],
)  # fmt: skip
def test_takes_of_every_kind_keep_their_time(
    tmp_path: Path, name: str, times: F64, text: Callable[[F64, F32], str]
) -> None:
    """At the end, after a minute where frames drop, curves are where their sound is, offset too."""
    offset, seconds = 0.25, float(times[-1])
    (tmp_path / name).write_text(text(times, curves_at(times)), encoding="utf-8")
    sound = np.zeros(int((seconds + 1.0) * SAMPLE_RATE), dtype=np.float32)
    soundfile.write(tmp_path / "take.wav", sound, SAMPLE_RATE)
    (tmp_path / "takes.tsv").write_text(f"file\tcurves\toffset\ntake.wav\t{name}\t{offset}\n")
    (clip,) = clips_of(find_recordings([tmp_path / "takes.tsv"])[0])
    assert clip.true is not None
    assert clip.seen is not None
    wanted = curves_at(frame_times(clip.frames) - offset)
    end = clip.seen & (frame_times(clip.frames) > seconds + offset - 5)
    assert end.sum() == pytest.approx(5 * FRAME_RATE, abs=4)
    assert np.corrcoef(clip.true[end, JAW], wanted[end, JAW])[0, 1] > 0.99
    assert clip.rows is not None
    assert clip.rows[-1] / FRAME_RATE == pytest.approx(times[-1] + offset, abs=0.02)
    assert not clip.seen[: round(offset * FRAME_RATE) - 1].any()


def clips_of(recording: Recording) -> tuple[Clip, ...]:
    def align(audio: F32, text: str) -> tuple[Phoneme, ...]:
        del audio
        raise SpeechRefusedError(f"it does not say {text}")

    refused: list[Refused] = []
    found = tuple(read_clips([recording], align, refused))
    assert refused == []
    return found


def test_what_no_tracker_saw_is_not_counted_and_odd_words_are_not_used(tmp_path: Path) -> None:
    times = np.concatenate((np.arange(60), np.arange(120, 240))) / 30
    weights = np.tile(TRUE[:1], (len(times), 1))
    (tmp_path / "a.csv").write_text(media_pipe_csv(times, weights))
    soundfile.write(tmp_path / "a.wav", np.zeros(10 * SAMPLE_RATE), SAMPLE_RATE)
    recording = Recording(
        sound=tmp_path / "a.wav", curves=tmp_path / "a.csv", text="Ha.", place="a"
    )
    (clip,) = clips_of(recording)
    assert clip.seen is not None
    lost = np.flatnonzero(~clip.seen) / FRAME_RATE
    assert (lost < 8).sum() == pytest.approx(2 * FRAME_RATE, abs=3)
    assert (lost >= 8).sum() == pytest.approx(2 * FRAME_RATE, abs=2)
    assert (clip.phonemes, clip.doubt) == ((), "it does not say Ha.")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("offset", "soon", "offset is 'soon', expected a number from -3600 to 3600 in seconds"),
        ("offset", "nan", "offset is 'nan'"),
        ("rate", "0", "rate is '0', expected a number from 1 to 1000 a second"),
    ],
)
def test_numbers_of_a_list_are_checked(
    tmp_path: Path, column: str, value: str, message: str
) -> None:
    (tmp_path / "a.wav").write_bytes(b"")
    (tmp_path / "takes.tsv").write_text(f"file\t{column}\na.wav\t{value}\n")
    with pytest.raises(TrainerError, match=message) as caught:
        find_recordings([tmp_path / "takes.tsv"])
    assert "takes.tsv:2: " in str(caught.value)


def test_a_phones_folder_is_sent_to_import(tmp_path: Path) -> None:
    for name in ("MySlate_1_iPhone.csv", "MySlate_1_iPhone.mov"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(TrainerError, match="`mien import` gives a phone's takes their sound"):
        find_recordings([tmp_path])


def report(kind: Kind, heard_: Heard) -> VoicesReport:
    row = Row(
        kind=kind,
        room="clean",
        method="network x",
        live=True,
        missed=0,
        followed=followed([heard_], known=kind is not Kind.NOTHING),
    )
    one = {each: int(each is kind) for each in Kind}
    return VoicesReport(
        bank="b",
        networks=("network x",),
        delay=0.0,
        speakers=one,
        clips=one,
        rows=(row,),
        refused=(),
    )


def test_captures_decide_by_what_they_tell_and_sound_alone_by_nothing() -> None:
    still = TRUE.copy()
    still[:, NAMES.index("mouthPucker")] = 0.0
    still_one = in_step(evolve(heard(still), rows=np.arange(FRAMES, dtype=np.float64)))
    decided = [one.name for one in figures(report(Kind.CAPTURE, still_one))]
    assert any("r of jaw" in one for one in decided)
    assert not any("r of pucker" in one for one in decided)
    nothing = evolve(heard(TRUE), true=motion(np.zeros_like(TRUE), NAMES), phonemes=())
    text = "\n".join(voices_lines(report(Kind.NOTHING, nothing)))
    assert "nothing decides" in text
    assert "every figure" not in text
