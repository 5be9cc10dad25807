"""From Python: `study.compare`, and the result that it returns."""
