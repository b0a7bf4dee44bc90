"""Charts of `cxhouse clv` and `cxhouse value report`: self-contained SVG files that any browser shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path

from semantic.value.calibration import Holdout
from semantic.value.valuation import Valuation

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 420, 70, 78, 62
FLOOR = HEIGHT - BOTTOM
HEADROOM = 1.08
SEEN, EXPECTED = "#1f4e79", "#c55a11"
FREQUENCY_FILE, HOLDOUT_FILE = "purchase_counts.svg", "holdout.svg"


def write_charts(valuation: Valuation, folder: Path) -> list[Path]:
    """One chart per check: the purchase counts of the fitted period, and the holdout period."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if valuation.frequencies is not None:
        counts = valuation.frequencies
        svg = draw_bars(
            "Repeat purchases: customers seen and expected by the model", label_classes(counts["frequency"].to_list()),
            counts["observed"].to_list(), counts["expected"].to_list(), across="repeat purchases", upwards="customers",
        )  # fmt: skip
        written.append(write(folder / FREQUENCY_FILE, svg))
    if valuation.holdout is not None:
        written.append(write_holdout(valuation.holdout, folder))
    return written


def write_holdout(holdout: Holdout, folder: Path, unit: str = "") -> Path:
    """Observed and expected purchases in the holdout period, by repeat purchases before it."""
    folder.mkdir(parents=True, exist_ok=True)
    means = holdout.by_frequency
    length = f"{holdout.length:g} {unit}".rstrip()
    svg = draw_bars(
        f"Holdout of {length}: {holdout.observed:,.0f} purchases seen, {holdout.expected:,.0f} expected",
        label_classes(means["frequency"].to_list()), means["observed"].to_list(), means["expected"].to_list(),
        across="repeat purchases before the holdout period", upwards="purchases per customer",
    )  # fmt: skip
    return write(folder / HOLDOUT_FILE, svg)


def label_classes(frequencies: Sequence[int]) -> list[str]:
    """Names of classes of repeat purchases; the last class has no upper limit."""
    from semantic.value.calibration import LAST_CLASS

    return [f"{LAST_CLASS}+" if frequency == LAST_CLASS else str(frequency) for frequency in frequencies]


def write(path: Path, text: str) -> Path:
    """Write a chart and return its path."""
    path.write_text(text, encoding="utf-8")
    return path


def draw_bars(title: str, labels: Sequence[str], seen: Sequence[float], expected: Sequence[float], *, across: str, upwards: str) -> str:
    """Observed values as bars, expected values as a line with marks, so that they can be distinguished without colour."""
    top = max([*seen, *expected, 1e-12]) * HEADROOM
    step = (WIDTH - LEFT - 20) / len(labels)
    parts = [*draw_head(title), *draw_axis(top)]
    points = []
    for place, (label, height, wish) in enumerate(zip(labels, seen, expected, strict=True)):
        middle = LEFT + step * (place + 0.5)
        y = place_height(height, top)
        parts.append(
            f'<rect x="{middle - step * 0.32:.1f}" y="{y:.1f}" width="{step * 0.64:.1f}" height="{FLOOR - y:.1f}" fill="{SEEN}">'
            f"<title>{escape(label)}: {height:,.3g} seen, {wish:,.3g} expected</title></rect>"
        )
        parts.append(f'<text x="{middle:.1f}" y="{FLOOR + 18}" text-anchor="middle">{escape(label)}</text>')
        points.append((middle, place_height(wish, top)))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{EXPECTED}" stroke-width="2"/>')
    parts += [diamond(x, y) for x, y in points]
    middle, level = LEFT + (WIDTH - LEFT - 20) / 2, (TOP + FLOOR) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 16}" text-anchor="middle">{escape(across)}</text>')
    parts.append(f'<text x="18" y="{level:.0f}" text-anchor="middle" transform="rotate(-90 18 {level:.0f})">{escape(upwards)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def draw_head(title: str) -> list[str]:
    """Opening, title and legend."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="26" font-size="16" font-weight="bold">{escape(title)}</text>',
        f'<rect x="{LEFT}" y="42" width="14" height="14" fill="{SEEN}"/><text x="{LEFT + 20}" y="54">seen</text>',
        f'<path d="M{LEFT + 75} 49h22" stroke="{EXPECTED}" stroke-width="3"/>{diamond(LEFT + 86, 49)}',
        f'<text x="{LEFT + 104}" y="54">expected</text>',
    ]


def draw_axis(top: float) -> list[str]:
    """Lines and numbers of the vertical axis."""
    parts, step = [], choose_step(top)
    for tick in range(int(top / step) + 1):
        value = tick * step
        y = place_height(value, top)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 20}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,.10g}</text>')
    return parts


def place_height(value: float, top: float) -> float:
    """The position of a value on the vertical axis."""
    return FLOOR - value / top * (FLOOR - TOP)


def diamond(x: float, y: float) -> str:
    """The mark of an expected value."""
    return f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z" fill="{EXPECTED}" stroke="#fff"/>'


def choose_step(top: float) -> float:
    """A round distance between axis lines, so that there are three to six of them."""
    size = 10.0 ** math.floor(math.log10(top / 3))
    return max(size * times for times in (1, 2, 2.5, 5) if size * times <= top / 3)
