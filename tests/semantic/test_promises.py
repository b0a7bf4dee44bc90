"""What is said about a promised effect: as promised, more, less, or the opposite; the margin decides."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from semantic.effects.company.units import Unit
from semantic.effects.company.verdicts import compare_promise


@pytest.mark.parametrize(
    ("promised", "effect", "lower", "upper", "said"),
    [
        (2.0, 2.5, 1.0, 4.0, "the promise lies within the margin"),
        (2.0, 1.5, -0.5, 3.5, "the margin contains both the promise and no effect"),
        (2.0, 6.0, 4.0, 8.0, "more than promised"),
        (2.0, 0.5, -0.5, 1.5, "less than promised"),
        (2.0, 1.0, 0.5, 1.5, "less than promised"),
        (2.0, -0.5, -1.5, 0.5, "less than promised"),
        (1.0, -16.4, -20.0, -12.0, "the opposite of what was promised"),
        (-2.0, -6.0, -8.0, -4.0, "more than promised"),
        (-2.0, -1.0, -1.5, -0.5, "less than promised"),
        (-2.0, 3.0, 1.0, 5.0, "the opposite of what was promised"),
    ],
)
def test_a_promise_is_compared_with_the_margin(promised: float, effect: float, lower: float, upper: float, said: str) -> None:
    answer = SimpleNamespace(effect=effect, lower=lower, upper=upper)
    text = compare_promise(promised, answer, Unit(1.0, 1, " points"))  # type: ignore[arg-type]
    assert text.endswith(f": {said}")
