"""The dashboards as a static site: built from the published copy, swapped as a whole, and served."""
