"""Simulated worlds with known effects: calibration of the method and learning of its prior. Builds do not use this package."""
