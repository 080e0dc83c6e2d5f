"""The schemas of recipes and manifests explain every property, and tell what is read and made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import fields
from jsonschema import Draft202012Validator
from tests.targets.fakes import FakeWorkshop, make
from tests.test_schemas import described, schema, valid

from mien import resources
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml
from mien_trainer.targets.config import RECIPES, Recipe, RecipeSources, Splits, read_recipe
from mien_trainer.targets.manifest import Manifest

KINDS = {"targets": "mien/targets/1", "targets_manifest": "mien/targets-manifest/1"}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema_that_explains_every_property(kind: str) -> None:
    found = schema(kind)
    Draft202012Validator.check_schema(found)
    assert found["$id"] == f"https://mien.dev/schema/{KINDS[kind].removeprefix('mien/')}"
    assert found["properties"]["schema"]["const"] == KINDS[kind]
    for path, one in [("", found), *described(found)]:
        assert one.get("title"), path
        assert one.get("description"), path
        if one.get("type") == "object":
            assert one["additionalProperties"] is False or "propertyNames" in one, path
        for example in one.get("examples", []):
            assert valid(one, example), path


def test_records_hold_what_the_schemas_describe() -> None:
    recipe, manifest = schema("targets"), schema("targets_manifest")
    names = {one.name for one in fields(Recipe)} | {"schema"}
    assert set(recipe["properties"]) == names
    assert set(manifest["properties"]) == {one.name for one in fields(Manifest)} | {"schema"}
    sources = recipe["properties"]["sources"]["properties"]
    assert set(sources) == {one.name for one in fields(RecipeSources)}


def test_defaults_are_those_that_the_schema_tells() -> None:
    """A recipe that says the least, and one that spells every default, are the same."""
    told = schema("targets")["properties"]
    least = Recipe(name="least", clips=1, sources=RecipeSources())
    for name, one in told.items():
        if "default" in one:
            assert getattr(least, name) == one["default"], name
    for name, one in told["splits"]["properties"].items():
        assert getattr(Splits(), name) == one["default"], name
    required = set(cast("list[str]", schema("targets")["required"]))
    spelled = {name for name, one in told.items() if "default" in one}
    assert set(told) - spelled - required == {"description", "splits"}


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_recipes_that_ship_hold_and_spell_every_default(path: Path) -> None:
    text = path.read_text("utf-8")
    data = cast("dict[str, Any]", plain(require_yaml(text, path.name)))
    assert valid(schema("targets"), data)
    assert set(schema("targets")["properties"]) == set(data)
    assert read_recipe(path).name == path.stem
    head, _, _ = text.partition("\n")
    named = head.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == (
        resources.schemas() / "targets.schema.json"
    ).resolve()


def test_a_manifest_holds(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")
    make(tmp_path, FakeWorkshop(refuse=frozenset({"train-000003"})))
    found = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert valid(schema("targets_manifest"), found)
    assert not valid(schema("targets_manifest"), {**found, "clips": -1})
