"""Keeping the house in order: which workers live, whether all parts answer, and sweeping up what was left behind."""
