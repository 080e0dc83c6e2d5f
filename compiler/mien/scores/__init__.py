"""Scores: performances as text, read, checked, locked and performed."""
