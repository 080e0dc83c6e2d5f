"""One clip among the shards of a folder."""

from __future__ import annotations

from pathlib import Path

from mien.text.files import shown_path
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError
from mien_trainer.targets.clip import Clip, ShardHeader
from mien_trainer.targets.shard import ShardError, arrow, iterate_shard, read_header

_FEW = 5


class ClipMissingError(TrainerError):
    """There is no such clip, or no shard; the message says what there is."""


def find_clip(folder: Path, clip: str) -> tuple[Clip, ShardHeader]:
    """The clip with the id ``clip``, and what its shard was made for.

    Raises:
        ClipMissingError: the folder has no shards, or they hold no such clip.
        ShardError: a shard cannot be read.
        ArrowUnavailableError: the extra is not installed.
    """
    shards = sorted(folder.glob("*.parquet"))
    if not shards:
        raise ClipMissingError(
            f"{shown_path(folder)}: there is no shard here, expected a folder that "
            "`mien targets make` wrote"
        )
    known: list[str] = []
    for path in shards:
        ids = _ids(path)
        if clip in ids:
            for found in iterate_shard(path):
                if found.id == clip:
                    return found, read_header(path)
        known += ids
    hint = did_you_mean(clip, known)
    few = ", ".join(known[:_FEW])
    raise ClipMissingError(
        f"{shown_path(folder)}: no clip {clip!r} among {len(known)}"
        + (f"; {hint}" if hint else f"; the first are {few}")
    )


def _ids(path: Path) -> list[str]:
    head = read_header(path)  # first, so that another Parquet file is refused in words
    try:
        column = arrow("pyarrow.parquet").read_table(path, columns=["id"]).column("id")
    except (OSError, ValueError) as error:
        raise ShardError(f"{path}: damaged or cut off ({error}), of {head.bank}") from None
    ids: list[str] = column.to_pylist()
    return ids
