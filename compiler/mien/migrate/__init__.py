"""Documents of an older schema version, brought up to date with their comments.

A kind of document moves on in three steps: raise its number in `mien.versions.VERSIONS`, change its
JSON Schema, and add a `Migration` from the number before. Sources of a bank register theirs in
`mien.migrate.migration.MIGRATIONS`; another package hands its own to the functions of
`mien.migrate.upgrade`. Every reader then takes older documents as if they were current, without
touching their files, and `mien migrate` rewrites the files.
"""
