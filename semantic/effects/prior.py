"""How plausible each noise model is before a series is seen: learned once on simulated series (worlds.draw_training), then frozen.

The worlds the method is checked on are others; semantic/effects/forecast.py learn_prior made these figures from 10,000 series each of 180,
365 and 910 days (seeds 1001 to 1003). Two fifths are spread evenly over all models; that share alone was chosen with the worlds in sight.
"""

from __future__ import annotations

VERSION = 1
MIXES = (0.03, 0.1, 0.25, 0.5, 0.75, 0.95, 0.99)
KERNELS = ("ar_a", "ar_b", "ar_c", "ar_d", "ar_e", "walk", "trend", "year", "ar_c+trend", "ar_b+year", "walk+year", "narrow")
PRIOR = {
    "ar_a": (0.0175, 0.0142, 0.0113, 0.0096, 0.0096, 0.0110, 0.0114),
    "ar_b": (0.0145, 0.0101, 0.0076, 0.0093, 0.0089, 0.0157, 0.0207),
    "ar_c": (0.0111, 0.0069, 0.0059, 0.0074, 0.0166, 0.0195, 0.0168),
    "ar_d": (0.0088, 0.0058, 0.0058, 0.0097, 0.0228, 0.0098, 0.0084),
    "ar_e": (0.0077, 0.0060, 0.0072, 0.0095, 0.0324, 0.0058, 0.0053),
    "walk": (0.0073, 0.0074, 0.0146, 0.1005, 0.0470, 0.0078, 0.0048),
    "trend": (0.0076, 0.0091, 0.0166, 0.0165, 0.0151, 0.0048, 0.0048),
    "year": (0.0057, 0.0053, 0.0051, 0.0227, 0.0060, 0.0048, 0.0048),
    "ar_c+trend": (0.0075, 0.0068, 0.0073, 0.0178, 0.0286, 0.0137, 0.0100),
    "ar_b+year": (0.0066, 0.0054, 0.0079, 0.0062, 0.0248, 0.0178, 0.0106),
    "walk+year": (0.0053, 0.0050, 0.0067, 0.0171, 0.0333, 0.0050, 0.0048),
    "narrow": (0.0048, 0.0048, 0.0048, 0.0048, 0.0048, 0.0048, 0.0048),
}
