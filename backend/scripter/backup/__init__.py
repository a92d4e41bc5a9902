"""Backup and restore: the whole of an installation as one archive, and back. Called by the command line alone.

`service` is the door. `archive` is the file, `dump` and `load` carry the rows, `files` the contents and logs, and
`marks` keep servers and a restore apart."""
