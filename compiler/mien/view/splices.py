"""A mapping of numbers inside a text, changed entry by entry; every other character stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from mien.text.node import Entry, MappingNode, Node, SequenceNode


@frozen(kw_only=True, order=True)
class Splice:
    """Put ``text`` in the place of the characters ``[start, end)``."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """The text with all splices made; they must not overlap. Of equal places, in their order."""
    parts: list[str] = []
    at = 0
    for splice in sorted(splices, key=lambda one: (one.start, one.end)):
        parts += (text[at : splice.start], splice.text)
        at = splice.end
    return "".join((*parts, text[at:]))


def number(value: float) -> str:
    """The shortest way to write the number; whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def entry_splices(
    text: str, mapping: MappingNode, after: Mapping[str, float], order: Mapping[str, int]
) -> Iterator[Splice]:
    """From a mapping that has entries to the entries ``after``.

    New entries come where ``order`` (name to position) puts them. An entry that would go, but has a
    comment on its line, stays with the number 0; so does the last one.
    """
    flow = text[mapping.span.start] == "{"
    staying = [
        entry
        for entry in mapping.entries
        if entry.name in after or (not flow and "#" in _rest_of_line(text, tail(text, entry.value)))
    ] or [mapping.entries[0]]
    for entry in mapping.entries:
        wanted = after.get(entry.name, 0.0)
        if entry not in staying:
            yield _removal(text, mapping, entry, staying[-1], flow=flow)
        elif getattr(entry.value, "value", None) != wanted:
            yield _value(entry, wanted)
    present = {entry.name for entry in mapping.entries}
    for name in sorted((name for name in after if name not in present), key=order.__getitem__):
        yield _insertion(text, mapping, staying, name, after[name], order, flow=flow)


def first_entries(
    text: str, owner: Entry, indent: int, after: Mapping[str, float]
) -> Iterator[Splice]:
    """Entries for ``owner``, whose value is an empty ``{}``: lines of their own below it."""
    span = owner.value.span
    if _in_flow(text, owner):
        quote = _quote(text, owner)
        body = ", ".join(f"{quote}{name}{quote}: {number(one)}" for name, one in after.items())
        yield Splice(start=span.start, end=span.end, text=f"{{{body}}}")
        return
    start = len(text[: span.start].rstrip(" "))
    yield Splice(start=start, end=span.end, text="")
    end = line_end(text, span.end)
    yield Splice(start=end, end=end, text=block_lines(text, indent, after))


def block_lines(text: str, indent: int, entries: Mapping[str, float]) -> str:
    """The entries as lines, each after a line end of the text's kind."""
    end = line_break(text)
    return "".join(f"{end}{' ' * indent}{name}: {number(one)}" for name, one in entries.items())


def line_break(text: str) -> str:
    """How the lines of the text end."""
    return "\r\n" if "\r\n" in text else "\n"


def line_end(text: str, at: int) -> int:
    """The offset where the line of ``at`` ends, before its line end."""
    ends = [end for end in (text.find("\n", at), text.find("\r", at)) if end >= 0]
    return min(ends, default=len(text))


def line_start(text: str, at: int) -> int:
    """The offset where the line of ``at`` starts."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def tail(text: str, node: Node) -> int:
    """Where the last character of a node ends; a block's own span may reach past comments."""
    if isinstance(node, MappingNode) and text[node.span.start] != "{":
        return tail(text, node.entries[-1].value)
    if isinstance(node, SequenceNode) and text[node.span.start] != "[":
        return tail(text, node.items[-1])
    return node.span.start + len(text[node.span.start : node.span.end].rstrip())


def _value(entry: Entry, value: float) -> Splice:
    span = entry.value.span
    return Splice(start=span.start, end=span.end, text=number(value))


def _rest_of_line(text: str, at: int) -> str:
    return text[at : line_end(text, at)]


def _removal(text: str, mapping: MappingNode, entry: Entry, last: Entry, *, flow: bool) -> Splice:
    """The entry taken out, of which ``last`` is the last that stays."""
    if not flow:
        start = line_start(text, entry.key.span.start)
        end = line_end(text, entry.value.span.end)
        end += len("\r\n") if text.startswith("\r\n", end) else 1
        return Splice(start=start, end=min(end, len(text)), text="")
    position = mapping.entries.index(entry)
    if position < mapping.entries.index(last):
        following = mapping.entries[position + 1]
        return Splice(start=entry.key.span.start, end=following.key.span.start, text="")
    before = mapping.entries[position - 1]
    return Splice(start=before.value.span.end, end=entry.value.span.end, text="")


def _insertion(
    text: str,
    mapping: MappingNode,
    staying: Sequence[Entry],
    name: str,
    value: float,
    order: Mapping[str, int],
    *,
    flow: bool,
) -> Splice:
    earlier = [one for one in staying if order.get(one.name, -1) < order[name]]
    neighbour = earlier[-1] if earlier else staying[0]
    key = neighbour.key.span
    if not flow:
        indent = key.start - line_start(text, key.start)
        if earlier:
            at = line_end(text, tail(text, neighbour.value))
            return Splice(start=at, end=at, text=block_lines(text, indent, {name: value}))
        at = line_start(text, mapping.entries[0].key.span.start)
        line = f"{' ' * indent}{name}: {number(value)}{line_break(text)}"
        return Splice(start=at, end=at, text=line)
    quote = _quote(text, neighbour)
    written = f"{quote}{name}{quote}: {number(value)}"
    gap = _gap(text, key.start)
    if earlier:
        at = neighbour.value.span.end
        return Splice(start=at, end=at, text=f",{gap or ' '}{written}")
    return Splice(start=key.start, end=key.start, text=f"{written},{gap or ' '}")


def _gap(text: str, at: int) -> str:
    """The line end and indent before an offset, if the line starts there, else nothing."""
    start = line_start(text, at)
    return line_break(text) + text[start:at] if not text[start:at].strip() else ""


def _quote(text: str, entry: Entry) -> str:
    first = text[entry.key.span.start]
    return first if first in "\"'" else ""


def _in_flow(text: str, owner: Entry) -> bool:
    """Whether an entry does not start its own line, or is written as JSON."""
    at = owner.key.span.start
    return bool(text[line_start(text, at) : at].strip()) or _quote(text, owner) == '"'
