"""The plan of a study, and what it remembers."""
