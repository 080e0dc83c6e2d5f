"""The files that the server gives out: a table made once, so that no request can name a path."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from attrs import frozen

WEB = Path(__file__).resolve().parents[1] / "web"
"""The folder of the page's modules."""

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
    }
)
_START = Path("page", "index.html")
AVATAR = "/avatar/avatar.js"


@frozen(kw_only=True)
class Asset:
    """A file and what a browser is told that it is."""

    path: Path
    type: str


def asset_table(web: Path = WEB) -> Mapping[str, Asset]:
    """Address to file, for every file of the page; ``/`` is the page itself."""
    table: dict[str, Asset] = {}
    for place, folders, files in os.walk(web):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "node_modules")))
        for name in files:
            path = Path(place) / name
            if path.suffix in TYPES and path.is_file() and not path.is_symlink():
                address = f"/{path.relative_to(web).as_posix()}"
                table[address] = Asset(path=path, type=TYPES[path.suffix])
    table["/"] = Asset(path=web / _START, type="text/html; charset=utf-8")
    return MappingProxyType(table)


def inline_digests(web: Path = WEB) -> tuple[str, ...]:
    """The digests of the page's inline scripts as a content security policy names them.

    There is one, the import map: browsers read none from a file.
    """
    page = (web / _START).read_bytes()
    scripts = re.findall(rb'<script type="importmap">(.*?)</script>', page, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script).digest()) for script in scripts)
    return tuple(f"'sha256-{digest.decode()}'" for digest in digests)
