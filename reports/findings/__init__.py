"""What was found, as numbers."""
