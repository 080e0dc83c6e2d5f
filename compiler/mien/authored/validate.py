"""A document against its JSON Schema: every fault at its place, in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType]

from mien import resources
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, counted, fault_at
from mien.text.node import Node, Path, ScalarNode, find, plain, value_place
from mien.text.slips import (
    holds_no_break_space,
    list_hint,
    name_and_value,
    number_hint,
    range_hint,
    version_hint,
)
from mien.text.suggest import nearest

_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_LONGEST = 40


def describe(value: object) -> str:
    """A value as a message shows it: what it is, and itself when it is short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{_short(value)}"'
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"  # pyright: ignore[reportUnknownArgumentType]
    return "a mapping"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"


def expected_type(types: str | Sequence[str]) -> str:
    """The name of a JSON Schema type, or of several, for people."""
    names = [types] if isinstance(types, str) else types
    return " or ".join(_TYPES.get(name, name) for name in names)


def listing(names: Sequence[object]) -> str:
    """Alternatives: ``a``, ``a or b``, ``a, b or c``."""
    texts = [str(name) for name in names]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"


def validate(root: Node, kind: str, required: tuple[str, ...] = ()) -> list[Fault]:
    """Everything in which the document differs from ``schema/<kind>.schema.json``.

    ``required`` are keys that it must have beyond those that the schema requires. Names of channels
    are not looked at here: only the rig knows them.
    """
    faults: dict[tuple[Path, str], Fault] = {}
    for error in islice(validator(kind, required).iter_errors(plain(root)), MAX_FAULTS):
        for path, fault in _faults(root, error):
            faults.setdefault((path, fault.code), fault)
    return list(faults.values())


@cache
def validator(kind: str, required: tuple[str, ...] = ()) -> Validator:
    """The validator of one kind of document, which must have the keys ``required`` too."""
    schema = json.loads((resources.schemas() / f"{kind}.schema.json").read_text("utf-8"))
    schema["required"] = [*schema.get("required", []), *required]
    return _Validator(schema)


def _pattern(
    _checker: Validator, pattern: str, instance: object, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    """As the standard keyword, but ``$`` is the end of the text, not of its last line."""
    if isinstance(instance, str) and (
        not re.search(pattern, instance) or (pattern.endswith("$") and instance.endswith("\n"))
    ):
        yield ValidationError("pattern")


def _property_names(
    checker: Validator, names: dict[str, Any], instance: object, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict) or schema.get("x-mien-keys") == "channel":
        return
    for name in cast("dict[str, object]", instance):
        long = len(name) > names.get("maxLength", len(name))
        for _ in [""] if long else _pattern(checker, names["pattern"], name, schema):
            error = ValidationError("name", instance=name)
            error.path.append(name)
            yield error


_extend = cast("Callable[..., type[Validator]]", extend)  # pyright: ignore[reportUnknownVariableType]
_Validator = _extend(Draft202012Validator, {"pattern": _pattern, "propertyNames": _property_names})


def _faults(root: Node, error: ValidationError) -> Iterator[tuple[Path, Fault]]:
    path: Path = tuple(error.absolute_path)
    keyword = str(error.validator)
    if keyword in {"required", "dependentRequired"}:
        yield from _missing(root, path, error)
    elif keyword == "additionalProperties":
        yield from _unknown(root, path, error)
    elif keyword == "propertyNames":
        message = f"{_short(str(path[-1]))} cannot be a name here"
        hint = _name_hint(str(path[-1]), cast("dict[str, Any]", error.validator_value))
        yield path, fault_at(root, path, "bad-name", message, hint, key=True)
    elif keyword == "uniqueItems":
        yield from _repeated(root, path, cast("list[object]", error.instance))
    else:
        code, message, hint = _value_words(keyword, error, find(root, path))
        yield path, fault_at(root, path, code, message, hint)


def _missing(root: Node, path: Path, error: ValidationError) -> Iterator[tuple[Path, Fault]]:
    found = cast("dict[str, object]", error.instance)
    properties = cast("dict[str, Any]", _schema(error).get("properties", {}))
    absent = [name for name in properties if name not in found]
    unknown = islice((name for name in found if name not in properties), MAX_FAULTS)
    mistyped = {nearest(name, absent) for name in unknown}
    wanted = cast("list[str] | dict[str, list[str]]", error.validator_value)
    if isinstance(wanted, dict):  # keys that another one asks for
        wanted = [name for key, names in wanted.items() if key in found for name in names]
    for name in wanted:
        if name in found or name in mistyped:
            continue
        where = (*path, name)
        message = f"the key {name} is missing"
        hint = str(properties.get(name, {}).get("description", ""))
        yield where, fault_at(root, path, "missing-key", message, hint)


def _unknown(root: Node, path: Path, error: ValidationError) -> Iterator[tuple[Path, Fault]]:
    found = cast("dict[str, object]", error.instance)
    known = list(cast("dict[str, Any]", _schema(error).get("properties", {})))
    for name in islice((name for name in found if name not in known), MAX_FAULTS):
        where = (*path, name)
        absent = [candidate for candidate in known if candidate not in found]
        close = nearest(name, absent)
        message = f"there is no key {name} here"
        hint = f"did you mean {close}?" if close else f"known keys: {', '.join(known)}"
        yield where, fault_at(root, where, "unknown-key", message, hint, key=True)


def _repeated(root: Node, path: Path, found: list[object]) -> Iterator[tuple[Path, Fault]]:
    for position, item in enumerate(found):
        if item not in found[:position]:
            continue
        where = (*path, position)
        first = value_place(root, (*path, found.index(item)))
        message = (
            f"{describe(item)} is in the list a second time; "
            f"the first is at {first.line}:{first.column}"
        )
        yield where, fault_at(root, where, "repeated-item", message, "keep one of the two")


def _value_words(keyword: str, error: ValidationError, node: Node) -> tuple[str, str, str]:
    """Code, message and hint for a value that is wrong in itself."""
    found = describe(error.instance)
    limit = error.validator_value
    if keyword == "type":
        wanted = expected_type(cast("str | list[str]", limit))
        hint = _type_hint(limit, error.instance)
        if _schema(error).get("title") == "Intensity" and wanted.startswith("a number"):
            hint = hint or f"an intensity by its name is `at: {error.instance}`"
        if isinstance(node, ScalarNode) and _is_version(_schema(error).get("pattern", "")):
            hint = version_hint(node.source) or hint
        return "wrong-type", f"expected {wanted}, found {found}", hint
    if keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        hint = range_hint(cast("float", error.instance), _schema(error).get("maximum"))
        return "out-of-range", f"{found} is out of range: expected {_range(_schema(error))}", hint
    if keyword in ("enum", "const"):
        options = cast("list[object]", limit) if keyword == "enum" else [limit]
        allowed = [str(one) for one in options]
        close = nearest(str(error.instance), allowed)
        hint = f"did you mean {close}?" if close else ""
        return "unknown-value", f"expected {listing(allowed)}, found {found}", hint
    if keyword == "pattern" and (named := re.fullmatch(r"\^\(([a-z|]+)\)\$", str(limit))):
        words = named[1].split("|")
        close = nearest(str(error.instance), words)
        also = ", or numbers" if "array" in str(_schema(error).get("type")) else ""
        hint = f"did you mean {close}?" if close else ""
        return "bad-format", f"expected {listing(words)}{also}, found {found}", hint
    if keyword == "pattern":
        hint = _pattern_hint(str(limit))
        if _is_version(str(limit)) and (meant := version_hint(str(error.instance))):
            hint = f"{meant}: {hint}"
        return "bad-format", f"{found} is not written as expected", hint
    if keyword == "maxLength":
        size = len(str(error.instance))
        return "bad-format", f"{found} has {size} characters, expected at most {limit}", ""
    if keyword == "minLength":
        return "empty-text", "the text is empty", str(_schema(error).get("description", ""))
    if keyword in ("minItems", "maxItems"):
        items = cast("list[object]", error.instance)
        hint = ""
        if keyword == "maxItems" and any(isinstance(one, int) for one in items):
            hint = "a number has a point, not a comma: 0.2"
        return "wrong-length", f"expected {_length(_schema(error))}, found {found}", hint
    return "invalid", error.message, ""


def _schema(error: ValidationError) -> dict[str, Any]:
    return cast("dict[str, Any]", error.schema)


def _type_hint(wanted: object, found: object) -> str:
    if wanted == "string" and isinstance(found, int | float):
        return f'put it in quotes: "{str(found).lower()}"'
    if isinstance(found, str) and holds_no_break_space(found):
        return "replace the no-break space in it by an ordinary space"
    if wanted == "number" and isinstance(found, str):
        return number_hint(found)
    if wanted == "object" and isinstance(found, str) and (meant := name_and_value(found)):
        return f"write a space after the colon: `{meant[0]}: {meant[1]}`"
    if wanted == "number" and isinstance(found, bool):
        return "true and false are not numbers: write 1 or 0"
    if wanted == "string" and isinstance(found, dict):
        return 'put text that holds a colon in straight quotes: "..."'
    if wanted == "array" and isinstance(found, str):
        return list_hint(found)
    return ""


def _range(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"a number from {low} to {high}"
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    parts = [
        *([f"above {above}"] if above is not None else []),
        *([f"at least {low}"] if low is not None else []),
        *([f"below {below}"] if below is not None else []),
        *([f"at most {high}"] if high is not None else []),
    ]
    return f"a number {' and '.join(parts)}"


def _length(schema: dict[str, Any]) -> str:
    low, high = schema.get("minItems"), schema.get("maxItems")
    if low is not None and low == high:
        return f"exactly {low} items"
    if low is not None:
        return f"at least {counted(low, 'item')}"
    return f"at most {high} items"


_PATTERN_HINTS = {
    "^[a-z][a-z0-9_-]*$": "a name: lower-case letters, digits, - and _, a letter first",
    "^[A-Za-z][A-Za-z0-9_]*$": "a channel name: letters, digits and _, a letter first",
    "^[LR][1-9][0-9]{0,2}$": "an action unit is a number such as 12, or L12 or R12 for one side",
    "^[1-9][0-9]{0,2}$": "an action unit is a number such as 12",
}


def _is_version(pattern: str) -> bool:
    return pattern.startswith("^(0|[1-9]")


def _name_hint(name: str, schema: dict[str, Any]) -> str:
    longest = schema.get("maxLength", len(name))
    if len(name) > longest:
        return f"a name has at most {longest} characters, this one has {len(name)}"
    return _pattern_hint(str(schema["pattern"]))


def _pattern_hint(pattern: str) -> str:
    if _is_version(pattern):
        return "a version is major.minor.patch, such as 1.0.0"
    return _PATTERN_HINTS.get(pattern, f"expected text like {pattern}")
