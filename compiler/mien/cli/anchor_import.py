"""`mien import --anchors`: a team's table of points becomes anchors."""

from __future__ import annotations

import shlex
from math import inf
from typing import TYPE_CHECKING

import click

from mien.cli.draft_import import known_intensity, refuse_existing
from mien.cli.faults import write_faults
from mien.cli.options import bank_source, own_folder
from mien.cli.terminal import say, visible

if TYPE_CHECKING:
    from mien.cli.importing import Import

PATCHES = (".patch", ".diff")
_DRAFT = ".yaml"


def import_anchors(asked: Import) -> None:
    """Write drafts of anchors into a folder, or a patch of a bank into a file.

    Rows whose label or level the bank does not have are left out where that is asked for.

    Raises:
        SourceError: with every fault of the table, or of such rows.
    """
    from mien.authored.reader import read_bank
    from mien.intake.anchor_table import read_anchors
    from mien.intake.anchors import anchors_draft, anchors_patch, lint_notes, points_of
    from mien.text.atomic import write_atomic
    from mien.text.fault import counted
    from mien.text.files import shown_path

    file, out = asked.file, asked.out
    if asked.scale is not None and not -inf < asked.scale[0] < asked.scale[1] < inf:
        raise click.BadParameter("give the lowest number, then the highest", param_hint="--scale")
    patch = out.suffix.lower() in PATCHES
    if patch:
        refuse_existing(out)
    name = asked.bank_name
    folder = own_folder(name) if patch else bank_source(name).sources
    bank = read_bank(folder)
    known = bank.manifest.intensities
    if asked.intensity is not None:
        known_intensity(bank, asked.intensity)
    table = read_anchors(file, asked.scale)
    level = asked.intensity or known[len(known) // 2]
    points = points_of(bank, table, visible(file.name), level)
    if points.strange and not asked.known_only:
        write_faults(points.strange, "text", err=True)
        raise click.UsageError("nothing is written; --known-only leaves such rows out")
    said = lint_notes(bank, points)
    notes = list(points.notes)
    for fault in points.strange:
        at = f"{fault.place}{f' {fault.path}' if fault.path else ''}"
        notes.append(f"{at}: {fault.message}, left out: {fault.hint}")
    if any(not row.level for row in table.rows):
        notes.append(f"rows without a level are taken for {level}: --intensity says another one")
    if not points.labels:
        _tell(notes)
        raise click.UsageError(f"no row of {file} means a label of {bank.manifest.id}")
    if patch:
        text = anchors_patch(bank, points, folder)
        if not text:
            say(f"nothing to patch: every point is in {shown_path(folder)} already")
            return
        write_atomic(out, text.encode())
        files = counted(text.count("+++ b/"), "file")
        shown = shown_path(folder)
        here = f"+++ b/{shown}/" in text
        apply = shlex.join(["git", *([] if here else ["-C", shown]), "apply"])
        target = out if here else out.absolute()
        say(f"{out}: moves anchors in {files} of {shown}; {apply} {shlex.quote(str(target))}")
        say("moved anchors make faces others: `mien diff` says how far", err=True)
        notes += [line for one in said.values() for line in one]
    else:
        paths = {one.label: out / f"{one.label}{_DRAFT}" for one in points.labels}
        for path in paths.values():
            if path.exists():
                raise click.BadParameter(f"{path} exists; name a new folder", param_hint="-o")
        out.mkdir(exist_ok=True)
        for one in points.labels:
            text = anchors_draft(one, bank, said[one.label])
            write_atomic(paths[one.label], text.encode())
            count = len(said[one.label])
            lint = f", {count} note{'s' if count > 1 else ''} of lint in it" if count else ""
            say(f"{paths[one.label]}: {', '.join(one.points)} of {one.label}{lint}")
    _tell(notes)


def _tell(notes: list[str]) -> None:
    for note in notes:
        say(visible(note), err=True)
