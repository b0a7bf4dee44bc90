"""Every judgement of a build in one frame: of the changes, of what a change of tomorrow could show, and of quiet dates."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from threadpoolctl import threadpool_limits

from semantic.effects.changes import evaluate_changes, list_visible_effects
from semantic.effects.company import Company
from semantic.effects.false_alarms import measure_false_alarms
from semantic.effects.rows import EFFECT_SCHEMA, KEY, PLACEBO_SCHEMA, SERIES_SCHEMA
from semantic.effects.segments import judge_segments

CHANGE, SEGMENT, TOMORROW, QUIET = "change", "segment", "tomorrow", "quiet"


def nest(schema: dict[str, pl.DataType]) -> pl.List:
    """The type of a list of rows without their key."""
    return pl.List(pl.Struct({name: kind for name, kind in schema.items() if name not in KEY}))


JUDGEMENT_SCHEMA = {
    "occasion": pl.Utf8,
    **EFFECT_SCHEMA,
    "segment": pl.Utf8,
    "usual_value": pl.Float64,
    "is_alarm": pl.Boolean,
    "weeks": nest(SERIES_SCHEMA),
    "placebos": nest(PLACEBO_SCHEMA),
}


def list_judgements(company: Company, segment_days: pl.DataFrame) -> pl.DataFrame:
    """Rows of JUDGEMENT_SCHEMA by occasion: `change`, `segment` (a change seen by one segment's customers; `segment_days` as judge_segments
    takes them), `tomorrow` (what could be seen), `quiet` (nothing was registered on that date)."""
    # the matrices are small: a second thread of the linear algebra only waits, at ten times the processor seconds
    with threadpool_limits(1):
        found, segments = evaluate_changes(company), judge_segments(company, segment_days)
        visible, quiet = list_visible_effects(company), measure_false_alarms(company).cases
    changes = found.effects.join(gather(found.series, "weeks"), on=list(KEY), how="left", nulls_equal=True)
    changes = changes.join(gather(found.placebos, "placebos"), on=list(KEY), how="left", nulls_equal=True)
    tomorrow = company.date_of(company.days - 1) + timedelta(days=1)
    visible = visible.rename({"status": "verdict"}).with_columns(pl.lit(tomorrow).alias("started_at"))
    parts = ((CHANGE, changes), (SEGMENT, segments), (TOMORROW, visible), (QUIET, quiet.rename({"date": "started_at"})))
    told = [part.with_columns(pl.lit(occasion).alias("occasion")) for occasion, part in parts]
    return pl.concat([pl.DataFrame(schema=JUDGEMENT_SCHEMA), *told], how="diagonal").select(list(JUDGEMENT_SCHEMA))


def gather(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Rows of one key as a list."""
    return rows.group_by(list(KEY), maintain_order=True).agg(pl.struct(pl.exclude(list(KEY))).alias(name))
