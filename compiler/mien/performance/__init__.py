"""Performances: cues, lips and life, evaluated to faces with the same bits on every machine."""
