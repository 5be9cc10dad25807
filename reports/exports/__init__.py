"""What was found, for programs."""
