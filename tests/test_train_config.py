"""Training files: every default is written down, and every fault has its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

from attrs import fields
from jsonschema import Draft202012Validator
from tests.program import ended
from tests.test_schemas import described, schema, valid

from mien.errors import SourceError
from mien_trainer.model.shape import Conditioning
from mien_trainer.train.config import (
    BatchConfig,
    Losses,
    TrainConfig,
    config_document,
    config_of,
    find_config,
    read_config,
    recipes,
)
from mien_trainer.train.objective import NAMES


def test_defaults_are_the_weights_of_the_losses() -> None:
    assert {field.name for field in fields(Losses)} == {*NAMES, "beta", "lip_beta", "vad_jitter"}
    assert BatchConfig().real_weight == 3 * BatchConfig().synthetic_weight


def test_a_training_s_folder_does_not_hide_its_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v3").mkdir()
    assert read_config(find_config("v3")).name == "v3"
    (tmp_path / "v2").write_text("a file of one's own")
    assert find_config("v2") == Path("v2")


def test_recipes_spell_every_default() -> None:
    assert recipes() == ["tiny", "v2", "v3"]
    for name in recipes():
        config = read_config(find_config(name))
        assert config.name == name
        assert config_of(config_document(config)) == config
        text = find_config(name).read_text("utf-8")
        for path, _ in _flat(config_document(config)):
            assert f"{path.rpartition('/')[2]}:" in text, path
    v3 = read_config(find_config("v3"))
    least = TrainConfig(name="v3", description=v3.description, conditioning=v3.conditioning)
    assert least == v3


def test_the_schema_explains_every_property_and_tells_the_defaults() -> None:
    found = schema("train")
    Draft202012Validator.check_schema(found)
    assert found["$id"] == "https://mien.dev/schema/train/2"
    for path, one in [("", found), *described(found)]:
        assert one.get("title"), path
        assert one.get("description"), path
        if one.get("type") == "object":
            assert one["additionalProperties"] is False, path
    least = config_document(TrainConfig(name="least", conditioning=Conditioning(labels=())))
    flat = dict(_flat(least))
    told = {path: one["default"] for path, one in described(found) if "default" in one}
    assert told == {path: flat[path] for path in told}
    assert valid(found, {**least, "conditioning": {"labels": []}, "description": "x"})
    assert set(flat) - set(told) == {"/schema", "/name", "/description", "/conditioning/labels"}


def _flat(document: dict[str, Any], path: str = "") -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for key, value in document.items():
        here = f"{path}/{key}"
        nested = isinstance(value, dict)
        flat += _flat(cast("dict[str, Any]", value), here) if nested else [(here, value)]
    return flat


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "steps: 0",
            "config.yaml:4:8: error: steps: the number 0 is out of range: expected a number at",
        ),
        ("stepps: 5", "there is no key stepps here"),
        ("losses: {snap: 3}", "losses.snap: there is no key snap here"),
        ("seed: true", "seed: expected a whole number, found true"),
        ("model: {width: 96.5}", "model.width: expected"),
    ],
)
def test_faults_of_a_training_file_have_their_place(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"schema: mien/train/2\nname: x\nconditioning: {{labels: []}}\n{line}\n")
    with pytest.raises(SourceError) as faults:
        read_config(file)
    assert said in str(faults.value)
    out = tmp_path / "out"
    refusal = ended(2, "train", "run", file, "--data", tmp_path, "-o", out).stderr
    assert "config.yaml:4:" in refusal
