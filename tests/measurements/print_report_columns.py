"""Print the columns of a report as YAML to declare them: `python -m tests.measurements.print_report_columns rpt_suppliers`.

The SQL is the one that the last `cxhouse build` compiled for CXHOUSE_HOME, also when that build stopped at the report's contract.
"""

from __future__ import annotations

import json
import sys

from cxhouse.settings import read_settings
from cxhouse.warehouse.reading import read_warehouse
from cxhouse.warehouse.reports_page import read_reports


def print_columns(report: str) -> None:
    """Print an entry per column of a report: name, type, and the meaning where one is declared already."""
    settings = read_settings()
    found = list((settings.state / "dbt" / "target" / "compiled" / "cxhouse" / "models" / "reports").glob(f"*/{report}.sql"))
    if not found:
        sys.exit(f"{settings.state} holds no compiled SQL of {report}: run cxhouse build first")
    meanings = {column.name: column.description for known in read_reports() if known.name == report for column in known.columns}
    with read_warehouse(settings.warehouse) as connection:
        columns = connection.execute(f"describe {found[0].read_text(encoding='utf-8')}").fetchall()
    print("    columns:")
    for name, data_type, *_ in columns:
        meaning = json.dumps(meanings.get(name, ""), ensure_ascii=False)
        print(f"      - {{name: {name}, data_type: {data_type.lower()}, description: {meaning}}}")


if __name__ == "__main__":
    print_columns(sys.argv[1])
