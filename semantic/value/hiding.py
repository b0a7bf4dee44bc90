"""Hiding counts of customers: those below five, and further ones, so that no hidden count can be calculated from totals."""

from __future__ import annotations

import polars as pl

FEWEST_SHOWN = 5
GROUPS = ("first_group", "second_group", "third_group")
SET = ("cell_set", "period")
KEY = (*SET, "row_id", "column_id")


def hide_small_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """KEY and `is_hidden` of cells with `customers_count` and GROUPS, whose totals a reader may know (null: no group).

    In every group, either no cell is hidden or at least two cells with five customers together; otherwise the total minus the shown cells
    would give a hidden count. The smallest cells are hidden first. When a group has no further cell to hide, all its cells are hidden, and
    the caller must hide its total too.
    """
    shown = cells.sort(KEY).with_columns(is_hidden=pl.col("customers_count").is_between(1, FEWEST_SHOWN - 1))
    while True:
        before = int(shown["is_hidden"].sum())
        for group in GROUPS:
            shown = cover(shown, group)
        if int(shown["is_hidden"].sum()) == before:
            return shown.select(*KEY, "is_hidden")


def cover(shown: pl.DataFrame, group: str) -> pl.DataFrame:
    """Hide the smallest shown cell of every group from which a hidden count can be calculated."""
    place = [*SET, group]
    hidden = pl.col("is_hidden")
    count, together = hidden.sum().over(place), pl.when(hidden).then("customers_count").otherwise(0).sum().over(place)
    tells = (count > 0) & ((count < 2) | (together < FEWEST_SHOWN)) & pl.col(group).is_not_null()
    can_go = ~hidden & (pl.col("customers_count") > 0)
    rank = pl.when(can_go).then("customers_count").rank("ordinal").over(place)
    return shown.with_columns(is_hidden=hidden | (tells & can_go & (rank == 1)).fill_null(value=False))
