"""A source that is down stops nothing else: the others load, the build goes on, and status and reports name the stale source."""

from __future__ import annotations

import json
from pathlib import Path

from tests.companies.tiny import UNTIL, write_data
from tests.warehouse.conftest import make_home


def test_a_source_that_is_down_fails_alone_and_is_named_everywhere(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    write_data(home.data, ["2026-03-01", "2026-03-02"])
    home.run("ingest", "--to", "2026-03-03")
    write_data(home.data, ["2026-03-03"])
    (home.data / "contacts_2026-03-03.jsonl").write_bytes("ÿþ wrong".encode("utf-16"))
    (home.data / "deliveries_2026-03-03.csv").write_bytes(b"\x00\x01\x02\xff" * 50)
    loaded = home.run("ingest", "--to", UNTIL, check=False)
    assert loaded.returncode == 1 and "Traceback" not in loaded.stderr
    assert "calls.contacts" in loaded.stderr and "contacts_2026-03-03.jsonl" in loaded.stderr
    assert "parcels.deliveries" in loaded.stderr and "deliveries_2026-03-03.csv" in loaded.stderr
    built = home.run("build")
    assert "stale: calls.contacts is down" in built.stderr and "stale: parcels.deliveries is down" in built.stderr
    home.run("publish")
    health = {row["table_name"]: row for row in home.report("rpt_data_health").iter_rows(named=True)}
    assert health["contacts"]["status"] == "down" and health["contacts"]["last_error"]
    assert health["contacts"]["rows_staged"] == 6
    assert health["deliveries"]["status"] == "down"
    assert health["orders"]["last_error"] is None and health["orders"]["rows_staged"] == 6
    status = json.loads(home.run("status", "--json").stdout)
    assert {table["table_name"] for table in status["tables"] if table["status"] == "down"} == {"contacts", "deliveries"}


def test_another_hash_key_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    write_data(home.data, ["2026-03-01"])
    home.run("ingest", "--to", "2026-03-02")
    other = make_home(tmp_path, CXHOUSE_HASH_KEY="another key")
    refused = other.run("ingest", "--to", UNTIL, check=False)
    assert refused.returncode == 1 and "key" in refused.stderr and "Traceback" not in refused.stderr
    missing = make_home(tmp_path, CXHOUSE_HASH_KEY="").run("ingest", check=False)
    assert missing.returncode == 1 and "CXHOUSE_HASH_KEY" in missing.stderr
