"""What the notebook's reproduction adds to its report."""
