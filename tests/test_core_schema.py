"""Plain scalars mean what the core schema of YAML 1.2 says."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mien.text.core_schema import NotFiniteError, resolve
from mien.text.node import ScalarNode, SequenceNode, plain
from mien.text.yaml_nodes import require_yaml


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("1:30", "1:30"),
        ("0777", 777),
        ("0o17", 15),
        ("0x1F", 31),
        ("-12", -12),
        ("+12", 12),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5e3", -500.0),
        ("1e3", 1000.0),
        ("1.0.0", "1.0.0"),
        ("2001-12-14", "2001-12-14"),
        ("~", None),
        ("Null", None),
        ("", None),
        ("TRUE", True),
        ("false", False),
        ("tRUE", "tRUE"),
        ("=", "="),
        ("-", "-"),
        (".", "."),
        ("inf", "inf"),
        ("nan", "nan"),
        ("0x", "0x"),
        ("1e", "1e"),
    ],
)
def test_values(source: str, value: object) -> None:
    found = resolve(source)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "source", [".inf", "-.Inf", "+.INF", ".nan", ".NaN", "1e999", "9" * 500, "0x" + "f" * 5000]
)
def test_numbers_that_are_none(source: str) -> None:
    with pytest.raises(NotFiniteError):
        resolve(source)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30))
def test_numbers_come_back(number: float) -> None:
    found = resolve(repr(number))
    assert found == number
    assert (
        math.copysign(1, number) == 1
        or found == 0
        or (isinstance(found, int | float) and found < 0)
    )


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), max_size=5))
def test_quoted_text_is_text(texts: list[str]) -> None:
    written = yaml.safe_dump(texts, default_style='"', allow_unicode=True)
    assert plain(require_yaml(written, "x")) == texts


def test_nodes_remember_how_they_were_written() -> None:
    text = "- 0.50\n- 'é'   # note\n- {ä: 0x10}\n"
    root = require_yaml(text, "f.yaml")
    assert isinstance(root, SequenceNode)
    half, quoted, mapping = root.items
    assert isinstance(half, ScalarNode)
    assert (half.source, half.value, str(half.place)) == ("0.50", 0.5, "f.yaml:1:3")
    assert isinstance(quoted, ScalarNode)
    assert (quoted.source, quoted.value) == ("'é'", "é")
    assert text[mapping.span.start : mapping.span.end] == "{ä: 0x10}"
