"""Releases: banks frozen at a version, the ledger that lists them, and proof that they still hold.

A release folder holds the sources byte for byte, the lock and the artifact. The ledger pins every
byte of it, and every entry pins the entry before.
"""
