"""Where code runs: the `Runner` protocol and its kinds. Only this room speaks to Docker. No database, no Flask here."""
