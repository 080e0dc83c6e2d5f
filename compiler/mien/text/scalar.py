"""One scalar as canonical YAML."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+&()'§%-]*(?: [A-Za-z0-9_./+&()'§%=<>-]+)*")
_WORDS_OF_ANY_YAML = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def write_scalar(value: str | float) -> str:
    """The shortest YAML text that every YAML 1.1 and 1.2 reader takes for the same value.

    Text is plain where no reader could mistake it, else a JSON string; numbers are their shortest
    round-trip form, whole ones without a point.
    """
    if isinstance(value, str):
        safe = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_OF_ANY_YAML
        return value if safe and not value.startswith(".") else json.dumps(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
