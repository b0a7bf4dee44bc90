"""One series from a table, as `cxhouse effect` reads it."""
