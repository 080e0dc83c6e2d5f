"""`mien list`: what can be asked of a bank, for people, programs and language models."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from mien.cli.options import source_argument
from mien.cli.terminal import say, write_json

if TYPE_CHECKING:
    from mien.bank import Bank
    from mien.resolve import BankSource

_WIDTH = 100
_FEW = 4
"""How many other words for a label a prompt gives."""


@click.command("list")
@source_argument
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "prompt"]),
    default="text",
    help="Text for people, JSON for programs, a paragraph to paste into a language model's prompt.",
)
def command(bank: BankSource, output: str) -> None:
    """List the labels, styles, intensities and channels of BANK, with other words for each label.

    The words come from a table that ships: happy for joy, VRM's expressions, TalkingHead's moods.
    """
    from mien.resolve import load_bank

    loaded = load_bank(bank)
    if output == "json":
        write_json({"source": bank.as_json(loaded.id, loaded.version), **_json(loaded)})
    elif output == "prompt":
        say(prompt(loaded))
    else:
        say("\n".join([bank.described(loaded.id, loaded.version), *_lines(loaded)]))


def prompt(bank: Bank) -> str:
    """A paragraph that has a language model say which face goes with its words."""
    from mien.bank import DEFAULT_INTENSITY

    styled = [f"{label}: {', '.join(own)}" for label in bank.labels if (own := bank.styles(label))]
    also = bank.aliases
    meant = [f"{label} for {', '.join(words[:_FEW])}" for label, words in also.items() if words]
    usual = DEFAULT_INTENSITY if DEFAULT_INTENSITY in bank.intensities else bank.intensities[0]
    sentences = [
        "You speak through a face. Before every reply write one line of JSON that says what the "
        f'face shows while you speak, such as {{"label": "{bank.labels[-1]}", "at": "{usual}"}}.',
        f'"label" is exactly one of: {", ".join(bank.labels)}.',
        f'"at" is how strong it is, from the weakest: {", ".join(bank.intensities)}.',
    ]
    if styled:
        sentences.append(
            'Where it fits, add "style", which each label has of its own: '
            + "; ".join(styled)
            + "."
        )
    if meant:
        sentences.append("Use these words and no others: " + "; ".join(meant) + ".")
    sentences.append("Change the face only when the feeling changes.")
    return " ".join(sentences)


def _json(bank: Bank) -> dict[str, object]:

    also = bank.aliases
    kinds = zip(bank.channels, bank.tables.classes, strict=True)

    def vads(label: str, names: tuple[str, ...]) -> dict[str, list[float]]:
        return {name: [float(str(one)) for one in bank.anchor(label, name)] for name in names}

    return {
        "labels": [
            {
                "label": label,
                "aliases": also[label],
                "intensities": vads(label, bank.intensities),
                "styles": vads(label, bank.styles(label)),
                **_in_time(bank, label),
            }
            for label in bank.labels
        ],
        "intensities": bank.intensities,
        "channels": [{"name": name, "class": kind} for name, kind in kinds],
    }


def _in_time(bank: Bank, label: str) -> dict[str, object]:
    """What can be asked of a label in time; nothing where its bank does not say."""
    timeline = bank.timelines.get(label)
    if timeline is None:
        return {}
    return {
        "kind": timeline.kind.name.lower(),
        "sequences": {
            name: {"ms": clip.length, "ends": clip.ending.how.name.lower()}
            for name in timeline.sequences
            for clip in (timeline.clip(name),)
        },
        "usual": timeline.usual,
        "then": timeline.resolves,
    }


def _sequences(bank: Bank) -> list[str]:
    """A line that names the sequences of every label, where there are any."""
    named = [
        f"{label}: {', '.join(timeline.sequences)}"
        for label, timeline in bank.timelines.items()
        if timeline.sequences
    ]
    text = f"sequences, in time: {'; '.join(named)}"
    return [textwrap.fill(text, width=_WIDTH, subsequent_indent="  ")] if named else []


def _lines(bank: Bank) -> list[str]:

    rows = [("label", "styles", "other words")]
    rows += [
        (label, ", ".join(bank.styles(label)), ", ".join(words))
        for label, words in bank.aliases.items()
    ]
    first, second = (max(len(row[column]) for row in rows) + 2 for column in (0, 1))
    table = [
        textwrap.fill(
            f"{label:<{first}}{styles:<{second}}{words}".rstrip(),
            width=_WIDTH,
            initial_indent="  ",
            subsequent_indent=" " * (2 + first + second),
            break_long_words=False,
        )
        for label, styles, words in rows
    ]
    named = f"{len(bank.channels)} channels: {', '.join(bank.channels)}"
    return [
        *table,
        f"intensities, from the lowest: {', '.join(bank.intensities)}",
        *_sequences(bank),
        textwrap.fill(named, width=_WIDTH, subsequent_indent="  "),
    ]
