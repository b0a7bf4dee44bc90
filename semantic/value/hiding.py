"""Which counts of customers stay hidden: those below five, and as many more as it takes that none can be worked out from totals."""

from __future__ import annotations

import polars as pl

FEWEST_SHOWN = 5
GROUPS = ("first_group", "second_group", "third_group")
SET = ("cell_set", "period")
KEY = (*SET, "row_id", "column_id")


def hide_small_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """KEY and `is_hidden` of cells with `customers_count` and GROUPS, whose totals a reader may know (null: none).

    In every group what is hidden is nothing, or at least two cells that hold five customers together: else its total less what is shown
    would tell. The smallest cells go first. Where a group has no further cell to hide, all of it is hidden, and its total must be too.
    """
    shown = cells.sort(KEY).with_columns(is_hidden=pl.col("customers_count").is_between(1, FEWEST_SHOWN - 1))
    while True:
        before = int(shown["is_hidden"].sum())
        for group in GROUPS:
            shown = cover(shown, group)
        if int(shown["is_hidden"].sum()) == before:
            return shown.select(*KEY, "is_hidden")


def cover(shown: pl.DataFrame, group: str) -> pl.DataFrame:
    """Hide the smallest shown cell of every group that gives a hidden one away."""
    place = [*SET, group]
    hidden = pl.col("is_hidden")
    count, together = hidden.sum().over(place), pl.when(hidden).then("customers_count").otherwise(0).sum().over(place)
    tells = (count > 0) & ((count < 2) | (together < FEWEST_SHOWN)) & pl.col(group).is_not_null()
    can_go = ~hidden & (pl.col("customers_count") > 0)
    rank = pl.when(can_go).then("customers_count").rank("ordinal").over(place)
    return shown.with_columns(is_hidden=hidden | (tells & can_go & (rank == 1)).fill_null(value=False))
