"""Scripter: a script IDE and cron scheduler on Docker."""

__version__ = "0.1.0"
