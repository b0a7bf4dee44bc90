"""Long measurements, run by hand or by `make bench`; no test imports them."""
