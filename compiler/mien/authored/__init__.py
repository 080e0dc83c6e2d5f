"""Nodes to records: a bank as its authors wrote it."""
