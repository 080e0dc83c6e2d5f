"""`mien init`: a bank of your own, started from another."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from unicodedata import combining, normalize

import click

from mien.cli.options import bank_source
from mien.cli.terminal import say

_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--from", "origin", metavar="BANK", help="The bank to copy.  [default: default]")
@click.option(
    "--rig",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Start on the rig in this file instead, with one label at rest.",
)
@click.option(
    "--id", "name", metavar="NAME", help="The id of the new bank.  [default: the folder's name]"
)
def command(folder: Path, origin: str | None, rig: Path | None, name: str | None) -> None:
    """Start a bank of your own in the folder DIR, which must be empty or new.

    Copies the faces, rules and rig of another bank with their comments, so that DIR needs nothing
    else, and adds the JSON Schemas for your editor. With --rig the bank is for the rig in that
    file, and has one label, neutral, to start from.
    """
    from mien.authored.reader import read_bank
    from mien.authored.start import start_bank, start_on_rig

    if rig is not None and origin is not None:
        raise click.UsageError("--from copies a bank with its rig; give --from or --rig, not both")
    bank_id, title = _id(folder, name), _title(name or folder.resolve().name)
    _require_empty(folder)
    if rig is not None:
        described = f"a bank for the rig {start_on_rig(rig, folder, bank_id, title)}"
        say(_next_steps(described, folder, bank_id, "your licence under `licence`, a name"))
        return
    source = bank_source(origin or "default")
    bank = read_bank(source.sources)
    start_bank(bank, folder, bank_id, title)
    described = f"a copy of {source.described(bank.manifest.id, bank.manifest.version)}"
    say(_next_steps(described, folder, bank_id, "a name"))


def _id(folder: Path, name: str | None) -> str:
    if name is not None:
        if not _ID.match(name):
            raise click.BadParameter(
                f"{name} is not an id: it starts with a lower-case letter, then lower-case "
                "letters, digits, _ and -, 64 characters at most",
                param_hint="--id",
            )
        return name
    plain = "".join(one for one in normalize("NFKD", folder.resolve().name) if not combining(one))
    found = re.sub(r"[^a-z0-9_-]+", "-", plain.lower()).strip("-")
    if not _ID.match(found):
        raise click.UsageError(
            f"No id can be made of the folder's name {folder}. Give one: --id NAME"
        )
    return found


def _title(name: str) -> str:
    """The name as people read it: faces_v2 is Faces V2, NASA faces is NASA Faces."""
    words = re.split(r"[-_\s]+", "".join(one if one.isprintable() else " " for one in name))
    return " ".join(
        word[:1].upper() + word[1:] if word == word.lower() else word for word in words if word
    )


def _require_empty(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise click.BadParameter(f"{folder} exists and is not a folder", param_hint="DIR")
    if folder.is_dir() and any(folder.iterdir()):
        raise click.BadParameter(
            f"{folder} is not empty; name a new folder, nothing was written", param_hint="DIR"
        )


def _next_steps(described: str, folder: Path, bank_id: str, put: str) -> str:
    return "\n".join(
        (
            f"{bank_id}: {described} in {folder}",
            "Next:",
            f"  put {put} under `authors` in {folder / 'bank.yaml'}",
            f"  mien check {shlex.quote(str(folder))}",
            f"  mien compile {shlex.quote(str(folder))}",
        )
    )
