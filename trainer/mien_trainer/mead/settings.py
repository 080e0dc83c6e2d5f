"""The file beside MEAD features that says what they cannot say themselves: ``mead.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from attrs import Factory, field, frozen

from mien.authored.documents import parse
from mien.authored.validate import validate
from mien.errors import SourceError
from mien.formats.arkit import arkit_channels, sdk_channels
from mien.text.fault import fault_at
from mien.text.files import shown_path
from mien.text.node import plain
from mien.text.suggest import did_you_mean

NAMES = ("mead.yaml", "mead.yml", "mead.json")
LICENCE = "MEAD terms of use (research, not commercial)"


@frozen(kw_only=True)
class MeadSettings:
    """``rate`` in rows a second; ``columns`` of NumPy files, in order."""

    rate: float = field(default=30.0)
    columns: tuple[str, ...] = Factory(sdk_channels)
    licence: str = field(default=LICENCE)


def read_settings(root: Path) -> MeadSettings:
    """What the file in ``root`` says; the defaults where there is none.

    Raises:
        SourceError: with every fault of the file.
    """
    path = next((root / name for name in NAMES if (root / name).is_file()), None)
    if path is None:
        return MeadSettings()
    tree, faults = parse(path, shown_path(path), root.resolve())
    if tree is None or faults:
        raise SourceError(faults)
    wrong = validate(tree, "mead")
    if wrong:
        raise SourceError(wrong)
    data = cast("dict[str, Any]", plain(tree))
    channels = arkit_channels()
    usual = channels if data.get("order") == "arkit" else sdk_channels()
    columns: list[str] = data.get("columns", list(usual))
    unknown = [
        fault_at(
            tree, where, "unknown-channel", f"no channel {name!r}", did_you_mean(name, channels)
        )
        for position, name in enumerate(columns)
        if name not in channels and not name.startswith("_")
        for where in [("columns", position)]
    ]
    if unknown:
        raise SourceError(unknown)
    return MeadSettings(
        rate=float(data.get("rate", 30.0)),
        columns=tuple(columns),
        licence=str(data.get("licence", LICENCE)),
    )
