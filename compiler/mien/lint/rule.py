"""What every lint rule is made of: its record, the source it points at, names and numbers."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from math import sqrt

from attrs import frozen

from mien.authored.bank import AuthoredBank, Metric
from mien.authored.documents import document_named
from mien.authored.emotion import Emotion, Vad, Weights
from mien.authored.rig import Rig
from mien.codes.explanation import Explanation
from mien.text.fault import Fault, Severity, fault
from mien.text.node import MappingNode, Node, Path, Place, find, path_text


@frozen(kw_only=True)
class LintRule(Explanation):
    """One thing that must hold for a bank; ``find`` gives a fault for each place where it does not.

    Calling the rule runs it.
    """

    find: Callable[[LintRule, AuthoredBank], Iterator[Fault]]

    def __call__(self, bank: AuthoredBank) -> Iterator[Fault]:
        """Every place in the bank that breaks the rule."""
        return self.find(self, bank)

    def fault(
        self, source: Source, path: Path, *, message: str, hint: str, severity: str = ""
    ) -> Fault:
        """A fault of this rule at ``path``, or at the nearest place above it that exists."""
        root = source.root
        return fault(
            Place(source.file) if root is None else find(root, path).place,
            self.code,
            message,
            hint,
            path=path_text(path),
            severity=Severity(severity or self.severity),
        )


@frozen(kw_only=True)
class Source:
    """A document that rules complain about; ``root`` is None for a bank made in memory."""

    file: str
    root: Node | None
    rig: Rig

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


def source_of(bank: AuthoredBank, stem: str) -> Source:
    """The source called ``stem``: ``bank``, ``rules``, ``rigs/<id>`` or ``emotions/<label>``."""
    try:
        root = document_named(bank, stem).root
    except KeyError:
        return Source(file=f"{stem}.yaml", root=None, rig=bank.rig)
    return Source(file=root.place.file, root=root, rig=bank.rig)


def emotion_source(bank: AuthoredBank, label: str) -> Source:
    """The source of one label."""
    return source_of(bank, f"emotions/{label}")


def archetypes(bank: AuthoredBank) -> Iterator[tuple[Emotion, Source, str, Weights]]:
    """Every archetype with its label, the label's source and its intensity."""
    for emotion in bank.emotions:
        source = emotion_source(bank, emotion.label)
        for intensity, weights in emotion.archetypes.items():
            yield emotion, source, intensity, weights


def distance(metric: Metric, a: Vad, b: Vad) -> float:
    """Distance of two VAD points in the bank's metric."""
    v, ar, d = (x - y for x, y in zip(a, b, strict=True))
    return sqrt(metric.valence * v * v + metric.arousal * ar * ar + metric.dominance * d * d)


def by_shorthand(rig: Rig, values: Mapping[str, str]) -> dict[str, str]:
    """The same values with a shorthand in place of its members where they all share one text."""
    compact = dict(values)
    for shorthand, members in rig.shorthands.items():
        shared = {compact.get(member) for member in members}
        text = shared.pop()
        if not shared and text is not None:
            first = next(name for name in compact if name in members)
            compact = {
                shorthand if name == first else name: value
                for name, value in compact.items()
                if name == first or name not in members
            }
    return compact


def single(value: float) -> float:
    """The value rounded to float32, which is what the engine compares."""
    (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    return float(rounded)


def shown(value: float) -> str:
    """The value with at most four significant digits."""
    return f"{value:.4g}"
