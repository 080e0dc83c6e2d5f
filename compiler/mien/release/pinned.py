"""Files whose digest a ledger pins, read only as what was released."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mien.errors import ArtifactError
from mien.text.files import shown_path
from mien.text.regular_file import FileKind, read_regular


def read_pinned(path: Path, kind: FileKind, sha256: str) -> bytes:
    """The bytes of a file that has to have the digest ``sha256``.

    Raises:
        ArtifactError: it has another.
        OSError: as `read_regular`.
    """
    data = read_regular(path, kind)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ArtifactError(
            f"{shown_path(path)} has sha256 {found}, its ledger pins {sha256}; "
            "`mien verify` says more"
        )
    return data
