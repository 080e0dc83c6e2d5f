"""What is audited: the shards of a set, or a folder of takes before it is made into one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import mien
from mien.bank import Bank
from mien.errors import QueryError
from mien.text.regular_file import SHARD, sha256_of
from mien_trainer.audit.faults import Faults
from mien_trainer.fault import TrainerError
from mien_trainer.mel import MELS
from mien_trainer.speech import Prosody, SpeechRefusedError
from mien_trainer.takes.labels import find_labels
from mien_trainer.takes.source import TakesSource
from mien_trainer.targets.clip import Clip, ClipSpec
from mien_trainer.targets.maker import ClipMaker
from mien_trainer.targets.manifest import NAME, Manifest, ShardEntry, read_manifest
from mien_trainer.targets.shard import arrow, iterate_shard, read_header

_DEFAULT = "default"


class AuditInput(Protocol):
    """Clips to look at, each with the name of what it lies in."""

    @property
    def bank(self) -> Bank:
        """The bank they were made for."""
        ...

    @property
    def mels(self) -> int:
        """Bands of a log-mel frame."""
        ...

    @property
    def count(self) -> int:
        """How many there should be."""
        ...

    @property
    def finished(self) -> bool:
        """Whether this is all that will be learned from."""
        ...

    def clips(self, faults: Faults) -> Iterator[tuple[str, Clip]]:
        """The clips, one at a time; what is wrong with a whole shard or take goes to ``faults``.

        Raises:
            TrainerError: something is missing or damaged.
        """
        ...


def open_input(folder: Path, bank: str | None) -> AuditInput:
    """What lies in ``folder``; ``bank`` is what a person gave for the bank, if anything.

    Raises:
        TrainerError: there is neither a manifest nor a labels file, or the bank is another one.
        QueryError: there is no such bank.
        ArtifactError: its artifact is damaged.
        SourceError: its sources cannot be used.
    """
    if not folder.is_dir():
        raise TrainerError(f"{folder}: there is no such folder")
    if (folder / NAME).exists():
        manifest = read_manifest(folder)
        return ShardsInput(folder, manifest, _bank_of(manifest, folder, bank))
    if find_labels(folder) is not None:
        return TakesInput(folder, mien.load(bank or _DEFAULT))
    raise TrainerError(
        f"{folder}: expected targets (a {NAME}, as `mien targets make` writes when it is done) or "
        "takes (a labels.yaml), found neither"
    )


class ShardsInput:
    """A finished set."""

    finished = True

    def __init__(self, folder: Path, manifest: Manifest, bank: Bank) -> None:
        self.bank = bank
        self.mels = manifest.mels
        self.count = manifest.clips
        self._folder, self._manifest = folder, manifest

    def clips(self, faults: Faults) -> Iterator[tuple[str, Clip]]:
        """The clips of the manifest's shards, in its order."""
        listed = {entry.file for entry in self._manifest.shards}
        for path in sorted(self._folder.glob("*.parquet")):
            if path.name not in listed:
                faults.add("stray-shard", path.name, "", "the manifest does not list it")
        for refused in self._manifest.refused:
            faults.add("refused", "", refused.clip, f"{refused.source}: {refused.reason}")
        for entry in self._manifest.shards:
            path = self._folder / entry.file
            head = read_header(path)
            if head.artifact != self.bank.digest:
                message = f"made for artifact {head.artifact}, expected {self.bank.digest}"
                faults.add("artifact", entry.file, "", message)
                continue
            _check_rows(path, entry, self.bank.digest, faults)
            for clip in iterate_shard(path):
                yield entry.file, clip


class TakesInput:
    """Recorded takes, made into clips as `mien targets make` would."""

    finished = False
    mels = MELS

    def __init__(self, folder: Path, bank: Bank) -> None:
        self.bank = bank
        self._source = TakesSource([folder], labels=bank.labels, channels=bank.channels)
        self._items = self._source.items()
        self.count = len(self._items)

    def clips(self, faults: Faults) -> Iterator[tuple[str, Clip]]:
        """A clip a take; takes that are refused are named."""
        for refusal in self._source.refusals():
            faults.add("refused", "", "", str(refusal))
        maker = ClipMaker(self.bank, {self._source.name: self._source})
        for number, item in enumerate(self._items):
            spec = ClipSpec(
                id=item.key,
                source=self._source.name,
                item=item.key,
                split=item.split,
                label=item.label or self.bank.labels[0],
                seed=number,
                prosody=Prosody(),
            )
            try:
                yield "", maker.make(spec)
            except SpeechRefusedError as refusal:
                faults.add("refused", "", "", str(refusal))


def _bank_of(manifest: Manifest, folder: Path, given: str | None) -> Bank:
    """The bank that the manifest names, or the one given, if its artifact is the manifest's."""
    bank = mien.load(given) if given else _released(manifest)
    if bank.digest != manifest.artifact:
        raise TrainerError(
            f"{folder / NAME}: made for {manifest.bank} {manifest.version}, artifact "
            f"{manifest.artifact}; found {bank.id} {bank.version}, artifact {bank.digest}. "
            "Give the bank that it was made from with --bank, or make the targets again"
        )
    return bank


def _released(manifest: Manifest) -> Bank:
    """The release that the manifest names; another version of that bank where it is not found."""
    try:
        return mien.load(f"{manifest.bank}@{manifest.version}")
    except QueryError:
        return mien.load(manifest.bank)


def _check_rows(path: Path, entry: ShardEntry, artifact: str, faults: Faults) -> None:
    """That the shard is the manifest's, byte for byte, and each row says the head's artifact."""
    digest = sha256_of(path, SHARD)
    if digest != entry.sha256:
        message = f"its sha256 is {digest}, the manifest's {entry.sha256}"
        faults.add("shard-changed", entry.file, "", message)
    table = arrow("pyarrow.parquet").read_table(path, columns=["id", "artifact"])
    for row in table.to_pylist():
        if row["artifact"] != artifact:
            message = f"made for artifact {row['artifact']}, expected {artifact}"
            faults.add("artifact", entry.file, row["id"], message)
