"""The files of the drawing page: a table made once, so that no request can name a path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from mien import resources

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
}
FOLDERS = ("avatar", "vendor")
PAGE = "web/avatar/studio.html"


@frozen(kw_only=True)
class Asset:
    """A file and what a browser is told that it is."""

    path: Path
    type: str


def asset_table() -> Mapping[str, Asset]:
    """Address below the server's key to file."""
    web = resources.web()
    return {
        f"web/{path.relative_to(web).as_posix()}": Asset(path=path, type=TYPES[path.suffix])
        for folder in FOLDERS
        for path in sorted((web / folder).rglob("*"))
        if path.suffix in TYPES and path.is_file()
    }
