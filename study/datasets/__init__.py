"""Labelled texts as integer arrays, prepared once and opened from a cache."""
