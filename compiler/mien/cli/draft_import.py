"""`mien import`: moments of recordings, and faces of other projects, become drafts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve

from mien.cli.options import bank_source
from mien.cli.terminal import say, visible

if TYPE_CHECKING:
    from mien.authored.bank import AuthoredBank
    from mien.authored.rig import Rig
    from mien.cli.importing import Import
    from mien.formats.archetype_draft import Faces
    from mien.formats.take import Take
    from mien.intake.face_table import FaceTable

_DRAFT = ".yaml"


def draft_moment(asked: Import) -> None:
    """A moment of a recording becomes a draft of an archetype, or of all by ``ratios``."""
    if asked.peak and asked.span is None:
        raise click.UsageError(
            "--peak is of a range, the face furthest from rest in it: give --range S S"
        )
    if (asked.at is None) == (asked.span is None):
        message = "FILE holds no faces by their names, so a draft is of one moment or one range"
        raise click.UsageError(f"{message}: give --at S or --range S S")
    refuse_existing(asked.out)
    from mien.formats import archetype_draft
    from mien.formats.registry import read_take
    from mien.intake.levels import spread
    from mien.text.atomic import write_atomic

    bank, intensity = _bank(asked.bank_name), asked.intensity or "mid"
    known_intensity(bank, intensity)
    shares = None if asked.ratios is None else _ratios(bank, asked.ratios)
    take = read_take(asked.file, channels=bank.rig.names, rate=asked.rate)
    weights, when = _face_at(take, asked)
    origin = f"{visible(asked.file.name)} at {when}"
    meant = "" if asked.label is None else _meant_label(bank, asked.label)
    faces: Faces = {intensity: weights}
    if shares is not None:
        faces = spread(meant, {"": weights}, bank.manifest.intensities, shares)
    notes = archetype_draft.lint_notes(bank, faces, meant)
    text = archetype_draft.draft_of(bank, faces, origin, meant, notes)
    said = ", ".join(faces) + (f" of {meant}" if meant else "")
    write_atomic(asked.out, text.encode())
    say(f"{asked.out}: a draft of {said}")


def draft_faces(asked: Import) -> bool:
    """Faces without time become drafts; False where FILE holds none.

    The output is a file for one emotion, else a folder with a file for each.
    """
    from mien.formats.archetype_draft import draft
    from mien.intake.drafts import Draft, drafts
    from mien.intake.face_sources import read_faces
    from mien.text.atomic import write_atomic
    from mien.text.fault import counted

    bank, out, intensity = _bank(asked.bank_name), asked.out, asked.intensity
    if intensity is not None:
        known_intensity(bank, intensity)
    levels = bank.manifest.intensities
    table = read_faces(asked.file, bank.rig, levels, 100.0 if asked.percent else 1.0)
    if table is None:
        return False
    chosen = _chosen(bank, table, asked.label)
    shares = _ratios(bank, asked.ratios)
    origin = visible(asked.file.name)
    if out.suffix.lower() in (_DRAFT, ".yml"):
        refuse_existing(out)
        if len({one.label for one in chosen.faces}) > 1:
            names = ", ".join(dict.fromkeys(visible(one.label) for one in chosen.faces))
            message = f"FILE holds several faces ({names}): choose one by --label, or name a folder"
            raise click.BadParameter(message, param_hint="-o")
        if intensity is not None:
            text = draft(bank, chosen.faces[0].weights, intensity, origin)
            files = {out: Draft(name="", label="", names=("",), text=text, notes=(), faults=0)}
        else:
            files = {out: drafts(bank, chosen, origin, shares)[0]}
    else:
        files = {out / f"{one.name}{_DRAFT}": one for one in drafts(bank, chosen, origin, shares)}
        for path in files:
            refuse_existing(path)
        out.mkdir(exist_ok=True)
    for path, one in files.items():
        write_atomic(path, one.text.encode())
        named = f" of {one.label or visible(one.names[0])}" if one.label or one.names[0] else ""
        lint = f", {counted(one.faults, 'note')} of lint in it" if one.faults else ""
        say(f"{path}: a draft{named}{lint}")
        for note in one.notes:
            say(f"  {visible(note)}", err=True)
    if any(note.startswith("no label ") for one in files.values() for note in one.notes):
        say(f"the labels are {', '.join(bank.manifest.labels)}", err=True)
    _tell_table(chosen, bank.rig)
    return True


def _tell_table(table: FaceTable, rig: Rig) -> None:
    from mien.text.suggest import nearest

    if table.unknown:
        near = ((name, nearest(name, rig.names)) for name in table.unknown)
        names = (name + (f" (is it {close}?)" if close else "") for name, close in near)
        say(f"no channels, left out: {visible(', '.join(names))}", err=True)
    if table.clamped:
        say(f"weights outside [0, 1], cut off: {table.clamped}", err=True)
    if table.drawn:
        say(f"weights drawn by chance, of which the middle is taken: {table.drawn}", err=True)


def _chosen(bank: AuthoredBank, table: FaceTable, label: str | None) -> FaceTable:
    """The faces of the name ``label``, or that mean the label; all where it is None."""
    from mien.text.suggest import aliased_label, did_you_mean

    if label is None:
        return table
    names = tuple(dict.fromkeys(one.label for one in table.faces))
    meant = {
        name: aliased_label(name, bank.manifest.labels, bank.aliases) for name in names if name
    }
    own = aliased_label(label, bank.manifest.labels, bank.aliases) or label
    wanted = label if label in names else next((n for n, one in meant.items() if one == own), "")
    if not wanted:
        hint = did_you_mean(label, names) or f"FILE has {', '.join(names[:20])}"
        raise click.BadParameter(f"no face {label}: {visible(hint)}", param_hint="--label")
    return evolve(table, faces=tuple(one for one in table.faces if one.label == wanted))


def _meant_label(bank: AuthoredBank, name: str) -> str:
    from mien.text.suggest import aliased_label, label_hint

    labels = bank.manifest.labels
    found = aliased_label(name, labels, bank.aliases)
    if found is None:
        hint = label_hint(name, labels, bank.aliases)
        raise click.BadParameter(f"no label {name}: {hint}", param_hint="--label")
    return found


def _ratios(bank: AuthoredBank, text: str | None) -> tuple[float, ...]:
    from mien.intake.levels import default_ratios

    wanted = bank.manifest.intensities
    if text is None:
        return default_ratios(len(wanted))
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    usable = all(0.0 < one <= 2.0 for one in found) and list(found) == sorted(set(found))
    if len(found) != len(wanted) or not usable:
        message = (
            f"{text}: expected a rising number for each of {', '.join(wanted)}, such as "
            f"{','.join(f'{one:g}' for one in default_ratios(len(wanted)))}"
        )
        raise click.BadParameter(message, param_hint="--ratios")
    return found


def _bank(name: str) -> AuthoredBank:
    from mien.authored.reader import read_bank

    return read_bank(bank_source(name).sources)


def known_intensity(bank: AuthoredBank, intensity: str) -> None:
    """Refuse an intensity that the bank does not have.

    Raises:
        click.BadParameter: it has none of that name.
    """
    from mien.text.suggest import did_you_mean

    known = bank.manifest.intensities
    if intensity not in known:
        hint = did_you_mean(intensity, known)
        raise click.BadParameter(f"no intensity {intensity}; {hint}", param_hint="--intensity")


def refuse_existing(out: Path) -> None:
    """Refuse to write over what is there.

    Raises:
        click.BadParameter: something is.
    """
    if out.exists():
        raise click.BadParameter(f"{out} exists; name a new file", param_hint="-o")


def _face_at(take: Take, asked: Import) -> tuple[dict[str, float], str]:
    """The weights of a moment, or the mean or peak of a range, and which it is in words."""
    from mien.formats import archetype_draft

    outside = f"there is no row there: {asked.file} runs from 0 to {take.seconds:.2f} s"
    if asked.at is not None:
        if asked.at > take.seconds:
            raise click.BadParameter(outside, param_hint="--at")
        return archetype_draft.weights_at(take, asked.at), f"{asked.at:g} s"
    start, end = asked.span or (0.0, 0.0)
    if not archetype_draft.has_rows(take, start, end):
        raise click.BadParameter(outside, param_hint="--range")
    if asked.peak:
        weights, found = archetype_draft.peak_weights(take, start, end)
        return weights, f"{found:.3g} s, the peak from {start:g} to {end:g} s"
    return archetype_draft.mean_weights(take, start, end), f"{start:g} to {end:g} s, the mean"
