"""A bank that speaks, as a folder that any server of files can give out."""
