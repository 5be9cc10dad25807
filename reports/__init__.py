"""Showing what a study found: statistics, verdict, charts, page."""
