"""One row per count of customers that reports show: whether it is hidden."""

from semantic.value.hiding import hide_small_cells


def model(dbt, session):
    """Small counts, and counts from which they could be calculated."""
    dbt.config(materialized="table")
    return hide_small_cells(dbt.ref("fct_segment_cells").pl())
