"""Recorded takes that a person has labelled."""
