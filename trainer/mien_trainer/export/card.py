"""The card of an exported network: what people should know before they use it, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien_trainer.evaluate.as_text import shown
from mien_trainer.export.data import Learned
from mien_trainer.export.figures import Measured
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.mel import LOOK_AHEAD
from mien_trainer.speak.onnx_file import NetworkCard


def card_markdown(
    card: NetworkCard, size: int, learned: Learned | None, measured: Measured | None
) -> str:
    """The whole text; ``size`` is that of the ONNX file in bytes."""
    return "\n".join(_lines(card, size, learned, measured)) + "\n"


def _lines(
    card: NetworkCard, size: int, learned: Learned | None, measured: Measured | None
) -> Iterator[str]:
    yield f"# {card.name}: faces for speech"
    yield ""
    yield (
        f"Speech and an expression in, {len(card.channels)} weights {card.frame_rate} times a "
        f"second out. Made to keep the presets of the bank {card.bank} {card.version} and of no "
        "other."
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
        ("hears", f"{card.mels} log-mel bands, {ahead:.0f} ms ahead of each frame"),
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
    yield "- It learned English speech; other languages share many sounds, and were not tried."
    if learned is not None and not any(one.real for one in learned.shares):
        yield "- It has heard synthetic voices only."
    yield (
        f"- It hears {1e3 * LOOK_AHEAD / SAMPLE_RATE:.0f} ms ahead, so lips close for a sound when "
        "it comes, not long before."
    )
    yield "- It gives no rotation of the head, and blinks are left to who drives the face."
    yield (
        f"- Its expressions are those of {card.bank} {card.version}; a bank that changes needs a "
        "network of its own."
    )
    if card.knows and len(card.knows) < len(card.labels):
        yield f"- It can wear {', '.join(card.knows)} only."


def _head(title: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
