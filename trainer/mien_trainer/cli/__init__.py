"""The commands of `mien` that the trainer adds."""
