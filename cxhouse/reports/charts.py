"""The small chart of a figure: its months with interval, target and numbered changes, as a PNG that mail programs show as well.

Mail programs strip SVG, so the same PNG stands in the file and in the mail (decision 48). It holds no names, so no font can miss a letter
of one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from cxhouse.reports.published import Row

WIDTH, HEIGHT = 300, 78  # as shown; the picture has twice as many pixels in each direction, for sharp screens and paper
INK, MUTED, BAND = "#1f2933", "#5b6773", "#dde1e5"
TONES = {"green": "#0b6b61", "yellow": "#855600", "red": "#b3261e"}  # of dashboards/components/shared/site.css
COLOURS = 64  # with the steps between them; a third of the size of a picture of all colours


def draw_months(rows: Sequence[Row], marks: Sequence[Row]) -> bytes:
    """One figure's months in order, the last one being that of the report; `marks` are changes with `number` and `started_date`."""
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=200)
    axes = figure.add_axes((0.22, 0.2, 0.76, 0.64))
    for run in list_runs(rows):
        places = [place for place, _ in run]
        values = [row["value"] for _, row in run]
        lower, upper = [row["value_lower"] for _, row in run], [row["value_upper"] for _, row in run]
        if None not in lower + upper:
            axes.fill_between(places, lower, upper, color=BAND, linewidth=0)
        axes.plot(places, values, color=INK, linewidth=1.2)
    draw_points(axes, rows)
    target = rows[-1]["target"]
    if target is not None:
        axes.axhline(target, color=INK, linewidth=0.8, dashes=(5, 3))
    draw_marks(axes, rows, marks)
    label_axes(axes, rows)
    return write_png(figure)


def list_runs(rows: Sequence[Row]) -> Iterator[list[tuple[int, Row]]]:
    """Neighbouring months with a value that was counted with the same definition: what a line may join."""
    run: list[tuple[int, Row]] = []
    for place, row in enumerate(rows):
        is_joined = row["value"] is not None and run and run[-1][0] == place - 1 and run[-1][1]["kpi_version"] == row["kpi_version"]
        if run and not is_joined:
            yield run
            run = []
        if row["value"] is not None:
            run.append((place, row))
    if run:
        yield run


def draw_points(axes: Axes, rows: Sequence[Row]) -> None:
    """Hollow: too few to judge. The last month is large and has the colour of its status."""
    last = len(rows) - 1
    points = [(place, row["value"], row["status"]) for place, row in enumerate(rows) if row["value"] is not None]
    edges = [TONES.get(status, MUTED) if place == last else MUTED if status == "grey" else INK for place, _, status in points]
    axes.scatter(
        [place for place, _, _ in points],
        [value for _, value, _ in points],
        s=[22 if place == last else 5 for place, _, _ in points],
        c=["#ffffff" if status == "grey" else edge for (_, _, status), edge in zip(points, edges, strict=True)],
        edgecolors=edges,
        linewidths=0.8,
        zorder=3,
    )


def draw_marks(axes: Axes, rows: Sequence[Row], marks: Sequence[Row]) -> None:
    """A dotted line per change with its number above; numbers of neighbours stand together, so that none covers another."""
    groups: list[list[tuple[float, Row]]] = []
    for mark in sorted(marks, key=lambda each: each["number"]):
        place = place_day(rows, mark["started_date"])
        axes.axvline(place, color=INK, linewidth=0.8, linestyle=":")
        if groups and place - groups[-1][-1][0] < 0.6:
            groups[-1].append((place, mark))
        else:
            groups.append([(place, mark)])
    for group in groups:
        middle = (group[0][0] + group[-1][0]) / 2
        text = ", ".join(str(mark["number"]) for _, mark in group)
        axes.annotate(
            text, (middle, 1), xycoords=("data", "axes fraction"), xytext=(0, 1), textcoords="offset points",
            ha="center", va="bottom", fontsize=5.5, color=INK,
        )  # fmt: skip


def place_day(rows: Sequence[Row], day: date) -> float:
    """Where a day stands among months that stand in their middle."""
    place = next(index for index in reversed(range(len(rows))) if rows[index]["month_start"] <= day)
    start = rows[place]["month_start"]
    following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return place - 0.5 + (day - start).days / (following - start).days


def label_axes(axes: Axes, rows: Sequence[Row]) -> None:
    """The highest and the lowest value as the report writes them, and the first and last month."""
    measured = sorted((row for row in rows if row["value"] is not None), key=lambda row: row["value"])
    ends = {row["value_text"]: row["value"] for row in (measured[0], measured[-1])}
    axes.set_yticks(list(ends.values()), list(ends), fontsize=5.5, color=MUTED)
    axes.set_xlim(-0.5, len(rows) - 0.5)
    places = sorted({0, len(rows) - 1})
    axes.set_xticks(places, [f"{rows[place]['month_start']:%b %Y}" for place in places], fontsize=5.5, color=MUTED)
    for place, label in zip(places, axes.get_xticklabels(), strict=True):
        label.set_horizontalalignment("left" if place == 0 and len(rows) > 1 else "right" if len(rows) > 1 else "center")
    axes.margins(y=0.12)
    axes.tick_params(length=0, pad=2)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set(color="#c8d0d9", linewidth=0.6)


def write_png(figure: Figure) -> bytes:
    """The same picture is the same bytes, whatever wrote it."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", facecolor="#ffffff", metadata={"Software": None})
    small = io.BytesIO()
    Image.open(drawn).convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(small, format="png", optimize=True)
    return small.getvalue()
