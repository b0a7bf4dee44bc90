"""dbt without the debug messages that nobody reads: making them takes a fifth of a small build."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cxhouse.warehouse.replacing import replace_functions


@contextmanager
def leave_out_debug_events(*, log_level: str | None = None) -> Iterator[None]:
    """Meanwhile, dbt makes no message of an event at debug level, unless `log_level` (that of dbt's log file) is debug.

    dbt turns each event into a message before it asks whether any log or callback wants it, some forty for each model. Here an event at
    debug level keeps what it was given, and becomes a message only where somebody reads it.
    """
    from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
    from dbt_common.events.event_manager import EventManager

    if log_level == "debug":
        yield
        return
    begin, look_up, fire = BaseEvent.__init__, BaseEvent.__getattr__, EventManager.fire_event

    def keep(event: BaseEvent, *given: Any, **named: Any) -> None:
        if isinstance(event, DebugLevel):
            event.__dict__["given"] = (given, named)
        else:
            begin(event, *given, **named)

    def look_up_late(event: BaseEvent, name: str) -> Any:
        if "given" in event.__dict__:
            given, named = event.__dict__.pop("given")
            begin(event, *given, **named)
        return look_up(event, name)

    def fire_what_is_read(manager: EventManager, event: BaseEvent, level: EventLevel | None = None, *rest: Any, **named: Any) -> None:
        if not isinstance(event, DebugLevel) or level not in (None, EventLevel.DEBUG) or any(rest) or any(named.values()):
            fire(manager, event, level, *rest, **named)

    changes = [(BaseEvent, "__init__", keep), (BaseEvent, "__getattr__", look_up_late), (EventManager, "fire_event", fire_what_is_read)]
    with replace_functions(changes):
        yield
