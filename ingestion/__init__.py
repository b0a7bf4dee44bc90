"""From source systems to the lake: declared sources, connectors, landing."""
