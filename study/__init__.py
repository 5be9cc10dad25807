"""Trying it: data, training, search and confirmation."""
