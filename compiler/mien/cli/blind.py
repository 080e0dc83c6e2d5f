"""`mien sheet --blind`: which faces, on which heads, and what is said of the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mien.cli.head_judging import is_drawn
from mien.cli.options import bank_source
from mien.cli.terminal import progress, say
from mien.text.fault import counted

if TYPE_CHECKING:
    from mien.cli.commands.sheet import Asked


def write_sheets(asked: Asked, each: int) -> int:
    """Write the folder that is asked for and the key beside it, ``each`` faces on a sheet."""
    from mien.authored.reader import read_bank
    from mien.drawing.svg import PngUnavailableError
    from mien.errors import QueryError
    from mien.judge.blind import blind_sheets, key_path, require_free, write_blind
    from mien.judge.head import heads_of, same_names
    from mien.judge.key import make_key

    out = asked.out
    heads = heads_of([None if is_drawn(avatar) else avatar for avatar in asked.avatars] or [None])
    if twice := same_names(heads):
        named = ", ".join(twice)
        raise click.UsageError(f"two heads are called {named}: the key could not tell them apart")
    taken = bank_source(asked.bank)
    read = read_bank(taken.sources)
    described = taken.described(read.manifest.id, read.manifest.version)
    paths = {head.name: head.path for head in heads if head.path is not None}
    try:
        key = make_key(
            read,
            source=described,
            heads=[head.name for head in heads],
            seed=asked.seed or 0,
            labels=asked.labels,
            intensities=asked.at,
        )
        require_free(out, key)
        shots = sum(face.head in paths for face in key.faces.values())
        if shots:
            with progress("drawing", shots) as step:
                faces = blind_sheets(read, key, paths, step)
        else:
            faces = blind_sheets(read, key, paths)
        sheets = write_blind(out, key, faces, each, pictures=asked.png)
    except (QueryError, PngUnavailableError) as error:
        raise click.UsageError(str(error)) from error
    say(f"{out}: {len(faces)} faces of {described} on {counted(len(sheets), 'sheet')}")
    say(f"{key_path(out)}: the key, not for observers")
    return 0
