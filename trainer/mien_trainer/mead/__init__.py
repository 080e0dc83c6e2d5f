"""MEAD, the emotional talking faces, as features that a user has."""
