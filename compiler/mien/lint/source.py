"""Where in the sources of a bank a rule points."""

from __future__ import annotations

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.documents import document_named
from mien.authored.rig import Rig
from mien.text.fault import Fault, Severity
from mien.text.node import MappingNode, Node, find
from mien.text.place import Place
from mien.text.where import Path, path_text


@frozen(kw_only=True)
class Source:
    """A document that rules complain about; ``root`` is None for a bank made in memory."""

    file: str
    root: Node | None
    rig: Rig

    def fault(
        self,
        path: Path,
        *,
        code: str,
        message: str,
        hint: str,
        severity: Severity = Severity.ERROR,
    ) -> Fault:
        """A fault at ``path``, or at the nearest place above it that exists."""
        place = Place(self.file) if self.root is None else find(self.root, path).place
        return Fault(
            place=place,
            path=path_text(path),
            code=code,
            message=message,
            hint=hint,
            severity=severity,
        )

    def weight(self, head: Path, channel: str) -> Path:
        """The path of the entry under ``head`` that gives ``channel`` its weight.

        It ends in the channel's own name, or in the shorthand that the author wrote, or in nothing
        where the file leaves the channel at rest.
        """
        if self.root is None:
            return (*head, channel)
        node = find(self.root, head)
        shorthands = (name for name, members in self.rig.shorthands.items() if channel in members)
        for name in (channel, *shorthands):
            if isinstance(node, MappingNode) and node.get(name) is not None:
                return (*head, name)
        return head


def _source(bank: AuthoredBank, stem: str) -> Source:
    try:
        root = document_named(bank, stem).root
    except KeyError:
        return Source(file=f"{stem}.yaml", root=None, rig=bank.rig)
    return Source(file=root.place.file, root=root, rig=bank.rig)


def manifest_source(bank: AuthoredBank) -> Source:
    """The source `bank.yaml`."""
    return _source(bank, "bank")


def rules_source(bank: AuthoredBank) -> Source:
    """The source `rules.yaml`."""
    return _source(bank, "rules")


def rig_source(bank: AuthoredBank) -> Source:
    """The source of the rig."""
    return _source(bank, f"rigs/{bank.rig.id}")


def emotion_source(bank: AuthoredBank, label: str) -> Source:
    """The source of one label."""
    return _source(bank, f"emotions/{label}")
