"""What runs the epochs of a training, for each backend."""
