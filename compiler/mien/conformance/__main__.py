"""`python -m mien.conformance`: the same bits in every setting, or a list of where they differ."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mien.conformance.suite import Comparison


@click.command("conformance")
@click.option(
    "--quick", is_flag=True, help="Few banks, one implementation for each way of computing."
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep queries and results in this folder, which must not exist.",
)
@click.option(
    "--environments",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also run under the oldest and newest NumPy and Numba, installed into this folder.",
)
@click.option(
    "--aarch64",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also run on an emulated aarch64, its Python unpacked into this folder (Debian, qemu).",
)
def command(
    quick: bool, keep: Path | None, environments: Path | None, aarch64: Path | None
) -> None:
    """Evaluate the same queries in every way that this machine can, and compare the bits.

    Exits 1 where any bit differs, naming the implementation, the bank and the first difference.
    """
    if keep is not None and keep.exists():
        raise click.UsageError(f"{keep} exists; name a folder that does not")
    with tempfile.TemporaryDirectory() as temporary, tempfile.TemporaryDirectory() as programs:
        folder = keep or Path(temporary)
        sys.exit(1 if _run(folder, Path(programs), environments, aarch64, quick=quick) else 0)


_COUNTED = ("faces", "mixtures", "compositions", "times", "scores", "takes")
_HEAD = (
    f"{'what was asked of whom':<44} "
    + " ".join(f"{kind:>{len(kind) + 1}}" for kind in _COUNTED)
    + f" {'ns a face':>10}  {'sha256':<12}  {'artifacts':<12}"
)


def _row(result: Comparison) -> str:
    """One implementation: how many results of each kind, of which scores and takes are frames."""
    asked = {"faces": result.faces, **result.asked}
    counts = " ".join(f"{asked.get(kind, 0) or '-':>{len(kind) + 1}}" for kind in _COUNTED)
    nanoseconds = "-" if result.nanoseconds is None else f"{result.nanoseconds:.0f}"
    verdict = "same" if not result.differences else "DIFFERENT"
    return (
        f"{result.implementation:<44} {counts} {nanoseconds:>10}  {result.digest[:12]}  "
        f"{result.artifacts[:12] or '-':<12}  {verdict}  {result.seconds:.1f} s"
    )


def _run(
    folder: Path, programs: Path, environments: Path | None, aarch64: Path | None, *, quick: bool
) -> int:
    from mien.conformance.aarch64 import aarch64_implementations
    from mien.conformance.implementations import (
        ConformanceError,
        c_implementations,
        cross_implementations,
        csharp_implementations,
        environment_implementations,
        full_implementations,
        missing,
        quick_implementations,
        reference,
    )
    from mien.conformance.suite import conformance
    from mien.errors import SourceError

    found: list[str] = []
    try:
        compared = quick_implementations() if quick else full_implementations()
        compared += c_implementations(programs) + csharp_implementations(programs)
        if not quick:
            compared += cross_implementations(programs)
        if environments is not None:
            compared += environment_implementations(environments)
        if aarch64 is not None:
            compared += aarch64_implementations(aarch64)
        click.echo(_HEAD)
        for result in conformance(reference(), compared, folder, quick=quick):
            click.echo(_row(result))
            found += [str(difference) for difference in result.differences]
    except SourceError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except ConformanceError as error:
        raise click.ClickException(str(error)) from error
    for lack in missing():
        click.echo(f"not run: {lack}")
    for difference in found:
        click.echo(difference, err=True)
    if not found:
        click.echo("all settings agree, bit for bit")
    return len(found)


if __name__ == "__main__":
    command()
