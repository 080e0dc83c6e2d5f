"""The table of visemes as a module of the browser package.

``python -m mien_trainer.lips.page_table`` writes it anew from the table that ships.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mien import resources
from mien_trainer.lips.coarticulation import Plan, plan_of
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact, VisemeTable

MODULE = resources.web() / "speech" / "lip_table.js"

_HEAD = """/**
 * The table of visemes, as mien_trainer/lips/page_table.py writes it; see presets/visemes.
 *
 * Letters: V visemes, G groups of channels. Channels are positions in `names`, visemes in
 * `visemes`; `contacts` are lips, then teeth, each with its first viseme as `row`. Times are in
 * seconds.
 *
 * @module
 */

/**
 * @typedef {object} Contact
 * @property {number} row
 * @property {readonly number[]} ruled
 * @property {number} closing
 * @property {number} pressing
 * @property {number} opening
 * @property {number} lead
 */

/**
 * @typedef {object} LipTable
 * @property {readonly string[]} names
 * @property {readonly string[]} visemes
 * @property {number} rest
 * @property {readonly (readonly number[])[]} groups
 * @property {readonly number[]} lead G
 * @property {readonly (readonly (readonly [number, number])[])[]} weights V: channels and weights
 * @property {readonly (readonly number[])[]} logStrength V x G
 * @property {readonly (readonly number[])[]} before V x G
 * @property {readonly (readonly number[])[]} after V x G
 * @property {readonly number[]} power V
 * @property {readonly Contact[]} contacts
 * @property {readonly number[]} sealing
 * @property {readonly number[]} pairs
 * @property {readonly number[]} caps
 * @property {readonly number[]} ceilings
 * @property {readonly number[]} slacks
 */

/** @type {LipTable} */
// prettier-ignore
export const LIP_TABLE = /** @type {any} */ ({
"""


def module_text(table: VisemeTable) -> str:
    """The module's text."""
    rows = (f"  {name}: {json.dumps(value)},\n" for name, value in _parts(table, plan_of(table)))
    return f"{_HEAD}{''.join(rows)}}});\n"


def _parts(table: VisemeTable, plan: Plan) -> Iterator[tuple[str, Any]]:
    rig = table.rig
    yield "names", rig.names
    yield "visemes", list(table.visemes)
    yield "rest", plan.positions[plan.rest]
    yield "groups", [one.tolist() for one in plan.channels]
    yield "lead", plan.lead.tolist()
    yield (
        "weights",
        [
            [[rig.index[name], weight] for name, weight in one.weights.items()]
            for one in table.visemes.values()
        ],
    )
    yield "logStrength", plan.log_strength.tolist()
    yield "before", plan.before.tolist()
    yield "after", plan.after.tolist()
    yield "power", plan.power.tolist()
    yield "contacts", [_contact(table, plan, kind) for kind in Contact]
    yield "sealing", plan.sealing.tolist()
    yield "pairs", [rig.index[name] for one in rig.antagonists for name in one.pair]
    yield "caps", [one.cap for one in rig.antagonists]
    yield "ceilings", [rig.index[n] for one in rig.ceilings for n in (one.channel, one.under)]
    yield "slacks", [one.slack for one in rig.ceilings]


def _contact(table: VisemeTable, plan: Plan, kind: Contact) -> dict[str, Any]:
    row = next(at for at, one in enumerate(table.visemes.values()) if one.contact is kind)
    timing = table.contacts[kind]
    return {
        "row": row,
        "ruled": plan.ruled[row].nonzero()[0].tolist(),
        "closing": timing.closing,
        "pressing": timing.pressing,
        "opening": timing.opening,
        "lead": timing.lead,
    }


if __name__ == "__main__":
    MODULE.write_text(module_text(shipped_table()), "utf-8")
