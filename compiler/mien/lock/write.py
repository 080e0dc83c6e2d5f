"""A lock as text: canonical YAML, one fact a line, made to be read in a diff."""

from __future__ import annotations

from collections.abc import Iterator

from mien.lock.record import Lock, Slopes
from mien.text.canonical import write_scalar

HEADER = "# Written by `mien compile`. Commit it, read it in the diff, do not edit it.\n"

DIGEST = 64
"""Characters of a sha256 in hex."""

Value = str | int | float | bool | list[str] | list[float] | dict[str, "Value"]


def write_lock(lock: Lock) -> str:
    """The canonical text of a lock: the same record always gives the same bytes."""
    return HEADER + "".join(f"{line}\n" for line in lines_of(_document(lock)))


def _document(lock: Lock) -> dict[str, Value]:
    certificate: dict[str, Value] = {}
    if lock.channels is not None and lock.mixtures is not None:
        certificate["channels"] = {"all": lock.channels.all, "moving": lock.channels.moving}
        certificate["mixtures"] = {
            "mean": lock.mixtures.mean,
            "channel": lock.mixtures.channel,
            "antagonists_meet": lock.mixtures.antagonists_meet,
        }
    return {
        "schema": f"mien/lock/{1 if lock.prover == 1 else 2}",
        "bank": lock.bank,
        "version": lock.version,
        "engine": lock.engine,
        **({} if lock.prover == 1 else {"prover": lock.prover}),
        "artifact": {
            "file": lock.artifact.file,
            "bytes": lock.artifact.bytes,
            "sha256": lock.artifact.sha256,
        },
        "shared": lock.shared,
        "schemas": dict(sorted(lock.schemas.items())),
        "sources": dict(sorted(lock.sources.items())),
        "separation": {
            intensity: {"labels": list(pair.labels), "mean": pair.mean, "sum": pair.sum}
            for intensity, pair in lock.separation.items()
        },
        **certificate,
        "labels": {
            label: {
                "table": pin.table,
                "plateaus": dict(pin.plateaus),
                "plain": _slopes(pin.plain),
                "styles": {style: _slopes(slopes) for style, slopes in pin.styles.items()},
            }
            for label, pin in lock.labels.items()
        },
    }


def _slopes(slopes: Slopes) -> Value:
    worst = slopes.channel
    return {
        "mean": {"proved": slopes.mean.proved, "sampled": slopes.mean.sampled},
        "channel": {
            "channel": worst.channel,
            "proved": worst.proved,
            "sampled": worst.sampled,
            "at": list(worst.at),
        },
    }


def lines_of(mapping: dict[str, Value], indent: int = 0) -> Iterator[str]:
    """The canonical lines of a mapping, one fact a line."""
    margin = "  " * indent
    for key, value in mapping.items():
        if not isinstance(value, dict) or _is_leaf(value):
            yield f"{margin}{write_scalar(key)}: {_flow(value)}"
        else:
            yield f"{margin}{write_scalar(key)}:"
            yield from lines_of(value, indent + 1)


def _is_leaf(mapping: dict[str, Value]) -> bool:
    """A small record of scalars reads better on one line; long lists keep a line an entry."""
    return len(mapping) <= 4 and not any(
        isinstance(value, dict) or (isinstance(value, str) and len(value) > 40)
        for value in mapping.values()
    )


def _flow(value: Value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write_scalar(key)}: {_flow(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(write_scalar(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and len(value) == DIGEST:
        return f'"{value}"'  # a digest of digits alone must not be read as a number
    return write_scalar(value)
