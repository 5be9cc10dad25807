"""How a chart is drawn."""
