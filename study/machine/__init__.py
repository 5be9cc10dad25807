"""This computer: its files and mounts, its cores, what its native code prints."""
