"""Why a conformance run could not be made."""


class ConformanceError(Exception):
    """A runner could not answer; the message says which and what it said."""
