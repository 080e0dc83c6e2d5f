"""What the page and the server say to each other, as JSON: requests checked, states described."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from mien.authored.bank import AuthoredBank
from mien.authored.documents import document_named
from mien.authored.emotion import Emotion
from mien.drawing.document import shipped_face
from mien.drawing.rig_weights import drawn_channels
from mien.local_server import BadRequestError
from mien.performance.page_data import plan_data
from mien.text.fault import Fault, fault_json
from mien.text.files import SourceLines, shown_path
from mien.text.node import Plain
from mien.view.change import Change, EditRefusedError
from mien.view.edit_session import Preview, read_only
from mien.view.score_session import Draft, ScoreSession, Trial
from mien.view.state import Snapshot

_LONGEST_LINE = 400
_MOST_FAULTS = 100

Data = dict[str, Any]


def state_data(snapshot: Snapshot) -> Data:
    """The whole state but for the artifact, which the page fetches by its digest."""
    bank = snapshot.bank
    return {
        "revision": snapshot.revision,
        "folder": shown_path(snapshot.folder),
        "artifact": snapshot.digest,
        "fresh": snapshot.fresh,
        "relaxed": snapshot.relaxed,
        "faults": faults_data(snapshot.faults),
        "title": bank.manifest.title if bank else "",
        "labels": {one.label: _label_data(bank, one) for one in bank.emotions} if bank else {},
        "shorthands": _shorthands(bank) if bank else {},
        "drawn": _drawn(bank) if bank else {},
    }


def faults_data(
    faults: Iterable[Fault], unwritten: Mapping[str, str] = MappingProxyType({})
) -> list[Data]:
    """Faults with the source line of each, read again for show; not more than a hundred.

    ``unwritten`` are the texts that files would have.
    """
    lines = SourceLines(unwritten)
    return [_fault_data(fault, lines) for fault in list(faults)[:_MOST_FAULTS]]


def preview_data(preview: Preview) -> Data:
    """What an edit would do."""
    return {
        "file": preview.file,
        "line": preview.line,
        "base": preview.base,
        "lines": preview.lines,
        "diff": list(preview.diff),
        "faults": faults_data(preview.faults, {preview.file: preview.text}),
        "drawable": preview.drawable,
    }


def _shorthands(bank: AuthoredBank) -> dict[str, list[str]]:
    return {name: list(members) for name, members in bank.rig.shorthands.items()}


def _drawn(bank: AuthoredBank) -> dict[str, tuple[str, ...]]:
    face = shipped_face()
    return {name: drawn_channels(face, name, bank.rig.aliases) for name in bank.rig.names}


def _label_data(bank: AuthoredBank, emotion: Emotion) -> Data:
    document = document_named(bank, f"emotions/{emotion.label}")
    return {
        "title": emotion.title,
        "description": emotion.description.strip(),
        "units": ", ".join(str(unit) for unit in emotion.action_units.core),
        "head": emotion.head,
        "gaze": emotion.gaze,
        "asymmetry": emotion.asymmetry,
        "timing": emotion.timing,
        "styles": {name: style.description.strip() for name, style in emotion.styles.items()},
        "file": shown_path(document.path),
        "readOnly": read_only(document.path),
    }


def _fault_data(fault: Fault, lines: SourceLines) -> Data:
    source = lines.at(fault.place) or ""
    return {**fault_json(fault), "source": source[:_LONGEST_LINE]}


MAX_BODY = 64 * 1024
"""No request is longer, in bytes."""


def requested_change(body: bytes) -> tuple[Change, str, bool]:
    """A requested change, the digest of the file that its author was shown, and whether to draft.

    Raises:
        EditRefusedError: the body is not such a request.
        BadRequestError: it holds text that is none.
    """
    data = _mapping(body)
    change = Change(
        label=_text(data, "label"),
        name=_text(data, "name"),
        style=data.get("style") is True,
        values=_values(data.get("values")),
    )
    base = data.get("base", "")
    return change, base if isinstance(base, str) else "", data.get("draft") is True


def chosen_weights(body: bytes) -> dict[str, float]:
    """The face that the page has chosen: channel to weight.

    Raises:
        EditRefusedError: the body is no such face.
        BadRequestError: it holds text that is none.
    """
    found = _mapping(body).get("weights")
    if not isinstance(found, dict):
        raise EditRefusedError("the request has no object 'weights'")
    weights: dict[str, float] = {}
    for name, value in cast("dict[str, object]", found).items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise EditRefusedError(f"{name}: expected a weight in [0, 1]")
        weights[name] = float(value)
    return weights


MAX_SCORE = 4 * 1024 * 1024
"""No request that holds a score is longer, in bytes."""


def score_data(session: ScoreSession, trial: Trial, lips: str) -> Data:
    """A score for the page: what it says, what is wrong with it, and how it is performed."""
    prepared = trial.prepared
    return {
        "file": shown_path(session.path),
        "readOnly": session.read_only,
        "base": trial.base,
        "document": trial.document,
        "faults": faults_data(trial.faults, {shown_path(session.path): trial.text}),
        "plan": None if prepared is None else plan_data(prepared.plan, prepared.bank),
        "lips": lips,
        "said": "" if prepared is None or prepared.lips is None else prepared.lips.said,
        "sound": prepared is not None and session.sound is not None,
        "artifact": "" if prepared is None else prepared.bank.digest,
    }


def requested_draft(body: bytes) -> Draft:
    """What the page wants a score to say.

    Raises:
        EditRefusedError: the body is no such request.
        BadRequestError: it holds text that is none.
    """
    data = _mapping(body)
    document, origins = data.get("document"), data.get("origins")
    if not isinstance(document, dict) or not isinstance(origins, dict):
        raise EditRefusedError("the request has no objects 'document' and 'origins'")
    found: dict[str, list[int | None]] = {}
    for name, places in cast("dict[str, object]", origins).items():
        if not isinstance(places, list):
            raise EditRefusedError(f"the origins of {name} are no list")
        found[name] = [
            one if isinstance(one, int) and not isinstance(one, bool) else None
            for one in cast("list[object]", places)
        ]
    return Draft(
        document=cast("dict[str, Plain]", document), origins=found, base=_text(data, "base")
    )


def _mapping(body: bytes) -> dict[str, object]:
    try:
        data: object = json.loads(body)
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadRequestError("the request holds a lone surrogate, which is no text") from None
    except (ValueError, RecursionError):
        raise EditRefusedError("the request is not JSON") from None
    if not isinstance(data, dict):
        raise EditRefusedError("the request is not a JSON object")
    return cast("dict[str, object]", data)


def _text(data: dict[str, object], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise EditRefusedError(f"the request has no text '{key}'")
    return value


def _values(found: object) -> dict[str, float]:
    if not isinstance(found, dict):
        raise EditRefusedError("the request has no object 'values'")
    values: dict[str, float] = {}
    for name, value in cast("dict[str, object]", found).items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise EditRefusedError(f"{name}: expected a number")
        number = float(value) if abs(value) <= 1 else math.nan
        if math.isnan(number):
            raise EditRefusedError(f"{name}: expected a number in [-1, 1]")
        values[name] = round(number, 4) + 0.0
    return values
