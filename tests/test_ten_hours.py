"""A stream that has run for hours goes on as one that has just begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="needs the extra mien[speak]")

import mien
from mien.formats import livelink
from mien.formats.take import Take, steady_take
from mien.performance.lips import still_lips
from mien.performance.performer import Performer
from mien.stream.sources import PipeSource
from mien_trainer.frames import F32, SAMPLE_RATE, frame_sample
from mien_trainer.mel import MelStream
from mien_trainer.speak.offset import without_offset
from mien_trainer.speak.prosody import ProsodyStream
from mien_trainer.speak.utterance import Shown, prepare_utterance
from mien_trainer.speech import Prosody, Split
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice

HOURS = 10
FRAMES = HOURS * 3600 * 60
BANK = mien.load("default")


def noise(seconds: float) -> F32:
    rng = np.random.default_rng(5)
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    found: F32 = (0.2 * np.sin(9.0 * times) ** 2 * rng.standard_normal(len(times))).astype(
        np.float32
    )
    return found


@pytest.mark.parametrize("kind", [MelStream, ProsodyStream])
def test_sound_is_heard_after_ten_hours_as_at_first(
    kind: type[MelStream] | type[ProsodyStream],
) -> None:
    early, late = kind(), kind()
    counters = vars(late)
    counters["_frame"] += FRAMES
    counters["_first"] += frame_sample(FRAMES)
    counters["_received"] += frame_sample(FRAMES)
    sound = noise(1.5)
    for begin in range(0, len(sound), 1_601):
        piece = sound[begin : begin + 1_601]
        assert late.push(piece).tobytes() == early.push(piece).tobytes()
    assert late.finish().tobytes() == early.finish().tobytes()


@pytest.mark.parametrize("before", [np.zeros(SAMPLE_RATE, np.float32), noise(1.0) * 4.0])
def test_prosody_after_silence_or_loudness_comes_back_to_the_voice(before: F32) -> None:
    """Half a minute: what was before is forgotten, but for the noise that speech is told by."""
    prosody, voice = ProsodyStream(), noise(12.0)
    for _ in range(30):
        prosody.push(before)
    found = prosody.push(voice)
    usual = ProsodyStream().push(voice)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 1.0
    assert np.abs(found[-120:, 0] - usual[-120:, 0]).mean() < 0.2
    assert found[-120:, 0].std() > 0.05


def test_a_voice_that_comes_again_gives_its_faces_again() -> None:
    """Once a minute has gone, in which the sound before the first time is forgotten."""
    voice = Voice(name="awb", split=Split.TEST)
    source = FliteSource([voice], [Sentence(key="s1", text="Bob, move!", split=Split.TEST)])
    line = source.speak(source.items()[0], Prosody()).audio
    seconds, rounds, late = 10, 6, 12
    once = np.zeros(seconds * SAMPLE_RATE, dtype=np.float32)
    for begin in range(0, len(once) - len(line), 2 * SAMPLE_RATE):
        once[begin : begin + len(line)] = line + np.float32(0.001 * begin / SAMPLE_RATE)
    utterance = prepare_utterance(None, None, Shown(label="joy", life=None))
    sound = without_offset(iter(np.split(np.tile(once, rounds), 5 * seconds * rounds)))
    takes = utterance.takes(sound)
    faces = np.concatenate([one.weights if isinstance(one, Take) else one for one in takes])
    *_, before, last = np.split(faces, rounds)
    assert len(last) == 60 * seconds
    assert np.ptp(last[:, utterance.channels.index("jawOpen")]) > 0.1
    assert before[:-late].tobytes() == last[:-late].tobytes()


def test_a_face_lives_on_after_ten_hours() -> None:
    performer = Performer(BANK, Shown(label="joy").plan(BANK), ahead=0)
    performer.frames = FRAMES
    vars(performer)["_from"] = FRAMES
    life = cast("dict[str, Any]", vars(vars(performer)["_life"]))
    for counter in ("_blink", "_glance", "_breath", "_beat"):
        life[counter] += FRAMES
    for kind in life["_counts"]:
        life["_counts"][kind] += FRAMES // 60
    blocks = [performer.push(still_lips(BANK.channels, 60)) for _ in range(15)]
    weights = np.concatenate([one.weights for one in blocks])
    assert len(weights) == 900
    assert ((weights >= 0.0) & (weights <= 1.0)).all()
    assert np.abs(np.concatenate([one.head for one in blocks])).max() < 10.0
    lids = weights[:, BANK.channels.index("eyeBlinkLeft")]
    assert lids[300:].max() > 0.9
    assert lids.mean() < 0.3


def test_time_stamps_count_frames_and_do_not_drift() -> None:
    row = np.zeros((1, len(BANK.channels)), dtype=np.float32)
    for frame in (FRAMES - 1, FRAMES, FRAMES + 7):
        (text,) = livelink.rows(steady_take(60, BANK.channels, row), start=frame / 60)
        hours, minutes, seconds, ticks = text.split(",")[0].split(":")
        assert ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 60 + float(ticks) == frame


class Rows:
    """Rows that are there at once, numbered."""

    ended, told = False, ()

    def __init__(self) -> None:
        self.given = 0

    def next_row(self) -> Mapping[str, float]:
        self.given += 1
        return {"jawOpen": float(self.given)}


def test_rows_of_a_pipe_are_sent_at_their_frames_however_long() -> None:
    rows = Rows()
    source = PipeSource(cast("Any", rows), 60.0)
    first = 1 << 29  # so late that seconds that are added up are off in a minute
    for tick in range(4_000):
        face = source.face_at((first + tick) / 60.0)
        assert face is not None
        assert face.weights == {"jawOpen": tick + 1.0}
