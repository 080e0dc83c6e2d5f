"""Closures on which a recogniser and a network of lips agree."""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.sounds import spoken_line

from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lips.closures import closures
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speak.witness import shipped_witness, witness_of
from mien_trainer.timings.agreed import Witness, agreed, likeness

FRAMES = 60
NAMES = tuple(shipped_table().visemes)
SAID = ("_", "m", "ɑː", "t", "ɑː", "_")
TIMES = (0.0, 0.2, 0.3, 0.5, 0.6, 0.8, 1.0)

LINE = tuple(
    Phoneme(symbol=symbol, start=start, end=end)
    for symbol, (start, end) in zip(SAID, pairwise(TIMES), strict=True)
)
"""Lips close from 0.2 to 0.3 s, frames 12 to 18."""


def witness(*closed: tuple[int, int], likely: float = 0.99, else_: float = 0.0001) -> Witness:
    """It hears n everywhere, and lips that meet in some frames."""
    visemes = np.zeros((FRAMES, len(NAMES)), dtype=np.float32)
    visemes[:, NAMES.index("nn")] = 1.0
    meets = np.full(FRAMES, else_, dtype=np.float32)
    for begin, end in closed:
        meets[begin:end] = likely
    return Witness(visemes=visemes, meets=meets)


def closed(phonemes: tuple[Phoneme, ...]) -> list[tuple[float, float]]:
    found = closures(phonemes, FRAMES)
    return [(one.start, one.end) for one in found if one.contact is Contact.LIPS]


GOOD, BAD = ((0.0, -30.0),), ((0.0, -60.0),)


def test_what_both_tell_stays_as_it_is() -> None:
    for fits in (GOOD, BAD, ()):
        assert agreed(LINE, fits, witness((13, 17))) == LINE
        # A little later is the same closure.
        assert agreed(LINE, fits, witness((20, 24))) == LINE


def test_a_closure_that_is_not_heard_is_another_sound() -> None:
    found = agreed(LINE, BAD, witness())
    assert [one.symbol for one in found] == ["_", "n", "ɑː", "t", "ɑː", "_"]
    assert [one.start for one in found] == [one.start for one in LINE]


def test_a_closure_that_is_heard_for_sure_is_added() -> None:
    found = agreed(LINE, BAD, witness((13, 17), (30, 36)))
    assert closed(found) == [(0.2, 0.3), (0.5, 0.6)]
    assert found[-1].end == 1.0
    assert all(before.end == after.start for before, after in pairwise(found))
    # It is cut to a length that a closure has.
    long = closed(agreed(LINE, BAD, witness((13, 17), (28, 48))))
    assert 0.05 < long[1][1] - long[1][0] <= 12 / FRAME_RATE


def test_words_that_fit_are_not_overruled_by_what_is_half_sure() -> None:
    unsure = witness((30, 36), likely=0.6, else_=0.02)
    assert agreed(LINE, GOOD, unsure) == LINE
    assert closed(agreed(LINE, BAD, unsure)) == [(0.5, 0.6)]
    # Each part by its own fit.
    halves = ((0.0, -30.0), (0.4, -60.0))
    assert closed(agreed(LINE, halves, unsure)) == [(0.2, 0.3), (0.5, 0.6)]


def test_nothing_is_added_in_a_pause_or_for_a_flicker() -> None:
    pause = (*LINE[:3], Phoneme(symbol=SILENCE, start=0.5, end=1.0))
    assert agreed(pause, BAD, witness((13, 17), (44, 47))) == pause
    assert agreed(LINE, BAD, witness((13, 17), (33, 34))) == LINE


@given(
    st.lists(st.floats(0.0, 1.0, width=32), min_size=FRAMES, max_size=FRAMES),
    st.floats(-80.0, -10.0),
)
def test_they_stay_from_end_to_end(meets: list[float], fit: float) -> None:
    heard = Witness(visemes=witness().visemes, meets=np.array(meets, dtype=np.float32))
    found = agreed(LINE, ((0.0, fit),), heard)
    assert (found[0].start, found[-1].end) == (0.0, 1.0)
    assert all(before.end == after.start for before, after in pairwise(found))
    assert all(one.end > one.start for one in found)


def test_what_was_said_is_likelier_than_what_was_not() -> None:
    network = shipped_witness()
    assert network is not None
    line, other = (spoken_line(one) for one in ("Please bring my umbrella.", "We saw two geese."))
    heard = witness_of(network, line.audio)
    assert likeness(line.phonemes, heard) > likeness(other.phonemes, heard) + 1.0
    assert likeness((), heard) == 0.0
    assert likeness(LINE[:1], heard) == 0.0


def test_the_network_that_ships_hears_every_frame_whatever_its_parts() -> None:
    network = shipped_witness()
    assert network is not None
    rng = np.random.default_rng(1)
    audio: F32 = rng.normal(0.0, 0.05, 16000 * 9 + 77).astype(np.float32)
    heard = witness_of(network, audio)
    frames = int(np.ceil(len(audio) * FRAME_RATE / 16000))
    assert abs(len(heard.meets) - frames) <= 1
    assert len(heard.visemes) == len(heard.meets)
    assert ((heard.meets >= 0.0) & (heard.meets <= 1.0)).all()
    short = witness_of(network, audio[: 16000 * 4])
    again = len(short.meets) - 20
    assert np.abs(short.meets[:again] - heard.meets[:again]).max() < 1e-4
