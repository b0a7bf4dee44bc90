"""Every measure of the tiny company, counted by hand from tests/companies/tiny.py."""

from __future__ import annotations

import pytest

from tests.warehouse.conftest import Home

# (measure, local day, touchpoint, channel, supplier): (n, total)
BY_HAND = {
    # O2 was cancelled the next day, O3 is in dollars: O1 alone counts; O3 was placed at 23:30 Dutch time
    ("net_revenue", "2026-03-01", "checkout", "web", None): (1, 40.0),
    ("orders_valued", "2026-03-01", "checkout", "web", None): (1, 1.0),
    ("orders_placed", "2026-03-01", "checkout", "web", None): (3, 3.0),
    # O4 and O5; O5 came twice, O6 has an unknown status, O7 no date
    ("net_revenue", "2026-03-02", "checkout", "web", None): (2, 100.0),
    ("orders_valued", "2026-03-02", "checkout", "web", None): (2, 2.0),
    ("orders_placed", "2026-03-02", "checkout", "web", None): (2, 2.0),
    ("net_revenue", "2026-03-03", "unmapped", "telex", None): (1, 10.0),
    ("orders_valued", "2026-03-03", "unmapped", "telex", None): (1, 1.0),
    ("orders_placed", "2026-03-03", "unmapped", "telex", None): (1, 1.0),
    # orders of the channel whose visits are counted, at the touchpoint of its visits; O8 came by telex, which has none
    ("orders_from_visits", "2026-03-01", "site", "web", None): (3, 3.0),
    ("orders_from_visits", "2026-03-02", "site", "web", None): (2, 2.0),
    ("sessions", "2026-03-01", "site", "web", None): (40, 40.0),
    ("sessions", "2026-03-02", "site", "web", None): (40, 40.0),
    ("sessions", "2026-03-03", "site", "web", None): (20, 20.0),
    # K1 20 s at the phone, K2 60 s at the returns desk; K3 gave up after 4 s, K4 after 40 s; K5 is a mail; K6 40 s
    ("wait_seconds", "2026-03-01", "phone", "phone", None): (1, 20.0),
    ("wait_seconds", "2026-03-01", "returns_desk", "phone", None): (1, 60.0),
    ("wait_seconds", "2026-03-02", "phone", "phone", None): (1, 40.0),
    ("contacts_answered", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("contacts_answered", "2026-03-01", "returns_desk", "phone", None): (1, 1.0),
    ("contacts_answered", "2026-03-02", "phone", "phone", None): (1, 1.0),
    ("contacts_offered_net", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("contacts_offered_net", "2026-03-01", "returns_desk", "phone", None): (1, 1.0),
    ("contacts_offered_net", "2026-03-02", "phone", "phone", None): (2, 2.0),
    ("contacts_abandoned_long", "2026-03-02", "phone", "phone", None): (1, 1.0),
    # K1 alone was answered within 20 s; of K3 to K6 only K5's customer is known
    ("contacts_in_time", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("contacts_offered", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("contacts_offered", "2026-03-01", "returns_desk", "phone", None): (1, 1.0),
    ("contacts_offered", "2026-03-02", "phone", "phone", None): (3, 3.0),
    ("contacts_offered_answered", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("contacts_offered_answered", "2026-03-01", "returns_desk", "phone", None): (1, 1.0),
    ("contacts_offered_answered", "2026-03-02", "phone", "phone", None): (1, 1.0),
    ("contacts_inbound", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("contacts_inbound", "2026-03-01", "returns_desk", "phone", None): (1, 1.0),
    ("contacts_inbound", "2026-03-02", "phone", "phone", None): (3, 3.0),
    ("contacts_inbound", "2026-03-02", "unmapped", "mail", None): (1, 1.0),
    ("contacts_unmatched", "2026-03-02", "phone", "phone", None): (3, 3.0),
    ("contacts_about_orders", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("contacts_about_orders", "2026-03-02", "phone", "phone", None): (1, 1.0),
    ("contacts_about_orders", "2026-03-02", "unmapped", "mail", None): (1, 1.0),
    # K5 was written on Monday at 12:00 and answered on Tuesday at 9:30; mail is open from 9:00 to 17:00: 5 hours and a half
    ("first_response_seconds", "2026-03-02", "unmapped", "mail", None): (1, 19800.0),
    ("first_responses", "2026-03-02", "unmapped", "mail", None): (1, 1.0),
    # D1 came on the promised day (recorded a day later), D2 at 23:59 of it, D3 a minute after midnight, D4 never; D5 is not due yet
    ("deliveries_due", "2026-03-02", "parcel", None, "swift"): (1, 1.0),
    ("deliveries_on_time", "2026-03-02", "parcel", None, "swift"): (1, 1.0),
    ("deliveries_due", "2026-03-03", "parcel", None, "swift"): (1, 1.0),
    ("deliveries_on_time", "2026-03-03", "parcel", None, "swift"): (1, 1.0),
    ("deliveries_due", "2026-03-03", "parcel", None, "slow"): (2, 2.0),
    ("deliveries_arrived", "2026-03-02", "parcel", None, "swift"): (1, 1.0),
    ("deliveries_arrived", "2026-03-03", "parcel", None, "swift"): (1, 1.0),
    ("deliveries_arrived", "2026-03-03", "parcel", None, "slow"): (1, 1.0),
    ("deliveries_arrived_late", "2026-03-03", "parcel", None, "slow"): (1, 1.0),
    # O1, O2 and O4 by their only delivery; the last delivery of O5 is not due yet
    ("orders_due", "2026-03-02", "parcel", None, "swift"): (1, 1.0),
    ("orders_due", "2026-03-03", "parcel", None, "swift"): (1, 1.0),
    ("orders_due", "2026-03-03", "parcel", None, "slow"): (1, 1.0),
    ("promises_kept", "2026-03-02", "parcel", None, "swift"): (1, 1.0),
    ("promises_kept", "2026-03-03", "parcel", None, "swift"): (1, 1.0),
    # answers belong to the event they ask about, and to its day: D1 the 2nd, D2 the 3rd, K1 and K2 the 1st, O4 the 2nd
    ("nps_points", "2026-03-02", "parcel", None, "swift"): (1, 100.0),
    ("nps_points", "2026-03-03", "parcel", None, "swift"): (1, -100.0),
    ("nps_answers", "2026-03-02", "parcel", None, "swift"): (1, 1.0),
    ("nps_answers", "2026-03-03", "parcel", None, "swift"): (1, 1.0),
    ("high_answers", "2026-03-02", "parcel", None, "swift"): (1, 1.0),
    ("low_answers", "2026-03-03", "parcel", None, "swift"): (1, 1.0),
    ("supplier_nps_points", "2026-03-02", "parcel", None, "swift"): (1, 100.0),
    ("supplier_nps_points", "2026-03-03", "parcel", None, "swift"): (1, -100.0),
    ("supplier_nps_answers", "2026-03-02", "parcel", None, "swift"): (1, 1.0),
    ("supplier_nps_answers", "2026-03-03", "parcel", None, "swift"): (1, 1.0),
    ("high_answers", "2026-03-02", None, None, None): (1, 1.0),
    ("nps_points", "2026-03-02", None, None, None): (1, 100.0),
    ("nps_answers", "2026-03-02", None, None, None): (1, 1.0),
    ("ces_answers", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("ces_easy", "2026-03-01", "phone", "phone", None): (1, 1.0),
    ("ces_score", "2026-03-01", "phone", "phone", None): (1, 6.0),
    ("ces_answers", "2026-03-01", "returns_desk", "phone", None): (1, 1.0),
    ("ces_score", "2026-03-01", "returns_desk", "phone", None): (1, 3.0),
    # A5 by the declared survey, A6 by its order, A10 by the hint, A11 by nothing; A7 is on another scale, A8 outside its own
    ("csat_answers", "2026-03-02", "checkout", None, None): (1, 1.0),
    ("csat_satisfied", "2026-03-02", "checkout", None, None): (1, 1.0),
    ("csat_answers", "2026-03-02", "checkout", "web", None): (1, 1.0),
    ("csat_answers", "2026-03-02", "site", None, None): (1, 1.0),
    ("csat_satisfied", "2026-03-02", "site", None, None): (1, 1.0),
    ("csat_answers", "2026-03-02", "unmapped", None, None): (1, 1.0),
    ("csat_satisfied", "2026-03-02", "unmapped", None, None): (1, 1.0),
}


def test_every_measure_equals_the_count_by_hand(tiny: Home) -> None:
    rows = tiny.query("select * from fct_daily_measures")
    measured = {
        (row["measure_id"], str(row["local_date"]), row["touchpoint_id"], row["channel"], row["supplier_id"]): (row["n"], row["total"])
        for row in rows
    }
    assert measured == BY_HAND


@pytest.mark.parametrize(
    ("kpi", "touchpoint", "numerator", "denominator"),
    [
        ("average_order_value", "checkout", 140, 3),
        ("conversion", "site", 5, 100),
        ("average_speed_of_answer", "phone", 60, 2),
        ("average_speed_of_answer", "returns_desk", 60, 1),
        ("abandonment", "phone", 1, 3),
        ("on_time_delivery", "parcel", 2, 4),
        ("nps", "parcel", 0, 2),
        ("csat", "checkout", 1, 2),
        ("ces", "returns_desk", 0, 1),
        ("ces_mean", "phone", 6, 1),
    ],
)
def test_a_kpi_sums_its_measures_over_all_days(tiny: Home, kpi: str, touchpoint: str, numerator: float, denominator: float) -> None:
    rows = tiny.query(
        f"select sum(numerator) as numerator, sum(denominator) as denominator from fct_kpi_days "
        f"where kpi_id = '{kpi}' and touchpoint_id = '{touchpoint}' and dimension_set = 'total'"
    )
    assert (rows[0]["numerator"], rows[0]["denominator"]) == (numerator, denominator)


def test_contact_rate_divides_by_all_orders_of_the_company(tiny: Home) -> None:
    rows = tiny.report("rpt_touchpoint_kpis").filter(kpi_id="contact_rate", grain="total", dimension_set="total", touchpoint_id="phone")
    # two contacts about orders, six orders placed anywhere
    assert rows.select("numerator", "denominator", "n").rows() == [(2.0, 6.0, 6)]
    by_channel = tiny.report("rpt_touchpoint_kpis").filter(kpi_id="contact_rate", grain="total", dimension_set="channel", channel="mail")
    assert by_channel.filter(touchpoint_id="unmapped").select("numerator", "denominator").rows() == [(1.0, 6.0)]


def test_a_journey_counts_each_event_once_though_a_touchpoint_stands_in_two_phases(tiny: Home) -> None:
    rows = tiny.query(
        "select scope_kind, phase_id, sum(numerator) as waited, sum(denominator) as answered from fct_kpi_days "
        "where kpi_id = 'average_speed_of_answer' and dimension_set = 'total' and scope_kind in ('journey', 'phase') group by all"
    )
    sums = {(row["scope_kind"], row["phase_id"]): (row["waited"], row["answered"]) for row in rows}
    assert sums == {("journey", None): (120.0, 3.0), ("phase", "handling"): (120.0, 3.0), ("phase", "purchase"): (60.0, 2.0)}


def test_answers_about_the_company_are_never_mixed_with_answers_about_touchpoints(tiny: Home) -> None:
    rows = tiny.query(
        "select sum(numerator) as points, sum(denominator) as answers from fct_kpi_days "
        "where kpi_id = 'nps' and scope_kind = 'company' and dimension_set = 'total'"
    )
    assert (rows[0]["points"], rows[0]["answers"]) == (100.0, 1.0)


def test_contacts_are_matched_on_hashed_keys_or_counted_as_unmatched(tiny: Home) -> None:
    rows = tiny.query("select split_part(_key, '|', 2) as contact_id, match_rule from int_contacts__matched")
    assert {row["contact_id"]: row["match_rule"] for row in rows} == {
        "K1": "customer_key",
        "K2": "phone",
        "K3": "ambiguous",
        "K4": "unmatched",
        "K5": "email",
        "K6": "unmatched",
    }
    assert tiny.report("rpt_builds")["unmatched_contacts_count"].to_list() == [3]


def test_too_few_to_show_is_hidden_and_says_so(tiny: Home) -> None:
    shown = tiny.report("rpt_touchpoint_kpis")
    few = shown.filter((shown["n"] < 5) & (shown["n"] > 0))
    assert few.height > 0
    assert few["status"].unique().to_list() == ["hidden"]
    assert few["value"].null_count() == few.height and few["numerator"].null_count() == few.height
    assert set(few["reason"].to_list()) == {"fewer than 5: not shown"}


def test_what_cannot_be_measured_says_why(tiny: Home) -> None:
    shown = tiny.report("rpt_touchpoint_kpis").filter(touchpoint_id="showroom")
    assert shown.select("kpi_id", "status", "reason").rows() == [("csat", "not_measurable", "not measured: nobody asks there yet")]


def test_foreign_currency_and_other_scales_are_counted_not_mixed(tiny: Home) -> None:
    build = tiny.report("rpt_builds").row(0, named=True)
    assert (build["foreign_currency_orders_count"], build["other_scale_answers_count"]) == (1, 1)


def test_unmapped_events_are_counted_and_shown(tiny: Home) -> None:
    rows = tiny.report("rpt_unmapped_events").select("event_type", "channel", "events_count").rows()
    assert set(rows) == {("contact_mail", "mail", 1), ("order_placed", "telex", 1), ("survey_answer", "not applicable", 1)}
