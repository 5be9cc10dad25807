"""The statistics and the verdict: pure, and without any other folder."""
