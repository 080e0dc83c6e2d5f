"""`mien fmt`: sources in canonical order and spacing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.cli.options import each_file, format_option
from mien.cli.terminal import say, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mien.text.fault import Fault


@frozen(kw_only=True)
class _Formatted:
    """A source file with its bytes before and after."""

    path: Path
    shown: str
    old: bytes
    new: bytes


@click.command("fmt")
@click.argument("paths", metavar="FILE|FOLDER|BANK...", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@format_option
def command(paths: tuple[str, ...], check: bool, diff: bool, output: str) -> int:
    """Put source files into canonical order and spacing, keeping every comment.

    Keys follow the order of the schema, channels that of the rig, intensities that of the bank;
    small records go on one line; numbers are written as short as possible. The meaning of a file
    never changes. In a folder, every source file under it is formatted, except releases. A file
    that cannot be read is reported and left as it is (exit 2).
    """
    return format_sources(paths, check=check, diff=diff, output=output)


def format_sources(paths: Sequence[str], *, check: bool, diff: bool, output: str) -> int:
    """Format files, and say what came of it; the exit code."""
    from mien.text.atomic import remove_stale, write_atomic

    results: list[_Formatted] = []
    faults: list[Fault] = []
    for path, inside in each_file(paths, _found):
        found = _formatted(path, inside)
        if isinstance(found, _Formatted):
            results.append(found)
        else:
            faults.extend(found)
    changed = [result for result in results if result.new != result.old]
    if not check and not diff:
        for parent in {result.path.resolve().parent for result in results}:
            remove_stale(parent)
        for result in changed:
            write_atomic(result.path, result.new)
    _report(results, changed, faults, written=not check and not diff, diff=diff, output=output)
    if faults:
        return 2
    return 1 if check and changed else 0


def _found(path: Path) -> Iterator[tuple[Path, Path]]:
    from mien.authored.surroundings import sources_under

    return ((file, path.resolve()) for file in sources_under(path))


def _formatted(path: Path, inside: Path) -> _Formatted | tuple[Fault, ...]:
    from mien.authored.documents import parse
    from mien.authored.surroundings import orders_around
    from mien.authored.validate import validate
    from mien.cli.commands.migrate import known_migrations
    from mien.errors import SourceError
    from mien.migrate.upgrade import schema_fault
    from mien.text.files import SUFFIXES, read_source, shown_path
    from mien.text.format import format_json, format_yaml
    from mien.text.format.order import kind_of
    from mien.text.regular_file import SOURCE, read_regular

    shown = shown_path(path)
    if path.suffix not in SUFFIXES:
        return (_not_a_source(shown, f"not a preset file: expected {', '.join(SUFFIXES)}"),)
    root, faults = parse(path, shown, inside)
    if root is None or faults:
        return faults
    kind = kind_of(root)
    other = None if kind is None else schema_fault(root, kind, known_migrations())
    if kind is None or other is not None:
        return (other or _not_a_source(shown),)
    if kind == "score" and (broken := validate(root, kind)):
        return tuple(broken)
    format_text = format_json if path.suffix == ".json" else format_yaml
    try:
        text = read_source(path, shown=shown, inside=inside)
        new = format_text(text, shown, orders_around(path, root))
    except SourceError as refusal:
        return refusal.faults
    return _Formatted(path=path, shown=shown, old=read_regular(path, SOURCE), new=new.encode())


def _not_a_source(shown: str, message: str = "the file does not say what it is") -> Fault:
    from mien.text.fault import fault

    hint = "a source starts with `schema: mien/emotion/2` (or bank, rules, rig)"
    return fault(shown, "format-unknown", message, hint, path="schema")


def _report(
    results: Sequence[_Formatted],
    changed: Sequence[_Formatted],
    faults: Sequence[Fault],
    *,
    written: bool,
    diff: bool,
    output: str,
) -> None:
    from mien.cli.faults import write_faults
    from mien.text.fault import fault_json

    if output == "json":
        report: dict[str, object] = {
            "changed": [result.shown for result in changed],
            "unchanged": len(results) - len(changed),
            "written": written,
            "faults": [fault_json(fault) for fault in faults],
        }
        if diff:
            report["diff"] = "".join(_diff(result) for result in changed)
        write_json(report)
        return
    if diff:
        for result in changed:
            say(_diff(result), end="")
    else:
        for result in changed:
            say(f"{'formatted' if written else 'would format'} {result.shown}")
    fine = len(results) - len(changed)
    verb = "formatted" if written else "would change"
    say(f"{len(changed)} {verb}, {fine} already in form", err=diff)
    if faults:
        write_faults(faults, "text", err=True)


def _diff(result: _Formatted) -> str:
    from difflib import unified_diff

    old = result.old.decode("utf-8-sig").splitlines(keepends=True)
    new = result.new.decode().splitlines(keepends=True)
    lines = unified_diff(old, new, f"{result.shown} (as it is)", f"{result.shown} (formatted)")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
