"""The scale on which a series is judged: its values, or their logarithms where growth and scatter are in proportion to the level.

Both scales are compared by the probability that the noise models give to the periods before. The periods after have no part in the choice.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.estimates import Pattern, find_shapes
from semantic.effects.method.forecast import Shapes, average_forecast
from semantic.effects.method.kernels import Array, prepare_family

SMALLEST_SPAN = 1.3  # highest over lowest level before, below which both scales give the same judgement
PERIODS_OF_LEVEL = 8
LOGARITHM_NOTE = "growth and scatter are in proportion to the level: judged on logarithms, and turned back into the unit"

Number = TypeVar("Number", float, Array)


def prefer_logarithms(pattern: Pattern, before: Array) -> NDArray[np.bool_]:
    """Which series (N x n, without gaps) are more probable as logarithms than as values; where the level hardly moves, values are kept.

    The logarithm is taken times the geometric mean, so that both scales have the same unit (Box and Cox 1964, Journal of the Royal
    Statistical Society B 26, 211-252).
    """
    before = np.asarray(before, dtype=float)
    found: NDArray[np.bool_] = np.all(before > 0, axis=1)
    width = max(min(PERIODS_OF_LEVEL, before.shape[1] // 4), 1)
    sums = np.cumsum(np.column_stack([np.zeros(len(before)), before]), axis=1)
    levels = sums[:, width:] - sums[:, :-width]
    found &= levels.max(axis=1) >= SMALLEST_SPAN * levels.min(axis=1)
    if not found.any():
        return found
    values = before[found]
    logs = np.log(values)
    scaled = np.exp(logs.mean(axis=1, keepdims=True)) * logs
    family, shapes = prepare_family(*pattern.periods), find_shapes(pattern)
    sets = Shapes.join([shapes], [2 * len(values)]) if len(shapes[1]) else None
    both = np.concatenate([values, scaled])
    evidence = average_forecast(family, both, both.mean(axis=1), shapes=sets).evidence
    found[found] = evidence[len(values) :] > evidence[: len(values)]
    return found


def return_to_unit(reached: Number, difference: Number) -> Number:
    """A difference of logarithms in units: from what the mean after, `reached`, would be without the difference, to `reached`."""
    return reached * -np.expm1(-difference)
