"""Property tests for a bank of your own: Hypothesis strategies and a pytest plugin.

``pytest --mien presets/ours`` proves on that bank what mien promises of every bank. The strategies
draw what those tests ask, for tests of your own:

    from hypothesis import given
    import mien, mien.testing

    BANK = mien.load("presets/ours")

    @given(mien.testing.queries(BANK))
    def test_our_rig_takes_every_face(query):
        assert our_rig.accepts(query.face(BANK))

It needs Hypothesis and pytest: ``pip install 'mien[testing]'``.
"""

from __future__ import annotations

from mien.testing.strategies import (
    Mixture,
    Query,
    banks,
    label_weights,
    mixtures,
    points,
    queries,
    visemes,
)

__all__ = ["Mixture", "Query", "banks", "label_weights", "mixtures", "points", "queries", "visemes"]
