"""The version in a bank's manifest, rewritten where it stands: comments and spacing stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mien.authored.documents import document_named, parse
from mien.authored.reader import read_bank
from mien.compile import compile_folder
from mien.fresh import LOCK_NAME
from mien.lock.write import write_lock
from mien.text.atomic import write_atomic
from mien.text.node import ScalarNode
from mien.text.peek import at


def set_version(folder: Path, version: str, proving: Callable[[str], None] | None = None) -> None:
    """Give the bank in ``folder`` the version, and write its lock anew.

    Raises:
        SourceError: the bank cannot be compiled; it is as it was.
        OSError: a file cannot be written.
    """
    document = document_named(read_bank(folder), "bank")
    before = document.path.read_bytes()
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
