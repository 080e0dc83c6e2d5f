"""Sources of an older schema version, brought up to date with their comments."""
