"""Every rule, run over one bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mien.authored.bank import AuthoredBank
from mien.lint.action_units import core_units_known, core_units_show
from mien.lint.anchors import anchors_differ, anchors_inside_cube, anchors_spaced
from mien.lint.antagonists import archetypes_free_of_antagonists
from mien.lint.ceilings import archetypes_under_ceilings, ceilings_stand_alone
from mien.lint.conjugates import conjugates_equal
from mien.lint.exceptions import exceptions_known, exceptions_needed
from mien.lint.intensities import (
    every_intensity_present,
    intensities_in_reason,
    no_other_intensity,
)
from mien.lint.neutral import neutral_at_rest
from mien.lint.separation import labels_apart
from mien.lint.styles import enough_styles
from mien.lint.trends import trends_conjugate, trends_mirror
from mien.text.fault import Fault

Rule = Callable[[AuthoredBank], Iterator[Fault]]

RULES: tuple[Rule, ...] = (
    every_intensity_present,
    no_other_intensity,
    intensities_in_reason,
    anchors_inside_cube,
    anchors_differ,
    anchors_spaced,
    archetypes_free_of_antagonists,
    archetypes_under_ceilings,
    ceilings_stand_alone,
    conjugates_equal,
    core_units_known,
    core_units_show,
    exceptions_known,
    exceptions_needed,
    neutral_at_rest,
    labels_apart,
    enough_styles,
    trends_mirror,
    trends_conjugate,
)


def lint(bank: AuthoredBank) -> tuple[Fault, ...]:
    """Everything about the bank that its schemas cannot see, in file order; empty when it is sound.

    Faults of severity WARNING do not stop a compile.
    """
    faults = [fault for rule in RULES for fault in rule(bank)]
    return tuple(sorted(faults, key=lambda fault: (fault.place, fault.path, fault.code)))
