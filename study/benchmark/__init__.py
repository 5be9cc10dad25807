"""Benchmarks of what isoparam claims to be fast at; side by side with its peers, in one run."""
