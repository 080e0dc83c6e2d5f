"""`mien sheet --blind`: which faces, on which heads, and what is said of the folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from mien.cli.options import bank_source, split_names
from mien.cli.terminal import progress, say
from mien.text.fault import counted


def write_sheets(
    bank: str,
    out: Path,
    avatars: Sequence[Path | None],
    *,
    each: int,
    seed: int,
    labels: str | None,
    at: str | None,
    pictures: bool,
) -> int:
    """Write the folder ``out`` and the key beside it, ``each`` faces on a sheet.

    None among the ``avatars`` is the drawn face. ``labels`` and ``at`` are names with commas.
    """
    from mien.authored.reader import read_bank
    from mien.drawing.svg import PngUnavailableError
    from mien.errors import QueryError
    from mien.judge.blind import blind_sheets, key_path, require_free, write_blind
    from mien.judge.head import heads_of, same_names
    from mien.judge.key import make_key

    heads = heads_of(avatars)
    if twice := same_names(heads):
        named = ", ".join(twice)
        raise click.UsageError(f"two heads are called {named}: the key could not tell them apart")
    taken = bank_source(bank)
    read = read_bank(taken.sources)
    described = taken.described(read.manifest.id, read.manifest.version)
    paths = {head.name: head.path for head in heads if head.path is not None}
    try:
        key = make_key(
            read,
            source=described,
            heads=[head.name for head in heads],
            seed=seed,
            labels=split_names(labels),
            intensities=split_names(at),
        )
        require_free(out, key)
        shots = sum(face.head in paths for face in key.faces.values())
        if shots:
            with progress("drawing", shots) as step:
                faces = blind_sheets(read, key, paths, step)
        else:
            faces = blind_sheets(read, key, paths)
        sheets = write_blind(out, key, faces, each, pictures=pictures)
    except (QueryError, PngUnavailableError) as error:
        raise click.UsageError(str(error)) from error
    say(f"{out}: {len(faces)} faces of {described} on {counted(len(sheets), 'sheet')}")
    say(f"{key_path(out)}: the key, not for observers")
    return 0
