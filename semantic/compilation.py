"""The company folder as tables: what dbt loads into dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from declared.components import Component
from semantic.changes import Version
from semantic.company import Company, Touchpoint
from semantic.effects.method.verdict_list import list_group_rows, list_verdict_rows
from semantic.journeys import EVENT_ORDER, PHASE_TEXTS
from semantic.signals import EVERY, Signals

TEXT, NUMBER, WHOLE, FLAG, DAY = pl.Utf8, pl.Float64, pl.Int64, pl.Boolean, pl.Date
MOMENT = pl.Datetime("us", "UTC")
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "company": {"name": TEXT, "purpose": TEXT, "time_zone": TEXT, "currency": TEXT, "country": TEXT, "first_day": DAY, "cut_off": TEXT,
                "newcomer_changes": FLAG, "newcomers_grouped_above": WHOLE},
    "objectives": {"objective_id": TEXT, "description": TEXT},
    "topics": {"topic": TEXT, "topic_name": TEXT},
    "touchpoints": {
        "touchpoint_id": TEXT, "touchpoint_name": TEXT, "owner_department": TEXT, "channels": TEXT, "is_visible": FLAG,
        "customer_does": TEXT, "input": TEXT, "output": TEXT, "user_story": TEXT, "requirement": TEXT,
        "promise": TEXT, "promise_kpi_id": TEXT, "not_measured_reason": TEXT,
    },
    "touchpoint_kpis": {
        "touchpoint_id": TEXT, "kpi_id": TEXT, "position": WHOLE, "target": NUMBER, "lower_bound": NUMBER, "not_measured_reason": TEXT,
    },
    "event_rules": {"rule_id": WHOLE, "touchpoint_id": TEXT, "event_type": TEXT, "valid_from": DAY, "valid_to": DAY},
    "event_rule_conditions": {"rule_id": WHOLE, "attribute": TEXT, "value": TEXT, "is_excluded": FLAG},
    "surveys": {"survey_id": TEXT, "touchpoint_id": TEXT, "is_relationship": FLAG},
    "journeys": {
        "journey_id": TEXT, "journey_name": TEXT, "persona": TEXT, "wish": TEXT, "journey_position": WHOLE,
        "follows": TEXT, "gap_days": WHOLE,
    },
    "journey_categories": {"journey_id": TEXT, "category": TEXT},
    "phases": {
        "journey_id": TEXT, "phase_id": TEXT, "phase_name": TEXT, "phase_position": WHOLE, "start_event": TEXT, "end_event": TEXT,
        "desired_feeling": TEXT, "objective": TEXT, "need": TEXT, "is_order_bound": FLAG, "is_moment": FLAG, "not_followed_reason": TEXT,
    },
    "phase_events": {
        "journey_id": TEXT, "phase_id": TEXT, "role": TEXT, "event_type": TEXT, "touchpoint_id": TEXT, "event_order": WHOLE,
    },
    "phase_touchpoints": {"journey_id": TEXT, "phase_id": TEXT, "touchpoint_id": TEXT, "position": WHOLE},
    "components": {
        "component_id": TEXT, "component_name": TEXT, "kind": TEXT, "owner_department": TEXT, "is_visible": FLAG, "supplier_id": TEXT,
        "kpi_id": TEXT, "target": NUMBER, "lower_bound": NUMBER,
    },
    "declared_things": {"kind": TEXT, "thing_id": TEXT},
    "signals": {
        "signal_id": TEXT, "signal_name": TEXT, "question": TEXT, "what_to_do": TEXT, "needs_text": TEXT, "position": WHOLE,
    },
    "signal_thresholds": {"signal_id": TEXT, "threshold": TEXT, "value": NUMBER, "reason": TEXT, "set_in": TEXT},
    "signal_lists": {"signal_id": TEXT, "list": TEXT, "value": TEXT},
    "signal_measures": {
        "signal_id": TEXT, "measure_id": TEXT, "measure_name": TEXT, "unit_kind": TEXT, "method": TEXT, "threshold": TEXT,
        "judges_moves": FLAG, "needs_every_week": FLAG,
    },
    "verdict_words": {
        "verdict": TEXT, "verdict_word": TEXT, "verdict_sign": TEXT, "verdict_tone": TEXT, "verdict_group": TEXT, "deciding_order": WHOLE,
        "is_effect": FLAG, "is_final": FLAG, "is_kept": FLAG, "next_step": TEXT,
    },
    "verdict_groups": {"verdict_group": TEXT, "label": TEXT, "counted_as": TEXT, "position": WHOLE},
    "component_touchpoints": {"component_id": TEXT, "touchpoint_id": TEXT},
    "holidays": {"date": DAY, "name": TEXT},
    "opening_hours": {
        "channel": TEXT, "weekday": WHOLE, "opens_at": TEXT, "closes_at": TEXT, "valid_from": DAY, "valid_to": DAY,
        "closed_on_holidays": FLAG,
    },
    "peaks": {"peak_id": TEXT, "name": TEXT, "from_month_day": TEXT, "to_month_day": TEXT},
    "change_versions": {
        "change_id": TEXT, "title": TEXT, "description": TEXT, "started_at": MOMENT, "rolled_out_at": MOMENT,
        "ended_at": MOMENT, "kind": TEXT, "touchpoints": TEXT,
        "components": TEXT, "suppliers": TEXT, "channels": TEXT, "segments": TEXT, "owner": TEXT, "primary_kpi": TEXT,
        "expected_direction": TEXT, "expected_size": NUMBER, "evaluation_date": DAY,
        "investment_amount": NUMBER, "recorded_in": TEXT, "recorded_at": MOMENT, "is_withdrawn": FLAG, "position": WHOLE,
    },
}  # fmt: skip


def compile_company(company: Company, versions: Iterable[Version]) -> dict[str, pl.DataFrame]:
    """Return every table of SCHEMAS. `versions` are those of every recorded change, in the order they were recorded."""
    rows = {
        **list_company(company),
        **list_touchpoints(company),
        **list_journeys(company),
        **list_components(company),
        **list_signals(company.signals),
    }
    rows["verdict_words"], rows["verdict_groups"] = list_verdict_rows(), list_group_rows()
    rows["change_versions"] = [(*list_version(version), position) for position, version in enumerate(versions, 1)]
    return {name: pl.DataFrame(rows[name], schema=dict(schema), orient="row") for name, schema in SCHEMAS.items()}


def list_company(company: Company) -> dict[str, list[tuple]]:
    """Rows about the company as a whole."""
    about = (company.name, company.purpose, company.time_zone.key, company.currency, company.country, company.first_day, company.cut_off)
    newcomers = (company.newcomers.changes, company.newcomers.grouped_above)
    return {
        "company": [(*about, *newcomers)],
        "objectives": list(company.objectives.items()),
        "topics": list(company.topics.items()),
        "holidays": [(item.date, item.name) for item in company.holidays],
        "opening_hours": [tuple(getattr(item, name) for name in SCHEMAS["opening_hours"]) for item in company.opening_hours],
        "peaks": [(item.id, item.name, item.from_, item.to) for item in company.peaks],
    }


def list_touchpoints(company: Company) -> dict[str, list[tuple]]:
    """Rows about touchpoints, their events, surveys and targets."""
    touchpoints, targets, conditions = [], [], []
    rules: list[tuple] = []
    surveys: list[tuple] = [(survey, None, True) for survey in company.relationship_surveys]
    for touchpoint in company.touchpoints:
        texts = [touchpoint.texts.get(name) for name in ("customer_does", "input", "output", "user_story", "requirement")]
        about = (touchpoint.id, touchpoint.name, touchpoint.owner, ",".join(touchpoint.channels), touchpoint.is_visible)
        touchpoints.append((*about, *texts, touchpoint.promise_text, touchpoint.promise_kpi, touchpoint.not_measured))
        targets += [
            (touchpoint.id, kpi.kpi, place, kpi.target, kpi.lower_bound, kpi.not_measured) for place, kpi in enumerate(touchpoint.kpis, 1)
        ]
        surveys += [(survey, touchpoint.id, False) for survey in touchpoint.surveys]
        for rule in touchpoint.events:
            rule_id = len(rules) + 1
            rules.append((rule_id, touchpoint.id, rule.event, rule.valid_from, rule.valid_to))
            for is_excluded, fields in ((False, rule.allowed), (True, rule.excluded)):
                conditions += [(rule_id, name, value, is_excluded) for name, values in fields.items() for value in sorted(values)]
    return {
        "touchpoints": touchpoints,
        "touchpoint_kpis": targets,
        "event_rules": rules,
        "event_rule_conditions": conditions,
        "surveys": surveys,
    }


def list_journeys(company: Company) -> dict[str, list[tuple]]:
    """Rows about journeys, phases and their touchpoints."""
    journeys, categories, phases, members, events = [], [], [], [], []
    for place, journey in enumerate(company.journeys, 1):
        journeys.append((journey.id, journey.name, journey.persona, journey.wish, place, journey.follows, journey.gap_days))
        categories += [(journey.id, category) for category in journey.categories]
        for position, phase in enumerate(journey.phases, 1):
            ends = (", ".join(phase.start_events) or None, ", ".join(phase.end_events) or None)
            texts = [phase.texts.get(name) for name in PHASE_TEXTS]
            kind = (phase.is_order_bound, phase.is_moment, phase.not_followed)
            phases.append((journey.id, phase.id, phase.name, position, *ends, *texts, *kind))
            members += [(journey.id, phase.id, touchpoint, rank) for rank, touchpoint in enumerate(phase.touchpoints, 1)]
            events += [(journey.id, phase.id, item.role, item.event, item.touchpoint, EVENT_ORDER[item.event]) for item in phase.events]
    return {
        "journeys": journeys,
        "journey_categories": categories,
        "phases": phases,
        "phase_touchpoints": members,
        "phase_events": events,
    }


def list_components(company: Company) -> dict[str, list[tuple]]:
    """Rows about ecosystem components."""
    components = [
        (item.id, item.name, item.kind, item.owner, item.is_visible, item.supplier_id, item.kpi, item.target, item.lower_bound)
        for item in company.components
    ]
    members = [(item.id, touchpoint) for item in company.components for touchpoint in dict.fromkeys(item.touchpoints)]
    return {"components": components, "component_touchpoints": members, "declared_things": list_declared_things(company)}


def list_declared_things(company: Company) -> list[tuple]:
    """Channels and surveys that the company folder names anywhere: at a touchpoint, in an event rule, or at a component."""
    rules = [rule for touchpoint in company.touchpoints for rule in touchpoint.events]
    owners: list[Touchpoint | Component] = [*company.touchpoints, *company.components]
    channels = {channel for owner in owners for channel in owner.channels}
    channels |= {channel for rule in rules for channel in rule.allowed.get("channel", ())}
    channels |= {rule.event.removeprefix("contact_") for rule in rules if rule.event.startswith("contact_")}
    surveys = {survey for owner in owners for survey in owner.surveys}
    surveys |= set(company.relationship_surveys)
    return [("channel", name) for name in sorted(channels)] + [("survey", name) for name in sorted(surveys)]


def list_signals(signals: Signals) -> dict[str, list[tuple]]:
    """Rows about signals, their thresholds, lists and measures."""
    places = enumerate(signals.signals, 1)
    thresholds = [(EVERY, signals.every), *((signal.id, signal.thresholds) for signal in signals.signals)]
    return {
        "signals": [(signal.id, signal.name, signal.question, signal.what_to_do, signal.needs, place) for place, signal in places],
        "signal_thresholds": [
            (owner, name, each.value, each.because, each.set_in) for owner, named in thresholds for name, each in named.items()
        ],
        "signal_lists": [
            (signal.id, name, value)
            for signal in signals.signals
            for name, values in signal.lists.items()
            for value in dict.fromkeys(values)
        ],
        "signal_measures": [
            (signal.id, each.id, each.name, each.unit, each.method, each.threshold, signal.judges_moves, signal.needs_every_week)
            for signal in signals.signals
            for each in signal.measures
        ],
    }


def list_version(version: Version) -> tuple:
    """One version of a change as a row."""
    change = version.change
    scope = (change.touchpoints, change.components, change.suppliers, change.channels, change.segments)
    plan = (change.owner, change.primary_kpi, change.expected_direction, change.expected_size, change.evaluation_date)
    about = (change.change_id, change.title, change.description, change.started_at, change.rolled_out_at, change.ended_at, change.kind)
    recorded = (version.recorded_in, version.recorded_at, version.is_withdrawn)
    return (*about, *(",".join(part) for part in scope), *plan, change.investment_amount, *recorded)
