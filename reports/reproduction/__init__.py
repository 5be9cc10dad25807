"""The page of the notebook's reproduction."""
