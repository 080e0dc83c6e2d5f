"""Text to nodes: reading YAML and JSON with places kept, and saying what is wrong."""
