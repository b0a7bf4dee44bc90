"""What a table of customers can hold in silence: values far above all others, a time in another unit, customers who bought once."""

from __future__ import annotations

import numpy as np
import polars as pl

FAR_VALUE = 6.0  # distance of a logarithm from the middle, in robust standard deviations, from which a value is set aside
SMALLEST_SPREAD = 0.5  # of the logarithms: where prices hardly differ, 20 times the middle is far
LONG_AGES, SHORT_AGES = 500.0, 20.0  # ages in horizons: beyond them the horizon is probably in another unit of time
SHOWN = 5


def set_aside_values(customers: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The table with `mean_value` null where it is far above all others, and a note that names these customers.

    Far is more than six robust standard deviations (1.4826 times the median distance, at least 0.5) of the logarithms from their median.
    """
    spent = customers.filter((pl.col("frequency") > 0) & (pl.col("mean_value") > 0))["mean_value"].to_numpy().astype(float)
    if len(spent) < 2:
        return customers, ()
    middle = float(np.median(np.log(spent)))
    spread = max(1.4826 * float(np.median(np.abs(np.log(spent) - middle))), SMALLEST_SPREAD)
    limit = float(np.exp(middle + FAR_VALUE * spread))
    far = customers.filter((pl.col("frequency") > 0) & (pl.col("mean_value") > limit)).sort("mean_value", descending=True)
    if not far.height:
        return customers, ()
    names = far["customer_id"].to_list() if "customer_id" in far.columns else [""] * far.height
    shown = ", ".join(f"{name} {value:,.6g}".strip() for name, value in zip(names[:SHOWN], far["mean_value"].to_list(), strict=False))
    note = (
        f"{far.height} values are far above all others (above {limit:,.4g}, the middle is {np.exp(middle):,.4g}): {shown}. They are "
        "not used; these customers count with the mean value of all. Correct them, or value these customers by hand"
    )
    kept = pl.when((pl.col("frequency") > 0) & (pl.col("mean_value") > limit)).then(None).otherwise(pl.col("mean_value"))
    return customers.with_columns(kept.alias("mean_value")), (note,)


def note_time_unit(customers: pl.DataFrame, horizon: float) -> tuple[str, ...]:
    """A note when the ages are so long or so short beside the horizon that both are probably not in one unit of time."""
    age = customers["age"].drop_nulls().median() if customers.height else None
    if not isinstance(age, int | float) or not age:
        return ()
    if SHORT_AGES * age < horizon or age > LONG_AGES * horizon:
        return (
            f"half of the customers have a T of {age:,.6g} or more, and the horizon is {horizon:,.6g} in the same unit of time: "
            "is T in seconds, hours or years? Give T and recency in weeks, or --horizon in the unit of T",
        )
    return ()


def note_one_time_buyers(customers: pl.DataFrame) -> tuple[str, ...]:
    """A note on the probability of being alive of customers without a repeat purchase, which the model sets to 1."""
    once = customers.filter(pl.col("frequency") == 0).height
    rest = customers.filter(pl.col("frequency") > 0)["probability_alive"].mean()
    if not once or not isinstance(rest, float):
        return ()
    return (
        f"{once:,} customers bought once: their probability of being alive is 1 by construction, because in this model customers leave "
        f"only after a repeat purchase. It says nothing about them; the mean of the others is {rest:.3f}",
    )
