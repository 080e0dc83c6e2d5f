"""What is wrong with the states of a score on its bank."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.rig_checks import Complaints
from mien.bank import Bank
from mien.errors import QueryError
from mien.performance.poses import State, pose_of
from mien.text.node import Path as NodePath
from mien.text.suggest import did_you_mean, label_hint

_WAYS = ("at", "vad", "intensity")


def complain(bank: Bank, state: State, complaints: Complaints) -> bool:
    """Say everything that is wrong with a state; whether there was anything."""
    before = len(complaints.faults)
    for path, code, message, hint in _faults(bank, state):
        complaints.at_value((*state.path, *path), code, message, hint)
    return len(complaints.faults) > before


_Fault = tuple[NodePath, str, str, str]


def _faults(bank: Bank, state: State) -> Iterator[_Fault]:
    given = [name for name in _WAYS if getattr(state, name) is not None]
    if len(given) > 1:
        message = f"{given[0]} and {given[1]} both say where"
        yield _fault((given[1],), "cue-refused", message, "keep one")
    unknown = [one for one in _names(state) if one not in bank.labels]
    for name in unknown:
        path: NodePath = ("label",) if isinstance(state.label, str) else ("label", name)
        hint = label_hint(name, bank.labels, bank.aliases)
        yield _fault(path, "unknown-label", f"no label {name!r}", hint)
    if state.label is None:
        for key in (*given, *(["style"] if state.style is not None else [])):
            hint = "name the label it belongs to"
            yield _fault((key,), "cue-refused", f"{key} without a label", hint)
        return
    if unknown or len(given) > 1:
        return
    if state.style is not None and not isinstance(state.label, str):
        message = "a style belongs to one label; a mixture has none"
        yield _fault(("style",), "cue-refused", message, "leave one of the two out")
        return
    if isinstance(state.label, str) and state.style is not None:
        styles = bank.styles(state.label)
        if state.style not in styles:
            message = f"{state.label} has no style {state.style!r}"
            hint = did_you_mean(state.style, styles)
            yield _fault(("style",), "unknown-name", message, hint)
            return
    try:
        pose_of(bank, state)
    except QueryError as error:
        message, _, hint = str(error).partition(": ")
        where = (given[0],) if given else ("label",)
        yield _fault(where, "cue-refused", message, hint)


def _fault(path: NodePath, code: str, message: str, hint: str) -> _Fault:
    return path, code, message, hint


def _names(state: State) -> tuple[str, ...]:
    if state.label is None:
        return ()
    return (state.label,) if isinstance(state.label, str) else tuple(state.label)
