"""The lock: a reviewed text file that pins sources, engine, artifact and certificates."""
