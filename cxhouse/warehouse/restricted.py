"""Rows about customers, written outside the published copy; only the owner of the home may read them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from cxhouse.files import write_atomically

CUSTOMER_SEGMENTS = "customer_segments.parquet"


def write_customer_segments(warehouse: Path, folder: Path) -> Path:
    """Write each customer's values and segment at the newest month-end. Only the owner can open folder (mode 700) and file (600).

    The caller holds the lock of publishes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    rows = (
        "select customer_id, financial_value, appreciation_value, segment, rfm from int_customer_values "
        "where month_end = (select max(month_end) from int_customer_values) order by customer_id"
    )

    def fill(draft: Path) -> None:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            connection.execute(f"copy ({rows}) to '{draft}' (format parquet, compression zstd)")
        draft.chmod(0o600)

    write_atomically(folder / CUSTOMER_SEGMENTS, fill, alone=True)
    return folder / CUSTOMER_SEGMENTS
