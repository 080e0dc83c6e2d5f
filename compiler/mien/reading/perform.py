"""A sound and what it says, performed: read, made a score in memory, and prepared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from mien.bank import Bank
from mien.errors import MisfitError
from mien.performance.sources import LipRequest, SpokenLips, open_lips
from mien.reading.reading import Reading
from mien.reading.said import said_sound
from mien.reading.score import score_text

if TYPE_CHECKING:
    from mien.scores.prepare import Prepared

_UNFITTING = (
    "Is this what is said, spelled as usual? A score can be performed with any sound: mien read "
    "--score --audio writes one whose cues share the time of the sound"
)


@frozen(kw_only=True)
class PerformedText:
    """A performance that is ready; ``note`` says why cues do not follow words, where so."""

    prepared: Prepared
    note: str


def perform_text(
    readings: Sequence[Reading],
    audio: Path,
    bank: Bank,
    name: str | None = None,
    listened: Callable[[float], None] | None = None,
) -> PerformedText:
    """The performance of a sound that says what was read, with ``bank``, which is called ``name``.

    Its score is the one that `mien read --score --audio` writes. ``listened`` is told the share of
    the sound that has been heard.

    Raises:
        MisfitError: the text is not what it says.
        MienError: the sound cannot be read, or its lips cannot be opened.
    """
    from mien.authored.documents import valid_nodes
    from mien.scores.prepare import Openers, prepare
    from mien.scores.read import score_of
    from mien.text.yaml_nodes import require_yaml

    said = said_sound(readings, audio, audio.name, bank, listened)
    if said.misfit:
        raise MisfitError(said.misfit, _UNFITTING)
    text = score_text(readings, bank, said.sound).text
    path = audio.with_suffix(".score.yaml")
    root = valid_nodes(text, require_yaml(text, path.name), path.name, "score")

    def lips(kind: str, request: LipRequest) -> SpokenLips:
        found = said.lips if kind == "words" else None
        return found if found is not None else open_lips(kind, request)

    openers = Openers(lips=lips)
    prepared = prepare(score_of(root, path), bank=name, openers=openers, listened=listened)
    return PerformedText(prepared=prepared, note=said.note)
