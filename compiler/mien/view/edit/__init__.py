"""Changing single channels in the text of a source, with comments and everything else kept."""
