"""`cxhouse effect`: judge the effect of a change on any series, from a CSV file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxhouse.commands.failures import check_choice, report_failures
from cxhouse.screen import complain, console

if TYPE_CHECKING:
    from cxhouse.commands.effect_file import Table
    from semantic.effects.series.judging import Question
    from semantic.effects.series.single import SeriesEffect
    from semantic.effects.series.table import Periods


def effect(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table with a header; one row per day, week, month or year.")],
    change: Annotated[str, typer.Option("--date", metavar="DATE", help="First day after the change: 2026-03-01, 2026-03, or a year.")],
    date_column: Annotated[str | None, typer.Option(metavar="COL", help="Without it, the first column that holds dates or years.")] = None,
    value: Annotated[str | None, typer.Option(metavar="COL", help="Without it, the only column of numbers; rows are averaged.")] = None,
    numerator: Annotated[str | None, typer.Option(metavar="COL", help="With --denominator: their sums are divided.")] = None,
    denominator: Annotated[str | None, typer.Option(metavar="COL")] = None,
    controls: Annotated[str | None, typer.Option(metavar="COL,COL", help="Series the change did not touch.")] = None,
    period: Annotated[str | None, typer.Option(help="day, week, month, quarter or year; default: from the rows (days as weeks).")] = None,
    before: Annotated[str, typer.Option(metavar="N|all", help="Periods before.")] = "all",
    after: Annotated[str | None, typer.Option(metavar="N|all", help="Default: 28 days, 4 weeks, 12 months, 4 quarters, all years.")] = None,
    named_by: Annotated[str | None, typer.Option(help="first or last: the day that names weeks and quarters; default: recognised.")] = None,
    skip: Annotated[int, typer.Option(min=0, help="Periods right after the start to leave out (wash-out).")] = 0,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="First day on which the change no longer holds.")] = None,
    peak: Annotated[list[str] | None, typer.Option(metavar="FROM:TO", help="A yearly peak, once for each year. Repeatable.")] = None,
    other: Annotated[list[str] | None, typer.Option(metavar="DATE", help="First day of another known change. Repeatable.")] = None,
    log: Annotated[bool, typer.Option("--log", help="Judge the logarithm: effects are ratios.")] = False,
    better: Annotated[str | None, typer.Option(help="higher or lower: then the verdict says better or worse.")] = None,
    judge: Annotated[str, typer.Option(help="mean or last: with a synthetic control, the mean after or its last period.")] = "mean",
    plot: Annotated[Path | None, typer.Option(metavar="FILE.svg", help="Default: <FILE>_effect.svg in this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Effect, 95 % margin and verdict for one change on a series from a file, and a plot."""
    from cxhouse.commands.effect_file import read_table
    from cxhouse.commands.effect_plot import draw_effect
    from semantic.effects.series.judging import Question
    from semantic.effects.series.known import Known
    from semantic.effects.series.rows import guess_grain, guess_named
    from semantic.effects.series.table import DEFAULT_AFTER

    with report_failures():
        check_choices(period, better, judge, named_by)
        start, end = read_span(change, until)
        known = Known(tuple(read_peak(text) for text in peak or []), tuple(read_date(text, "--other") for text in other or []))
        names = [name.strip() for name in (controls or "").split(",") if name.strip()]
        table = read_table(file, date_column, value, numerator, denominator, names)
        grain = period or guess_grain(table.days)
        counts = read_count(before, "--before"), DEFAULT_AFTER[grain] if after is None else read_count(after, "--after")
        naming = named_by or guess_named(table.date_column)
        periods, found = answer(file, table, Question(start, grain, *counts, skip, end, naming, known, better, log, judge == "last"))
    title = f"{'logarithm of ' if log else ''}{table.name}, change of {start.isoformat()}"
    drawn = write_plot(plot or Path(f"{file.stem}_effect.svg"), draw_effect(periods, found, log=log, title=title))
    if as_json:
        used = {"log": log, "columns": [table.date_column, table.name], "plot": drawn}
        print(json.dumps({**found.as_fields(), **used}, indent=2, allow_nan=False))
    else:
        show(found, table, drawn, log=log)


def check_choices(period: str | None, better: str | None, judge: str, named_by: str | None) -> None:
    """Raise BadParameter for an option that is none of its choices."""
    for choice, choices, option in (
        (period, ("day", "week", "month", "quarter", "year"), "--period"),
        (better, ("higher", "lower"), "--better"),
        (judge, ("mean", "last"), "--judge"),
        (named_by, ("first", "last"), "--named-by"),
    ):
        check_choice(choice, choices, option)


def answer(file: Path, table: Table, question: Question) -> tuple[Periods, SeriesEffect]:
    """The judgement on the rows of a file, with what was noticed when it was read. Raises InputError."""
    from cxhouse.commands.effect_file import InputError
    from semantic.effects.series.judging import Data, NotPositiveError, judge_rows

    try:
        periods, found = judge_rows(Data(table.days, table.numerator, table.denominator, table.controls, table.is_ratio), question)
    except NotPositiveError as error:
        raise InputError(f"{file}: --log needs values above 0 in every {error}; leave it out, or take longer periods (--period)") from error
    return periods, replace(found, warnings=(*table.warnings, *found.warnings))


def read_span(change: str, until: str | None) -> tuple[date, date | None]:
    """The first day after the change, and the first day on which it no longer holds. Raises BadParameter."""
    start, end = read_date(change), None if until is None else read_date(until, "--until")
    if end is not None and end <= start:
        raise typer.BadParameter(f"{until} is not after {change}", param_hint="--until")
    return start, end


def write_plot(target: Path, text: str) -> str | None:
    """Write the plot and return its path; None, with a message, when it cannot be written."""
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        complain(f"the plot could not be written: {error}; name another place with --plot")
        return None
    return str(target)


def read_count(text: str, option: str) -> int | None:
    """A number of periods from 1 on; None for `all`. Raises InputError."""
    if text == "all":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(f"{text} is neither a whole number of periods from 1 on nor all", param_hint=option)
    return int(text)


def read_date(text: str, option: str = "--date") -> date:
    """A day. Raises BadParameter."""
    from cxhouse.commands.effect_file import parse_date

    found = parse_date(text)
    if found is None:
        raise typer.BadParameter(f"{text} is not a date; write 2026-01-31, 2026-01 or a year", param_hint=option)
    return found


def read_peak(text: str) -> tuple[date, date]:
    """The first and the last day of a peak, from FROM:TO. Raises BadParameter."""
    from semantic.effects.series.known import check_peak

    first, colon, last = text.partition(":")
    if not colon:
        raise typer.BadParameter(f"{text} is not a first and a last day; write 2025-11-24:2025-12-31", param_hint="--peak")
    peak = (read_date(first, "--peak"), read_date(last, "--peak"))
    wrong = check_peak(*peak)
    if wrong:
        raise typer.BadParameter(wrong, param_hint="--peak")
    return peak


def show(found: SeriesEffect, table: Table, drawn: str | None, *, log: bool) -> None:
    """The judgement for people."""
    from semantic.effects.method.words import write_number

    def write(number: float | None) -> str:
        return "unknown" if number is None else write_number(number)

    lines = [f"{found.verdict}: {found.reason}", found.sentence]
    if found.effect is not None:
        chance = "below 0.0001" if (found.p_value or 0) < 1e-4 else f"{found.p_value:.4f}"
        figure = f"effect {write(found.effect)}{' of the logarithm' if log else ''}"
        margin = f"95 % margin {write(found.effect_lower)} to {write(found.effect_upper)}"
        lines.append(f"{figure} ({margin}), p {chance}, smallest visible {write(found.smallest_visible_effect)}")
        used = f"{table.name} by {table.date_column}"
        lines.append(f"method: {found.method}; {found.periods_before} {found.period}s before, {found.periods_after} after; {used}")
    if found.cumulative_effect is not None:
        margin = f"{write(found.cumulative_lower)} to {write(found.cumulative_upper)}"
        over = f"a denominator of {found.cumulative_over:,.0f}" if table.is_ratio else f"{found.cumulative_over:,.0f} rows"
        lines.append(f"added up over {over} after: {write(found.cumulative_effect)} (95 % margin {margin})")
    lines += [f"note: {warning}" for warning in found.warnings]
    if drawn:
        lines.append(f"plot: {drawn}")
    for line in lines:
        console.print(line, highlight=False, markup=False)
