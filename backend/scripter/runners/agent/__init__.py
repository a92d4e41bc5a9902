"""The program that runs inside every job container; the runners send its text along."""
