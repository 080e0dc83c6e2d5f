"""A kernel gives the bits of the NumPy function whose place it takes, and takes it unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import enumerate as threads

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnxruntime", reason="needs the extra mien[speak]")

from tests.imported import imported_after

import mien
from mien import twins
from mien.engine.e1.conflict import conflict_of
from mien.engine.e1.evaluate import composed, resolved
from mien.formats import livelink
from mien.formats.decimals import decimals
from mien.performance.face_layers import SEAL_REACH, enlivened, eye_degrees, parted
from mien.performance.life_curves import DRIFT_FRAMES, SUMS, TIMES, life_curves
from mien.performance.prosody import line_of, moved_along
from mien.twins import TWINS, Twin, load_meanwhile
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.lips.live import blended, gated
from mien_trainer.mel import energies
from mien_trainer.speak import utterance as speaking
from mien_trainer.speak.offset import BLOCK, freed, without_offset
from mien_trainer.speak.prosody import WINDOW, heard_in
from mien_trainer.speak.utterance import Shown, Utterance, prepare_utterance

BANK = mien.load("default")
TABLES, INDEX = BANK.tables, BANK.tables.channel_index
CONFLICT = conflict_of(TABLES)
COUNT = len(BANK.channels)

many = settings(max_examples=60)
seeds = st.integers(0, 2**32 - 1)
rows = st.integers(0, 9)
steps = st.sampled_from((0, 3, 8))
"""Into how many steps weights are divided, so that some meet; 0 leaves them apart."""


def drawn(rng: np.random.Generator, shape: tuple[int, ...], steps: int) -> F32:
    """Weights in [0, 1], some of them 0."""
    found = rng.random(shape) * (rng.random(shape) < rng.random())
    return (np.round(found * steps) / steps if steps else found).astype(np.float32)


def same(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> None:
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()


@given(seed=seeds, frames=rows, level=st.integers(-7, 0), pitch=st.floats(0.0, 500.0), steps=steps)
@many
def test_what_is_heard(seed: int, frames: int, level: int, pitch: float, steps: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.arange(WINDOW) / SAMPLE_RATE + rng.random((frames, 1))
    sound = np.sin(2.0 * np.pi * pitch * times) + rng.random() * rng.standard_normal(times.shape)
    windows = (np.round(sound * steps) / steps if steps else sound) * 10.0**level
    windows[rng.random(frames) < 0.2] = 0.0
    clicks = rng.random(frames) < 0.2  # nothing repeats: every lag is unlike
    tail = -0.1 * np.exp(-0.005 * np.arange(WINDOW)) * rng.random((frames, 1))
    windows[clicks] = np.where(np.arange(WINDOW) < 80, 1.0, tail)[clicks]
    heard = windows.astype(np.float32)
    same(heard_in.kernel()(heard), heard_in.plain(heard))


@given(seed=seeds, count=st.integers(0, 3_000), held=st.integers(0, BLOCK - 1), steps=steps)
@many
def test_offsets(seed: int, count: int, held: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    known = drawn(rng, (held + count,), steps) - np.float32(rng.random())
    state = held, rng.normal(), rng.normal(), int(rng.integers(1, 200))
    found, *after = freed.kernel()(known, *state)
    expected, *then = freed.plain(known, *state)
    same(found, expected)
    assert after == then


@given(seed=seeds, frames=st.integers(0, 40), level=st.integers(-9, 3))
@many
def test_mel_bands(seed: int, frames: int, level: int) -> None:
    rng = np.random.default_rng(seed)
    parts = 10.0**level * rng.standard_normal((frames, 514)) * (rng.random((frames, 514)) < 0.7)
    same(energies.kernel()(parts), energies.plain(parts))


numbers = st.one_of(
    st.floats(width=32),
    st.floats(-1.0, 1.0, width=32),
    st.floats(),
    st.integers(-(10**12), 10**12).map(lambda units: (units + 0.5) / 1e10),
    st.integers(-(2**48), 2**48).map(lambda units: units / 2**20),
    st.sampled_from((0.0, -0.0, -1e-20, 399999.99999999994, 4e5, -4e5)),
)


@given(st.lists(st.tuples(numbers, numbers, numbers), max_size=6))
@settings(max_examples=300)
def test_decimals(values: list[tuple[float, float, float]]) -> None:
    table = np.array(values, dtype=np.float64).reshape(-1, 3)
    assert decimals.kernel()(table) == decimals.plain(table)


@given(seed=seeds, frames=rows, steps=steps)
@many
def test_lips_on_faces_and_conflicts(seed: int, frames: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    faces, lips = (drawn(rng, (frames, COUNT), steps) for _ in range(2))
    faces.flags.writeable = False
    parts = TABLES, CONFLICT, faces, lips
    same(composed.kernel()(*parts), composed.plain(*parts))
    same(resolved.kernel()(CONFLICT, faces), resolved.plain(CONFLICT, faces))


@given(seed=seeds, frames=rows, steps=steps, before=st.integers(0, 2 * SEAL_REACH), data=st.data())
@many
def test_layers(seed: int, frames: int, steps: int, before: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    faces = drawn(rng, (frames, COUNT), steps)
    around = before + frames + data.draw(st.integers(0, 2 * SEAL_REACH))
    lips, contacts = drawn(rng, (around, COUNT), steps), drawn(rng, (around,), steps)
    lids, brows, yaw, pitch = (drawn(rng, (frames,), steps).astype(np.float64) for _ in range(4))
    eyes = 60.0 * (np.array((yaw, pitch)) - rng.random()).T
    ahead = data.draw(st.integers(0, SEAL_REACH))

    def layered(kernels: bool) -> tuple[F32, F32]:
        living, parting, degrees = (
            (enlivened.kernel(), parted.kernel(), eye_degrees.kernel())
            if kernels
            else (enlivened.plain, parted.plain, eye_degrees.plain)
        )
        shown = faces.copy()
        living(shown, lids, brows, eyes, INDEX)
        parting(shown, lips, contacts, before, ahead, TABLES)
        return shown, degrees(shown, INDEX)

    for one, other in zip(layered(True), layered(False), strict=True):
        same(one, other)


@given(seed=seeds, frames=rows, first=st.integers(0, 400), steps=steps, end=st.integers(0, 400))
@many
def test_life(seed: int, frames: int, first: int, steps: int, end: int) -> None:
    rng = np.random.default_rng(seed)
    cells = (first + max(1, frames) - 1) // DRIFT_FRAMES - first // DRIFT_FRAMES + 2
    movements = drawn(rng, (5, TIMES + SUMS + 1), steps).astype(np.float64) - 0.25
    movements[:, 0] = np.round(1000.0 * (first + 20.0 * movements[:, 0]))
    movements[:, 1:TIMES] = rng.integers(1, 30_000, (5, TIMES - 1))
    movements[:, -1] = np.abs(movements[:, -1])
    speech, stress = (drawn(rng, (frames,), steps).astype(np.float64) for _ in range(2))
    parts = first, end, movements, rng.normal(size=(cells, 3)), speech, stress, 0.12, 1.2, 0.7
    for one, other in zip(life_curves.kernel()(*parts), life_curves.plain(*parts), strict=True):
        same(one, other)


@given(seed=seeds, frames=rows, label=st.integers(0, len(BANK.labels) - 1))
@many
def test_points_that_a_voice_moves(seed: int, frames: int, label: int) -> None:
    line = line_of(TABLES.labels[label])
    if line is None:
        return
    rng = np.random.default_rng(seed)
    points = rng.uniform(-1.0, 1.0, (frames, 3))
    points[: frames // 2] = line.anchors[-1]
    stress = rng.uniform(-2.0, 2.0, frames) * (rng.random(frames) < 0.8)
    parts = line, points, stress
    same(moved_along.kernel()(*parts), moved_along.plain(*parts))


@given(seed=seeds, frames=rows, steps=steps, visemes=st.integers(3, 30), told=st.integers(0, 4))
@many
def test_lips(seed: int, frames: int, steps: int, visemes: int, told: int) -> None:
    rng = np.random.default_rng(seed)
    offsets, groups, channels, kinds = 5, 3, 7, 2
    likely = drawn(rng, (frames + offsets - 1, visemes), steps).astype(np.float64)
    pulls = rng.random((offsets, 1, groups, visemes))
    of, shapes = rng.integers(0, groups, channels), rng.random((channels, visemes))
    parts = likely, drawn(rng, (frames, told), steps), pulls, of, shapes, 1
    weights = blended.plain(*parts)
    same(blended.kernel()(*parts), weights)
    ruled, begins = rng.integers(0, 2, (kinds, channels)), rng.integers(0, 9, offsets)
    contacts = (
        np.maximum(0.0, drawn(rng, (frames + 9, kinds), steps) - 0.5).astype(np.float64),
        begins,
        rng.random((offsets, 2, kinds)),
        ruled.astype(np.float64),
        np.ascontiguousarray(shapes[:, :kinds].T),
        rng.random(channels) < 0.5,
        rng.permutation(channels),
        channels + 2,
    )
    for one, other in zip(
        gated.kernel()(weights, *contacts), gated.plain(weights, *contacts), strict=True
    ):
        same(one, other)


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    return prepare_utterance(None, None, Shown(label="joy"))


@pytest.fixture
def plain() -> Iterator[None]:
    """Kernels are loaded for one test alone."""
    loaded = [twin.loaded for twin in TWINS]
    yield
    for twin, kernel in zip(TWINS, loaded, strict=True):
        twin.loaded = kernel


def sound(seconds: float) -> F32:
    """Something like syllables, some of them hissed, with pauses."""
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    rng = np.random.default_rng(3)
    pitch = 130.0 + 30.0 * np.sin(2.0 * np.pi * 0.7 * times)
    phase = 2.0 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    voice = sum(np.sin(part * phase) / part for part in range(1, 12))
    open_ = np.maximum(0.0, np.sin(2.0 * np.pi * 4.0 * times)) * (times % 2.0 < 1.5)
    hiss = np.maximum(0.0, -np.sin(2.0 * np.pi * 4.0 * times)) ** 4
    noise = rng.standard_normal(len(times))
    found: F32 = (0.08 * open_ * voice + 0.02 * hiss * noise).astype(np.float32)
    return found


def written(utterance: Utterance, audio: F32, size: int) -> list[str]:
    """The text of each piece of ``size`` samples."""
    pieces = (audio[a : a + size] for a in range(0, len(audio), size))
    takes = utterance.takes(without_offset(pieces))
    return list(livelink.stream(60, utterance.channels, takes))


@pytest.mark.parametrize("size", [270, 1_600])
@pytest.mark.usefixtures("plain")
def test_kernels_take_over_in_the_middle_of_a_stream(
    utterance: Utterance, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = sound(4.0)
    before = written(utterance, audio, size)
    monkeypatch.setattr(speaking, "LONG", len(before) // 2)
    monkeypatch.setattr(speaking, "load_meanwhile", loaded_at_once)
    after = written(utterance, audio, size)
    assert all(twin.loaded is not None for twin in TWINS)
    assert after == before


def loaded_at_once(*loads: Callable[[], None]) -> None:
    for one in (*(twin.load for twin in TWINS), *loads):
        one()


@pytest.mark.usefixtures("plain")
def test_they_are_loaded_on_a_thread_and_what_fails_stays_numpys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = Twin(decimals.plain, "mien.formats.decimal_kernels")
    bad = Twin(len, "mien.formats.decimal_kernels")
    monkeypatch.setattr(twins, "TWINS", [good, bad])
    load_meanwhile()
    for thread in threads():
        if thread.name == twins.THREAD:
            thread.join()
    assert good.loaded is not None
    assert bad.loaded is None
    assert bad("four") == 4


def test_a_stream_that_ends_soon_loads_none() -> None:
    program = (
        "import numpy as np\n"
        "from mien_trainer.speak import utterance\n"
        "from mien_trainer.speak.utterance import Shown, prepare_utterance\n"
        "spoken = prepare_utterance(None, None, Shown(label='joy'))\n"
        "pieces = [np.zeros(270, np.float32)] * (utterance.LONG - 1)\n"
        "assert len(list(spoken.takes(iter(pieces)))) > 100\n"
    )
    assert "numba" not in imported_after(program)
