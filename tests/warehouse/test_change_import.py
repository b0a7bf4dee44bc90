"""Annotations of other tools become changes: once, with later versions when they changed; bad rows are written to a separate file."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cxhouse.ledger.change_import import Outcome, import_changes
from cxhouse.ledger.changes import edit_change, list_newest, read_versions
from cxhouse.settings import read_settings
from cxhouse.warehouse.preparation import open_workplace
from declared.errors import DefinitionError
from ingestion.annotations import read_export
from ingestion.errors import BadFileError
from semantic.changes import Change, Version
from tests.companies.tiny import tiny_environment
from tests.warehouse.conftest import Home

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GRAFANA: list[Any] = [
    {"id": 11, "alertId": 0, "dashboardUID": "abc", "userId": 3, "userName": "Someone", "login": "someone", "newState": "", "prevState": "",
     "time": 1772420400000, "timeEnd": 1772420400000, "text": "Release <b>41</b>\nnew basket", "tags": ["deploy", "checkout"]},
    {"id": 12, "alertId": 0, "time": 1772506800000, "timeEnd": 1772593200000, "text": "Dialler down, see #dialler", "tags": []},
    {"id": 13, "alertId": 7, "newState": "alerting", "prevState": "ok", "time": 1772506800000, "text": "", "tags": []},
    {"id": 14, "time": 1772506800, "text": "seconds, not milliseconds", "tags": []},
    {"id": 12, "time": 1772506800000, "text": "the same id again", "tags": []},
    {"id": "o'neil", "time": 1772506800000, "text": "an id that is no address", "tags": []},
    "not an object",
]  # fmt: skip
POSTHOG: dict[str, Any] = {
    "count": 3, "next": None, "previous": None,
    "results": [
        {"id": 1, "content": "New checkout", "date_marker": "2026-03-01T23:30:00Z", "creation_type": "USR", "scope": "project",
         "created_at": "2026-03-02T08:00:00Z", "deleted": False, "created_by": {"email": "a.person@example.org", "first_name": "A"}},
        {"id": 2, "content": "Taken back", "date_marker": "2026-03-02T09:00:00Z", "scope": "project", "deleted": True},
        {"id": 3, "content": "", "date_marker": "2026-03-02T09:00:00Z", "scope": "project", "deleted": False},
    ],
}  # fmt: skip
GA4: dict[str, Any] = {
    "reportingDataAnnotations": [
        {"name": "properties/99/reportingDataAnnotations/5", "title": "Spring sale", "description": "ten days", "color": "PURPLE",
         "annotationDateRange": {"startDate": {"year": 2026, "month": 3, "day": 1}, "endDate": {"year": 2026, "month": 3, "day": 10}}},
        {"name": "properties/99/reportingDataAnnotations/6", "title": "Data was late", "color": "ORANGE", "systemGenerated": True,
         "annotationDate": {"year": 2026, "month": 3, "day": 3}},
        {"name": "properties/99/reportingDataAnnotations/7", "title": "A month", "annotationDate": {"year": 2026, "month": 3, "day": 0}},
    ],
    "nextPageToken": "more",
}  # fmt: skip
SHOPIFY_EVENTS = {
    "marketing_events": [
        {"id": 998, "event_type": "ad", "remote_id": None, "started_at": "2026-03-15T10:56:18-05:00", "ended_at": None,
         "scheduled_to_end_at": "2026-03-22T10:56:18-05:00", "utm_campaign": "Easter", "description": "Carousel",
         "marketing_channel": "social"},
    ]
}  # fmt: skip
SHOPIFY_ANNOTATIONS = {
    "data": {"analyticsAnnotations": {"edges": [{"cursor": "x", "node": {
        "id": "gid://shopify/AnalyticsAnnotation/41", "title": "New theme", "description": "larger pictures", "type": "theme",
        "startedAt": "2026-03-05T08:00:00Z", "endedAt": None}}], "pageInfo": {"hasNextPage": False}}}
}  # fmt: skip
SHOPIFY_CSV = "\ufeffid,title,type,started_at,ended_at\n42,New app,app,2026-03-06,\n43,Broken,app,some day,\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The tiny company before anything was loaded."""
    return Home(tmp_path / "home", tmp_path, tiny_environment(tmp_path / "home", tmp_path))


def bring(home: Home, content: Any, *, name: str = "export.json", now: datetime = NOW, **options: Any) -> Outcome:
    """Write an export and import it."""
    path = home.data / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    settings = read_settings(home.environment)
    given = {"format_name": None, "defaults": {}, **options}
    return import_changes(settings, open_workplace(settings).company, path, now=now, **given)


def read_newest(home: Home) -> dict[str, Version]:
    """The newest version of each change in the ledger."""
    settings = read_settings(home.environment)
    return list_newest(read_versions(open_workplace(settings).company, settings.ledger))


def find(home: Home, change_id: str) -> Change:
    """The newest version of a change."""
    return read_newest(home)[change_id].change


def test_grafana_times_tags_alerts_and_bad_rows(home: Home) -> None:
    done = bring(home, GRAFANA)
    assert (done.export.format, done.recorded, done.export.passed_over) == ("grafana", ["grafana-11", "grafana-12"], 1)
    release, outage = find(home, "grafana-11"), find(home, "grafana-12")
    assert release.title.split() == ["Release", "41"] and release.description is not None and release.description.endswith("new basket")
    assert release.started_at == datetime(2026, 3, 2, 3, tzinfo=UTC) and release.ended_at is None
    assert release.touchpoints == ("checkout",) and outage.components == ("dialler",) and outage.touchpoints == ()
    assert outage.ended_at == datetime(2026, 3, 4, 3, tzinfo=UTC)
    assert done.rejected is not None
    lines = [json.loads(line) for line in done.rejected.read_text(encoding="utf-8").splitlines()]
    assert [(line["row"], line["id"]) for line in lines] == [(4, "14"), (5, "12"), (7, None), (6, "grafana-o'neil")]
    assert "milliseconds" in lines[0]["reason"] and "twice" in lines[1]["reason"] and "object" in lines[2]["reason"]
    assert "`grafana-o'neil` is not made of letters" in lines[3]["reason"]


def test_posthog_moments_deletions_and_no_authors(home: Home) -> None:
    done = bring(home, POSTHOG, defaults={"touchpoints": "checkout"})
    assert (done.export.format, done.recorded, len(done.bad_rows)) == ("posthog", ["posthog-1"], 1)
    change = find(home, "posthog-1")
    assert change.started_at == datetime(2026, 3, 1, 23, 30, tzinfo=UTC) and change.touchpoints == ("checkout",)
    files = [path for path in home.path.rglob("*") if path.is_file()]
    assert files and not any(b"example.org" in path.read_bytes() for path in files)
    # deleted there, it is withdrawn here, and restored when it is there again
    gone = {"results": [{**POSTHOG["results"][0], "deleted": True}]}
    assert bring(home, gone).withdrawn == ["posthog-1"] and bring(home, gone).unchanged == 1
    assert read_newest(home)["posthog-1"].is_withdrawn
    assert bring(home, {"results": POSTHOG["results"][:1]}, defaults={"touchpoints": "checkout"}).changed == ["posthog-1"]
    assert not read_newest(home)["posthog-1"].is_withdrawn


def test_ga4_days_are_local_and_the_last_day_of_a_range_counts(home: Home) -> None:
    done = bring(home, GA4)
    assert (done.export.format, done.recorded, done.export.has_more) == ("ga4", ["ga4-99-5", "ga4-99-6"], True)
    sale = find(home, "ga4-99-5")
    assert sale.started_at.isoformat() == "2026-03-01T00:00:00+01:00" and sale.ended_at is not None
    assert (sale.ended_at - timedelta(seconds=1)).date() == date(2026, 3, 10)
    assert find(home, "ga4-99-6").kind == "measurement"
    assert done.bad_rows[0].number == 3 and "whole day" in done.bad_rows[0].reason


def test_shopify_annotations_marketing_events_and_csv(home: Home) -> None:
    assert bring(home, SHOPIFY_EVENTS).recorded == ["shopify-marketing-998"]
    assert bring(home, SHOPIFY_ANNOTATIONS).recorded == ["shopify-annotation-41"]
    done = bring(home, SHOPIFY_CSV, name="export.csv")
    assert done.recorded == ["shopify-annotation-42"] and "some day" in done.bad_rows[0].reason
    easter, theme = find(home, "shopify-marketing-998"), find(home, "shopify-annotation-41")
    assert (easter.title, easter.kind, theme.title, theme.description) == ("Easter", "external", "New theme", "larger pictures")
    assert easter.ended_at is not None and easter.ended_at.date() == date(2026, 3, 22)


def test_importing_twice_adds_nothing_and_a_changed_row_is_a_later_version_that_keeps_what_people_edited(home: Home) -> None:
    bring(home, GRAFANA)
    ledger = home.path / "ledger" / "changes.jsonl"
    before = ledger.read_bytes()
    again = bring(home, GRAFANA, now=NOW + timedelta(days=1))
    assert (again.recorded, again.changed, again.unchanged) == ([], [], 2) and ledger.read_bytes() == before
    settings = read_settings(home.environment)
    edit_change(settings, open_workplace(settings).company, "grafana-12", {"touchpoints": "phone", "title": "Outage"}, now=NOW)
    assert bring(home, GRAFANA).unchanged == 2
    moved = [GRAFANA[0], {**GRAFANA[1], "timeEnd": 1772679600000}]
    assert bring(home, moved).changed == ["grafana-12"]
    outage = find(home, "grafana-12")
    assert outage.ended_at == datetime(2026, 3, 5, 3, tzinfo=UTC) and (outage.touchpoints, outage.title) == (("phone",), "Outage")
    edit_change(settings, open_workplace(settings).company, "grafana-12", {}, now=NOW, is_withdrawn=True)
    assert bring(home, moved).unchanged == 2 and read_newest(home)["grafana-12"].is_withdrawn


def test_what_is_not_an_export_or_not_plain_is_refused_and_nothing_is_written(home: Home, tmp_path: Path) -> None:
    for content, expected in (("[{]", "is not JSON"), ("{}", "no list of annotations"), ('[{"when": 1}]', "--format"), ("[]", "--format")):
        with pytest.raises(BadFileError, match=expected):
            bring(home, content)
    with pytest.raises(BadFileError, match="no such file"):
        read_export(tmp_path / "none.json")
    with pytest.raises(DefinitionError, match="moon"):
        bring(home, GRAFANA, defaults={"touchpoints": "moon"})
    for content, expected in (("[" * 100_000, "is not JSON"), (f'[{{"id": {"9" * 5000}}}]', "is not JSON")):
        with pytest.raises(BadFileError, match=expected):
            bring(home, content)
    assert not (home.path / "ledger").exists()


@pytest.mark.parametrize(
    ("good", "damage", "reason"),
    [
        ({"id": 1, "time": 1772420400000, "text": "x"}, {"tags": 5}, "`tags` is no list"),
        (
            {"name": "a/1/b/1", "title": "x", "annotationDate": {"year": 2026, "month": 3, "day": 1}},
            {"annotationDateRange": "May"},
            "`annotationDateRange` is no object",
        ),
        ({"id": 1, "date_marker": "2026-03-01", "content": "x"}, {"id": "2\udcff"}, "not UTF-8"),
    ],
)
def test_a_row_of_another_shape_is_set_aside_and_the_others_go_on(
    home: Home, good: dict[str, Any], damage: dict[str, Any], reason: str
) -> None:
    done = bring(home, [{**good, **damage}, good])
    assert len(done.recorded) == 1 and [bad.number for bad in done.bad_rows] == [1] and reason in done.bad_rows[0].reason


def test_the_command_counts_and_names_the_place_of_bad_rows(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps(GRAFANA), encoding="utf-8")
    done = home.run("change", "import", str(path), "--touchpoints=phone")
    assert done.stdout.strip() == "grafana: 2 recorded, 1 skipped (no annotations), 4 not usable"
    assert "rejected_imports/grafana-" in done.stderr
    assert "import_grafana" in home.run("change", "list").stdout
    assert home.run("change", "import", str(path), "--format=excel", check=False).returncode == 2
