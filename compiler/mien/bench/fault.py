"""Why the bench could not measure."""


class BenchError(Exception):
    """A peer is missing or does not compute the same; the message says which and what to do."""
