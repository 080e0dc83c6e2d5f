"""Clips end to end in a few flat arrays, mapped from disk so that memory stays flat.

Dimension letters: F frames of all clips, n clips, M mel bands, D conditions, C channels.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.text.atomic import draft_folder
from mien.text.regular_file import SHARD, sha256_of
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.mel import SILENCE
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip
from mien_trainer.targets.manifest import Manifest, ShardEntry, manifest_digest
from mien_trainer.targets.shard import iterate_shard

F16 = npt.NDArray[np.float16]
I64 = npt.NDArray[np.int64]

CACHE = ".train-cache"
"""The folder beside the shards that holds what was unpacked of them; it can be deleted."""

_LAYOUT = "1"
_NAMES = "clips.json"


class DataError(TrainerError):
    """Targets that cannot be trained on; the message names the folder or the shard."""


@frozen(kw_only=True, eq=False)
class Clips:
    """All clips of one use. Frames ``starts[k]`` to ``starts[k + 1]`` are clip k's.

    mel (F, M), targets (F, C) and speech (F,) float16, which is finer than any of them is known;
    conditions (F, D) float32; ids and labels (n,); real (n,) whether a person spoke.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    real: npt.NDArray[np.bool_]
    starts: I64
    mel: F16
    conditions: F32
    targets: F16
    speech: F16

    def mel_at(self, at: I64, clip: I64, look_ahead: int) -> F32:
        """The mel frames (n, k, M) ``look_ahead`` frames after ``at`` (n, k) in the clips (n,).

        Before a clip there is silence, and its last frame goes on.
        """
        begin, end = self.starts[clip][:, None], self.starts[clip + 1][:, None]
        late = at + look_ahead
        mel = self.mel[np.clip(late, begin, end - 1)].astype(np.float32)
        mel[late < begin] = SILENCE
        return mel


def unpack_clips(data: Path, manifest: Manifest, split: Split, fallback: Path) -> Clips:
    """The clips of one use in the folder ``data``, unpacked once and mapped.

    What was unpacked is kept beside the shards or, where that cannot be written, in ``fallback``.

    Raises:
        DataError: there are none, or a shard is not the one that the manifest pins.
        ShardError: a shard is damaged or of another schema.
    """
    shards = manifest.of(split)
    if not any(shard.clips for shard in shards):
        raise DataError(f"{data}: no clips to use for {split.value}")
    name = f"{split.value}-{manifest_digest(manifest)[:16]}-{_LAYOUT}"
    for folder in (data / CACHE, fallback / CACHE):
        if not (folder / name).is_dir():
            try:
                folder.mkdir(exist_ok=True)
            except OSError:
                continue
            _unpack(data, manifest, shards, folder, name)
        return _mapped(folder / name)
    raise DataError(f"neither {data} nor {fallback} can be written: no place to unpack the shards")


def _unpack(
    data: Path, manifest: Manifest, shards: tuple[ShardEntry, ...], folder: Path, name: str
) -> None:
    """All or nothing: into a temporary folder, which then takes the name."""
    with draft_folder(folder / name) as draft:
        _write(data, manifest, shards, draft)
        # Another process may have been faster; its files say the same.
        with suppress(OSError):
            draft.rename(folder / name)


def _write(data: Path, manifest: Manifest, shards: tuple[ShardEntry, ...], folder: Path) -> None:
    frames = sum(shard.frames for shard in shards)
    widths = {
        "mel": (np.float16, manifest.mels),
        "conditions": (np.float32, len(manifest.labels) + 3),
        "targets": (np.float16, len(manifest.channels)),
    }
    arrays = {
        kind: np.lib.format.open_memmap(folder / f"{kind}.npy", "w+", dtype, (frames, width))
        for kind, (dtype, width) in widths.items()
    }
    arrays["speech"] = np.lib.format.open_memmap(folder / "speech.npy", "w+", np.float16, (frames,))
    for kind in arrays:
        _reserve(folder / f"{kind}.npy")
    clips: list[tuple[str, str, bool, int]] = []
    at = 0
    for clip in _all(data, manifest, shards):
        end = at + clip.frames
        if end > frames:
            break
        for kind, array in arrays.items():
            array[at:end] = getattr(clip, kind)
        clips.append((clip.id, clip.label, clip.real, clip.frames))
        at = end
    if at != frames:
        raise DataError(f"{data}: the shards hold other numbers of frames than the manifest says")
    for array in arrays.values():
        array.flush()
    (folder / _NAMES).write_text(json.dumps(clips), encoding="utf-8")


def _reserve(path: Path) -> None:
    """Take the room on the disk now: a mapped page for which there is none ends the process."""
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as stream:
            os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)


def _all(data: Path, manifest: Manifest, shards: tuple[ShardEntry, ...]) -> Iterator[Clip]:
    for shard in shards:
        path = data / shard.file
        try:
            digest = sha256_of(path, SHARD)
        except OSError as error:
            raise DataError(f"{path}: the manifest lists this shard: {error.strerror}") from error
        if digest != shard.sha256:
            raise DataError(
                f"{path} has sha256 {digest}, the manifest pins {shard.sha256}; "
                "make the targets again"
            )
        yield from iterate_shard(path, manifest.artifact)


def _mapped(folder: Path) -> Clips:
    clips: list[tuple[str, str, bool, int]] = json.loads(
        (folder / _NAMES).read_text(encoding="utf-8")
    )
    arrays = {
        kind: np.load(folder / f"{kind}.npy", mmap_mode="r")
        for kind in ("mel", "conditions", "targets", "speech")
    }
    return Clips(
        ids=tuple(clip[0] for clip in clips),
        labels=tuple(clip[1] for clip in clips),
        real=np.array([clip[2] for clip in clips]),
        starts=np.concatenate(([0], np.cumsum([clip[3] for clip in clips]))).astype(np.int64),
        **arrays,
    )
