"""The notebook that this grew out of, trained again."""
