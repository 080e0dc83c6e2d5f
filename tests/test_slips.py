"""Slips of the hand are named where they are, and only where there is trouble already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.text.files import conflict_faults
from mien.text.slips import (
    list_hint,
    name_and_value,
    no_break_spaces,
    number_hint,
    range_hint,
    slips_near,
    version_hint,
)
from mien.text.yaml_nodes import parse_yaml

NO_BREAK = "\u00a0"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("18%", "write 0.18: weights go from 0 to 1"),
        ("18 %", "write 0.18: weights go from 0 to 1"),
        ("7.5%", "write 0.075: weights go from 0 to 1"),
        ("100%", "write 1: weights go from 0 to 1"),
        ("0,18", "write 0.18: a point, not a comma"),
        ("-0,5", "write -0.5: a point, not a comma"),
        ("0.5", "write it without quotes"),
        ("half", ""),
        ("1,2,3", ""),
    ],
)
def test_a_text_that_should_be_a_number(text: str, hint: str) -> None:
    assert number_hint(text) == hint


@pytest.mark.parametrize(
    ("found", "highest", "hint"),
    [
        (54, 1, "did you mean 0.54?"),
        (7.5, 1, ""),
        (100, 1, "did you mean 1?"),
        (101, 1, ""),
        (-40, 1, "did you mean -0.4?"),
        (54, 10, ""),
        (54, None, ""),
    ],
)
def test_a_number_in_hundredths(found: float, highest: float | None, hint: str) -> None:
    assert range_hint(found, highest) == hint


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("0.1", "write 0.1.0"),
        ("1.10", "write 1.10.0"),
        ("2", "write 2.0.0"),
        ("v1.2.3", "write 1.2.3"),
        ("1.2.x", ""),
        ("1.2.3.4", ""),
    ],
)
def test_a_version_in_short(source: str, hint: str) -> None:
    assert version_hint(source) == hint


def test_a_name_and_its_value_in_one() -> None:
    assert name_and_value("jawOpen:0.5") == ("jawOpen", "0.5")
    assert name_and_value("jawOpen 0.5") == ("jawOpen", "0.5")
    assert name_and_value("jawOpen") is None
    assert name_and_value("jaw open") is None


def hints(text: str) -> list[tuple[int, int, str]]:
    return [(one.place.line, one.place.column, one.hint) for one in parse_yaml(text, "x.yaml")[1]]


def test_prose_may_hold_no_break_spaces() -> None:
    assert hints(f"a: 10{NO_BREAK}% of faces\nb: 'x{NO_BREAK}: y'\n") == []


def test_every_no_break_space_that_should_separate_is_named_at_once() -> None:
    text = f"a:\n  b:{NO_BREAK}1\n  c: 2\n{NO_BREAK} d: 3\n"
    hint = "replace it by an ordinary space"
    assert hints(text) == [(2, 5, hint), (4, 1, hint)]


def test_a_tab_in_an_empty_line_or_a_comment_is_no_indentation() -> None:
    assert slips_near("a: 1\n\t\n b: [", 7) == ()
    assert slips_near("a: 1\n\t# note\n b: [", 14) == ()
    ((at, message, hint),) = slips_near("a:\n  \tb: 1\n", 6)
    assert (at, message, hint) == (
        5,
        "a tab indents this line",
        "indent with spaces, not with tabs",
    )


def test_an_address_has_no_space_after_its_colon() -> None:
    assert slips_near("http://example.org\nb: [", 22) == ()


def test_a_text_that_should_be_a_list() -> None:
    assert list_hint("Ada Lovelace") == "write a list: [Ada Lovelace]"
    assert list_hint("glad,cross") == "write a list: [glad, cross]"
    assert list_hint("0.4 -0.12, 0.1") == "write a list: [0.4, -0.12, 0.1]"


def test_a_dash_without_its_space_is_named_where_it_is() -> None:
    _, (fault,) = parse_yaml("labels:\n  - relief\n  -awe\n  - fear\n", "x.yaml")
    assert (fault.place.line, fault.place.column) == (3, 4)
    assert (fault.message, fault.hint) == ("there is no space after the dash", "write `- awe`")


def test_half_a_conflict_is_none() -> None:
    assert conflict_faults("<<<<<<< HEAD\na: 1\n", "x") == ()
    assert conflict_faults("  <<<<<<< HEAD\n  >>>>>>> b\n", "x") == ()
    two = "<<<<<<< a\n1\n=======\n2\n>>>>>>> b\nx: 1\n<<<<<<< a\n3\n=======\n4\n>>>>>>> b\n"
    assert [fault.place.line for fault in conflict_faults(two, "x")] == [1, 7]


TEXTS = st.text(st.sampled_from(f"a:1 ,%\t\n{NO_BREAK}-{{}}[]<>=#'"), max_size=60)


@given(TEXTS, st.integers(0, 60))
def test_places_lie_in_the_text(text: str, offset: int) -> None:
    for at, message, hint in (*slips_near(text, min(offset, len(text))), *no_break_spaces(text)):
        assert 0 <= at < len(text)
        assert message
        assert hint


@given(TEXTS)
def test_any_text_is_read_or_refused(text: str) -> None:
    root, faults = parse_yaml(text, "x.yaml")
    assert root is not None or faults
