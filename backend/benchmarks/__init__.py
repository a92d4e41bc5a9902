"""Measurements beside something real in the same run; `make bench` prints them as lines `figure NAME VALUE UNIT`."""
