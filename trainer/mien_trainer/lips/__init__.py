"""From phonemes to the curves of the lips."""
