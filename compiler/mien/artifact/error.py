"""What is wrong with an artifact."""

from __future__ import annotations


class ArtifactError(ValueError):
    """A file that is not an artifact, is damaged, or needs a newer mien; the message says which."""
