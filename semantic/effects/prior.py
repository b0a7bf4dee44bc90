"""How plausible each noise model is before a series is seen: learned once on simulated series (worlds.draw_training), then frozen.

The worlds the method is checked on are others; semantic/effects/forecast.py learn_prior made these figures from 10,000 series each of 180,
365 and 910 days (seeds 1001 to 1003), 15 % spread evenly over all models.
"""

from __future__ import annotations

VERSION = 1
MIXES = (0.03, 0.1, 0.25, 0.5, 0.75, 0.95, 0.99)
KERNELS = ("ar_a", "ar_b", "ar_c", "ar_d", "ar_e", "walk", "trend", "year", "ar_c+trend", "ar_b+year", "walk+year", "narrow")
PRIOR = {
    "ar_a": (0.0198, 0.0152, 0.0111, 0.0087, 0.0087, 0.0106, 0.0112),
    "ar_b": (0.0156, 0.0093, 0.0058, 0.0082, 0.0077, 0.0173, 0.0243),
    "ar_c": (0.0108, 0.0048, 0.0034, 0.0055, 0.0185, 0.0226, 0.0189),
    "ar_d": (0.0075, 0.0033, 0.0032, 0.0088, 0.0274, 0.0089, 0.0069),
    "ar_e": (0.0060, 0.0036, 0.0052, 0.0085, 0.0409, 0.0032, 0.0025),
    "walk": (0.0054, 0.0055, 0.0157, 0.1374, 0.0616, 0.0061, 0.0018),
    "trend": (0.0058, 0.0079, 0.0185, 0.0184, 0.0164, 0.0018, 0.0018),
    "year": (0.0031, 0.0025, 0.0023, 0.0272, 0.0035, 0.0018, 0.0018),
    "ar_c+trend": (0.0056, 0.0047, 0.0054, 0.0202, 0.0356, 0.0144, 0.0092),
    "ar_b+year": (0.0044, 0.0027, 0.0062, 0.0038, 0.0302, 0.0202, 0.0100),
    "walk+year": (0.0026, 0.0021, 0.0045, 0.0193, 0.0422, 0.0021, 0.0018),
    "narrow": (0.0019, 0.0018, 0.0018, 0.0018, 0.0018, 0.0018, 0.0018),
}
