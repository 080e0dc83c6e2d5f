"""Faces of other projects: what each is called, and its weights by the names of channels.

A table is YAML or JSON in one of the forms that projects use: a face of weights; faces by the names
of emotions, with or without intensities below them; a list of faces that carry their names; the
scores of MediaPipe; the moods of TalkingHead; or what mien itself exports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from attrs import field, frozen

from mien.authored.documents import parse
from mien.authored.rig import Rig
from mien.errors import SourceError
from mien.gltf.channel_names import channels_of
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault
from mien.text.files import shown_path
from mien.text.node import MappingNode, Node, Place, ScalarNode, SequenceNode, at, number, path_text
from mien.text.node import Path as NodePath
from mien.text.regular_file import SOURCE
from mien.text.suggest import did_you_mean, nearest

LEEWAY = 0.5
"""Weights may pass 0 and 1 by so much, as trackers' do; they are cut off there."""

_INNER = frozenset(
    {
        *("weights", "blendshapes", "shapes", "morphs", "morphtargets", "channels", "baseline"),
        *("faces", "faceblendshapes", "face_blendshapes", "categories", "emotions", "moods"),
        *("frames", "animmoods", "presets", "expressions", "archetypes", "poses", "values"),
    }
)
"""Keys that say what is below them, and are no name of a face."""

_NAMES = ("label", "name", "emotion", "mood", "id", "title")
_LEVELS = ("at", "intensity", "level")
_SCORED = ("categoryname", "category_name", "displayname", "display_name", "name", "channel")
_SCORES = ("score", "value", "weight")
_BOTH_EYES: Mapping[str, str] = {
    "eyesclosed": "eyeBlink",
    "eyeslookdown": "eyeLookDown",
    "eyeslookup": "eyeLookUp",
}
"""What TalkingHead calls both sides at once."""

_MAX_DEPTH = 12


@frozen(kw_only=True)
class NamedFace:
    """A face: ``label`` and ``level`` as its project calls them, "" where it does not.

    ``weights`` are in [0, 1] by channel, those at rest left out.
    """

    label: str
    level: str
    weights: Mapping[str, float]
    place: Place


@frozen(kw_only=True)
class FaceTable:
    """Faces in the order of their file.

    ``unknown`` are names of weights that are no channel's, ``clamped`` the weights that lay a
    little outside [0, 1], ``drawn`` those that were ranges, of which the middle is taken.
    """

    faces: tuple[NamedFace, ...]
    unknown: tuple[str, ...] = field(default=())
    clamped: int = field(default=0)
    drawn: int = field(default=0)


class FaceWeights:
    """Gathers faces of one file for a rig, with everything that is wrong with their numbers.

    ``full`` is the number that moves a channel all the way: 1, or 100 for percentages.
    """

    def __init__(self, rig: Rig, full: float = 1.0) -> None:
        self._rig = rig
        self._full = full
        self._names = (*rig.names, *rig.shorthands)
        self._members = {
            **{name.casefold(): members for name, members in rig.shorthands.items()},
            **{
                both: rig.shorthands[name]
                for both, name in _BOTH_EYES.items()
                if name in rig.shorthands
            },
        }
        self._faces: list[NamedFace] = []
        self._unknown: dict[str, tuple[Place, str]] = {}
        self._guessed: dict[str, tuple[Place, str]] = {}
        self._known = False
        self._clamped = 0
        self.drawn = 0
        self.faults: list[Fault] = []

    def channels(self, name: str) -> tuple[str, ...]:
        """The channels that a name moves: one, both sides of a shorthand, or none."""
        own = channels_of(name, self._rig.names)
        return own or tuple(self._members.get(name.casefold(), ()))

    def add(
        self, label: str, level: str, weights: Sequence[tuple[str, float, Place, str]], place: Place
    ) -> None:
        """A face of ``weights``: name, number, and where it stands (a place and a path)."""
        both: dict[str, float] = {}
        single: dict[str, float] = {}
        for name, value, where, path in weights:
            own = self.channels(name)
            if not own:
                self._unknown.setdefault(name, (where, path))
                continue
            self._known = True
            weight = self._weight(name, value, where, path)
            (single if len(own) == 1 else both).update(dict.fromkeys(own, weight))
        found = {name: weight for name, weight in (both | single).items() if weight}
        ordered = {name: found[name] for name in self._rig.names if name in found}
        self._faces.append(NamedFace(label=label, level=level, weights=ordered, place=place))

    def guess(self, weights: Sequence[tuple[str, float, Place, str]], *, certain: bool) -> None:
        """Names that are meant for channels' where no name in the whole file is one.

        Where that is not ``certain``, they are if one of them nearly is.
        """
        own = [one for one in weights if one[0].casefold() not in (*_LEVELS, *_SCORES)]
        if certain or any(nearest(name, self._names) for name, *_ in own):
            for name, _, where, path in own:
                self._guessed.setdefault(name, (where, path))

    def table(self) -> FaceTable:
        """All faces.

        Raises:
            SourceError: a number is no weight, or of all names none is a channel's.
        """
        if not self._known:
            self.faults += self._strangers()
        if self.faults:
            raise SourceError(self.faults)
        return FaceTable(
            faces=tuple(self._faces),
            unknown=tuple(self._unknown),
            clamped=self._clamped,
            drawn=self.drawn,
        )

    def _strangers(self) -> Iterator[Fault]:
        """A fault for each name of a file that names no channel at all."""
        for name, (where, path) in islice((self._unknown | self._guessed).items(), MAX_FAULTS):
            hint = did_you_mean(name, self._names) or "`mien list BANK` lists the channels"
            message = f"the rig has no channel {name}"
            yield fault(where, "unknown-channel", message, hint, path)

    def _weight(self, name: str, value: float, place: Place, path: str) -> float:
        weight = value / self._full
        if not -LEEWAY <= weight <= 1.0 + LEEWAY:
            wanted = f"from 0 to {self._full:g}"
            hint = ""
            if self._full == 1.0 and 1.0 + LEEWAY < weight <= 100.0 * (1.0 + LEEWAY):
                hint = "are these percentages? say so with --percent"
            if len(self.faults) < MAX_FAULTS:
                message = f"{name} is {value:g}, expected a weight {wanted}"
                self.faults.append(fault(place, "no-weight", message, hint, path))
            return 0.0
        self._clamped += not 0.0 <= weight <= 1.0
        return min(max(weight, 0.0), 1.0)


def read_tree(path: Path, rig: Rig, levels: Sequence[str], full: float = 1.0) -> FaceTable | None:
    """The faces in a YAML or JSON file; None where it has a form that is no table of faces.

    ``levels`` are the names that are intensities and no emotions.

    Raises:
        SourceError: with every fault of the file.
    """
    if path.stat().st_size > SOURCE.most:
        return None  # a recording: nobody writes so many faces by hand
    root, faults = parse(path, shown_path(path), path.resolve().parent)
    if root is None or faults:
        raise SourceError(faults)
    return table_of(root, rig, levels, full)


def table_of(root: Node, rig: Rig, levels: Sequence[str], full: float = 1.0) -> FaceTable | None:
    """The faces that a document holds; see `read_tree`."""
    weights = FaceWeights(rig, full)
    foreign = at(root, ("schema",)) is None  # documents of our own say what they are
    walk = _Walk(weights, frozenset(level.casefold() for level in levels), foreign)
    walk.descend(root, "", "", ())
    found = weights.table()
    nameless = sum(not face.label for face in found.faces)  # several are frames of a recording
    return found if nameless < 2 and any(face.weights for face in found.faces) else None


@frozen
class _Walk:
    weights: FaceWeights
    levels: frozenset[str]
    foreign: bool

    def descend(self, node: Node, label: str, level: str, path: NodePath) -> None:
        """Add the faces at and below a node."""
        if len(path) > _MAX_DEPTH or isinstance(node, ScalarNode):
            return
        if isinstance(node, SequenceNode):
            scores = [
                pair for at, one in enumerate(node.items) for pair in _score(one, (*path, at))
            ]
            if scores and len(scores) == len(node.items):
                self.weights.add(label, level, scores, node.place)
                return
            for at, one in enumerate(node.items):
                self.descend(one, label, level, (*path, at))
            return
        numbers = list(self._numbers(node, path))
        if any(self.weights.channels(name) for name, *_ in numbers):
            self.weights.add(label, level, numbers, node.place)
            return
        if self._may_be_face(node):
            self.weights.guess(numbers, certain=bool(label))
        label = _text(node, _NAMES) or label
        level = _text(node, _LEVELS) or level
        for entry in node.entries:
            key, below = entry.name, (*path, entry.name)
            if key.casefold() in _INNER:
                self._below(entry.value, label, level, below)
            elif key.casefold() in self.levels:
                self._below(entry.value, label, key, below)
            else:
                self._below(entry.value, key, level, below)

    def _below(self, node: Node, label: str, level: str, path: NodePath) -> None:
        """As `descend`; an empty mapping is a face at rest."""
        if label and isinstance(node, MappingNode) and not node.entries:
            self.weights.add(label, level, [], node.place)
        self.descend(node, label, level, path)

    def _may_be_face(self, node: MappingNode) -> bool:
        """Whether it holds nothing but numbers that may be weights, and words."""
        numbers = [number(entry.value) or 0.0 for entry in node.entries]
        most = 100.0 * (1.0 + LEEWAY)
        below = any(isinstance(entry.value, MappingNode) for entry in node.entries)
        return self.foreign and not below and all(abs(one) <= most for one in numbers)

    def _numbers(
        self, node: MappingNode, path: NodePath
    ) -> Iterator[tuple[str, float, Place, str]]:
        for entry in node.entries:
            known = bool(self.weights.channels(entry.name))
            value, drawn = number(entry.value), False
            if isinstance(entry.value, SequenceNode):
                value, drawn = _drawn(entry.value), known
            if value is not None:
                self.weights.drawn += drawn
                place = entry.value.place if known else entry.key.place
                yield entry.name, value, place, path_text((*path, entry.name))


def _drawn(node: SequenceNode) -> float | None:
    """The middle of TalkingHead's ``[start, end, skew, samples]``; None for another list."""
    parts = [part for part in map(number, node.items) if part is not None]
    if not 2 <= len(parts) == len(node.items) <= 4:
        return None
    return middle(parts[0], parts[1], parts[2] if len(parts) > 2 and parts[2] > 0.0 else 1.0)


def middle(start: float, end: float, skew: float) -> float:
    """What TalkingHead draws from ``[start, end, skew]`` where its chance is a half."""
    return start + float(0.5**skew) * (end - start)


def _text(node: MappingNode, keys: Sequence[str]) -> str:
    for entry in node.entries:
        value = entry.value.value if isinstance(entry.value, ScalarNode) else None
        if entry.name.casefold() in keys and isinstance(value, str):
            return value
    return ""


def _score(node: Node, path: NodePath) -> Iterator[tuple[str, float, Place, str]]:
    """A channel with its score, as MediaPipe lists them."""
    if isinstance(node, MappingNode):
        name = _text(node, _SCORED)
        scores = [entry for entry in node.entries if entry.name.casefold() in _SCORES]
        value = number(scores[0].value) if scores else None
        if name and value is not None:
            yield name, value, scores[0].value.place, path_text((*path, scores[0].name))
