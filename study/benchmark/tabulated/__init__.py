"""The search, measured on a table of real trainings."""
