"""What a network learned from, for its card."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from attrs import frozen

from mien_trainer.evaluate.pick import clip_rows
from mien_trainer.fault import TrainerError
from mien_trainer.speak.onnx_file import NetworkCard
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import manifest_digest, read_manifest


@frozen(kw_only=True, order=True)
class Share:
    """Clips of one source under one licence; ``real``: people spoke."""

    source: str
    licence: str
    real: bool
    clips: int
    voices: int


@frozen(kw_only=True)
class Learned:
    """The training split of a set of targets; ``seconds`` and ``clips`` are those of all splits."""

    recipe: str
    clips: int
    seconds: float
    trained: int
    voices: tuple[str, ...]
    shares: tuple[Share, ...]


def learned_from(folder: Path, card: NetworkCard) -> Learned:
    """The targets in ``folder``.

    Raises:
        TrainerError: they are damaged, or not those that the network learned from.
    """
    manifest = read_manifest(folder)
    digest = manifest_digest(manifest)
    if digest != card.targets:
        raise TrainerError(
            f"{folder}: targets with digest {digest}, the network {card.name} learned from "
            f"{card.targets or 'none'}"
        )
    rows = clip_rows(folder, manifest, Split.TRAIN)
    kinds = Counter((row.source, row.licence, row.real) for row in rows)
    return Learned(
        recipe=manifest.recipe,
        clips=manifest.clips,
        seconds=manifest.seconds,
        trained=len(rows),
        voices=tuple(sorted({row.voice for row in rows if row.voice})),
        shares=tuple(
            Share(
                source=source,
                licence=licence,
                real=real,
                clips=count,
                voices=len(
                    {
                        row.voice
                        for row in rows
                        if row.voice
                        and (row.source, row.licence, row.real) == (source, licence, real)
                    }
                ),
            )
            for (source, licence, real), count in sorted(kinds.items())
        ),
    )
