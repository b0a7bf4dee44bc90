"""Did a change move a KPI? Pure functions on NumPy arrays: no paths, no clock, no warehouse. The method is told in docs/effects.md."""
