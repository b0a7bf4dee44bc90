"""Effects in a whole company: from registered changes and daily figures to a verdict per change, KPI and touchpoint."""
