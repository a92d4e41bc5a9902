"""The doctor: looks at everything that a person would otherwise guess, and says each thing in words with its remedy.

`checks` lists what is looked at; `scripter doctor` runs it where a worker runs, with that worker's settings."""
