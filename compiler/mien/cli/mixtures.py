"""LABEL as people write it: a label, or a mixture of labels."""

from __future__ import annotations

import re

import click

_SHARE = re.compile(r"\s*([^:=,]+?)\s*[:=](.*)")


def label_of(text: str) -> str | dict[str, float]:
    """LABEL as a label, or as label weights where it has a colon or an equals sign.

    Raises:
        click.UsageError: a part is no LABEL:SHARE, or a label is there twice.
    """
    if ":" not in text and "=" not in text:
        return text
    weights: dict[str, float] = {}
    for part in text.split(","):
        found = _SHARE.fullmatch(part)
        try:
            if found is None:
                raise ValueError(part)
            share = float(found[2])
        except ValueError:
            hint = f"'{part}' is not LABEL:SHARE: write a mixture as joy:0.6,surprise:0.4"
            raise click.UsageError(hint) from None
        if found[1] in weights:
            hint = f"{found[1]} is in the mixture twice: give each label one share"
            raise click.UsageError(hint)
        weights[found[1]] = share
    return weights
