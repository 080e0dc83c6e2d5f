"""`mien check`: everything that is wrong with a bank, in one run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from mien.cli.faults import write_faults
from mien.cli.options import bank_source
from mien.cli.terminal import say, write_json
from mien.text.fault import counted

ALL = "all"

if TYPE_CHECKING:
    from mien.authored.bank import AuthoredBank
    from mien.resolve import BankSource
    from mien.text.fault import Fault


def _optional_bank(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> BankSource | None:
    return None if value is None else bank_source(value)


@click.command("check")
@click.argument("bank", metavar="BANK", required=False, callback=_optional_bank)
@click.option(
    "--against",
    metavar="EARLIER",
    help="Also report changes that break an earlier version: ours@latest, ours@1.0.0, a git "
    "revision such as origin/main, a folder or an artifact. A bank that did not exist there yet "
    "passes.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="Text for people, JSON for programs, or annotations for a GitHub workflow.",
)
@click.option(
    "--explain",
    metavar="[CODE]",
    is_flag=False,
    flag_value=ALL,
    help="Explain a fault code instead of checking; without CODE, list all codes.",
)
def command(bank: BankSource | None, against: str | None, output: str, explain: str | None) -> int:
    """Check BANK: its files, their schema, and what the faces mean.

    Reports all faults of all files at once. Exit codes: 0 no errors (there may be warnings), 1 a
    face breaks a rule or the version is too small for what changed, 2 the bank cannot be read.
    Files in an older schema version are accepted, with a warning that points to `mien migrate`.
    Whether faces change faster than the slope budgets allow is proved by `mien compile` alone.
    """
    from mien.authored.reader import read_bank
    from mien.errors import SourceError

    if explain is not None:
        _explain(explain, output)
        return 0
    if bank is None:
        raise click.UsageError("Missing argument 'BANK'.")
    try:
        authored = read_bank(bank.sources)
    except SourceError as refusal:
        write_faults(
            refusal.faults, output, where=bank.described(), more={"source": bank.as_json()}
        )
        return 2

    from mien.lint import lint

    manifest = authored.manifest
    described = bank.described(manifest.id, manifest.version)
    more: dict[str, object] = {"source": bank.as_json(manifest.id, manifest.version)}
    faults = (*authored.outdated(), *lint(authored))
    if against is not None:
        breaking, more["against"] = _breaking(authored, bank, against, faults)
        faults = (*faults, *breaking)
    failed = any(fault.severity.value == "error" for fault in faults)
    if faults or output != "text":
        write_faults(faults, output, where=described, more=more)
    if not failed and output == "text":
        say(f"{described}: fine. {_counts(authored)}")
        for line in _closest(authored):
            say(line)
        say(
            "  `mien compile` alone proves that no face changes faster than the slope budgets allow"
        )
    return 1 if failed else 0


def _explain(code: str, output: str) -> None:
    """Print what there is to say about one code, or the list of all."""
    import attrs

    from mien.codes.catalogue import explanations
    from mien.codes.explanation import Explanation
    from mien.codes.page import explained, overview
    from mien.text.suggest import nearest

    known = explanations()
    found = list(known.values()) if code == ALL else [known[code]] if code in known else []
    if not found:
        close = nearest(code, known)
        hint = f"did you mean {close}?" if close else "`mien check --explain all` lists them"
        raise click.BadParameter(f"there is no code {code}; {hint}", param_hint="--explain")
    if output == "json":
        names = [field.name for field in attrs.fields(Explanation)]
        write_json({"codes": [{name: getattr(one, name) for name in names} for one in found]})
    else:
        say(overview() if code == ALL else explained(found[0]))


def _breaking(
    authored: AuthoredBank, source: BankSource, against: str, found: tuple[Fault, ...]
) -> tuple[tuple[Fault, ...], str]:
    """What breaks a release, and what that release is.

    Nothing breaks where the bank is new, nor where it cannot be compiled and lint has said why.
    """
    from mien.cli.commands.diff import side
    from mien.diff import compare, side_of_bank
    from mien.diff.comparison import breaking_faults, named
    from mien.errors import SourceError
    from mien.resolve import NewBankError

    try:
        old = side(against, source, "--against")
    except NewBankError as new_bank:
        say(f"{authored.manifest.id}: {new_bank}", err=True)
        return (), str(new_bank)
    say(f"against {named(old).described}", err=True)
    try:
        new = side_of_bank(authored, str(source.sources), source=source)
    except SourceError as refusal:
        return () if found else refusal.faults, named(old).described
    return breaking_faults(compare(old, new), new), named(old).described


def _counts(bank: AuthoredBank) -> str:
    manifest = bank.manifest
    labels, steps = len(manifest.labels), len(manifest.intensities)
    styles = sum(len(emotion.styles) for emotion in bank.emotions)
    return (
        f"{counted(labels, 'label')}, {counted(labels * steps, 'archetype')}, "
        f"{counted(labels * steps + styles, 'anchor')} ({styles} of styles), "
        f"{counted(len(bank.rig.channels), 'channel')} of {bank.rig.id}."
    )


def _closest(bank: AuthoredBank) -> Iterator[str]:
    """The labels that are nearest each other at each intensity, as mean |difference|."""
    from mien.lint import closest_pairs

    for intensity, pairs in closest_pairs(bank).items():
        shown = ", ".join(f"{pair.first} ~ {pair.second} {pair.distance:.3f}" for pair in pairs)
        if pairs:
            yield f"  closest at {intensity}: {shown}"
