"""`mien release`: a bank's version set, all the reasons against a release, and the release."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attrs import evolve, frozen

from mien.authored.bank import AuthoredBank
from mien.authored.documents import document_named, parse
from mien.authored.reader import read_bank
from mien.compile import Compiled, compile_bank, compile_folder
from mien.errors import ArtifactError, ReleaseError, SourceError
from mien.lint import lint
from mien.lint.manifest import PLACEHOLDER
from mien.lock.read import LOCK_NAME, parse_lock
from mien.lock.write import write_lock
from mien.release.check import file_faults
from mien.release.committed import GitError, checkout_of, uncommitted
from mien.release.exclusive import releasing
from mien.release.folder import ReleaseFolder, sha256
from mien.release.freeze import freeze
from mien.release.ledger import Entry, Ledger
from mien.release.recovery import recovered
from mien.text.atomic import sync_folder, write_atomic
from mien.text.fault import Fault, Severity, fault
from mien.text.files import shown_path
from mien.text.node import ScalarNode, at
from mien.text.regular_file import LOCK, SOURCE, read_regular
from mien.versions import ENGINE, PROVER

Say = Callable[[str], None]


@frozen(kw_only=True)
class Released:
    """A release that is in its place; ``completed`` if an earlier, interrupted run had made it."""

    entry: Entry
    home: ReleaseFolder
    completed: bool


def release(folder: Path, releases: Path, say: Say, proving: Say | None = None) -> Released:
    """Freeze the bank in ``folder`` at its version under ``releases``.

    ``say`` hears what was put right on the way, ``proving`` every label that is proved. However
    this ends, the ledger and every release in it are as they were, or the new one is there whole.

    Raises:
        SourceError: the bank or the ledger cannot be used.
        ReleaseError: the bank must not be released as it is, with every reason.
        OSError: something cannot be read or written.
    """
    bank = read_bank(folder)
    unsaid = [fault for fault in lint(bank) if fault.code == PLACEHOLDER]
    if unsaid:
        raise ReleaseError(evolve(fault, severity=Severity.ERROR) for fault in unsaid)
    made = not releases.exists()
    releases.mkdir(parents=True, exist_ok=True)
    sync_folder(releases.parent)
    try:
        with releasing(releases, f"{bank.manifest.id} {bank.manifest.version}"):
            return _release(folder, bank, releases, say, proving)
    finally:
        if made and not any(releases.iterdir()):
            releases.rmdir()


def _release(
    folder: Path, bank: AuthoredBank, releases: Path, say: Say, proving: Say | None
) -> Released:
    ledger, completed = recovered(releases, say)
    for entry in completed:
        say(f"completed {entry.name}: its release was interrupted before the ledger knew it")
    home = ReleaseFolder(releases=releases, bank=bank.manifest.id, version=bank.manifest.version)
    for entry in completed:
        if (entry.bank, entry.version) == (home.bank, home.version) and _same(folder, entry):
            return Released(entry=entry, home=home, completed=True)
    compiled = compile_bank(bank, proving, ENGINE)
    faults = [
        *_version_faults(folder, compiled, ledger),
        *_commit_faults(folder, bank, say),
        *_stale_faults(folder, compiled),
    ]
    if not any(fault.code.startswith("version-") for fault in faults):
        faults += _too_small(folder, compiled, releases, ledger)
    if faults:
        raise ReleaseError(faults)
    return Released(
        entry=freeze(compiled, _frozen_sources(compiled), home, ledger), home=home, completed=False
    )


def _same(folder: Path, entry: Entry) -> bool:
    try:
        return sha256(folder / LOCK_NAME) == entry.lock
    except OSError:
        return False


def _version_faults(folder: Path, compiled: Compiled, ledger: Ledger) -> Iterator[Fault]:
    manifest = compiled.bank.manifest
    shown = shown_path(folder / _manifest_name(compiled.bank))
    existing = ledger.find(manifest.id, manifest.version)
    raise_it = "give bank.yaml a greater version: `mien release --version X.Y.Z --edit` does it"
    if existing is not None:
        same = hashlib.sha256(write_lock(compiled.lock).encode()).hexdigest() == existing.lock
        changed = "nothing has changed since" if same else "the bank has changed since"
        message = f"{existing.name} is released already, and {changed}; a release never changes"
        yield fault(shown, "version-released", message, "" if same else raise_it)
    elif message := ledger.not_newer(manifest.id, manifest.version):
        yield fault(shown, "version-not-newer", message, raise_it)


def _commit_faults(folder: Path, bank: AuthoredBank, say: Say) -> Iterator[Fault]:
    checkout = checkout_of(folder)
    if checkout is None:
        say(f"{shown_path(folder)} is in no git checkout: not asked whether it is committed")
        return
    files = [folder / LOCK_NAME, *(document.path for document in bank.documents.values())]
    try:
        names = uncommitted(checkout, files)
    except GitError as error:
        message = f"cannot tell whether the bank is committed: {error}"
        hint = "a release is made from committed sources; put git right and try again"
        yield fault(shown_path(folder), "git-failed", message, hint)
        return
    for name in names:
        message = "this file has changes that are not committed"
        hint = "commit the sources and the lock first: a release is of what others can see"
        yield fault(shown_path(checkout / name), "not-committed", message, hint)


def _stale_faults(folder: Path, compiled: Compiled) -> Iterator[Fault]:
    path = folder / LOCK_NAME
    try:
        data = read_regular(path, LOCK)
    except FileNotFoundError:
        message = "there is no lock yet"
    else:
        if data == write_lock(compiled.lock).encode():
            return
        message = "the lock is stale: " + _differences(data, compiled, path)
    hint = f"run `mien compile {shown_path(folder)}`, read the difference, and commit it"
    yield fault(shown_path(path), "lock-stale", message, hint)


def _differences(data: bytes, compiled: Compiled, path: Path) -> str:
    from mien.lock.compare import differences, older_prover

    try:
        lock = parse_lock(data, shown_path(path))
        facts = differences(lock, compiled.lock)
        return "; ".join(facts) or older_prover(lock, PROVER) or "its lines are in another order"
    except SourceError as error:
        return error.faults[0].message


def _too_small(folder: Path, compiled: Compiled, releases: Path, ledger: Ledger) -> Iterator[Fault]:
    """The version must promise no less than what changed since the newest release."""
    from mien.diff import compare, is_enough, load_side, side_of_bank

    manifest = compiled.bank.manifest
    released = ledger.of(manifest.id)
    if not released:
        return
    newest = released[-1]
    home = ReleaseFolder(releases=releases, bank=newest.bank, version=newest.version)
    damage = file_faults(home, newest)
    if damage:
        yield from damage
        return
    side = side_of_bank(compiled.bank, tables=compiled.tables)
    try:
        diff = compare(load_side(str(home.path)), side)
    except ArtifactError as error:
        message = f"cannot tell what changed since {newest.name}: {error}"
        yield fault(shown_path(home.path), "release-unreadable", message, "`mien verify` says more")
        return
    if is_enough(newest.version, manifest.version, diff.verdict):
        return
    yield fault(
        shown_path(folder / _manifest_name(compiled.bank)),
        "version-too-small",
        f"version {manifest.version} is too small for what changed since {newest.version}: "
        f"{diff.findings[0].message} ({diff.verdict}, {diff.rule})",
        f"it has to be {diff.needed} or greater; "
        f"`mien diff {manifest.id}@{newest.version} {shown_path(folder)}` says all that changed",
    )


def _frozen_sources(compiled: Compiled) -> Mapping[str, bytes]:
    """The bytes of the sources, which still have to say what was compiled.

    Raises:
        ReleaseError: a file was changed meanwhile.
    """
    sources: dict[str, bytes] = {}
    for name, document in compiled.bank.documents.items():
        sources[name] = read_regular(document.path, SOURCE)
        if _digest(sources[name], name) != document.digest:
            shown = shown_path(document.path)
            message = "this file was changed while it was being released"
            raise ReleaseError([fault(shown, "source-changed", message, "run the command again")])
    return sources


def _digest(data: bytes, name: str) -> str | None:
    """The digest of what the bytes of a source say, None where they say nothing."""
    from mien.text.canonical import digest
    from mien.text.json_nodes import parse_json
    from mien.text.yaml_nodes import parse_yaml

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    root, faults = (parse_json if name.endswith(".json") else parse_yaml)(text, name)
    return None if root is None or faults else digest(root)


def _manifest_name(bank: AuthoredBank) -> str:
    return next(name for name in bank.documents if name.startswith("bank."))


def set_version(folder: Path, version: str, proving: Callable[[str], None] | None = None) -> None:
    """Give the bank in ``folder`` the version, and write its lock anew.

    Raises:
        SourceError: the bank cannot be compiled; it is as it was.
        OSError: a file cannot be written.
    """
    document = document_named(read_bank(folder), "bank")
    before = read_regular(document.path, SOURCE)
    root, _ = parse(document.path, document.name, document.path.resolve().parent)
    node = at(root, ("version",)) if root is not None else None
    assert isinstance(node, ScalarNode)  # noqa: S101  the schema has seen to it
    text = before.decode("utf-8-sig")
    quote = node.source[0] if node.source[:1] in ("'", '"') else ""
    edited = f"{text[: node.span.start]}{quote}{version}{quote}{text[node.span.end :]}"
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    write_atomic(document.path, mark + edited.encode())
    try:
        lock = compile_folder(folder, proving).lock
    except BaseException:
        write_atomic(document.path, before)
        raise
    write_atomic(folder / LOCK_NAME, write_lock(lock).encode())
