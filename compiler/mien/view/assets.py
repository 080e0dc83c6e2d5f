"""The files that the server gives out: a table made once, so that no request can name a path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from attrs import frozen

WEB = Path(__file__).resolve().parents[1] / "web"
"""The folder of the page's modules."""

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    }
)
_START = "/page/index.html"
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
    if _START in table:
        table["/"] = table[_START]
    return MappingProxyType(table)
