"""Engine 1. Frozen with the first release that used it: change a bit of it and releases break.

Two halves. Records become tables in `compile`, with `solve` for the numbers. Tables become faces in
`evaluate`, which knows nothing of records: `plan` says what a label in a style takes, `numpy_path`
computes it for few queries, `program`, `kernels` and `batch` for many, `conflict` for both halves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.authored.bank import AuthoredBank
    from mien.engine.e1.evaluate import Evaluator1
    from mien.engine.tables import Tables


class Engine1:
    """Wendland C2 interpolation over sigmoid trends, with smoothstep plateaus.

    See `mien.engine.registry.Engine`.
    """

    number = 1

    def compile_tables(self, bank: AuthoredBank) -> Tables:
        """The tables of ``bank``; raises SourceError."""
        from mien.engine.e1.compile import compile_tables

        return compile_tables(bank)

    def evaluator(self, tables: Tables) -> Evaluator1:
        """``tables`` made ready to evaluate."""
        from mien.engine.e1.evaluate import Evaluator1

        return Evaluator1(tables)
