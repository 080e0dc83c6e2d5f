"""The trainer's own documents of an older schema version, brought up to date.

Readers hand these to `mien.authored.documents.read_valid` (files) and
`mien.migrate.upgrade.upgrade_json` (configs that a checkpoint stores);
`mien migrate` collects them.
"""

from __future__ import annotations

from mien.migrate.migration import Migration

MIGRATIONS: tuple[Migration, ...] = ()
"""All kinds are at their first version, so there is none yet."""
