"""What is audited: the shards of a set, or a folder of takes before it is made into one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

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


@frozen(kw_only=True)
class AuditInput:
    """Clips to look at, ``count`` of them, with ``mels`` bands, that were made for ``bank``.

    ``clips`` gives one at a time with the name of its shard, and tells faults what is wrong with a
    whole shard or take; it raises `TrainerError` where something is missing or damaged. They are
    all that will be learned from where it is ``finished``.
    """

    bank: Bank
    mels: int
    count: int
    finished: bool
    clips: Callable[[Faults], Iterator[tuple[str, Clip]]]


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
        return _shards(folder, bank)
    if find_labels(folder) is not None:
        return _takes(folder, mien.load(bank or _DEFAULT))
    raise TrainerError(
        f"{folder}: expected targets (a {NAME}, as `mien targets make` writes when it is done) or "
        "takes (a labels.yaml), found neither"
    )


def _shards(folder: Path, given: str | None) -> AuditInput:
    """The clips of the manifest's shards, in its order."""
    manifest = read_manifest(folder)
    bank = _bank_of(manifest, folder, given)

    def clips(faults: Faults) -> Iterator[tuple[str, Clip]]:
        listed = {entry.file for entry in manifest.shards}
        for path in sorted(folder.glob("*.parquet")):
            if path.name not in listed:
                faults.add("stray-shard", path.name, "", "the manifest does not list it")
        for refused in manifest.refused:
            faults.add("refused", "", refused.clip, f"{refused.source}: {refused.reason}")
        for entry in manifest.shards:
            path = folder / entry.file
            head = read_header(path)
            if head.artifact != bank.digest:
                message = f"made for artifact {head.artifact}, expected {bank.digest}"
                faults.add("artifact", entry.file, "", message)
                continue
            _check_rows(path, entry, bank.digest, faults)
            for clip in iterate_shard(path):
                yield entry.file, clip

    return AuditInput(
        bank=bank, mels=manifest.mels, count=manifest.clips, finished=True, clips=clips
    )


def _takes(folder: Path, bank: Bank) -> AuditInput:
    """Recorded takes, made into clips as `mien targets make` would."""
    source = TakesSource([folder], labels=bank.labels, aliases=bank.aliases, channels=bank.channels)
    items = source.items()

    def clips(faults: Faults) -> Iterator[tuple[str, Clip]]:
        for refusal in source.refusals():
            faults.add("refused", "", "", str(refusal))
        maker = ClipMaker(bank, {source.name: source})
        for number, item in enumerate(items):
            spec = ClipSpec(
                id=item.key,
                source=source.name,
                item=item.key,
                split=item.split,
                label=item.label or bank.labels[0],
                seed=number,
                prosody=Prosody(),
            )
            try:
                yield "", maker.make(spec)
            except SpeechRefusedError as refusal:
                faults.add("refused", "", "", str(refusal))

    return AuditInput(bank=bank, mels=MELS, count=len(items), finished=False, clips=clips)


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
