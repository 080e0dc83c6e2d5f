"""Engine 1 as the registry offers it."""

from __future__ import annotations

from mien.authored.bank import AuthoredBank
from mien.engine.e1.evaluator import Evaluator1
from mien.engine.tables import Tables


class Engine1:
    """Wendland C2 interpolation over sigmoid trends, with smoothstep plateaus."""

    number = 1

    def compile_tables(self, bank: AuthoredBank) -> Tables:
        """See `mien.engine.protocol.Engine`."""
        from mien.engine.e1.compile import compile_tables

        return compile_tables(bank)

    def evaluator(self, tables: Tables) -> Evaluator1:
        """See `mien.engine.protocol.Engine`."""
        return Evaluator1(tables)
