"""Debug events of dbt are not made into messages, and everything that somebody hears still is."""

from __future__ import annotations

from dbt.adapters.events.types import SQLQuery
from dbt.events.types import LogModelResult
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.types import Note

from cxhouse.warehouse.quiet_dbt import leave_out_debug_events

NODE = {"node_name": "stg_orders"}


def hear(level: EventLevel | None = None) -> list[tuple[str, str]]:
    """Names and levels of what a callback hears of three events: a query (debug), a note (info), a result whose level comes last."""
    heard: list[tuple[str, str]] = []
    manager = EventManager()
    manager.callbacks.append(lambda message: heard.append((message.info.name, message.info.level)))
    manager.fire_event(SQLQuery(conn_name="one", sql="select 1", node_info=NODE), level=level)
    manager.fire_event(Note(msg="hello"), level=level)
    result = LogModelResult(description="a model", status="OK", index=1, total=2, execution_time=1.0, node_info=NODE)
    manager.fire_event(result, level=level or EventLevel.ERROR)
    return heard


def test_nobody_hears_debug_events_and_everybody_the_rest() -> None:
    with leave_out_debug_events():
        inside = hear()
    assert inside == [("Note", "info"), ("LogModelResult", "error")]
    assert hear() == [("SQLQuery", "debug"), *inside]


def test_an_event_fired_at_a_higher_level_is_heard_with_what_it_was_given() -> None:
    with leave_out_debug_events():
        assert hear(EventLevel.WARN)[0] == ("SQLQuery", "warn")
        query = SQLQuery(conn_name="one", sql="select 1", node_info=NODE)
        assert query.sql == "select 1"
        assert query.to_dict()["node_info"]["node_name"] == "stg_orders"


def test_a_log_at_debug_level_gets_everything() -> None:
    with leave_out_debug_events(log_level="debug"):
        assert hear()[0] == ("SQLQuery", "debug")
