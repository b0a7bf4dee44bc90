"""Random small files with faults: what is written, and what must land, worked out without the package `ingestion`."""
