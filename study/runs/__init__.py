"""A study afterwards: read back, checked, and its best models."""
