"""Schedules: crontab lines in time zones, and the ledger of every due time and what became of it."""
