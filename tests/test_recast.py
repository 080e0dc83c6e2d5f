"""Kept speech under another bank: the sound stays, and faces are what the bank would have made."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.targets.fakes import Chant, chanted, read_shard
from tests.targets.sets import write_set

import mien
from mien.bank import Bank
from mien_trainer.expression.emphases import emphases, mel_emphases
from mien_trainer.fault import TrainerError
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.mel import log_mel
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip, ClipSpec, ShardHeader
from mien_trainer.targets.engines import run_local
from mien_trainer.targets.make import make_shards
from mien_trainer.targets.maker import ClipMaker
from mien_trainer.targets.manifest import manifest_digest, read_manifest
from mien_trainer.targets.recast import CAPTURED, dealt, recast
from mien_trainer.targets.rows import ClipRow
from mien_trainer.targets.worker import shard_tasks

pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")

BANK = mien.load("default")
OTHER = mien.load("default@1.1.0")
"""Other faces on the same anchors: what a bank becomes when it is edited."""

TEXTS = ["m ai m ʌ m b ɔ t _ f ai v", "b ɛ g ai z p", "v i p i b l _ m ei k b ɛ d z"]


def specs() -> list[ClipSpec]:
    return chanted(BANK.labels, len(TEXTS), 5, (9, 2, 1))


def filmed(clip: Clip) -> Clip:
    return evolve(clip, id="train-filmed", source="takes", label="joy", targets=clip.targets * 0.5)


@pytest.fixture(scope="module")
def made() -> dict[str, Clip]:
    """Clips of the default bank, by id."""
    maker = ClipMaker(BANK, {"chant": Chant(TEXTS)})
    clips = [maker.make(spec) for spec in specs()]
    return {clip.id: clip for clip in [filmed(clips[0]), *clips]}


@pytest.fixture(scope="module")
def kept(made: dict[str, Clip], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("kept"), ShardHeader.of(BANK), made.values())


def recast_into(
    kept: Path, bank: Bank, folder: Path, clips: int | None = None, per_shard: int = 128
) -> dict[str, Clip]:
    plan = recast(kept, read_manifest(kept), bank, clips)
    tasks = shard_tasks(plan.specs, per_shard)
    make_shards("kept", plan.pins, tasks, plan.setup, folder, partial(run_local, workers=1))
    found = [read_shard(path, bank.digest) for path in sorted(folder.glob("*.parquet"))]
    return {clip.id: clip for clips in found for clip in clips}


def test_the_sound_stays_and_the_faces_are_those_that_the_bank_makes_of_it(
    made: dict[str, Clip], kept: Path, tmp_path: Path
) -> None:
    found = recast_into(kept, OTHER, tmp_path)
    maker = ClipMaker(OTHER, {"chant": Chant(TEXTS)})
    changed = 0.0
    assert found.keys() == made.keys()
    for spec in specs():
        clip, wanted = found[spec.id], maker.make(spec)
        assert np.array_equal(clip.mel, made[spec.id].mel)
        assert np.array_equal(clip.conditions, wanted.conditions)
        assert np.abs(clip.speech - wanted.speech).max() < 1e-5
        assert np.abs(clip.targets - wanted.targets).max() < 1e-4
        changed = max(changed, float(np.abs(clip.targets - made[spec.id].targets).max()))
    assert changed > 0.1


def test_a_filmed_face_stays_as_it_was_filmed(
    made: dict[str, Clip], kept: Path, tmp_path: Path
) -> None:
    found = recast_into(kept, OTHER, tmp_path)["train-filmed"]
    assert np.array_equal(found.targets, made["train-filmed"].targets)
    anchors = OTHER.tables.labels[OTHER.labels.index("joy")].anchors
    assert (found.conditions[:, -3:] == found.conditions[0, -3:]).all()
    assert found.conditions[0, -3:].tolist() in anchors.tolist()


def test_the_same_bytes_come_out_and_say_where_the_speech_is_from(
    kept: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        recast_into(kept, OTHER, tmp_path / name, 8, 4)
    one, two = (sorted((tmp_path / name).glob("*.*")) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    manifest = read_manifest(tmp_path / "one")
    assert manifest.artifact == OTHER.digest
    assert manifest.programs["speech"] == manifest_digest(read_manifest(kept))
    assert {split: sum(shard.clips for shard in manifest.of(split)) for split in Split} == {
        Split.TRAIN: 6,
        Split.VALIDATION: 1,
        Split.TEST: 1,
    }


def test_targets_of_another_rig_have_no_such_faces(kept: Path, tmp_path: Path) -> None:
    manifest = evolve(read_manifest(kept), channels=BANK.channels[:-1])
    with pytest.raises(TrainerError, match="the channels of another rig than default's"):
        recast(kept, manifest, OTHER)


def test_emphases_are_heard_in_log_mel_frames_too() -> None:
    """Loud and long vowels stand out alike."""
    rng = np.random.default_rng(3)
    told = 0
    for _ in range(20):
        audio = rng.normal(0.0, 1e-3, 4 * SAMPLE_RATE).astype(np.float32)
        starts = np.arange(10) * 0.39 + 0.05
        lengths, levels = rng.permutation(10) * 0.02 + 0.12, 10.0 ** (-rng.permutation(10) / 8.0)
        for start, length, level in zip(starts, lengths, levels, strict=True):
            times = np.arange(int(length * SAMPLE_RATE)) / SAMPLE_RATE
            begin = int(start * SAMPLE_RATE)
            wave = sum(np.sin(2 * np.pi * hertz * times) for hertz in (140.0, 560.0, 1400.0))
            audio[begin : begin + len(times)] += (0.3 * level * wave).astype(np.float32)
        phonemes = [
            Phoneme(symbol="a", start=start, end=start + length)
            for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)
        ]
        wanted = emphases(audio, phonemes)
        assert mel_emphases(log_mel(audio), phonemes) == wanted
        told += len(wanted)
    assert told >= 30


LABELS = st.lists(st.sampled_from("abcdefgh"), min_size=1, unique=True)


@given(
    rows=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=60),
    known=LABELS,
    labels=LABELS,
)
def test_labels_are_dealt_evenly_and_kept_where_they_can_be(
    rows: list[tuple[str, bool]], known: list[str], labels: list[str]
) -> None:
    given_ = [
        ClipRow(
            id=str(number),
            source=CAPTURED[0] if captured else "espeak",
            real=captured,
            voice="",
            label=label,
            licence="",
        )
        for number, (label, captured) in enumerate(rows)
    ]
    found = dealt(given_, known, labels)
    before = [label for label, captured in rows if not captured]
    after = [label for label, (_, captured) in zip(found, rows, strict=True) if not captured]
    for label, (own, captured) in zip(found, rows, strict=True):
        assert not captured or label == own
    if set(known) == set(labels):
        assert after == before
        return
    counts = Counter(after)
    assert set(counts) <= set(labels)
    each = [counts[label] for label in labels]
    assert max(each) - min(each) <= 1
    stayed = sum(one == other for one, other in zip(before, after, strict=True))
    assert stayed == sum(min(count, counts[label]) for label, count in Counter(before).items())
