"""Other words for labels, and actions, as a module of the browser package.

``python -m mien.reading.page_words`` writes it anew from presets/aliases.
"""

from __future__ import annotations

import json

from mien import resources
from mien.reading.tags import known_actions
from mien.text.suggest import known_groups

MODULE = resources.web() / "reader_words.js"

_HEAD = """/**
 * Other words for labels, and what people do in stage directions, as mien/reading/page_words.py
 * writes them; see presets/aliases.
 *
 * @module
 */
"""


def module_text() -> str:
    """The module: groups of words for the same emotion, and the label of each action."""
    groups = "".join(f"  {_list(group)},\n" for group in known_groups())
    actions = "".join(
        f"  [{json.dumps(word)}, {json.dumps(label)}],\n" for word, label in known_actions().items()
    )
    return (
        f"{_HEAD}\n"
        "/** @type {readonly (readonly string[])[]} the label of the default bank first */\n"
        f"// prettier-ignore\nexport const GROUPS = [\n{groups}];\n\n"
        "/** @type {ReadonlyMap<string, string>} the label of the default bank of each action */\n"
        f"// prettier-ignore\nexport const ACTIONS = new Map([\n{actions}]);\n"
    )


def _list(words: tuple[str, ...]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


if __name__ == "__main__":
    MODULE.write_text(module_text(), "utf-8")
