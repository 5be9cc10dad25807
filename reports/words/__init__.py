"""Numbers and names in prose."""
