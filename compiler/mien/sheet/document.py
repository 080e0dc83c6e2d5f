"""A page of its own: what stands before and after its body."""

from __future__ import annotations

from html import escape

END = "</body>\n</html>\n"


def begin(title: str, style: str, head: str = "") -> str:
    """All up to the body's first element; ``head`` is HTML that goes to the end of the head."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n{head}</head>\n<body>\n"
    )
