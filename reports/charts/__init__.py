"""What each chart shows."""
