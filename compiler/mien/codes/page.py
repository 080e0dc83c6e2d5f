"""Explanations for people and programs; `python -m mien.codes.page` writes the page of all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import fill, indent

from mien.codes.catalogue import catalogue
from mien.codes.explanation import Explanation

PAGE = Path(__file__).parents[1] / "docs" / "codes.md"
_WIDTH = 88


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    yield "# What mien's codes mean"
    yield ""
    yield "Every fault, warning and change that mien reports has a code, which stands in brackets."
    yield "`mien check --explain CODE` prints what is written here."
    yield ""
    yield "`python -m mien.codes.page` writes this page anew from the rules and catalogues."
    for title, codes in catalogue().items():
        yield f"\n## {title}"
        for one in codes:
            yield f"\n### {one.code}\n"
            yield f"{one.title} ({one.severity})\n"
            yield f"{one.why}\n"
            yield f"**What to do:** {one.mend}"
            if one.right or one.wrong:
                yield "\n```yaml"
                yield from _example(one)
                yield "```"
    yield ""


def explained(one: Explanation) -> str:
    """One code for a terminal."""
    lines = [f"{one.code} ({one.severity}): {one.title}"]
    for name, text in (("why", one.why), ("what to do", one.mend)):
        lines.append(fill(f"  {name}: {text}", _WIDTH, subsequent_indent="    "))
    if one.right or one.wrong:
        lines.append(indent("\n".join(_example(one)), "  "))
    return "\n".join(lines)


def overview() -> str:
    """All codes, a line each."""
    width = max(len(one.code) for codes in catalogue().values() for one in codes)
    return "\n\n".join(
        "\n".join((title, *(f"  {one.code:<{width}}  {one.title}" for one in codes)))
        for title, codes in catalogue().items()
    )


def _example(one: Explanation) -> Iterator[str]:
    change = one.severity not in ("error", "warning")
    where = f", in {one.file}" if one.file else ""
    for name, text in (
        (("before", one.right), ("after", one.wrong))
        if change
        else (("wrong", one.wrong), ("right", one.right))
    ):
        yield f"# {name}{where}"
        yield text.strip("\n") or "# (nothing)"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
