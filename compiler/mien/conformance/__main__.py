"""`python -m mien.conformance`: the same bits in every setting, or a list of where they differ."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click


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


def _run(
    folder: Path,
    programs: Path,
    environments: Path | None,
    aarch64: Path | None,
    *,
    quick: bool,
) -> int:
    from mien.conformance.aarch64 import aarch64_implementations
    from mien.conformance.implementations import (
        ConformanceError,
        c_implementations,
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
        if environments is not None:
            compared += environment_implementations(environments)
        if aarch64 is not None:
            compared += aarch64_implementations(aarch64)
        for result in conformance(reference(), compared, folder, quick=quick):
            verdict = "same" if not result.differences else "DIFFERENT"
            click.echo(
                f"{result.implementation:<44} {result.faces:>6} faces  {result.digest[:12]}  "
                f"artifacts {result.artifacts[:12] or '-':<12}  {verdict}  {result.seconds:.1f} s"
            )
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
