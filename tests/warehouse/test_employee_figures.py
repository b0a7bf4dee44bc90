"""Satisfaction per agent is for the command line only: it is not published, and only the owner can read a file of it."""

from __future__ import annotations

import gzip
import json
import shutil
import stat
from pathlib import Path

import duckdb
import polars as pl
import pytest

from cxhouse.site.answers import ANSWERS
from tests.companies.commands import run_command
from tests.conftest import DemoHome

SEARCHED = (".html", ".js", ".json", ".parquet", Path(ANSWERS).suffix)


def list_agents(home: DemoHome) -> set[str]:
    """Every hashed agent number of the warehouse."""
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select distinct agent_id from int_contacts union select distinct agent_id from int_survey_responses"
        ).fetchall()
    return {agent for (agent,) in rows if agent}


def count_plainly(home: DemoHome) -> dict[tuple[str, str], tuple[int, int]]:
    """Satisfied and all answers per queue and agent, joined in memory from answers and contacts."""
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        answers = connection.execute(
            "select contact_id, agent_id, cast(score as double) from int_survey_responses where metric = 'csat' and scale_min = 1 "
            "and scale_max = 5 and contact_id is not null"
        ).fetchall()
        contacts = {row[0]: row[1:] for row in connection.execute("select contact_id, queue, agent_id from int_contacts").fetchall()}
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for contact_id, named, score in answers:
        queue, agent = contacts.get(contact_id, (None, None))
        key = (queue or "unknown", named or agent)
        if key[1]:
            good, n = found.get(key, (0, 0))
            found[key] = (good + (score >= 4), n + 1)
    return found


def test_every_agent_has_the_answers_counted_plainly_and_few_are_not_shown(demo_home: DemoHome) -> None:
    content = json.loads(run_command(demo_home.environment, "employees", "csat", "--json").stdout)
    plain = count_plainly(demo_home)
    shown = {(agent["team"], agent["agent"]): (agent["satisfied"], agent["answers"]) for agent in content["agents"]}
    assert shown and shown == {key: plain[key] for key in shown}
    few = [key for key, (_, n) in plain.items() if n < 30]
    assert content["not_shown"]["few_answers"] == len(few) and not set(few) & set(shown)
    assert len(shown) + len(few) + content["not_shown"]["small_team"] == len(plain)
    for agent in content["agents"]:
        low, high = sorted((agent["share"], agent["team_share"]))
        assert low - 1e-9 <= agent["shrunk_share"] <= high + 1e-9 and agent["lower"] < agent["shrunk_share"] < agent["upper"]


def test_days_are_half_open(demo_home: DemoHome) -> None:
    def count(*arguments: str) -> int:
        content = json.loads(run_command(demo_home.environment, "employees", "csat", "--json", *arguments).stdout)
        return sum(agent["answers"] for agent in content["agents"])

    whole = count()
    assert 0 < count("--from", "2025-01-01", "--to", "2026-01-01") < whole and count("--from", "2030-01-01") == 0


def test_a_file_of_it_is_for_its_owner_alone_and_never_in_what_is_published(demo_home: DemoHome, tmp_path: Path) -> None:
    target = tmp_path / "agents.json"
    target.write_text("older", encoding="utf-8")
    target.chmod(0o644)
    run_command(demo_home.environment, "employees", "csat", "--out", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600 and json.loads(target.read_text(encoding="utf-8"))["agents"]
    before = sorted(demo_home.path.rglob("serving/**/*"))
    for folder in ("serving", "dashboards"):
        refused = run_command(demo_home.environment, "employees", "csat", "--out", str(demo_home.path / folder / "x.json"), check=False)
        assert refused.returncode == 1 and "which is published" in refused.stderr
    assert sorted(demo_home.path.rglob("serving/**/*")) == before


def test_nothing_about_an_agent_reaches_the_reports(demo_home: DemoHome) -> None:
    agents = list_agents(demo_home)
    reports = sorted(demo_home.serving.glob("rpt_*.parquet"))
    assert len(agents) > 50 and len(reports) > 10
    for path in reports:
        frame = pl.read_parquet(path)
        assert not {"agent_id", "agent"} & set(frame.columns), path.name
        for column in frame.select(pl.col(pl.Utf8)).iter_columns():
            assert not agents & set(column.unique().drop_nulls().to_list()), f"{path.name}: {column.name}"


def test_nothing_about_an_agent_reaches_the_site(demo_home: DemoHome) -> None:
    if not demo_home.site.is_dir():
        pytest.skip("the dashboards of this home are not built")
    agents = [agent.encode() for agent in list_agents(demo_home)]
    files = [path for path in demo_home.site.rglob("*.*") if path.is_file() and path.suffix in SEARCHED]
    assert {path.suffix for path in files} >= {".parquet", ".answers"}
    for path in files:
        content = gzip.decompress(path.read_bytes()) if path.name == ANSWERS else path.read_bytes()
        assert not any(agent in content for agent in agents), path


def test_a_build_that_holds_the_warehouse_is_said(demo_home: DemoHome, tmp_path: Path) -> None:
    held = tmp_path / "home"
    held.mkdir()
    shutil.copy(demo_home.path / "warehouse.duckdb", held / "warehouse.duckdb")
    environment = {**demo_home.environment, "CXHOUSE_HOME": str(held)}
    with duckdb.connect(str(held / "warehouse.duckdb")):
        refused = run_command(environment, "employees", "csat", check=False)
    assert refused.returncode == 1 and "a build is writing to" in refused.stderr and "Traceback" not in refused.stderr
    missing = run_command({**environment, "CXHOUSE_HOME": str(tmp_path / "none")}, "employees", "csat", check=False)
    assert missing.returncode == 1 and "run cxhouse build first" in missing.stderr
