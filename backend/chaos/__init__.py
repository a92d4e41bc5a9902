"""The chaos campaign: every service is killed at random while jobs of known output run, then an oracle judges.

`python -m chaos --jobs 300 --kills 60 --seed 1`, or `make chaos`. What is promised and how to read the report is in
docs/reliability.md. Nothing in Scripter imports from here."""
