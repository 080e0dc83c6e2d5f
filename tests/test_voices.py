"""Who says what: splits, what may be said at all, timelines, and prosody from a feeling."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien_trainer.phonemes import SILENCE, intervals, without_empty
from mien_trainer.speech import Prosody, Split
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice, prosody_of, spoken_items

splits = st.sampled_from(Split)
voices = st.lists(splits, max_size=6).map(
    lambda chosen: [Voice(name=f"v{at}", split=split) for at, split in enumerate(chosen)]
)
sentences = st.lists(splits, max_size=8).map(
    lambda chosen: [
        Sentence(key=f"s{at:04}", text=f"Text {at}.", split=split)
        for at, split in enumerate(chosen)
    ]
)
axis = st.floats(-1.0, 1.0)


@given(voices, sentences)
def test_what_is_held_out_is_held_out_from_every_side(
    speakers: list[Voice], texts: list[Sentence]
) -> None:
    items = spoken_items(speakers, texts)
    training = [item for item in items if item.split is Split.TRAIN]
    for held in (Split.VALIDATION, Split.TEST):
        heard = [item for item in items if item.split is held]
        assert not {item.text for item in heard} & {item.text for item in training}
        own = {voice.name for voice in speakers if voice.split is held}
        assert not own & {item.voice for item in training}
        assert all(item.split is held for item in items if item.voice in own)
    assert len({item.key for item in items}) == len(items)
    trainers = sum(voice.split is Split.TRAIN for voice in speakers)
    both = sum(
        voice.split is not Split.TRAIN and voice.split is text.split
        for voice in speakers
        for text in texts
    )
    assert len(items) == trainers * len(texts) + both


def test_items_are_named_by_voice_and_sentence() -> None:
    item = spoken_items(
        [Voice(name="en-us+f3", split=Split.TRAIN)],
        [Sentence(key="s0123", text="Hello.", split=Split.TEST)],
    )[0]
    assert (item.key, item.voice, item.text) == ("en-us+f3/s0123", "en-us+f3", "Hello.")
    assert item.split is Split.TEST
    assert item.label is None


def test_a_calm_neutral_voice_is_the_voice_itself() -> None:
    assert prosody_of((0.0, 0.0, 0.0)) == Prosody()
    assert prosody_of((0.0, 0.0, 0.9)) == Prosody()


@given(axis, axis, axis)
def test_prosody_stays_within_what_it_says(v: float, a: float, d: float) -> None:
    prosody = prosody_of((v, a, d))
    assert 0.80 <= prosody.rate <= 1.25
    assert 0.76 <= prosody.pitch <= 1.31
    assert 0.54 <= prosody.range <= 1.83


@given(axis, axis, axis)
def test_arousal_makes_speech_faster_higher_and_wider(v: float, low: float, high: float) -> None:
    low, high = sorted((low, high))
    calm, roused = prosody_of((v, low, 0.0)), prosody_of((v, high, 0.0))
    assert calm.rate <= roused.rate
    assert calm.pitch <= roused.pitch
    assert calm.range <= roused.range


@given(axis, axis, axis, axis, st.floats(0.0, 0.05))
def test_prosody_has_no_jumps(v: float, a: float, dv: float, da: float, step: float) -> None:
    one = prosody_of((v, a, 0.0))
    other = prosody_of((v + step * dv, a + step * da, 0.0))
    assert abs(one.rate - other.rate) <= step * 0.3
    assert abs(one.pitch - other.pitch) <= step * 0.4
    assert abs(one.range - other.range) <= step * 1.1


def test_a_point_outside_the_cube_is_taken_as_its_edge() -> None:
    assert prosody_of((9.0, -9.0, 0.0)) == prosody_of((1.0, -1.0, 0.0))


@given(
    st.lists(
        st.tuples(st.floats(0.0, 3.0), st.sampled_from(["a", "b", SILENCE])), min_size=0, max_size=9
    ),
    st.floats(0.1, 2.0),
)
def test_a_timeline_covers_all_and_repeats_no_pause(
    marks: list[tuple[float, str]], seconds: float
) -> None:
    phonemes = without_empty(intervals(marks, seconds))
    assert phonemes[0].start == 0.0
    assert phonemes[-1].end == seconds
    for one, other in pairwise(phonemes):
        assert one.end == other.start
        assert (one.symbol, other.symbol) != (SILENCE, SILENCE)


def test_a_timeline_keeps_what_has_no_length_until_it_is_left_out() -> None:
    marks = [(0.1, "a"), (0.5, "l"), (0.5, SILENCE), (0.6, "b")]
    found = [(one.symbol, one.start, one.end) for one in intervals(marks, 1.0)]
    assert found == [
        (SILENCE, 0.0, 0.1),
        ("a", 0.1, 0.5),
        ("l", 0.5, 0.5),
        (SILENCE, 0.5, 0.6),
        ("b", 0.6, 1.0),
    ]
    assert "l" not in [one.symbol for one in without_empty(intervals(marks, 1.0))]


@pytest.mark.parametrize("marks", [[], [(0.0, SILENCE)], [(5.0, SILENCE)]])
def test_a_timeline_of_nothing_is_a_pause(marks: list[tuple[float, str]]) -> None:
    assert [(one.symbol, one.end) for one in intervals(marks, 1.0)] == [(SILENCE, 1.0)]
