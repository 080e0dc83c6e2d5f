"""The schemas of recipes and manifests explain every property, and tell what is read and made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import fields
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from tests.targets.fakes import FakeSetup, make
from tests.test_schemas import described, schema, valid

from mien import resources
from mien.cli.commands.migrate import command as migrate
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml
from mien_trainer.migrations import TARGETS_2
from mien_trainer.targets.manifest import Manifest
from mien_trainer.targets.recipe import (
    RECIPES,
    Mead,
    Recipe,
    RecipeSources,
    Splits,
    read_recipe,
    recipe_digest,
)

KINDS = {"targets": "mien/targets/3", "targets_manifest": "mien/targets-manifest/1"}


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
    make(tmp_path, FakeSetup(refuse=frozenset({"train-000003"})))
    found = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert valid(schema("targets_manifest"), found)
    assert not valid(schema("targets_manifest"), {**found, "clips": -1})


OLD = """\
schema: mien/targets/1
name: old
description: As the first version wrote it.
seed: 7
clips: 9
silence: 0.5
shard_clips: 4
splits: { train: 6, validation: 2, test: 1 }
prosody: false
most_refused: 0.25
sources:
  espeak: { share: 1, voices: [{ name: en-us, split: train }] }
  mead: { root: /data/mead }
"""


def test_a_recipe_of_the_first_version_is_read_and_keeps_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(OLD, "utf-8")
    found = read_recipe(path)
    assert (found.silence_share, found.clips_per_shard) == (0.5, 4)
    assert (found.emotional_prosody, found.max_refused_share) == (False, 0.25)
    assert found.sources.mead == Mead(folder="/data/mead")
    assert path.read_text("utf-8") == OLD
    # What the program said that knew the first version alone.
    assert recipe_digest(found) == (
        "1d8548b18ad9ddf59a7678745b311e419b3219dc03a7fa1c7d3dac66f2c7dd59"
    )
    assert recipe_digest(read_recipe(RECIPES / "small.yaml")) == (
        "561cdbc3ed05b97b92ce23a3d2893ac3dc94206a46ebd916d87811d7aca63c6f"
    )


def test_a_recipe_of_the_second_version_is_the_same_recipe(tmp_path: Path) -> None:
    path, text = tmp_path / "small.yaml", (RECIPES / "small.yaml").read_text("utf-8")
    assert "schema: mien/targets/3\n" in text
    path.write_text(text.replace("mien/targets/3", "mien/targets/2"), "utf-8")
    assert read_recipe(path) == read_recipe(RECIPES / "small.yaml")
    result = CliRunner().invoke(migrate, [str(path)], standalone_mode=False)
    assert result.return_value == 0, result.output
    assert path.read_text("utf-8") == text


def test_every_key_that_was_renamed_is_in_the_digest_under_its_old_name() -> None:
    names = {one.name for one in fields(Recipe)} | {one.name for one in fields(Mead)}
    assert set(TARGETS_2.values()) <= names
    assert not {path[-1] for path in TARGETS_2} & names


def test_migrating_the_file_gives_the_same_recipe(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(OLD, "utf-8")
    before = read_recipe(path)
    result = CliRunner().invoke(migrate, [str(path)], standalone_mode=False)
    assert result.return_value == 0, result.output
    text = path.read_text("utf-8")
    assert text.startswith("schema: mien/targets/3\n")
    assert "silence_share: 0.5\nclips_per_shard: 4\n" in text
    assert "mead: { folder: /data/mead }" in text
    assert read_recipe(path) == before
