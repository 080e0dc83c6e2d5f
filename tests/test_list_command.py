"""`mien list`: all that can be asked of a bank is in each of its forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.program import ended

import mien

TINY = str(Path(__file__).parent / "banks" / "tiny")


def listed(bank: str, form: str) -> str:
    said = ended(0, "list", bank, "--format", form)
    assert said.stderr == ""
    return said.stdout


def test_text_names_everything() -> None:
    bank = mien.load("default")
    said = listed("default", "text")
    lines = said.splitlines()
    assert lines[0].startswith("default 2.1.0 (release that ships")
    assert max(map(len, lines)) <= 100
    for label in bank.labels:
        (own,) = (line for line in lines if line.startswith(f"  {label} "))
        assert ", ".join(bank.styles(label)) in own
    words = set(said.replace(",", " ").split())
    assert {*bank.channels, *bank.intensities, "happy", "relaxed"} <= words


def test_json_is_what_the_library_says() -> None:
    bank = mien.load("default")
    said = json.loads(listed("default", "json"))
    assert list(said) == ["source", "labels", "intensities", "channels"]
    assert said["source"]["sha256"] == bank.digest
    assert tuple(one["label"] for one in said["labels"]) == bank.labels
    assert tuple(one["name"] for one in said["channels"]) == bank.channels
    assert tuple(said["intensities"]) == bank.intensities
    for one in said["labels"]:
        assert tuple(one["styles"]) == bank.styles(one["label"])
        for name, vad in {**one["intensities"], **one["styles"]}.items():
            assert vad == pytest.approx(bank.anchor(one["label"], name).tolist(), abs=1e-6)
    joy = next(one for one in said["labels"] if one["label"] == "joy")
    assert "happy" in joy["aliases"]


def test_a_prompt_is_one_paragraph_of_all_that_may_be_answered() -> None:
    bank = mien.load("default")
    said = listed("default", "prompt")
    assert said.count("\n") == 1
    assert f"one of: {', '.join(bank.labels)}." in said
    assert f"weakest: {', '.join(bank.intensities)}." in said
    for label in bank.labels:
        assert f"{label}: {', '.join(bank.styles(label))}" in said
    example = json.loads(said[said.index("{") : said.index("}") + 1])
    assert example["label"] in bank.labels
    assert bank.face(example["label"], at=example["at"]).max() > 0.0
    assert "joy for happy, happiness, glad, joyful;" in said


def test_a_bank_with_labels_of_its_own() -> None:
    said = listed(TINY, "prompt")
    assert "one of: calm, glad, cross." in said
    assert "calm for neutral" in said
    assert "tiny 1.0.0 (folder" in listed(TINY, "text").partition("\n")[0]


def test_another_form_is_refused() -> None:
    said = ended(2, "list", "default", "--format", "xml").stderr
    assert "'xml' is not one of 'text', 'json', 'prompt'" in said
