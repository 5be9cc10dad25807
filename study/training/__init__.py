"""The training of one model."""
