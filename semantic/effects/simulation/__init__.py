"""Simulated worlds, in which the truth is known: calibration of the method and learning of its prior. No build imports this."""
