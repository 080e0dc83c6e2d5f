"""Networks through every measurement, on clips that were not in their training."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from attrs import frozen

from mien.bank import Bank
from mien_trainer.evaluate.clips import SETTLE, Sound, clips_with, pick, silence, voices
from mien_trainer.evaluate.effects import departure, effects
from mien_trainer.evaluate.lips import Comparison, closures, compare_lips, lip_match
from mien_trainer.evaluate.network import EvaluatedNetwork, Network, open_network
from mien_trainer.evaluate.presets import anchor_errors, distinctness, drift, repeats, smoothness
from mien_trainer.evaluate.result import Evaluation, Example, Report
from mien_trainer.evaluate.speed import Speed, measure_speed
from mien_trainer.fault import TrainerError
from mien_trainer.speak.network import bank_of
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip
from mien_trainer.targets.manifest import Manifest, manifest_digest, read_manifest
from mien_trainer.targets.rows import clip_rows

BEST, LAST = "best.safetensors", "last.safetensors"
"""The checkpoints of a training; its folder says more than their names do."""

STEPS = 8
"""How often `evaluate` reports progress."""

VOICES = 3


@frozen(kw_only=True, eq=False)
class Trial:
    """What is measured, and on what: ``known_voices`` are those of the set's training split.

    ``notes`` are worth a word before the figures.
    """

    names: tuple[str, ...]
    networks: tuple[Network, ...]
    older: Network | None
    bank: Bank
    clips: tuple[Clip, ...]
    known_voices: frozenset[str]
    notes: tuple[str, ...]

    @property
    def steps(self) -> int:
        """How often `measure` reports progress."""
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
    other = None if older is None else open_network(older)
    own = bank_of(networks[0].card, bank)
    for path, one in zip(paths, networks, strict=True):
        _same(f"{path}", one.card.artifact, own)
    if other is not None:
        _same(f"{older}", other.card.artifact, own)
    _same(f"{data}", manifest.artifact, own)
    known = frozenset(row.voice for row in clip_rows(data, manifest, Split.TRAIN))
    ids = pick(clip_rows(data, manifest, Split.TEST), known, count)
    return Trial(
        names=_names(paths, networks),
        networks=networks,
        older=other,
        bank=own,
        clips=tuple(clips_with(data, manifest, Split.TEST, ids)),
        known_voices=known,
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
            EvaluatedNetwork(predict=network.predict, bank=trial.bank),
            trial.clips,
            trial.known_voices,
            measure_speed(network.exported),
            step,
            _comparison(trial, network),
        )
        for name, network in zip(trial.names, trial.networks, strict=True)
    )
    faces = [one.anchors[0].faces for one in found]
    return Report(networks=found, drift=drift(faces) if len(found) > 1 else None)


def evaluate(
    name: str,
    checkpoint: str,
    network: EvaluatedNetwork,
    clips: Sequence[Clip],
    known_voices: Collection[str],
    speed: Speed,
    step: Callable[[], None],
    comparison: Comparison | None = None,
) -> Evaluation:
    """Measure the network on ``clips`` that were not in training, as ``known_voices`` were.

    ``checkpoint`` is that of its card, ``comparison`` what was found beside an older network.

    Raises:
        TrainerError: there are too few clips to speak with.
    """
    bank = network.bank
    quiet, spoken = silence(), voices(clips, VOICES)
    if not spoken:
        raise TrainerError(
            f"no clip of the test split is spoken for {2 * SETTLE} frames or more; "
            "make more targets"
        )
    middle = network.middle
    speakers = [clip for clip in clips if clip.voice]
    every = range(len(bank.channels))
    upper = network.channels_of("EXPRESSION")
    anchors = [anchor_errors(network, quiet, every)]
    anchors += [anchor_errors(network, sound, upper) for sound in spoken]
    step()
    repeated = repeats(network, spoken[0])
    step()
    smooth = tuple(smoothness(network, sound) for sound in (quiet, spoken[0]))
    step()
    distinct = tuple(distinctness(network, spoken[0], at) for at in bank.intensities)
    step()
    groups = _groups(speakers, known_voices)
    lips = tuple(lip_match(network, group, own) for group, own in groups.items() if own)
    step()
    closed = closures(network, speakers, middle)
    step()
    moved = effects(network, [quiet, *spoken], middle)
    step()
    longest = max(speakers, key=lambda clip: len(clip.mel))
    left = departure(network, Sound(name=longest.voice, mel=longest.mel), longest.speech, middle)
    step()
    return Evaluation(
        name=name,
        checkpoint=checkpoint,
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        labels=bank.labels,
        intensities=bank.intensities,
        anchors=tuple(anchors),
        repeats=repeated,
        smoothness=smooth,
        distinct=distinct,
        lips=lips,
        closures=closed,
        effects=moved,
        departure=left,
        speed=speed,
        example=_example(network, speakers, known_voices),
        comparison=comparison,
    )


def _groups(clips: Sequence[Clip], known_voices: Collection[str]) -> dict[str, list[Clip]]:
    """The clips by what is new about them."""
    synthetic = [clip for clip in clips if not clip.real]
    return {
        "unheard sentences": [clip for clip in synthetic if clip.voice in known_voices],
        "an unheard voice": [clip for clip in synthetic if clip.voice not in known_voices],
        "recorded speech": [clip for clip in clips if clip.real],
    }


def _example(
    network: EvaluatedNetwork, clips: Sequence[Clip], known_voices: Collection[str]
) -> Example:
    """The first clip by id, of an unheard voice if there is one."""
    clip = min(clips, key=lambda one: (one.voice in known_voices, one.id))
    return Example(
        voice=clip.voice,
        label=clip.label,
        text=clip.text,
        phonemes=clip.phonemes,
        targets=clip.targets,
        faces=network.predict(clip.mel[None], clip.conditions[None])[0],
    )


def _comparison(trial: Trial, network: Network) -> Comparison | None:
    if trial.older is None:
        return None
    card = trial.older.card
    found = compare_lips(
        EvaluatedNetwork(predict=network.predict, bank=trial.bank),
        EvaluatedNetwork(predict=trial.older.predict, bank=trial.bank),
        card.name,
        trial.clips,
        trial.known_voices,
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
        f"{path} was trained on other targets than {data}: which voices it learned from is not "
        "known, and taken from these"
        for path, one in zip(paths, networks, strict=True)
        if one.card.targets != digest
    ]
