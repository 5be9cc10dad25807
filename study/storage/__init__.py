"""Where studies are stored."""
