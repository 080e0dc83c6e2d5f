"""What a step is made of: drawn by its number, shared evenly, from clips that are mapped."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
from attrs import asdict, evolve, fields

import mien
from mien_trainer.fault import TrainerError
from mien_trainer.lips.read import shipped_table
from mien_trainer.mel import SILENCE
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import read_manifest
from mien_trainer.train.anchor_snap import anchor_targets, surface_targets
from mien_trainer.train.augmentation import ROOMS
from mien_trainer.train.clips import CACHE, Clips, unpack_clips
from mien_trainer.train.config import Augmentation, find_config, read_config
from mien_trainer.train.sampler import Batch, BatchSampler

BANK = mien.load("default")
TINY = read_config(find_config("tiny"))
ANCHORS = anchor_targets(BANK, BANK.labels)
SURFACE = surface_targets(BANK, BANK.labels, 0)
AS_IT_IS = Augmentation(vocal_tract=0.0, equalisation_db=0.0, gain_db=0.0)


def last(clips: Clips, at: int) -> int:
    """The last frame of the clip that frame ``at`` is of."""
    return int(clips.starts[np.searchsorted(clips.starts, at, side="right")]) - 1


@pytest.fixture(scope="module")
def clips(made_up: Path) -> Clips:
    return unpack_clips(made_up, read_manifest(made_up), Split.TRAIN, made_up)


def test_a_step_is_drawn_by_its_number_alone(clips: Clips) -> None:
    one, other = (BatchSampler(TINY, clips, ANCHORS, SURFACE, BANK.channels) for _ in range(2))
    one.batch(1)
    for name, value in asdict(one.batch(5), recurse=False).items():
        assert np.array_equal(value, getattr(other.batch(5), name)), name
    assert one.batch(5).ids != one.batch(6).ids


@pytest.mark.parametrize("world", [2, 4])
def test_processes_take_equal_parts_of_the_same_step(clips: Clips, world: int) -> None:
    whole = BatchSampler(TINY, clips, ANCHORS, SURFACE, BANK.channels).batch(3)
    parts = [
        BatchSampler(TINY, clips, ANCHORS, SURFACE, BANK.channels, rank=rank, world=world).batch(3)
        for rank in range(world)
    ]
    for field in fields(Batch):
        found = [getattr(part, field.name) for part in parts]
        if field.name == "ids":
            assert all(one == whole.ids for one in found)
            continue
        together = np.sort(np.concatenate(found).reshape(-1))
        assert np.array_equal(together, np.sort(getattr(whole, field.name).reshape(-1)))
        assert len({one.shape for one in found}) == 1


def test_every_step_has_every_anchor(clips: Clips) -> None:
    batch = BatchSampler(TINY, clips, ANCHORS, SURFACE, BANK.channels).batch(9)
    assert batch.anchors.shape == (ROOMS, 6, 19)
    drawn = {row.tobytes() for row in batch.anchors.reshape(-1, 19)}
    assert drawn == {row.tobytes() for row in ANCHORS.conditions}
    for conditions, face in zip(
        batch.anchors.reshape(-1, 19), batch.archetypes.reshape(-1, 52), strict=True
    ):
        label = BANK.labels[int(conditions[:16].argmax())]
        assert BANK.face(label, vad=conditions[16:]).tobytes() == face.tobytes()


def test_a_stretch_is_a_clip_with_silence_before_it(clips: Clips) -> None:
    config = evolve(TINY, batch=evolve(TINY.batch, batch_size=16, frames=60), augmentation=AS_IT_IS)
    batch = BatchSampler(config, clips, ANCHORS, SURFACE, BANK.channels).batch(2)
    context = config.model.context
    late = config.batch.look_ahead
    for row in range(16):
        taught, counts = batch.mel[row, context:-late], batch.frame_weights[row]
        assert (taught[counts[late:] == 0] == SILENCE).all()
        assert (taught[counts[late:] > 0] != SILENCE).all()
        assert (np.diff(counts) >= 0).all()
        assert counts[-1] > 0
    assert set(np.unique(batch.frame_weights).tolist()) == {0.0, 1.0, 3.0}


def test_pairs_are_swapped_both_ways(clips: Clips) -> None:
    batch = BatchSampler(TINY, clips, ANCHORS, SURFACE, BANK.channels).batch(4)
    own, other, near = batch.pair_conditions.swapaxes(0, 1)
    pairs = TINY.batch.pairs
    assert np.array_equal(other, np.concatenate((own[pairs:], own[:pairs])))
    assert np.array_equal(near[:, :16], own[:, :16])
    moved = np.abs(near[:, 16:] - own[:, 16:])
    assert 0.0 < moved.max() <= TINY.losses.vad_jitter + 1e-6
    assert (batch.pair_speech[:pairs] >= 0.5).all()


def test_jitter_never_leaves_the_cube(clips: Clips) -> None:
    conditions = np.array(clips.conditions)
    conditions[:, -3:] = np.sign(conditions[:, -3:] + np.float32(1e-6))  # corners of the cube
    config = evolve(TINY, losses=evolve(TINY.losses, vad_jitter=0.5))
    sampler = BatchSampler(
        config, evolve(clips, conditions=conditions), ANCHORS, SURFACE, BANK.channels
    )
    for step in range(1, 4):
        own, _, near = sampler.batch(step).pair_conditions.swapaxes(0, 1)
        assert (np.abs(own[:, 16:]) == 1.0).all()
        assert np.abs(near[:, 16:]).max() <= 1.0
        inside = np.abs(near[:, 16:]) < 1.0
        assert 0.0 < inside.mean() < 1.0  # some steps lead out, and are held at the face


def test_the_surface_is_the_banks_own() -> None:
    for row in range(0, len(SURFACE.faces), 3001):
        conditions = SURFACE.conditions[row]
        label = BANK.labels[int(conditions[:16].argmax())]
        plain = BANK.face(label, vad=conditions[16:])
        styled = [BANK.face(label, vad=conditions[16:], style=one) for one in BANK.styles(label)]
        away = [np.abs(SURFACE.faces[row] - one).max() for one in (plain, *styled)]
        between = [np.abs(plain - one).max() for one in styled]
        assert min(away) <= max(between) + 1e-6


def test_what_touches_is_what_the_clips_say(clips: Clips) -> None:
    visemes = shipped_table().visemes
    targets = np.array(clips.targets)
    for place, name in enumerate(("PP", "FF", "aa")):
        weights = visemes[name].weights
        targets[place::3] = [weights.get(channel, 0.0) for channel in BANK.channels]
    sampler = BatchSampler(TINY, evolve(clips, targets=targets), ANCHORS, SURFACE, BANK.channels)
    batch = sampler.batch(4)
    jaw = batch.targets[..., BANK.channels.index("jawOpen")]
    # The lips meet for p in its frame and in the one before it, of aa; for f in its and in p's.
    for shown, made in ((jaw < 0.02, [1.0, 1.0]), (jaw > 0.1, [1.0, 0.0])):
        assert batch.contacts[shown].max(axis=0).tolist() == made
    assert batch.contacts[(jaw > 0.02) & (jaw < 0.1)].max(axis=0).tolist() == [0.0, 1.0]
    assert 0.0 < batch.contacts[jaw < 0.02][:, 0].mean() < 1.0  # not in the clips' silence


@pytest.mark.parametrize("look_ahead", [0, 1, 3])
def test_a_face_is_taught_by_what_is_heard_later(clips: Clips, look_ahead: int) -> None:
    late = evolve(TINY, batch=evolve(TINY.batch, look_ahead=look_ahead), augmentation=AS_IT_IS)
    sampler = BatchSampler(late, clips, ANCHORS, SURFACE, BANK.channels)
    for step in range(1, 5):
        batch = sampler.batch(step)
        for row in range(len(batch.mel)):
            conditions, mel = batch.conditions[row], batch.mel[row]
            same = np.flatnonzero((clips.conditions == conditions[-1]).all(axis=1))
            assert any(
                np.array_equal(clips.mel[min(at + look_ahead, last(clips, at))], mel[-1])
                and np.array_equal(clips.targets[at], batch.targets[row, -1].astype(np.float16))
                for at in same.tolist()
            )


def test_before_a_clip_is_silence_and_its_last_frame_goes_on(clips: Clips) -> None:
    begin, end = clips.starts[1:3].tolist()
    mel = clips.mel_at(np.array([[begin - 2, begin - 1, begin, end - 1]]), np.array([1]), 1)[0]
    assert (mel[0] == np.float32(SILENCE)).all()
    expected = clips.mel[[begin, begin + 1, end - 1]].astype(np.float32)
    assert np.array_equal(mel[1:], expected)


def test_processes_that_cannot_share_evenly_are_refused(clips: Clips) -> None:
    with pytest.raises(TrainerError, match="3 processes cannot share 4 batch_size evenly"):
        BatchSampler(TINY, clips, ANCHORS, SURFACE, BANK.channels, rank=0, world=3)


def test_clips_are_those_of_the_shards(made_up: Path, clips: Clips) -> None:
    from tests.targets.fakes import read_shard

    stored = read_shard(made_up / "train-00000.parquet")
    assert clips.ids == tuple(one.id for one in stored)
    for at, one in enumerate(stored):
        part = slice(int(clips.starts[at]), int(clips.starts[at + 1]))
        assert np.array_equal(clips.conditions[part], one.conditions)
        np.testing.assert_allclose(clips.mel[part], one.mel, atol=0.01)
        np.testing.assert_allclose(clips.targets[part], one.targets, atol=0.0003)
        assert clips.labels[at] == one.label
        assert clips.real[at] == one.real


def test_clips_are_mapped_not_read(clips: Clips) -> None:
    assert all(
        isinstance(one, np.memmap)
        for one in (clips.mel, clips.conditions, clips.targets, clips.speech)
    )


def test_a_folder_that_cannot_be_written_is_unpacked_elsewhere(
    targets: Path, tmp_path: Path
) -> None:
    (targets / CACHE).write_text("in the way")
    (tmp_path / "spare").mkdir()
    found = unpack_clips(targets, read_manifest(targets), Split.TRAIN, tmp_path / "spare")
    assert len(found.ids) == 32
    assert (tmp_path / "spare" / CACHE).is_dir()
