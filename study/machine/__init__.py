"""This computer: its files, its memory, its terminal."""
