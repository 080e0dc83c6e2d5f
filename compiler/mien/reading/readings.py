"""What the labels of corpora mean in the labels of a bank: read, and held against the bank."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from attrs import field, frozen

from mien.authored.documents import read_valid
from mien.authored.rig_checks import Complaints
from mien.errors import QueryError, SourceError
from mien.resources import presets
from mien.text.canonical import canonical
from mien.text.fault import Fault, Severity, fault_at
from mien.text.node import Node, Plain, plain
from mien.text.suggest import Words, label_hint

Mixture = Mapping[str, float]
"""Labels of a bank with weights that sum to 1."""

COUNTED = 0.5
"""A text counts as one of a label from this weight on."""

_SUM_ERROR = 1e-6


@frozen(kw_only=True)
class Readings:
    """Readings as they were written: each corpus by name, its labels in the order of the file.

    ``bank`` is what the file calls its bank; ``root`` are its nodes, for the places of faults.
    """

    path: Path
    root: Node = field(repr=False, eq=False)
    bank: str
    corpora: Mapping[str, Mapping[str, Mixture]]

    @property
    def sha256(self) -> str:
        """The digest of what the file says of corpora, its words for people aside."""
        said = {
            corpus: {label: dict(mixture) for label, mixture in labels.items()}
            for corpus, labels in self.corpora.items()
        }
        return text_sha256(canonical(cast("dict[str, Plain]", said)))


def shipped_readings() -> list[str]:
    """The names of the readings that ship."""
    return sorted(path.stem for path in (presets() / "readings").glob("*.yaml"))


def find_readings(name: str, folder: Path) -> Path:
    """The file that ``name`` means: readings that ship, or a path from ``folder``.

    Raises:
        QueryError: there is none.
    """
    shipped = presets() / "readings" / f"{name}.yaml"
    path = shipped if name in shipped_readings() else folder / name
    if not path.is_file():
        raise QueryError(
            f"no readings {name}: expected a file, or one of {', '.join(shipped_readings())}"
        )
    return path


def read_readings(path: Path) -> Readings:
    """The readings in the file ``path``; whether they fit their bank is for `check_readings`.

    Raises:
        SourceError: with every fault of the file.
    """
    root = read_valid(path, "readings", (), inside=path.resolve().parent)
    data = cast("dict[str, object]", plain(root))
    corpora = cast("dict[str, dict[str, dict[str, float]]]", data["corpora"])
    return Readings(path=path, root=root, bank=str(data["bank"]), corpora=corpora)


def check_readings(
    readings: Readings, labels: Sequence[str], own: Words | None = None
) -> tuple[Fault, ...]:
    """What is wrong with readings into the ``labels`` of a bank; labels never read warn only."""
    complaints = Complaints(root=readings.root)
    read: set[str] = set()
    for corpus, entries in readings.corpora.items():
        for label, mixture in entries.items():
            path = ("corpora", corpus, label)
            total = sum(mixture.values())
            if abs(total - 1.0) > _SUM_ERROR:
                message = f"the weights sum to {total:.6g}, expected 1"
                hint = "a reading is a mixture: what one label gives up, another takes"
                complaints.at_value(path, "readings-sum", message, hint)
            for name in mixture:
                if name not in labels:
                    hint = label_hint(name, labels, own or {})
                    complaints.at_key(
                        (*path, name), "unknown-label", f"the bank has no label '{name}'", hint
                    )
            read.update(mixture)
    unread = [label for label in labels if label not in read]
    warnings = [
        fault_at(
            readings.root,
            ("corpora",),
            "label-unread",
            f"nothing reads into {label}",
            "a reader learns it from sentences of its recipe alone, or never says it",
            severity=Severity.WARNING,
            key=True,
        )
        for label in unread
    ]
    return (*complaints.faults, *warnings)


def require_fitting(readings: Readings, labels: Sequence[str]) -> None:
    """See that readings fit the ``labels`` of a bank.

    Raises:
        SourceError: with every fault.
    """
    wrong = [one for one in check_readings(readings, labels) if one.severity is Severity.ERROR]
    if wrong:
        raise SourceError(wrong)


def text_sha256(text: str) -> str:
    """The sha256 in hex of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
