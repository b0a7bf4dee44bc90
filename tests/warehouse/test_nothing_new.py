"""A build with nothing new does nothing; whatever can change a figure makes the next build run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cxhouse.build_state import read_state, write_state
from cxhouse.ledger.plans import PLANS
from cxhouse.ledger.value_versions import append_value_model
from cxhouse.settings import Settings, read_settings
from cxhouse.warehouse.build import begin_build, build_warehouse, continue_build
from cxhouse.warehouse.inputs import describe_inputs, list_changed, list_lake
from cxhouse.warehouse.preparation import fingerprint_definitions, open_workplace, read_inputs
from cxhouse.warehouse.publishing import publish_reports
from ingestion.load import read_landing_log
from tests.companies.tiny import FOLDER, UNTIL
from tests.warehouse.conftest import Home, copy_home


def has_news(settings: Settings, now: datetime | None = None) -> bool:
    """Whether there is something to build at that time, which is that of the last build unless given."""
    workplace, last = open_workplace(settings), read_state(settings)
    assert last is not None
    moment = now or datetime.fromisoformat(last.built_at)
    inputs = describe_inputs(workplace, read_inputs(workplace, moment), moment)
    return list_changed(settings, inputs, fingerprint_definitions(workplace)) != set()


@pytest.fixture
def built(tiny: Home, tmp_path: Path) -> Home:
    """A copy of the tiny home and its company, as if it had been built where it stands now."""
    shutil.copytree(FOLDER, tmp_path / "company")
    home = copy_home(tiny, tmp_path, CXHOUSE_COMPANY=str(tmp_path / "company"))
    settings = read_settings(home.environment)
    last = read_state(settings)
    assert last is not None
    assert has_news(settings)  # another place: the views of the warehouse read the files of the old one
    workplace, moment = open_workplace(settings), datetime.fromisoformat(last.built_at)
    inputs = describe_inputs(workplace, read_inputs(workplace, moment), moment)
    write_state(settings, replace(last, inputs=inputs))
    assert not has_news(settings)
    return home


def test_a_build_with_nothing_new_touches_nothing_although_the_publish_added_to_the_ledger(tiny: Home) -> None:
    settings = read_settings(tiny.environment)
    last = read_state(settings)
    assert last is not None and (settings.ledger / PLANS).exists()
    files = [settings.warehouse, settings.state / "build.json", settings.state / "company" / "build.parquet"]
    before = [path.stat().st_mtime_ns for path in files]
    workplace = open_workplace(settings)
    assert build_warehouse(workplace, now=datetime.fromisoformat(last.built_at)) is None
    assert build_warehouse(workplace, layer="staging", now=datetime.fromisoformat(last.built_at)) is None
    assert continue_build(workplace, "reports") is None
    assert [path.stat().st_mtime_ns for path in files] == before


def land_a_day_without_rows(home: Home) -> None:
    home.run("ingest", "shop", "--from", "2026-03-04", "--to", "2026-03-05")


def write_over_a_landed_file(home: Home) -> None:
    path = next((home.path / "lake" / "shop" / "orders").glob("*.parquet"))
    path.write_bytes(path.read_bytes())


def lose_a_landed_file(home: Home) -> None:
    next((home.path / "lake" / "shop" / "orders").glob("*.parquet")).unlink()


def record_a_change(home: Home) -> None:
    home.run("change", "add", "--id", "late", "--title", "Late", "--started-at", "2026-03-02", "--kind", "system", "--touchpoints", "site")


def rename_a_touchpoint(home: Home) -> None:
    path = Path(home.environment["CXHOUSE_COMPANY"]) / "touchpoints.yml"
    text = path.read_text(encoding="utf-8")
    assert "name: " in text
    path.write_text(text.replace("name: ", "name: New ", 1), encoding="utf-8")


def change_a_staging_model(home: Home) -> None:
    path = next((Path(home.environment["CXHOUSE_COMPANY"]) / "models").rglob("*.sql"))
    path.write_text(path.read_text(encoding="utf-8") + "\n-- another thought\n", encoding="utf-8")


def lose_the_warehouse(home: Home) -> None:
    (home.path / "warehouse.duckdb").unlink()


def fail_the_last_build(home: Home) -> None:
    settings = read_settings(home.environment)
    last = read_state(settings)
    assert last is not None
    write_state(settings, replace(last, is_passed=False))


def lose_what_was_published(home: Home) -> None:
    (home.path / "ledger" / PLANS).unlink()


@pytest.mark.parametrize(
    "happens",
    [
        land_a_day_without_rows,
        write_over_a_landed_file,
        lose_a_landed_file,
        record_a_change,
        rename_a_touchpoint,
        change_a_staging_model,
        lose_the_warehouse,
        fail_the_last_build,
        lose_what_was_published,
    ],
    ids=lambda happens: happens.__name__,
)
def test_anything_that_can_change_a_figure_makes_the_next_build_run(built: Home, happens: Callable[[Home], None]) -> None:
    happens(built)
    assert has_news(read_settings(built.environment))


def begin(settings: Settings, *only: str, full_refresh: bool = False, ends: bool = True) -> bool:
    """Begin a build and leave the state it would leave; returns whether it is full."""
    begun = begin_build(open_workplace(settings), full_refresh=full_refresh, only=only, now=datetime.now(UTC))
    assert begun is not None
    state, _ = begun
    write_state(settings, replace(state, is_passed=ends and not only, seconds={"all": 1.0} if ends else {}))
    return state.is_full


def test_a_build_of_some_models_never_takes_the_place_of_a_full_one(built: Home) -> None:
    settings = read_settings(built.environment)
    assert not begin(settings, "dim_kpis") and not begin(settings), "nothing is due"
    change_a_staging_model(built)
    assert begin(settings, "dim_kpis") and not begin(settings, "dim_kpis"), "what was built in full is not built in full again"
    assert begin(settings, "dim_changes"), "another model was not"
    assert begin(settings, "dim_changes", ends=False) is False and begin(settings, "dim_changes"), "nor one whose build was killed"
    assert begin(settings), "nor all of them"
    built.make_news()
    assert not begin(settings)
    assert begin(settings, full_refresh=True, ends=False) and begin(settings, "dim_kpis") and not begin(settings, "dim_kpis")
    assert begin(settings), "a full build that was killed is due whatever was built since"


def test_what_somebody_adds_to_the_ledger_between_a_build_and_its_publish_is_new(built: Home) -> None:
    settings = read_settings(built.environment)
    publish_reports(settings)
    assert not has_news(settings)
    append_value_model(settings.ledger, version=99, model_json="{}", build_id=None, published_at=datetime.now(UTC))
    publish_reports(settings)
    assert has_news(settings)


def test_the_next_local_day_makes_the_next_build_run(built: Home) -> None:
    settings = read_settings(built.environment)
    last = read_state(settings)
    assert last is not None
    assert has_news(settings, datetime.fromisoformat(last.built_at) + timedelta(days=1))


def test_an_older_home_without_noted_inputs_is_built(built: Home) -> None:
    settings = read_settings(built.environment)
    last = read_state(settings)
    assert last is not None
    write_state(settings, replace(last, inputs={}))
    assert has_news(settings)


def test_the_same_windows_landed_again_are_nothing_new(built: Home) -> None:
    log = read_landing_log(built.path / "lake")
    first, files = log["window_start"].drop_nulls().min(), list_lake(built.path / "lake")
    built.run("ingest", "--from", str(first), "--to", UNTIL)
    again = read_landing_log(built.path / "lake")
    assert again.height > log.height and set(again["status"]) == {"landed"}
    assert list_lake(built.path / "lake") == files
    assert not has_news(read_settings(built.environment))
