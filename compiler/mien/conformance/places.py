"""Where things lie in the folder of a conformance run."""

from __future__ import annotations

SOURCES = "sources"
"""The shipped banks as they were when the run began."""

QUESTIONS = "questions"
"""A folder a bank: its artifact and what is asked of it."""

ANSWERS = "answers"
"""A folder a runner, by its number in the report from 0."""

SCRATCH = "scratch"
"""Compilation caches, one a runner, so that no setting sees what another compiled."""
