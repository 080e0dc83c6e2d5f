"""An argument that is a text itself, or the name of a file with one."""

from __future__ import annotations

from pathlib import Path

from mien.errors import QueryError

_TEXTS = (".txt", ".text", ".md", ".srt", ".vtt", ".lab", ".tsv", ".csv", ".json", ".yaml", ".docx")
_LONGEST_NAME = 4096


def words_or_file(text: str) -> tuple[Path | None, str | None]:
    """The file that ``text`` names, else the text itself.

    Raises:
        QueryError: it looks like the name of a file, and there is none, or it is a folder.
    """
    path = Path(text)
    there = _kind(path) if 0 < len(text) <= _LONGEST_NAME else None
    if there == "file":
        return path, None
    if there == "folder":
        raise QueryError(f"{text} is a folder: expected the words themselves, or a text file")
    named = path.suffix.lower() in _TEXTS or text.startswith(("./", "../", "/", "~/"))
    if named and len(text.split()) == 1:
        raise QueryError(
            f"there is no file {text}: expected the words themselves, or a file that is here"
        )
    return None, text


def _kind(path: Path) -> str | None:
    try:
        return "file" if path.is_file() else "folder" if path.is_dir() else None
    except (OSError, ValueError):  # a long text is no name of a file
        return None
