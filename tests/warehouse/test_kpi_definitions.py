"""A published KPI changes its definition only with a new version; texts and targets may change at any time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxhouse.settings import read_settings
from cxhouse.warehouse.build import begin_build
from cxhouse.warehouse.preparation import open_workplace
from tests.warehouse.conftest import Home
from tests.warehouse.test_kpi_versions import OWN_KPI, make_versioned_home

FIRST = """
metrics:
  - name: trouble
    label: Trouble
    description: Answered contacts over contacts offered.
    type: ratio
    type_params: {numerator: contacts_answered, denominator: contacts_offered_net}
    config:
      meta:
        {kind: kpi, unit: share, direction: lower, interval: wilson, minimum_n: 30, owner: Service, version: 1, valid_from: 2020-01-01,
         date_basis: queued_at}
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The first definition, published. Tests change the folder and must leave it as it was."""
    home = make_versioned_home(tmp_path_factory.mktemp("defined"), FIRST)
    home.run("build")
    home.run("publish")
    return home


def rewrite(home: Home, text: str) -> None:
    """Another text of the company's own KPIs."""
    (Path(home.environment["CXHOUSE_COMPANY"]) / "kpis" / "own.yml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("contacts_answered,", "contacts_abandoned_long,", "numerator was contacts_answered, is contacts_abandoned_long"),
        ("interval: wilson", "interval: poisson", "interval was wilson, is poisson"),
        ("unit: share", "unit: ratio", "unit was share, is ratio"),
        ("date_basis: queued_at", "date_basis: ended_at", "date_basis was queued_at, is ended_at"),
    ],
)
def test_a_changed_meaning_without_a_new_version_stops_the_build(published: Home, old: str, new: str, said: str) -> None:
    assert old in FIRST
    rewrite(published, FIRST.replace(old, new))
    refused = published.run("build", check=False)
    rewrite(published, FIRST)
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert "own.yml: metric trouble: version 1 was published on" in refused.stderr and said in refused.stderr
    assert "Raise `version` to 2" in refused.stderr and "config.meta.earlier" in refused.stderr
    # no build was begun: the build that passed is still the last one
    assert '"is_passed": true' in (published.path / "state" / "build.json").read_text(encoding="utf-8")


def test_words_owner_and_version_two_may_come(published: Home) -> None:
    settings = read_settings(published.environment)
    words = FIRST.replace("label: Trouble", "label: Worry").replace("owner: Service", "owner: Board")
    assert words != FIRST
    # a build is refused before dbt runs or not at all
    for text in (words, OWN_KPI, FIRST):
        rewrite(published, text)
        begin_build(open_workplace(settings), full_refresh=False, now=datetime.now(UTC))


def test_a_published_version_is_not_dropped_from_the_list(published: Home, tmp_path: Path) -> None:
    ledger = published.path / "ledger" / "kpi_definitions.jsonl"
    before = ledger.read_text(encoding="utf-8")
    (line,) = [line for line in before.splitlines() if '"trouble"' in line]
    ledger.write_text(before + line.replace('"version": 1', '"version": 2') + "\n", encoding="utf-8")
    refused = published.run("build", check=False)
    ledger.write_text(before, encoding="utf-8")
    assert (
        refused.returncode == 1 and "metric trouble: version 2 was published" in refused.stderr and "list every version" in refused.stderr
    )
