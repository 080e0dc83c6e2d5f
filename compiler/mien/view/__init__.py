"""`mien view`: a page on this machine that shows a bank's faces while its files are edited.

The page evaluates the artifact itself. The server reads, compiles and tells; it evaluates nothing.
"""
