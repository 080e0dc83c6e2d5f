"""`mien export --to web`: a folder with a page on which a bank speaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from mien.cli.terminal import say

if TYPE_CHECKING:
    from mien.resolve import BankSource

_OWN = ("bank", "target", "out", "network", "runtime")


def export_page(
    context: click.Context, bank: BankSource, out: Path, network: Path | None, runtime: str | None
) -> None:
    """Write the folder and say how to look at it.

    Raises:
        click.UsageError: an option of other targets was given; there is no network, no such
            runtime, or other files are in the folder.
    """
    from mien.errors import QueryError
    from mien.resolve import load_bank
    from mien.site.folder import read_runtime, shipped_network, site_files, write_site
    from mien.text.regular_file import NETWORK, read_regular

    for name in context.params:
        if name not in _OWN and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"web takes no --{name.replace('_', '-')}: leave it out")
    loaded = load_bank(bank)
    try:
        data = read_regular(network or shipped_network(), NETWORK)
        ours = None if runtime is None else read_runtime(runtime)
        files = dict(site_files(loaded, data, ours))
        write_site(files, out)
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    size = sum(map(len, files.values())) / 1e6
    described = bank.described(loaded.id, loaded.version)
    say(f"{out}: a page on which {described} speaks, {len(files)} files, {size:.1f} MB")
    if ours is not None and not ours.files:
        say(f"  the page fetches onnxruntime-web from {ours.address}")
    say(f"  look at it: python -m http.server --directory {out} 8080, then http://localhost:8080")
