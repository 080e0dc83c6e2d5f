"""The card of an exported network: what people should know before they use it, in Markdown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from attrs import frozen
from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien.text.regular_file import EVALUATION
from mien_trainer.evaluate.lips import Closures, LipMatch
from mien_trainer.evaluate.output import SCHEMA, shown
from mien_trainer.evaluate.result import Figure
from mien_trainer.fault import TrainerError, read_bytes
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.mel import LOOK_AHEAD
from mien_trainer.speak.network import NetworkCard
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import manifest_digest, read_manifest
from mien_trainer.targets.rows import clip_rows


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


@frozen(kw_only=True)
class Measured:
    """One network's figures, and how its lips do."""

    checkpoint: str
    figures: tuple[Figure, ...]
    lips: tuple[LipMatch, ...]
    closures: tuple[Closures, ...]


def read_measured(path: Path, card: NetworkCard) -> Measured:
    """The figures of the card's network in a file.

    Raises:
        TrainerError: the file is missing, no evaluation, or says nothing of this network.
    """
    try:
        document = cast("object", json.loads(read_bytes(path, EVALUATION)))
    except ValueError as error:
        raise TrainerError(f"{path}: not a JSON text ({error})") from None
    found = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    if found.get("schema") != SCHEMA:
        raise TrainerError(
            f"{path}: found {found.get('schema', 'no schema')}, expected {SCHEMA}, as "
            "`mien evaluate --format json` prints it"
        )
    try:
        networks = Converter().structure(found.get("networks"), tuple[Measured, ...])
    except (BaseValidationError, TypeError):
        raise TrainerError(f"{path}: not as {SCHEMA} says") from None
    for one in networks:
        if one.checkpoint == card.checkpoint:
            return one
    others = ", ".join(one.checkpoint for one in networks)
    raise TrainerError(
        f"{path}: figures of {others or 'no network'}, the network {card.name} is "
        f"{card.checkpoint}: evaluate it"
    )


def card_markdown(
    card: NetworkCard,
    size: int,
    learned: Learned | None,
    measured: Measured | None,
    adapted: NetworkCard | None = None,
) -> str:
    """The whole text; ``size`` is that of the ONNX file in bytes.

    ``adapted`` is the card of the network that this one was adapted from.
    """
    return "\n".join(_lines(card, size, learned, measured, adapted)) + "\n"


def _lines(
    card: NetworkCard,
    size: int,
    learned: Learned | None,
    measured: Measured | None,
    adapted: NetworkCard | None,
) -> Iterator[str]:
    yield f"# {card.name}: faces for speech"
    yield ""
    yield (
        f"Speech and an expression in, {len(card.channels)} weights {card.frame_rate} times a "
        f"second out. Made to keep the presets of the bank {card.bank} {card.version} and of no "
        "other."
    )
    if adapted is not None:
        yield (
            f"It was adapted from the network {adapted.name} of {adapted.bank} {adapted.version}, "
            f"checkpoint `{adapted.checkpoint}`."
        )
    yield from _made(card, size)
    if learned is not None:
        yield from _data(learned)
    if measured is not None:
        yield from _figures(measured)
    yield from _limits(card, learned)


def _made(card: NetworkCard, size: int) -> Iterator[str]:
    ahead = 1e3 * LOOK_AHEAD / SAMPLE_RATE
    knows = ", ".join(card.knows) or "none"
    rows = [
        ("parameters", f"{card.parameters:,}"),
        ("size", f"{size / (1 << 20):.2f} MB"),
        ("input", f"{card.mels} log-mel bands, {ahead:.0f} ms ahead of each frame"),
        ("labels", knows),
        ("valence, arousal, dominance", "yes" if card.vad else "no"),
        ("artifact of the bank", f"`{card.artifact}`"),
        ("checkpoint", f"`{card.checkpoint}`"),
        ("targets", f"`{card.targets}`" if card.targets else "none"),
    ]
    yield ""
    yield from _table(("", ""), rows)


def _data(learned: Learned) -> Iterator[str]:
    yield from _head("What it learned from")
    yield (
        f"The recipe {learned.recipe}: {learned.clips:,} clips, {learned.seconds / 3600:.1f} h, of "
        f"which {learned.trained:,} clips in {len(learned.voices)} voices were trained on. The "
        "faces come from the compiled bank and from the phonemes, not from filmed people."
    )
    yield ""
    rows = [
        (
            one.source,
            "people" if one.real else "synthetic",
            one.licence,
            f"{one.clips:,}",
            f"{one.voices}",
        )
        for one in learned.shares
    ]
    yield from _table(("source", "voice", "licence", "clips", "voices"), rows)
    named = sorted({one.licence for one in learned.shares if one.licence.startswith("CC-BY")})
    if named:
        yield ""
        yield (
            f"Speech under {', '.join(named)} is by its authors, whom the targets name clip by "
            "clip; it is not part of this file."
        )


def _figures(measured: Measured) -> Iterator[str]:
    yield from _head("What was measured")
    rows = [
        (
            one.name,
            shown(one, one.value),
            f"at {'most' if one.most else 'least'} {shown(one, one.bound)}",
            "yes" if one.kept else "**no**",
        )
        for one in measured.figures
    ]
    yield from _table(("", "measured", "should be", "kept"), rows)
    if not measured.lips:
        return
    yield ""
    lips = [
        (
            one.name,
            f"{one.clips}",
            f"{one.correlation:.3f}",
            f"{one.error:.4f}",
            f"{one.opening:.0%}",
            f"{one.shut:.0%}",
        )
        for one in measured.lips
    ]
    yield from _table(("lips on", "clips", "correlation", "mean error", "opening", "shut"), lips)


def _limits(card: NetworkCard, learned: Learned | None) -> Iterator[str]:
    yield from _head("Limits")
    yield (
        "- What was measured are clips that mien made. On recordings of real people its lips "
        "follow speech less well: `mien evaluate --voices` says how well."
    )
    yield "- It learned English speech; other languages share many sounds, and were not tried."
    if learned is not None and not any(one.real for one in learned.shares):
        yield "- It learned from synthetic voices only."
    yield (
        f"- It looks {1e3 * LOOK_AHEAD / SAMPLE_RATE:.0f} ms ahead, so lips close for a sound when "
        "it comes, not long before."
    )
    yield "- It gives no rotation of the head, and blinks are left to who drives the face."
    yield (
        f"- Its expressions are those of {card.bank} {card.version}; a bank that changes needs a "
        "network of its own."
    )
    if card.knows and len(card.knows) < len(card.labels):
        yield f"- It knows the labels {', '.join(card.knows)} only."


def _head(title: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
