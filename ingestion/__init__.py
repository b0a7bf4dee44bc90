"""From the outside world to the lake: sources as declared, connectors, landing."""
