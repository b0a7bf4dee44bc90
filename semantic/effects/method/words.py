"""The texts of a judgement: verdict, reason, and one sentence that includes the count of placebo dates."""

from __future__ import annotations

import math

LEVEL = 0.05
TOO_LITTLE = "too little data"
NOTHING = "no visible effect"
SHORT_HISTORY = "season not excluded: the history before is shorter than two years"
METHODS = {
    "forecast": "averaged forecast",
    "forecast_control": "averaged forecast with controls",
    "step": "step between two levels",
    "step_difference": "step of the difference to the controls",
    "step_control": "step between two levels, control fitted",
    "synthetic": "synthetic control",
}


def write_number(value: float) -> str:
    """A number with four leading digits, without an exponent in the usual range."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "unknown"
    if abs(value) < 1e-5:
        return f"{value:.3e}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 8)}f}"


def write_ratio(logarithm: float) -> str:
    """A difference of logarithms as per cent: exp(difference) - 1."""
    return f"{math.expm1(min(logarithm, 700.0)):+.1%}".replace("%", " %")


def give_verdict(effect: float | None, p: float | None, too_little: str | None, better: str | None) -> str:
    """The verdict; without a better direction a visible effect is `higher` or `lower`, with one it is `better` or `worse`."""
    if too_little or effect is None or p is None or not math.isfinite(p):
        return TOO_LITTLE
    if p >= LEVEL:
        return NOTHING
    direction = "higher" if effect > 0 else "lower"
    if better is None:
        return direction
    return "better" if direction == better else "worse"


def give_reason(verdict: str, p: float | None, visible: float | None, too_little: str | None) -> str:
    """The reason for the verdict."""
    if verdict == TOO_LITTLE:
        return too_little or "the effect cannot be estimated from these periods"
    if verdict == NOTHING:
        return f"within the 95 % margin; an effect of {write_number(visible or 0)} would have been seen in 80 of 100 cases"
    return f"outside the 95 % margin: without a change, a difference this large occurs in {max(p or 0, 1e-4):.2%} of cases"


def count_times(count: int) -> str:
    """A count in words: never, once, twice, n times."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def write_sentence(
    *,
    method: str,
    effect: float,
    lower: float,
    upper: float,
    periods: str,
    before: int,
    after: int,
    placebos: int,
    missed: int,
    last_only: bool = False,
    log: bool = False,
) -> str:
    """The judgement in one sentence, for readers without knowledge of statistics."""
    write = write_ratio if log else write_number
    size = write(effect).lstrip("+-") if log else write(abs(effect))
    move, margin = f"{size} {'higher' if effect > 0 else 'lower'}", f"95 % margin {write(lower)} to {write(upper)}"
    span = f"in the {after} {periods} after"
    if method == "synthetic":
        span = f"in the last of the {after} {periods} after" if last_only else span
        return (
            f"The value stood {move} {span} than a mix of controls that had followed it over the {before} {periods} before ({margin}); the "
            f"same was done for {placebos} controls, where nothing was changed: a gap as large was found {count_times(missed)}."
        )
    against = f"forecast from the {before} {periods} before" if method.startswith("forecast") else f"in the {before} {periods} before"
    tail = "there is no earlier date to try the same on."
    if placebos:
        dates = f"{placebos} earlier date{'s' * (placebos > 1)}"
        often = f"missed as badly {count_times(missed)}" if missed else "never missed as badly"
        tail = f"the same, tried on {dates} when nothing was registered, {often}."
    what = "The difference to the controls" if method == "step_difference" and not log else "The value"
    beside = " relative to its controls" if method == "step_difference" and log else ""
    return f"{what} stood {move}{beside} {span} than {against} ({margin}); {tail}"
