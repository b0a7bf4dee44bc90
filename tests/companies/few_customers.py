"""A company of four customers over 26 months, whose features are calculated by hand; its folder is tests/companies/customers.

Times are Dutch. Rows are in the file of the day they were delivered; days without rows have no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from tests.companies.tiny import PROJECT, tiny_environment

FOLDER = PROJECT / "tests" / "companies" / "customers"
FIRST, UNTIL = date(2023, 11, 1), date(2026, 1, 1)

HEADERS: Mapping[str, str] = {
    "customers": "customer,since",
    "orders": "order_id,customer,placed_at,currency,total,cost,credit,promo,cancelled_at,changed_at",
    "lines": "order_id,line_no,placed_at,category,quantity,price,returned,returned_at,changed_at",
    "costs": "day,kind,amount",
    "deliveries": "delivery_id,order_id,supplier,promised_at,delivered_at,attempts,damaged,changed_at",
    "answers": "response_id,customer,delivery_id,asked_at,answered_at,metric,score,low,high",
}

# (table, day delivered, row)
ROWS: tuple[tuple[str, str, str], ...] = (
    *(("customers", "2023-11-01", f"{name},2023-11-01T09:00") for name in ("A", "B", "C", "E")),
    # A: two orders on one day; one order that was valid at the end of March and cancelled in April
    ("orders", "2024-01-10", "A1,A,2024-01-10T10:00,EUR,100.00,60.00,false,,,2024-01-10T10:00"),
    ("orders", "2024-01-10", "A2,A,2024-01-10T20:00,EUR,50.00,30.00,false,NEW,,2024-01-10T20:00"),
    ("orders", "2024-03-10", "A3,A,2024-03-10T10:00,EUR,80.00,50.00,false,,,2024-03-10T10:00"),
    ("orders", "2024-03-20", "A4,A,2024-03-20T10:00,EUR,200.00,100.00,false,,,2024-03-20T10:00"),
    ("orders", "2024-04-02", "A4,A,2024-03-20T10:00,EUR,200.00,100.00,false,,2024-04-02T10:00,2024-04-02T10:00"),
    ("orders", "2024-07-08", "A5,A,2024-07-08T10:00,EUR,40.00,20.00,true,,,2024-07-08T10:00"),
    ("lines", "2024-01-10", "A1,1,2024-01-10T10:00,shoes,1,60.00,,,2024-01-10T10:00"),
    ("lines", "2024-01-10", "A1,2,2024-01-10T10:00,books,2,20.00,,,2024-01-10T10:00"),
    ("lines", "2024-01-10", "A2,1,2024-01-10T20:00,books,1,50.00,,,2024-01-10T20:00"),
    ("lines", "2024-03-10", "A3,1,2024-03-10T10:00,toys,2,40.00,,,2024-03-10T10:00"),
    ("lines", "2024-03-20", "A4,1,2024-03-20T10:00,garden,1,200.00,,,2024-03-20T10:00"),
    ("lines", "2024-07-08", "A5,1,2024-07-08T10:00,books,1,40.00,,,2024-07-08T10:00"),
    # the shoes come back in February, one of two toys after the end of March
    ("lines", "2024-02-03", "A1,1,2024-01-10T10:00,shoes,1,60.00,1,2024-02-03T10:00,2024-02-03T10:00"),
    ("lines", "2024-04-05", "A3,1,2024-03-10T10:00,toys,2,40.00,1,2024-04-05T10:00,2024-04-05T10:00"),
    # B: one order cancelled at once, with a parcel that never came
    ("orders", "2024-02-05", "B1,B,2024-02-05T10:00,EUR,30.00,10.00,false,,,2024-02-05T10:00"),
    ("orders", "2024-02-06", "B2,B,2024-02-06T10:00,EUR,70.00,10.00,false,,2024-02-06T11:00,2024-02-06T11:00"),
    ("orders", "2024-04-30", "B3,B,2024-04-30T23:50,EUR,60.00,30.00,false,,,2024-04-30T23:50"),
    ("orders", "2024-08-01", "B4,B,2024-08-01T10:00,,90.00,40.00,false,,,2024-08-01T10:00"),
    # late, and ordered again after 83 days; never came, and ordered again after 91; damaged, and never again
    ("deliveries", "2024-02-09", "D1,B1,swift,2024-02-07T20:00,2024-02-09T10:00,2,false,2024-02-09T20:00"),
    ("deliveries", "2024-02-09", "D2,B2,swift,2024-02-10T20:00,,1,,2024-02-09T20:00"),
    ("deliveries", "2024-05-02", "D3,B3,swift,2024-05-02T20:00,,1,,2024-05-02T20:00"),
    ("deliveries", "2024-08-04", "D4,B4,swift,2024-08-05T20:00,2024-08-04T10:00,1,true,2024-08-04T20:00"),
    ("answers", "2024-02-20", "N1,B,,2024-02-19T10:00,2024-02-20T10:00,nps,9,0,10"),
    # the receiver of the parcel answers without a customer number
    ("answers", "2024-05-03", "N2,,D3,2024-05-03T10:00,2024-05-03T12:00,nps,4,0,10"),
    ("answers", "2024-05-04", "N3,B,,2024-05-04T10:00,2024-05-04T12:00,ces,7,1,7"),
    ("answers", "2024-06-01", "N4,B,,2024-05-30T10:00,2024-06-01T12:00,nps,10,0,10"),
    ("answers", "2024-06-01", "N5,B,,2024-05-30T10:00,2024-06-01T12:00,nps,3,0,5"),
    # C: one order, another in dollars. E: one order, then silence
    ("orders", "2024-05-15", "C1,C,2024-05-15T10:00,EUR,25.00,15.00,false,,,2024-05-15T10:00"),
    ("orders", "2024-06-01", "C2,C,2024-06-01T10:00,USD,900.00,15.00,false,,,2024-06-01T10:00"),
    ("orders", "2023-11-10", "E1,E,2023-11-10T10:00,EUR,20.00,15.00,false,,,2023-11-10T10:00"),
    ("orders", "2024-05-15", "G1,,2024-05-15T11:00,EUR,500.00,15.00,false,,,2024-05-15T11:00"),
    ("costs", "2024-02-28", "2024-02-28,return,10.00"),
    ("costs", "2024-02-28", "2024-02-28,redelivery,6.00"),
    ("costs", "2024-04-30", "2024-04-30,return,12.00"),
)  # fmt: skip


def write_customers(folder: Path, first: date = FIRST, until: date = UNTIL, rows: tuple[tuple[str, str, str], ...] = ROWS) -> None:
    """Write the files of days from `first` up to, not including, `until`."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {(table, day) for table, day, _ in rows if first.isoformat() <= day < until.isoformat()}
    for table, day in told:
        lines = [row for name, when, row in rows if (name, when) == (table, day)]
        (folder / f"{table}_{day}.csv").write_text("\n".join([HEADERS[table], *lines]) + "\n", encoding="utf-8")


def customers_environment(home: Path, data: Path) -> dict[str, str]:
    """The environment in which the command line works on this company."""
    return {**tiny_environment(home, data, FOLDER), "CUSTOMERS_DATA": str(data)}
