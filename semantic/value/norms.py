"""Norms: usual figures of a company's customers at one time, kept as curves, so that later customers are compared with the same norm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_POINTS = 200
FEWEST_IN_CLASS = 30  # fewest customers per point of a curve of means


@dataclass(frozen=True)
class Curve:
    """Points from left to right, with straight lines between them and constant beyond the ends. Without points every result is nan."""

    places: tuple[float, ...]
    heights: tuple[float, ...]

    def read(self, values: np.ndarray) -> np.ndarray:
        """The height at each value; nan where the value is nan, and everywhere without points."""
        values = np.asarray(values, dtype=float)
        if not self.places:
            return np.full(len(values), np.nan)
        return np.interp(values, self.places, self.heights)

    def describe(self) -> dict[str, Sequence[float]]:
        """The curve as values for JSON."""
        return {"places": list(self.places), "heights": list(self.heights)}


def read_curve(content: Mapping[str, Any]) -> Curve:
    """The curve from the output of `describe`."""
    return Curve(tuple(map(float, content["places"])), tuple(map(float, content["heights"])))


def make_norm(values: np.ndarray) -> Curve:
    """Mid-rank percentiles (0-100): the share below a value plus half the share equal to it. nan is ignored.

    All distinct values are kept, or those at MOST_POINTS evenly spaced ranks; values between two kept ones are interpolated.
    """
    known = np.asarray(values, dtype=float)
    known = np.sort(known[~np.isnan(known)])
    if not known.size:
        return Curve((), ())
    distinct, counts = np.unique(known, return_counts=True)
    ranks = 100 * (np.cumsum(counts) - counts / 2) / known.size
    if len(distinct) > MOST_POINTS:
        wanted = np.unique(known[np.linspace(0, known.size - 1, MOST_POINTS).round().astype(int)])
        kept = np.searchsorted(distinct, wanted)
        distinct, ranks = distinct[kept], ranks[kept]
    return Curve(tuple(distinct.tolist()), tuple(ranks.tolist()))


def make_means(places: np.ndarray, heights: np.ndarray) -> Curve:
    """Mean height by place, never falling, from classes of at least FEWEST_IN_CLASS neighbours (one class when there are fewer)."""
    order = np.argsort(places, kind="stable")
    places, heights = np.asarray(places, dtype=float)[order], np.asarray(heights, dtype=float)[order]
    if not places.size:
        return Curve((), ())
    _, starts = np.unique(places, return_index=True)
    ends = np.append(starts[1:], places.size)
    classes: list[tuple[int, int]] = []
    begin = 0
    for end in ends.tolist():
        if end - begin >= FEWEST_IN_CLASS or end == places.size:
            if classes and end - begin < FEWEST_IN_CLASS:
                begin = classes.pop()[0]
            classes.append((begin, end))
            begin = end
    means = np.maximum.accumulate([heights[begin:end].mean() for begin, end in classes])
    return Curve(tuple(float(places[begin:end].mean()) for begin, end in classes), tuple(means.tolist()))


def draw_to_middle(percentiles: np.ndarray, evidence: np.ndarray, half: float) -> np.ndarray:
    """Percentiles shrunk towards 50 by n / (n + half): with `half` observations a customer's own figure has weight 1/2."""
    evidence = np.asarray(evidence, dtype=float)
    return 50 + (np.asarray(percentiles, dtype=float) - 50) * evidence / (evidence + half)
