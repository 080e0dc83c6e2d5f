"""The schemas are valid, explain every property, and describe the files that ship."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from mien import resources
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml
from mien.versions import AUTHORED, VERSIONS, schema_name

KINDS = (
    "aliases",
    "bank",
    "blind-answers",
    "blind-key",
    "emotion",
    "mead",
    "reader",
    "readings",
    "rig",
    "rules",
    "score",
    "takes",
    "targets",
    "train",
    "visemes",
)
Schema = dict[str, Any]


def schema(kind: str) -> Schema:
    text = (resources.schemas() / f"{kind}.schema.json").read_text("utf-8")
    return cast("Schema", json.loads(text))


def valid(one: Schema, value: object) -> bool:
    validator = cast("Any", Draft202012Validator(one))
    return bool(validator.is_valid(value))


def described(node: object, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every subschema that an editor can show, by its path."""
    if not isinstance(node, dict):
        return
    here = cast("Schema", node)
    inner = list(cast("Schema", here.get("properties", {})).items())
    inner += [(str(i), one) for i, one in enumerate(here.get("prefixItems", []))]
    if isinstance(here.get("additionalProperties"), dict):
        inner.append(("*", here["additionalProperties"]))
    for name, one in inner:
        yield f"{path}/{name}", one
        yield from described(one, f"{path}/{name}")
    if isinstance(here.get("items"), dict):
        yield from described(here["items"], f"{path}[]")


@pytest.mark.parametrize("kind", KINDS)
def test_the_metaschema_accepts_it(kind: str) -> None:
    found = schema(kind)
    Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"] == f"https://mien.dev/schema/{kind}/{VERSIONS[kind]}"
    assert found["properties"]["schema"]["const"] == schema_name(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_is_explained(kind: str) -> None:
    found = schema(kind)
    assert found["title"]
    assert found["description"]
    for path, one in described(found):
        assert one.get("title"), path
        assert one.get("description"), path


@pytest.mark.parametrize("kind", KINDS)
def test_no_object_takes_keys_it_does_not_know(kind: str) -> None:
    for path, one in [("", schema(kind)), *described(schema(kind))]:
        if one.get("type") == "object":
            assert "additionalProperties" in one, path
            assert (
                one["additionalProperties"] is False
                or "propertyNames" in one
                or (one.get("x-mien-keys") == "intensity")
            ), path


@pytest.mark.parametrize("kind", KINDS)
def test_examples_are_examples(kind: str) -> None:
    for path, one in described(schema(kind)):
        for example in one.get("examples", []):
            assert valid(one, example), path


def test_shipped_files_name_their_schema_first() -> None:
    files = [*resources.presets().glob("*/bank.yaml"), *resources.presets().glob("rigs/*.yaml")]
    files += resources.presets().glob("*/emotions/*.yaml")
    files += resources.presets().glob("visemes/*.yaml")
    files += resources.presets().glob("aliases/*.yaml")
    for file in files:
        head, _, _ = file.read_text("utf-8").partition("\n")
        key = "# yaml-language-server: $schema="
        assert head.startswith(key), file
        assert (file.parent / head.removeprefix(key)).resolve().is_file(), file


def test_shipped_files_hold_under_the_standard_validator() -> None:
    folder = Path(__file__).parent / "banks" / "tiny"
    for file in folder.rglob("*.yaml"):
        data = plain(require_yaml(file.read_text("utf-8"), file.name))
        assert isinstance(data, dict)
        kind = str(data["schema"]).split("/")[1]
        assert valid(schema(kind), data), file


def test_schemas_and_the_table_of_versions_agree() -> None:
    """One number a kind: a schema that moves on takes the table along, or neither does."""
    found: dict[str, str] = {}
    for path in sorted(resources.schemas().glob("*.schema.json")):
        one = cast("Schema", json.loads(path.read_text("utf-8")))
        schema_key = one["properties"]["schema"]
        says = str(schema_key.get("const") or schema_key["enum"][-1])
        kind = says.split("/")[1]
        found[kind] = says
        assert says == schema_name(kind)
        assert one["$id"].endswith(f"/{kind}/{VERSIONS[kind]}")
    assert found.keys() >= {*AUTHORED, "artifact", "lock", "ledger"}
