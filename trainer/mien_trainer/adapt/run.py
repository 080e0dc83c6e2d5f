"""From a network, a bank and kept speech to a network of that bank, in a folder that goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from attrs import evolve, frozen

from mien.text.atomic import remove_stale, write_atomic
from mien.text.regular_file import CHECKPOINT
from mien_trainer.adapt.folder import START, TARGETS, TRAINING
from mien_trainer.adapt.rest import fit_rest
from mien_trainer.adapt.start import StartNetwork, start_for
from mien_trainer.evaluate.clips import clips_with, pick, silence
from mien_trainer.evaluate.lips import Closures, closures
from mien_trainer.evaluate.network import EvaluatedNetwork, onnx_predictor, torch_predictor
from mien_trainer.evaluate.presets import anchor_errors
from mien_trainer.evaluate.result import Figure, anchor_figures, closure_figure
from mien_trainer.export.onnx import onnx_bytes
from mien_trainer.fault import TrainerError, read_bytes
from mien_trainer.model.shape import Conditioning
from mien_trainer.speak.network import NetworkCard, OnnxNetwork
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip
from mien_trainer.targets.engines import run_local
from mien_trainer.targets.make import make_shards
from mien_trainer.targets.manifest import manifest_digest, read_manifest
from mien_trainer.targets.recast import recast
from mien_trainer.targets.rows import clip_rows
from mien_trainer.targets.worker import shard_tasks
from mien_trainer.train.checkpoint import checkpoint_bytes, load_checkpoint
from mien_trainer.train.checkpoint_file import LAST
from mien_trainer.train.config import TrainConfig, find_config, read_config
from mien_trainer.train.loop import Run, Watcher, train
from mien_trainer.train.processes import one_thread
from mien_trainer.train.trust import TrustedBank

STEPS = 1500
"""Of a training, unless another number is asked for."""

CLIPS = 4000
"""Of the kept speech that are used, unless another number is asked for."""

_BASE = "v3"
"""The recipe that is followed in all but labels and steps."""

_WARM_UP = 50
_EVERY = 50
_CLIPS_PER_SHARD = 128

_KINDS, _MEASURED = 3, 240
"""Kinds of clips on which closures are measured, and how many of each at most."""


@frozen(kw_only=True)
class Adaptation:
    """What to adapt: a network to ``bank``, with the speech of the targets in ``data``.

    ``source`` is what the bank was called, ``clips`` the most that are used of the targets. The
    training is kept ``every`` so many steps.
    """

    start: StartNetwork
    trusted: TrustedBank
    source: str
    data: Path
    work: Path
    steps: int = STEPS
    clips: int = CLIPS
    seed: int = 0
    workers: int = 1
    every: int = _EVERY

    @property
    def config(self) -> TrainConfig:
        """The training: all labels of the bank and VAD, for a network of the same size."""
        base, bank = read_config(find_config(_BASE)), self.trusted.bank
        optimizer = evolve(base.optimizer, warmup_steps=min(_WARM_UP, self.steps))
        return evolve(
            base,
            name=bank.id,
            description=(
                f"Adapted from {self.start.card.name}, hearing as it does, on {self.clips} clips "
                "at most."
            ),
            bank=self.source,
            seed=self.seed,
            steps=self.steps,
            conditioning=Conditioning(labels=bank.labels),
            model=self.start.shape,
            optimizer=optimizer,
            intervals=evolve(base.intervals, checkpoint=self.every),
        )


@frozen(kw_only=True, eq=False)
class Adapted:
    """A network of the bank: the bytes of its file, its card, figures and closures by label."""

    data: bytes
    card: NetworkCard
    figures: tuple[Figure, ...]
    closures: tuple[Closures, ...]

    @property
    def kept(self) -> bool:
        """Whether the presets are where they were authored, and lips close as they should."""
        return all(figure.kept for figure in self.figures)

    @property
    def closing(self) -> Figure:
        """How many closures are kept."""
        return closure_figure(self.closures)


def prepare(
    order: Adaptation, *, fresh: bool = False, step: Callable[[], None] = lambda: None
) -> None:
    """Begin in the folder ``order.work``, or go on there; ``fresh`` begins anew.

    ``step`` as in `adapt.rest.fit_rest`.

    Raises:
        TrainerError: the network, the bank and the targets do not go together, or the folder holds
            another adaptation.
        OSError: the folder cannot be written.
    """
    speech = read_manifest(order.data)
    config, bank = order.config, order.trusted.bank
    with one_thread():  # so that the same bits begin wherever it goes on
        start = start_for(order.start, config, bank, manifest_digest(speech))
        fit_rest(start.model, bank, config.losses, config.seed, step)
    work = order.work
    work.mkdir(parents=True, exist_ok=True)
    remove_stale(work)
    if fresh:
        for name in (TARGETS, TRAINING):
            shutil.rmtree(work / name, ignore_errors=True)
        (work / START).unlink(missing_ok=True)
    data = checkpoint_bytes(start.metadata, start.model)
    if not (work / START).exists():
        write_atomic(work / START, data)
    elif read_bytes(work / START, CHECKPOINT) != data:
        raise TrainerError(
            f"{work}: holds an adaptation with another bank, network, speech or setting; --fresh "
            "begins anew there, --work names another folder"
        )


def faces_left(order: Adaptation) -> int:
    """How many clips `make_faces` gives new faces; 0 where the targets are the bank's own.

    Raises:
        TrainerError: the targets are damaged.
    """
    kept = read_manifest(order.data)
    return 0 if kept.artifact == order.trusted.digest else min(order.clips, kept.clips)


def make_faces(order: Adaptation, step: Callable[[int], None]) -> Path:
    """The folder of targets of the bank: the one that is given, or its speech with new faces.

    ``step`` takes how many more clips have theirs.

    Raises:
        TrainerError: the targets are damaged or of another rig, or there is no room.
        OSError: the folder cannot be written.
    """
    kept, bank = read_manifest(order.data), order.trusted.bank
    if kept.artifact == bank.digest:
        return order.data
    plan = recast(order.data, kept, bank, order.clips)
    tasks = shard_tasks(plan.specs, _CLIPS_PER_SHARD)
    engine, folder = partial(run_local, workers=order.workers), order.work / TARGETS
    make_shards(kept.recipe, plan.pins, tasks, plan.setup, folder, engine, step=step)
    return folder


def fit(order: Adaptation, data: Path, watcher: Watcher) -> None:
    """Train on the targets in ``data``, or go on where that was stopped; see `train.loop`.

    The speech is the one that the network knows, and no bank changes it: only faces are learned.
    Where hearing was learned on as well, more closures were missed than before.
    """
    start, out = load_checkpoint(order.work / START), order.work / TRAINING
    resume = (out / LAST).is_file()
    run = Run(
        config=order.config,
        data=data,
        out=out,
        start=None if resume else start,
        resume=resume,
        faces_only=True,
        onward="the same command goes on from the last checkpoint",
    )
    train(run, watcher)


def spoken_clips(data: Path) -> tuple[Clip, ...]:
    """The spoken clips of the targets in ``data`` on which closures are measured."""
    manifest = read_manifest(data)
    known = {row.voice for row in clip_rows(data, manifest, Split.TRAIN)}
    ids = pick(clip_rows(data, manifest, Split.TEST), known, _KINDS * _MEASURED)
    return tuple(clips_with(data, manifest, Split.TEST, ids))


def adapted(order: Adaptation, clips: Iterable[Clip]) -> Adapted:
    """The network that was trained, measured at the presets and on ``clips``.

    Raises:
        TrainerError: it cannot be exported.
    """
    found = load_checkpoint(order.work / TRAINING)
    exported, bank = onnx_bytes(found), order.trusted.bank
    network = OnnxNetwork(exported, bank.id)
    subject = EvaluatedNetwork(predict=onnx_predictor(network), bank=bank)
    errors = anchor_errors(subject, silence(), range(len(bank.channels)))
    quick = evolve(subject, predict=torch_predictor(found.model))
    closed = closures(quick, clips, subject.middle)
    return Adapted(
        data=exported,
        card=network.card,
        figures=(*anchor_figures(errors), closure_figure(closed)),
        closures=closed,
    )


def begun(order: Adaptation, clips: Iterable[Clip]) -> Figure:
    """The closures on ``clips`` of the network that it began with, whose hearing it keeps."""
    network = load_checkpoint(order.work / START).model
    subject = EvaluatedNetwork(predict=torch_predictor(network), bank=order.trusted.bank)
    return closure_figure(closures(subject, clips, subject.middle))
