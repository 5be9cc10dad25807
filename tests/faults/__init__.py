"""Faults, injected into real processes and real databases: `python -m tests.faults`."""
