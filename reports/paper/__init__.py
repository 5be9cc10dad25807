"""A study for a paper: LaTeX, BibTeX, and charts as a journal takes them."""
