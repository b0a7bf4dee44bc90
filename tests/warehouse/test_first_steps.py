"""An unfinished company folder: a source without rows yet, and no staging model."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, ignore_patterns

import polars as pl

from tests.companies.tiny import FOLDER, UNTIL
from tests.warehouse.conftest import make_home


def test_a_folder_without_data_and_models_names_what_is_missing_and_builds_all_the_same(tmp_path: Path) -> None:
    company = copytree(FOLDER, tmp_path / "company", ignore=ignore_patterns("stg_*.sql"))
    for name, old, new in (("company.yml", "first_day: 2026-03-01", "first_day: earliest"), ("sources.yml", "allow_empty: true", "")):
        text = (company / name).read_text(encoding="utf-8")
        assert old in text
        (company / name).write_text(text.replace(old, new), encoding="utf-8")
    home = make_home(tmp_path, CXHOUSE_COMPANY=str(company))
    loaded = home.run("ingest", "--to", UNTIL, check=False)
    assert loaded.returncode == 1
    for table in ("shop.orders", "calls.contacts", "parcels.deliveries", "surveys.answers"):
        assert f"{table}: no file matches" in loaded.stderr
    assert "up to date" not in loaded.stdout
    home.run("build")
    home.run("publish")
    kpis = home.report("rpt_touchpoint_kpis")
    assert kpis.height > 0
    assert set(kpis["status"]) == {"not_measurable"}
    reasons = set(kpis.filter(pl.col("kpi_id") == "conversion")["reason"])
    assert reasons == {"not measurable: no source delivers orders; no source delivers visits"}
