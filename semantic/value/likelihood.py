"""Maximum likelihood for models whose parameters are all above zero: on their logarithms, from several starts, with standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

SMALLEST, LARGEST = 1e-5, 1e5  # limits of the search, in the scaled units of a model; a parameter that ends at one is not estimated
STEEPEST = 1e-6  # largest slope of the mean log-likelihood that still counts as a maximum
FLATTEST = 1e-10  # slope at which the search may stop
NORMAL_95 = 1.959963984540054

Slope = Callable[[np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class Parameter:
    """An estimate with its standard error and 95 % interval; these are None when the likelihood is flat.

    The error of the logarithm is converted by the delta method; the interval is that of the logarithm, so it is above zero.
    """

    value: float
    standard_error: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Fit:
    """The maximum of a likelihood. `reason` says why it must not be used; None when it can be used."""

    parameters: Mapping[str, Parameter]
    log_likelihood: float
    customers: int
    rows: int
    converged: bool
    starts: int
    reason: str | None = None
    covariance_of_logs: np.ndarray | None = field(default=None, repr=False, compare=False)

    def __getitem__(self, name: str) -> float:
        return self.parameters[name].value


@dataclass(frozen=True)
class Summit:
    """The end of the search: logarithms of the parameters, curvature, and the largest slope."""

    logs: np.ndarray
    curvature: np.ndarray
    slope: float


def climb(mean_slope: Slope, starts: Sequence[Sequence[float]], rough_slope: Slope | None = None) -> Summit:
    """The highest maximum of a mean log-likelihood over logarithms of parameters. The function returns its negative with the gradient.

    With `rough_slope` (the same function over fewer rows), starts are tried on it, and only the best end is continued on all rows.
    """
    box = [(math.log(SMALLEST), math.log(LARGEST))] * len(starts[0])
    options = {"maxiter": 500, "ftol": 1e-14, "gtol": 1e-9}

    def descend(slope: Slope, logs: np.ndarray) -> optimize.OptimizeResult:
        return optimize.minimize(slope, logs, jac=True, method="L-BFGS-B", bounds=box, options=options)

    first = rough_slope or mean_slope
    ends = [descend(first, np.log(np.asarray(start, dtype=float))) for start in starts]
    best = min(ends, key=lambda end: end.fun).x
    summit = polish(mean_slope, best, first)
    if summit.slope > STEEPEST and rough_slope is not None:
        # the result on few rows was not a good start
        summit = polish(mean_slope, descend(mean_slope, best).x, mean_slope)
    return summit


def polish(slope: Slope, logs: np.ndarray, bending: Slope) -> Summit:
    """Newton steps with the curvature of `bending`, taken only when they improve. A point at a limit of the search does not move."""
    value, gradient = slope(logs)
    steepness = np.abs(gradient).max()
    for turn in range(20):
        if steepness < FLATTEST or at_edge(logs).any():
            break
        if turn % 5 == 0:
            curvature = bend(bending, logs)
            if not is_summit(curvature):
                break
        step = np.linalg.solve(curvature, gradient)
        step *= min(1.0, 0.5 / float(np.abs(step).max()))
        tried, tried_gradient = slope(logs - step)
        if not tried <= value + 1e-13 * abs(value) or np.abs(tried_gradient).max() >= steepness:
            break
        logs, value, gradient, steepness = logs - step, tried, tried_gradient, np.abs(tried_gradient).max()
    return Summit(logs, bend(slope, logs), float(steepness))


def bend(slope: Slope, logs: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """Second derivatives by central differences of the exact gradient."""
    columns = []
    for place in range(len(logs)):
        aside = np.zeros(len(logs))
        aside[place] = step
        columns.append((slope(logs + aside)[1] - slope(logs - aside)[1]) / (2 * step))
    curvature = np.array(columns)
    return (curvature + curvature.T) / 2


def is_summit(curvature: np.ndarray) -> bool:
    """Whether the curvature is negative definite by more than rounding errors."""
    roots = np.linalg.eigvalsh(curvature) if np.isfinite(curvature).all() else np.array([-1.0])
    return bool(roots[0] > 1e-11 * max(1.0, roots[-1]))


def at_edge(logs: np.ndarray) -> np.ndarray:
    """Which parameters ended at a limit of the search."""
    return (logs < math.log(SMALLEST) + 0.01) | (logs > math.log(LARGEST) - 0.01)


def conclude(
    summit: Summit, names: Sequence[str], scales: Sequence[float], *, log_likelihood: float, customers: int, rows: int, starts: int
) -> Fit:
    """A fit in the units of the table: each parameter times its scale. Standard errors come from the observed information."""
    edges, bent = at_edge(summit.logs), is_summit(summit.curvature)
    covariance = np.linalg.inv(summit.curvature) / customers if bent and not edges.any() else None
    parameters = {}
    for place, (name, scale) in enumerate(zip(names, scales, strict=True)):
        value = float(math.exp(summit.logs[place]) * scale)
        if covariance is None:
            parameters[name] = Parameter(value, None, None, None)
            continue
        error = math.sqrt(covariance[place, place])
        reach = math.exp(min(NORMAL_95 * error, 700.0))
        parameters[name] = Parameter(value, value * error, value / reach, value * reach)
    converged = bool(bent and summit.slope < STEEPEST)
    reason = None
    if edges.any():
        at = ", ".join(name for name, edge in zip(names, edges, strict=True) if edge)
        reason = f"{at} ended at a limit of the search: the data do not show how large it is"
    elif not converged:
        reason = "the search for the most likely parameters did not converge: the likelihood is flat there"
    return Fit(parameters, log_likelihood, customers, rows, converged and not edges.any(), starts, reason, covariance)
