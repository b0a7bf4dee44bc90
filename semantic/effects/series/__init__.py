"""One series from a table of its own, as `cxhouse effect` reads it."""
