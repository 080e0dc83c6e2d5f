"""The formatter: one form for every document, every comment kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.errors import SourceError
from mien.text.canonical import digest
from mien.text.format import Orders, format_json, format_yaml
from mien.text.format.comments import find_comments
from mien.text.format.order import channel_order, intensity_order
from mien.text.format.yaml_text import string_text
from mien.text.json_nodes import parse_json
from mien.text.node import MappingNode, Node, Plain, ScalarNode, SequenceNode, plain
from mien.text.yaml_nodes import require_yaml

ORDERS = Orders(
    channels=("eyeBlink", "eyeBlinkLeft", "eyeBlinkRight", "jawOpen", "mouthSmile"),
    intensities=("low", "mid", "high"),
)


def formatted(text: str, orders: Orders = ORDERS) -> str:
    """The formatted text, which is checked to be stable and to say the same."""
    text = dedent(text)
    written = format_yaml(text, "x.yaml", orders)
    assert format_yaml(written, "x.yaml", orders) == written
    assert digest(require_yaml(written, "x")) == digest(require_yaml(text, "x"))
    return written


def expect(text: str, wanted: str) -> None:
    assert formatted(text) == dedent(wanted).lstrip("\n")


def test_keys_follow_the_schema_and_comments_follow_their_keys() -> None:
    expect(
        """
        # about the title
        title: Joy  # the name
        schema: mien/emotion/1
        # about the label
        label: joy
        """,
        """
        schema: mien/emotion/1
        # about the label
        label: joy
        # about the title
        title: Joy  # the name
        """,
    )


def test_channels_follow_the_rig_and_intensities_the_bank() -> None:
    expect(
        """
        schema: mien/emotion/1
        archetypes:
          high: {unknownChannel: 1}
          low:
            mouthSmile: .50
            # one eye
            eyeBlinkLeft: 0.20
            jawOpen: 1.0
            eyeBlink: 1e-1
        """,
        """
        schema: mien/emotion/1

        archetypes:
          low:
            eyeBlink: 0.1
            # one eye
            eyeBlinkLeft: 0.2
            jawOpen: 1
            mouthSmile: 0.5
          high:
            unknownChannel: 1
        """,
    )


def test_where_the_surroundings_are_unknown_the_order_stands() -> None:
    text = "schema: mien/emotion/1\n\narchetypes:\n  mid:\n    b: 1\n    a: 1\n  low: {}\n"
    assert formatted(text, Orders()) == text


def test_action_units_of_a_rig_are_in_numeric_order() -> None:
    expect(
        """
        schema: mien/rig/1
        action_units:
          12: {name: Puller, channels: {a: 1}}
          6:
            channels: {b: 1.0}
            name: Raiser
        """,
        """
        schema: mien/rig/1

        action_units:
          6: {name: Raiser, channels: {b: 1}}
          12: {name: Puller, channels: {a: 1}}
        """,
    )


def test_the_line_for_editors_stays_first_and_the_header_stays_on_top() -> None:
    expect(
        """
        # A licence.

        # yaml-language-server: $schema=emotion.schema.json
        label: joy
        schema: mien/emotion/1
        """,
        """
        # yaml-language-server: $schema=emotion.schema.json
        # A licence.

        schema: mien/emotion/1
        label: joy
        """,
    )


def test_blocks_at_the_top_have_one_empty_line_around_them() -> None:
    expect(
        """
        schema: mien/emotion/1


        label: joy
        speech:

          attenuation: 0.4

          channels: {jawOpen: 0.5}
        # why
        exceptions: [{rule: a, subject: b, reason: c}]
        """,
        """
        schema: mien/emotion/1
        label: joy

        speech:
          attenuation: 0.4
          channels:
            jawOpen: 0.5

        # why
        exceptions:
          - {rule: a, subject: b, reason: c}
        """,
    )


def test_small_records_and_lists_stand_on_one_line_when_they_fit() -> None:
    long = "x" * 80
    expect(
        f"""
        schema: mien/emotion/1
        sources: ["{long}", "{long}"]
        action_units:
          core:
            - 6
            - 12
        anchors:
          low:
            basis: ours
            vad:
              - 0.10
              - 0
              - -0.0
          mid: {{vad: [0.5, 0.5, 0.5], basis: "{long}"}}
        """,
        f"""
        schema: mien/emotion/1

        sources:
          - {long}
          - {long}

        action_units: {{core: [6, 12]}}

        anchors:
          low: {{vad: [0.1, 0, 0], basis: ours}}
          mid:
            vad: [0.5, 0.5, 0.5]
            basis: {long}
        """,
    )


def test_comments_inside_brackets_open_them() -> None:
    expect(
        """
        schema: mien/emotion/1
        action_units: {core: [6,  # cheeks
          # lips
          12
          # the end
          ], optional: [25]}  # enough
        """,
        """
        schema: mien/emotion/1

        action_units:  # enough
          core:
            - 6  # cheeks
            # lips
            - 12
            # the end
          optional: [25]
        """,
    )


def test_a_comment_belongs_where_its_indentation_says() -> None:
    expect(
        """
        schema: mien/emotion/1
        archetypes:
          low:
            jawOpen: 1
            # end of low
          # above mid
          mid:
            jawOpen: 1
        # above styles
        styles: {}
        # the end
        """,
        """
        schema: mien/emotion/1

        archetypes:
          low:
            jawOpen: 1
            # end of low
          # above mid
          mid:
            jawOpen: 1

        # above styles
        styles: {}

        # the end
        """,
    )


def test_comments_between_a_key_and_its_value_and_after_a_dash() -> None:
    expect(
        """
        a:
          # before the text
          text
        b: # after the key
          - # after the dash
            c: 1
            d: 2
          -   e: 1  # inside
        f: >-  # folded
          text
        """,
        """
        # before the text
        a: text

        b:  # after the key
          # after the dash
          - {c: 1, d: 2}
          - e: 1  # inside

        f: text  # folded
        """,
    )


def test_paragraphs_of_comments_keep_their_empty_lines() -> None:
    expect(
        """
        a: 1
        # one


        # two
        # three

        b: 2
        """,
        """
        a: 1
        # one

        # two
        # three

        b: 2
        """,
    )


def test_long_text_is_folded_and_lines_are_kept_literally() -> None:
    words = " ".join(["word"] * 30)
    written = formatted(f"a: {words}\nb: |\n  one\n    two\n\n  three\nc: 'it''s: #1'\n")
    assert written == (
        "a: >-\n"
        f"  {' '.join(['word'] * 19)}\n"
        f"  {' '.join(['word'] * 11)}\n"
        "b: |\n  one\n    two\n\n  three\n"
        'c: "it\'s: #1"\n'
    )


def test_wide_paragraphs_are_folded_with_their_breaks() -> None:
    words = " ".join(["word"] * 30)
    value = f"{words}\n\nshort\n{words}\n"
    written = formatted(yaml.safe_dump({"a": value}))
    assert written.startswith("a: >\n  word")
    assert max(map(len, written.splitlines())) <= 100
    assert plain(require_yaml(written, "x")) == {"a": value}


@pytest.mark.parametrize(
    "text",
    ["no", "on", "1:30", "2001-01-01", "0x1f", "1.10", "~", "", "- a", "a: b", "a #b", " a", "<<"],
)
def test_text_that_a_reader_could_take_amiss_is_quoted(text: str) -> None:
    assert string_text(text, flow=False) == f'"{text}"'


@pytest.mark.parametrize("text", ["a, b", "x[0]", "a:b", "what?"])
def test_brackets_need_more_quotes(text: str) -> None:
    assert string_text(text, flow=False) == text
    assert string_text(text, flow=True) == f'"{text}"'


@pytest.mark.parametrize("text", ["1.0.0", "mien/emotion/1", "R&M77 joyful", "it's", "50 %", "é"])
def test_ordinary_text_is_plain(text: str) -> None:
    assert string_text(text, flow=False) == text


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_foreign_line_ends_become_ours(ending: str) -> None:
    text = "# top\nb: 1  # one\n# two\na:\n- 1\n# end\n".replace("\n", ending)
    assert format_yaml(text, "x.yaml") == "# top\nb: 1  # one\n# two\na: [1]\n\n# end\n"


def test_bad_input_is_a_fault() -> None:
    with pytest.raises(SourceError) as caught:
        format_yaml("a: 1\na: 2\nb: *c\n", "x.yaml")
    assert len(caught.value.faults) == 2
    with pytest.raises(SourceError):
        format_json('{"a": 1,}', "x.json")


def test_json_has_the_same_order() -> None:
    text = json.dumps(
        {
            "label": "joy",
            "archetypes": {"mid": {"jawOpen": 1.0, "eyeBlink": 0.50}, "low": {}},
            "schema": "mien/emotion/1",
            "sources": ["x" * 50, "é" * 50],
            "action_units": {"core": [6, "R12"]},
        }
    )
    written = format_json(text, "x.json", ORDERS)
    assert written == dedent(
        f"""\
        {{
          "schema": "mien/emotion/1",
          "label": "joy",
          "sources": [
            "{"x" * 50}",
            "{"é" * 50}"
          ],
          "action_units": {{
            "core": [6, "R12"]
          }},
          "archetypes": {{
            "low": {{}},
            "mid": {{
              "eyeBlink": 0.5,
              "jawOpen": 1
            }}
          }}
        }}
        """
    )
    assert format_json(written, "x.json", ORDERS) == written


def test_orders_are_read_from_the_documents_around() -> None:
    rig = require_yaml(
        "channels: [{name: a}, {name: bLeft}, {name: bRight}]\nshorthands: {b: [bLeft, bRight]}",
        "rig.yaml",
    )
    assert channel_order(rig) == ("a", "b", "bLeft", "bRight")
    assert intensity_order(require_yaml("intensities: [low, high]", "bank.yaml")) == ("low", "high")
    assert channel_order(require_yaml("channels: 3", "rig.yaml")) == ()
    assert intensity_order(require_yaml("[1]", "bank.yaml")) == ()


def test_the_shipped_presets_keep_every_comment() -> None:
    folder = Path(__file__).parents[1] / "presets"
    sources = [*folder.glob("*/*.yaml"), *folder.glob("*/emotions/*.yaml")]
    assert sources
    for path in sources:
        text = path.read_text(encoding="utf-8")
        written = format_yaml(text, path.name)
        assert format_yaml(written, path.name) == written
        assert digest(require_yaml(written, "x")) == digest(require_yaml(text, "x"))


# --- random documents, written in random styles, with comments wherever YAML allows them ---

texts = st.one_of(
    st.sampled_from(["", "no", "a: b", "- x", "# x", "a #b", "1.0", "'", '"', "x " * 60, "a\nb"]),
    st.text(
        st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff"), max_size=12
    ),
    st.text(st.sampled_from("ab \n#:-"), max_size=12),
)
numbers = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False)
)
scalars: st.SearchStrategy[Plain] = st.one_of(st.none(), st.booleans(), numbers, texts)
keys = st.one_of(
    st.sampled_from(["schema", "label", "6", "12", "07", "no", "archetypes", "anchors", "low"]),
    st.text(st.characters(whitelist_categories=("Ll", "Lu", "Nd")), min_size=1, max_size=8),
    texts,
)


def grow(inner: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    lists = st.lists(inner, max_size=4)
    mappings = st.dictionaries(keys, inner, max_size=4)
    return st.one_of(lists, mappings)


trees = st.recursive(scalars, grow, max_leaves=12)
documents = st.dictionaries(keys, trees, max_size=6)
emotions = st.fixed_dictionaries({"schema": st.just("mien/emotion/1")}).flatmap(
    lambda head: documents.map(lambda rest: {**rest, **head})
)


class Scribe:
    """Writes a tree as YAML in any style that the draws ask for, with numbered comments."""

    def __init__(self, draw: st.DataObject) -> None:
        self._draw = draw
        self._numbers: Iterator[int] = count()
        self.comments: list[str] = []

    def write(self, tree: dict[str, Plain]) -> str:
        lines = [*self._above(0)]
        lines += self._mapping(tree, 0) if tree else ["{}"]
        return "\n".join([*lines, *self._above(0)]) + "\n"

    def _chance(self) -> bool:
        return self._draw.draw(st.integers(0, 4)) == 4

    def _comment(self) -> str:
        self.comments.append(f"# c{next(self._numbers)} it's: [a]")
        return self.comments[-1]

    def _above(self, indent: int) -> list[str]:
        lines: list[str] = []
        while self._chance():
            lines.append(" " * indent + self._comment() if self._chance() else "")
        return lines

    def _after(self) -> str:
        return f"  {self._comment()}" if self._chance() else ""

    def _mapping(self, tree: dict[str, Plain], indent: int) -> list[str]:
        lines: list[str] = []
        for key, value in tree.items():
            name = key if key.isdecimal() and key.isascii() and key[0] != "0" else _json(key)
            lines += [*self._above(indent), *self._value(f"{name}:", value, indent, " " * indent)]
        return lines

    def _list(self, items: list[Plain], indent: int) -> list[str]:
        lines: list[str] = []
        for item in items:
            lines += [*self._above(indent), *self._value("-", item, indent, " " * indent)]
        return lines

    def _value(self, opening: str, value: Plain, indent: int, pad: str) -> list[str]:
        if isinstance(value, dict | list) and value and not self._chance():
            least = 0 if isinstance(value, list) and opening != "-" else 1
            inner = indent + self._draw.draw(st.integers(least, 4))
            head = [f"{pad}{opening}{self._after()}"]
            nested = (
                self._mapping(value, inner) if isinstance(value, dict) else self._list(value, inner)
            )
            return [*head, *nested, *self._above(inner)]
        if isinstance(value, dict | list) and value and self._chance():
            return self._open_flow(f"{pad}{opening}", value, indent)
        return [f"{pad}{opening} {_json(value)}{self._after()}"]

    def _open_flow(
        self, head: str, value: dict[str, Plain] | list[Plain], indent: int
    ) -> list[str]:
        """Brackets over several lines, with comments inside."""
        items = (
            [f"{_json(key)}: {_json(inner)}" for key, inner in value.items()]
            if isinstance(value, dict)
            else [_json(inner) for inner in value]
        )
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        pad = " " * (indent + 1)
        lines = [f"{head} {opening}{self._after()}"]
        for item in items:
            lines += [*self._above(0), f"{pad}{item},{self._after()}"]
        return [*lines, *self._above(7), f"{pad}{closing}{self._after()}"]


def _json(value: Plain) -> str:
    """The value as JSON that is also YAML: no raw characters that YAML calls unprintable."""
    return re.sub(
        "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]",
        lambda match: f"\\u{ord(match[0]):04x}",
        json.dumps(value, ensure_ascii=False),
    )


def below(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MappingNode):
        yield from ((entry.name, entry.value) for entry in node.entries)
    elif isinstance(node, SequenceNode):
        yield from (("-", item) for item in node.items)


@settings(max_examples=250, deadline=None)
@given(tree=st.one_of(documents, emotions), data=st.data())
def test_any_document_keeps_its_meaning_and_its_comments(
    tree: dict[str, Plain], data: st.DataObject
) -> None:
    scribe = Scribe(data)
    text = scribe.write(tree)
    root = require_yaml(text, "x.yaml")
    written = format_yaml(text, "x.yaml", ORDERS)
    again = require_yaml(written, "x.yaml")
    assert digest(again) == digest(root)
    assert format_yaml(written, "x.yaml", ORDERS) == written
    kept = [comment.text for comment in find_comments(written, again)]
    assert sorted(kept) == sorted(scribe.comments)


def test_a_no_break_space_in_quotes_is_part_of_a_key() -> None:
    text = '":\xa0": 1\n'
    assert [name for name, _ in below(require_yaml(text, "x.yaml"))] == [":\xa0"]


@settings(max_examples=100, deadline=None)
@given(items=st.lists(st.integers(0, 9), min_size=1, max_size=5), data=st.data())
def test_comments_of_a_list_keep_their_order(items: list[int], data: st.DataObject) -> None:
    scribe = Scribe(data)
    text = scribe.write({"items": list[Plain](items), "z": 1})
    written = format_yaml(text, "x.yaml")
    kept = [comment.text for comment in find_comments(written, require_yaml(written, "x.yaml"))]
    # What stands behind a closing bracket is about the whole list: it goes up to the key's line.
    behind = re.search(r"^[^#\n]*\]\s*(#.*?)\s*$", text, flags=re.MULTILINE)
    whole = behind[1] if behind else None
    assert sorted(kept) == sorted(scribe.comments)
    assert [one for one in kept if one != whole] == [one for one in scribe.comments if one != whole]


@settings(max_examples=100, deadline=None)
@given(tree=st.one_of(documents, emotions), indent=st.sampled_from([None, 0, 3]))
def test_any_json_document_keeps_its_meaning(tree: dict[str, Plain], indent: int | None) -> None:
    text = json.dumps(tree, indent=indent)
    root, faults = parse_json(text, "x.json")
    if root is None or faults:
        return
    written = format_json(text, "x.json", ORDERS)
    again, _ = parse_json(written, "x.json")
    assert again is not None
    assert digest(again) == digest(root)
    assert format_json(written, "x.json", ORDERS) == written


@given(value=texts, flow=st.booleans())
def test_any_text_survives(value: str, flow: bool) -> None:
    written = string_text(value, flow=flow)
    text = f"a: [{written}]" if flow else f"a: {written}"
    node = require_yaml(text, "x.yaml")
    (_, inner), *_ = below(node)
    scalar = next(found for _, found in below(inner)) if flow else inner
    assert isinstance(scalar, ScalarNode)
    assert scalar.value == value
