"""The times of phonemes in recorded speech."""
