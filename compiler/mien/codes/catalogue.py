"""All codes in one list: the rules of lint and of comparisons, and what is written in YAML here.

`python -m mien.codes.page` writes docs/codes.md anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from cattrs import Converter

from mien.codes.explanation import Explanation
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml

_WRITTEN = {
    "Reading a source": "reading",
    "Compiling and releasing": "promises",
    "Scores (mien score, mien perform)": "scores",
    "Readings and readers of text (mien readings, mien reader)": "readings",
    "Files that targets and training read": "training",
    "Answers of observers (mien judge score)": "judging",
    "Models: glTF and VRM": "models",
    "What is found in recordings and models (mien doctor)": "doctor",
    "Files with the times of sounds (lips)": "timings",
}


@cache
def catalogue() -> Mapping[str, tuple[Explanation, ...]]:
    """The codes by what gives them, in the order in which a bank meets it."""
    from mien.diff.rules.run import ALL_RULES
    from mien.lint import RULES as LINT_RULES

    written = {title: tuple(_read(stem)) for title, stem in _WRITTEN.items()}
    reading, *others = written.items()
    return dict(
        (
            reading,
            ("What the faces mean (mien check)", LINT_RULES),
            *others[:1],
            ("What changed (mien diff, mien check --against)", ALL_RULES),
            *others[1:],
        )
    )


def explanations() -> Mapping[str, Explanation]:
    """Every code to its explanation."""
    return {one.code: one for codes in catalogue().values() for one in codes}


def _read(stem: str) -> Iterator[Explanation]:
    path = Path(__file__).with_name(f"{stem}.yaml")
    data = plain(require_yaml(path.read_text("utf-8"), path.name))
    converter = Converter(forbid_extra_keys=True)
    for code, record in data.items() if isinstance(data, dict) else ():
        yield converter.structure({"code": code, **dict(record)}, Explanation)  # type: ignore[arg-type]
