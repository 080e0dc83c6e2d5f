"""A reader pinned: its file's digest, and what it makes of a frozen list of texts."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mien.reading.describe import reading_json
from mien.reading.reader import Reader
from mien.reading.weights import READER
from mien.text.canonical import canonical, write_scalar
from mien.text.regular_file import read_regular
from mien.versions import schema_name
from mien_trainer.fault import read_bytes
from mien_trainer.reader.corpora import CORPUS
from mien_trainer.reader.recipe import LISTS

PROBES = LISTS / "probes.txt"

_OF_THE_BANK = ("vad",)
"""What of a reading may move with the bank, and is no part of its digest."""


def lock_path(reader: Path) -> Path:
    """Where the lock of a reader lies: its name with .lock."""
    return reader.with_suffix(".lock")


def lock_text(path: Path, reader: Reader) -> str:
    """The lock of the reader in the file ``path``, in YAML."""
    sha256 = hashlib.sha256(read_regular(path, READER)).hexdigest()
    lines = [
        f"schema: {schema_name('reader-lock')}",
        f"reader: {reader.weights.name}",
        f'version: "{reader.weights.version}"',
        f"sha256: {sha256}",
        "probes:",
    ]
    for text in read_bytes(PROBES, CORPUS).decode("utf-8").splitlines():
        record = reading_json(reader(text), reader)
        kept = {key: value for key, value in record.items() if key not in _OF_THE_BANK}
        digest = hashlib.sha256(canonical(kept).encode()).hexdigest()  # type: ignore[arg-type]
        lines.append(f"  - text: {write_scalar(text)}")
        lines.append(f"    label: {record['label']}")
        lines.append(f"    sha256: {digest}")
    return "\n".join(lines) + "\n"
