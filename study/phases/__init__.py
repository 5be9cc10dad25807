"""What a study works off: the search, then its confirmation."""
