"""What is asked: settings, and what they leave open decided."""
