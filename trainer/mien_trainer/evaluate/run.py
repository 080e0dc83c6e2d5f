"""Networks through every measurement, on the clips of a set that none of them has heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import frozen

from mien.bank import Bank
from mien_trainer.evaluate.anchors import drift
from mien_trainer.evaluate.beside import Beside, beside
from mien_trainer.evaluate.measure import STEPS, evaluate
from mien_trainer.evaluate.network import Network, open_network
from mien_trainer.evaluate.pick import clip_rows, clips_with, pick
from mien_trainer.evaluate.predictor import Subject
from mien_trainer.evaluate.record import Report
from mien_trainer.evaluate.speed import measure_speed
from mien_trainer.fault import TrainerError
from mien_trainer.speak.bank_of import bank_of
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import Manifest, manifest_digest, read_manifest
from mien_trainer.targets.stored import StoredClip

BEST, LAST = "best.safetensors", "last.safetensors"
"""The checkpoints of a training; its folder says more than their names do."""


@frozen(kw_only=True, eq=False)
class Trial:
    """What is measured, and on what: ``heard`` are the voices of the set's training split.

    ``notes`` are worth a word before the figures.
    """

    names: tuple[str, ...]
    networks: tuple[Network, ...]
    older: Network | None
    bank: Bank
    clips: tuple[StoredClip, ...]
    heard: frozenset[str]
    notes: tuple[str, ...]

    @property
    def steps(self) -> int:
        """How often `measure` says that it got on."""
        return len(self.networks) * STEPS


def prepare(
    paths: Sequence[Path], data: Path, bank: str | None, older: Path | None, count: int
) -> Trial:
    """Open everything, and pick ``count`` clips of the test split.

    Raises:
        TrainerError: something is missing, damaged, or made for another bank; says which.
        QueryError: there is no such bank.
        ArtifactError: its artifact is damaged.
    """
    manifest = read_manifest(data)
    networks = tuple(open_network(path) for path in paths)
    beside = None if older is None else open_network(older)
    own = bank_of(networks[0].card, bank)
    for path, one in zip(paths, networks, strict=True):
        _same(f"{path}", one.card.artifact, own)
    if older is not None and beside is not None:
        _same(f"{older}", beside.card.artifact, own)
    _same(f"{data}", manifest.artifact, own)
    heard = frozenset(row.voice for row in clip_rows(data, manifest, Split.TRAIN))
    ids = pick(clip_rows(data, manifest, Split.TEST), heard, count)
    return Trial(
        names=_names(paths, networks),
        networks=networks,
        older=beside,
        bank=own,
        clips=tuple(clips_with(data, manifest, Split.TEST, ids)),
        heard=heard,
        notes=tuple(_notes(paths, networks, data, manifest)),
    )


def measure(trial: Trial, step: Callable[[], None]) -> Report:
    """Measure one network after the other.

    Raises:
        TrainerError: there are too few clips to speak with.
    """
    found = tuple(
        evaluate(
            name,
            network.card.checkpoint,
            Subject(predict=network.predict, bank=trial.bank),
            trial.clips,
            trial.heard,
            measure_speed(network.exported),
            step,
            _beside(trial, network),
        )
        for name, network in zip(trial.names, trial.networks, strict=True)
    )
    faces = [one.anchors[0].faces for one in found]
    return Report(networks=found, drift=drift(faces) if len(found) > 1 else None)


def _beside(trial: Trial, network: Network) -> Beside | None:
    if trial.older is None:
        return None
    card = trial.older.card
    found = beside(
        Subject(predict=network.predict, bank=trial.bank),
        Subject(predict=trial.older.predict, bank=trial.bank),
        card.name,
        trial.clips,
        trial.heard,
        card.knows or trial.bank.labels,
    )
    if found is None:
        raise TrainerError(
            f"no clip of an unheard voice has a label that {card.name} knows "
            f"({', '.join(card.knows)}): look at more clips, or make more targets"
        )
    return found


def _names(paths: Sequence[Path], networks: Sequence[Network]) -> tuple[str, ...]:
    """What tells them apart: their own names, else those of their files or folders."""
    folders = [path.parent if path.name in (BEST, LAST) else path for path in paths]
    for names in ([one.card.name for one in networks], [path.stem for path in folders]):
        if len(set(names)) == len(names):
            return tuple(names)
    return tuple(map(str, paths))


def _same(what: str, artifact: str, bank: Bank) -> None:
    if artifact != bank.digest:
        raise TrainerError(
            f"{what}: made for artifact {artifact}, the bank {bank.id} {bank.version} that is "
            f"measured against has {bank.digest}"
        )


def _notes(
    paths: Sequence[Path], networks: Sequence[Network], data: Path, manifest: Manifest
) -> list[str]:
    digest = manifest_digest(manifest)
    return [
        f"{path} was trained on other targets than {data}: which voices it heard is not known, "
        "and taken from these"
        for path, one in zip(paths, networks, strict=True)
        if one.card.targets != digest
    ]
