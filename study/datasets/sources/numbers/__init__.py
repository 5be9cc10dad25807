"""Series of numbers, from files of every kind."""
