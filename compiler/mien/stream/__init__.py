"""Faces sent to other programs and received from them, while they happen."""
