"""All judgements of a build in one frame: changes, smallest visible effects of a change tomorrow, quiet dates, proposed breaks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl
from threadpoolctl import threadpool_limits

from semantic.effects.company.breaks import propose_breaks
from semantic.effects.company.changes import evaluate_changes, list_visible_effects
from semantic.effects.company.facts import Company
from semantic.effects.company.false_alarms import CASE_SCHEMA, measure_false_alarms
from semantic.effects.company.memory import Memories
from semantic.effects.company.rows import EFFECT_SCHEMA, KEY, PLACEBO_SCHEMA, SERIES_SCHEMA
from semantic.effects.company.segments import judge_segments

CHANGE, SEGMENT, TOMORROW, QUIET, PROPOSAL = "change", "segment", "tomorrow", "quiet", "proposal"


def nest(schema: Mapping[str, Any]) -> pl.List:
    """The data type of a list of rows without their key columns."""
    return pl.List(pl.Struct({name: kind for name, kind in schema.items() if name not in KEY}))


JUDGEMENT_SCHEMA: dict[str, Any] = {
    "occasion": pl.Utf8,
    **EFFECT_SCHEMA,
    "segment": pl.Utf8,
    "usual_value": pl.Float64,
    "dates_count": pl.Int64,
    **{name: kind for name, kind in CASE_SCHEMA.items() if name not in ("touchpoint_id", "kpi_id", "date", "effect", "p_value")},
    "weeks": nest(SERIES_SCHEMA),
    "placebos": nest(PLACEBO_SCHEMA),
}


def list_judgements(company: Company, segment_days: pl.DataFrame, memories: Memories | None = None) -> pl.DataFrame:
    """Rows of JUDGEMENT_SCHEMA by occasion: `change`; `segment` (a change on the customers of one segment; `segment_days` as in
    judge_segments); `tomorrow` (smallest visible effects); `quiet` (dates without a registered change); `proposal` (proposed breaks).

    What `memories` know is not judged again."""
    # the matrices are small: a second thread of the linear algebra library would only wait, and take ten times the CPU seconds
    memories = memories or Memories()
    with threadpool_limits(1):
        found, segments = evaluate_changes(company, memories.answers), judge_segments(company, segment_days, memories.answers)
        visible, quiet = list_visible_effects(company), measure_false_alarms(company, memory=memories.dates).cases
        breaks = propose_breaks(company, memories.dates)
    changes = found.effects.join(gather(found.series, "weeks"), on=list(KEY), how="left", nulls_equal=True)
    changes = changes.join(gather(found.placebos, "placebos"), on=list(KEY), how="left", nulls_equal=True)
    tomorrow = company.date_of(company.days - 1) + timedelta(days=1)
    visible = visible.rename({"status": "verdict"}).with_columns(pl.lit(tomorrow).alias("started_at"))
    told = (
        (CHANGE, changes), (SEGMENT, segments), (TOMORROW, visible), (QUIET, quiet.rename({"date": "started_at"})),
        (PROPOSAL, breaks.rename({"break_date": "started_at"})),
    )  # fmt: skip
    marked = [part.with_columns(pl.lit(occasion).alias("occasion")) for occasion, part in told]
    return pl.concat([pl.DataFrame(schema=JUDGEMENT_SCHEMA), *marked], how="diagonal").select(list(JUDGEMENT_SCHEMA))


def gather(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Rows of one key as a list."""
    return rows.group_by(list(KEY), maintain_order=True).agg(pl.struct(pl.exclude(list(KEY))).alias(name))
