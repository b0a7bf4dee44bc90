"""Opening hours against traffic, reasons and first response of the tiny company, counted by hand from tests/companies/tiny.py."""

from __future__ import annotations

import polars as pl
import pytest

from tests.warehouse.conftest import Home

# there are data from Sunday 1 to Tuesday 3 March 2026; mail is open on Mondays and Tuesdays from 9 to 17; the phone has no declared hours


def test_sessions_that_came_while_a_channel_was_closed(tiny: Home) -> None:
    traffic = tiny.report("rpt_unserved_traffic")
    rows = {(row["visit_channel"], row["service_channel"]): row for row in traffic.to_dicts()}
    assert set(rows) == {(visits, service) for visits in ("all", "web") for service in ("any live", "mail", "phone")}
    # 40 sessions on Sunday 1 March, 40 on Monday at 9, 20 on Tuesday at 9
    for visits in ("all", "web"):
        mail = rows[visits, "mail"]
        assert (mail["sessions_count"], mail["unserved_sessions_count"], mail["unserved_share"]) == (100, 40.0, 0.4)
        assert "40.0 % of 100 sessions came while e-mail was closed" in mail["sentence"]
        assert "Sundays from 09:00 to 10:00" in mail["sentence"]
        assert (rows[visits, "phone"]["unserved_share"], rows[visits, "phone"]["is_declared"]) == (0.0, False)
        assert "no opening hours" in rows[visits, "phone"]["sentence"].lower()
        assert rows[visits, "any live"]["unserved_share"] == 0.0


@pytest.mark.parametrize(
    ("iso_weekday", "hour", "sessions", "mails", "calls", "state"),
    [
        # K1 and K2 came on Sunday at 12, K3 to K5 on Monday at 12 (K5 by mail), K6 at 13
        (7, 9, 30, 0, 0, "closed"),
        (7, 12, 0, 0, 2, "closed"),
        (1, 9, 40, 0, 0, "open"),
        (1, 12, 0, 1, 2, "open"),
        (1, 13, 0, 0, 1, "open"),
        (2, 9, 20, 0, 0, "open"),
        (2, 17, 0, 0, 0, "closed"),
    ],
)
def test_an_hour_of_the_week(tiny: Home, iso_weekday: int, hour: int, sessions: int, mails: int, calls: int, state: str) -> None:
    rows = tiny.report("rpt_hour_of_week").filter(visit_channel="web", iso_weekday=iso_weekday, hour=hour)
    cells = {row["service_channel"]: row for row in rows.to_dicts()}
    assert {row["sessions_count"] for row in cells.values()} == {sessions}
    assert (cells["mail"]["contacts_count"], cells["phone"]["contacts_count"]) == (mails, calls)
    assert (cells["mail"]["open_state"], cells["phone"]["open_state"]) == (state, "open")


def test_an_hour_without_a_channel_open_leaves_its_sessions_unserved(tiny: Home) -> None:
    cells = tiny.report("rpt_hour_of_week").filter(visit_channel="all", service_channel="mail")
    assert cells.height == 3 * 24
    shares = {(row["iso_weekday"], row["hour"]): row["unserved_share"] for row in cells.to_dicts() if row["sessions_count"]}
    assert shares == {(7, 9): 1.0, (7, 10): 1.0, (1, 9): 0.0, (2, 9): 0.0}
    assert cells["sessions_share"].sum() == pytest.approx(1.0)


def test_reasons_count_every_inbound_contact_once(tiny: Home) -> None:
    reasons = tiny.report("rpt_contact_reasons")
    rows = {(row["channel"], row["topic"]): row for row in reasons.to_dicts()}
    # six orders were placed; K2 was about returns, the other five contacts about an order
    assert {key: row["contacts_count"] for key, row in rows.items()} == {
        ("all", "order"): 5,
        ("all", "returns"): 1,
        ("phone", "order"): 4,
        ("phone", "returns"): 1,
        ("mail", "order"): 1,
    }
    assert rows["all", "order"]["contacts_per_100_orders"] == pytest.approx(500 / 6)
    assert rows["all", "order"]["contacts_share"] == pytest.approx(5 / 6)
    # seven days have not passed yet: repeated contacts are unknown
    assert reasons["repeat_share"].null_count() == reasons.height
    assert set(reasons["repeat_share_text"]) == {"not known yet"}


def test_figures_of_the_contact_center_are_those_of_the_touchpoint_report(tiny: Home) -> None:
    page = tiny.report("rpt_contact_center").filter(window_id="last_364_days", channel="all").select("kpi_id", "n", "value")
    other = tiny.report("rpt_touchpoint_kpis").filter(
        (pl.col("grain") == "total")
        & (pl.col("dimension_set") == "total")
        & pl.col("touchpoint_id").is_null()
        & pl.col("journey_id").is_null()
    )
    both = page.join(other.select("kpi_id", n_total="n", value_total="value"), on="kpi_id")
    assert both.height > 5
    assert both.filter(pl.col("n") != pl.col("n_total").fill_null(0)).is_empty()
    assert both.filter(pl.col("value") != pl.col("value_total")).is_empty()


def test_every_window_has_a_headline_and_every_missing_figure_a_reason(tiny: Home) -> None:
    headlines = tiny.report("rpt_contact_headlines")
    assert set(headlines["window_id"]) == {"last_7_days", "last_28_days", "last_91_days", "last_364_days"}
    missing = tiny.report("rpt_contact_center").filter(pl.col("value").is_null())
    assert missing.height > 0
    assert missing["note"].null_count() == 0
