"""What a publish adds to the ledger: everything that readers saw and that no build can make again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cxhouse.build_state import UNFINISHED, read_manifest, read_state
from cxhouse.ledger.kpi_definitions import keep_definitions
from cxhouse.ledger.month_figures import keep_reported
from cxhouse.ledger.plans import keep_plans
from cxhouse.ledger.value_versions import keep_value_model
from cxhouse.ledger.verdicts import keep_verdicts
from cxhouse.settings import Settings


def keep_published(settings: Settings, manifest: Mapping[str, Any]) -> None:
    """Keep what readers saw: month figures, KPI definitions, plans of changes, the version of the customer values, verdicts.

    Calling it again for the same manifest adds nothing.
    """
    moment = {"build_id": manifest["build_id"], "published_at": datetime.fromisoformat(manifest["published_at"])}
    keep_definitions(settings.state, settings.ledger, **moment)
    for keep in (keep_reported, keep_plans, keep_value_model, keep_verdicts):
        keep(settings.warehouse, settings.ledger, **moment)
    (settings.state / UNFINISHED).unlink(missing_ok=True)


def finish_publish(settings: Settings) -> None:
    """Finish a publish that was killed after the swap: keep what it showed. Called before a build, which overwrites the warehouse."""
    path, state, manifest = settings.state / UNFINISHED, read_state(settings), read_manifest(settings)
    if path.is_file() and state and state.is_passed and manifest and settings.warehouse.is_file():
        if path.read_text(encoding="utf-8") == state.build_id == manifest["build_id"]:
            keep_published(settings, manifest)
        path.unlink(missing_ok=True)
