"""`mien compile`: presets to lock and artifact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.faults import write_faults
from mien.cli.options import FOLDER, folder_argument, format_option
from mien.cli.terminal import current_label, say, write_json

if TYPE_CHECKING:
    from mien.authored.bank import Document
    from mien.lock.record import Lock


_BUILD = Path("build")


@click.command("compile")
@folder_argument
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 if the lock is out of date, and say why."
)
@click.option("--out", type=FOLDER, default=_BUILD, help="The folder for the artifact.")
@format_option
def command(bank: Path, check: bool, out: Path, output: str) -> int:
    """Compile BANK: check it, solve it, prove its slopes, write the lock and the artifact.

    The lock goes into the bank's folder: commit it. The artifact goes into the output folder.
    Nothing is compiled if neither the sources nor the artifact have changed. After an update of
    mien that proves slopes better, the next run proves them again; until then --check accepts the
    older proof, with a note. Files in an older schema version are accepted, with a note.
    Exit codes: 0 compiled, 1 a face breaks a rule or a budget (with --check also: the lock is out
    of date), 2 the bank cannot be read.
    """
    from mien.errors import CompileError, SourceError

    try:
        if check:
            return _check(bank, output)
        _compile(bank, out, output)
    except SourceError as refusal:
        write_faults(refusal.faults, output, err=output == "text")
        return 1 if isinstance(refusal, CompileError) else 2
    return 0


def _compile(bank: Path, out: Path, output: str) -> None:
    from mien.authored.documents import gather
    from mien.lock.compare import older_prover
    from mien.lock.read import LOCK_NAME, fresh_lock
    from mien.text.atomic import remove_stale, write_atomic
    from mien.versions import PROVER

    for folder in (bank, out):
        remove_stale(folder)
    sources = gather(bank)
    _note_older(bank, sources.documents.values(), output)
    lock = fresh_lock(bank, sources, out)
    if lock is not None and older_prover(lock, PROVER):
        lock = None
    changed = lock is None
    if lock is None:
        from mien.authored.reader import bank_of
        from mien.compile import compile_bank
        from mien.lock.write import write_lock
        from mien.text.regular_file import LOCK, read_regular

        with current_label("proving") as show:
            compiled = compile_bank(bank_of(sources), show)
        lock = compiled.lock
        _make(out)
        write_atomic(out / lock.artifact.file, compiled.artifact)
        text = write_lock(lock).encode()
        path = bank / LOCK_NAME
        if not path.is_file() or read_regular(path, LOCK) != text:
            write_atomic(path, text)
    if output == "json":
        write_json(_summary(lock, bank / LOCK_NAME, out, changed=changed))
    else:
        say(_sentence(lock, bank / LOCK_NAME, out, changed=changed))


def _make(out: Path) -> None:
    """The folder for the artifact; git leaves the default one alone, unless it was there before."""
    new = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    if new and out == _BUILD:
        (out / ".gitignore").write_text("# Written by mien compile.\n*\n", encoding="utf-8")


def _check(bank: Path, output: str) -> int:
    from mien.compile import compile_folder
    from mien.lock.compare import differences, older_prover
    from mien.lock.read import LOCK_NAME, read_lock
    from mien.resolve import resolve
    from mien.versions import PROVER

    old = read_lock(bank / LOCK_NAME)
    with current_label("proving") as show:
        new = compile_folder(bank, show).lock
    stale = ("there is no lock yet",) if old is None else differences(old, new)
    older = None if old is None or stale else older_prover(old, PROVER)
    if output == "json":
        write_json(
            {
                "source": resolve(bank).as_json(new.bank, new.version),
                "bank": new.bank,
                "version": new.version,
                "stale": list(stale),
                "notes": [] if older is None else [older],
            }
        )
    elif stale:
        say(f"{bank / LOCK_NAME} is stale:")
        for line in stale:
            say(f"  {line}")
        say(f"Run `mien compile {bank}`, read the difference, and commit it.")
    else:
        say(f"{bank / LOCK_NAME} holds: artifact {new.artifact.sha256}")
        if older is not None:
            say(f"  {older}; it is confirmed, and `mien compile {bank}` proves it anew")
    return 1 if stale else 0


def _note_older(bank: Path, documents: Iterable[Document], output: str) -> None:
    older = [document.name for document in documents if document.outdated() is not None]
    if older and output == "text":
        say(
            f"{', '.join(older)}: of an older schema version; "
            f"`mien migrate {bank}` brings {'it' if len(older) == 1 else 'them'} up to date",
            err=True,
        )


def _summary(lock: Lock, path: Path, out: Path, *, changed: bool) -> dict[str, object]:
    from attrs import asdict

    from mien.resolve import resolve

    return {
        "source": resolve(path.parent).as_json(lock.bank, lock.version),
        "bank": lock.bank,
        "version": lock.version,
        "engine": lock.engine,
        "changed": changed,
        "lock": str(path),
        "artifact": {
            "path": str(out / lock.artifact.file),
            "bytes": lock.artifact.bytes,
            "sha256": lock.artifact.sha256,
        },
        "prover": lock.prover,
        "channels": None if lock.channels is None else asdict(lock.channels),
        "mixtures": None if lock.mixtures is None else asdict(lock.mixtures),
        "labels": {label: pin.table for label, pin in lock.labels.items()},
    }


def _sentence(lock: Lock, path: Path, out: Path, *, changed: bool) -> str:
    from mien.resolve import resolve

    described = resolve(path.parent).described(lock.bank, lock.version)
    steepest_mean = max(lock.labels.items(), key=lambda item: item[1].plain.mean.proved)
    steepest = max(lock.labels.items(), key=lambda item: item[1].plain.channel.proved)
    mean, channel = steepest_mean[1].plain.mean, steepest[1].plain.channel
    return "\n".join(
        (
            f"{described}: {'compiled' if changed else 'nothing changed'}",
            f"  artifact  {out / lock.artifact.file} ({lock.artifact.bytes:,} bytes)",
            f"  sha256    {lock.artifact.sha256}",
            f"  lock      {path}",
            f"  slope     mean {mean.proved} ({steepest_mean[0]}), "
            f"channel {channel.proved} ({steepest[0]}, {channel.channel}), proved",
            *_mixtures(lock),
        )
    )


def _mixtures(lock: Lock) -> Iterator[str]:
    found = lock.mixtures
    if found is not None:
        meeting = ", where antagonists meet" if found.antagonists_meet else ""
        yield f"  mixtures  mean {found.mean}, channel {found.channel} at most{meeting}"
