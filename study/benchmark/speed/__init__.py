"""How fast training, searching, storing and reporting are."""
