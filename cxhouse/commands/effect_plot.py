"""The plot of `cxhouse effect`: values before and after, the expected path and its 95 % band, as one self-contained SVG file."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from semantic.effects.series.single import SeriesEffect
    from semantic.effects.series.table import Periods

WIDTH, HEIGHT = 960, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 20, 70, 60


def draw_effect(periods: Periods, found: SeriesEffect, *, log: bool, title: str) -> str:
    """The SVG as text. It can be read without colour: dots are hollow before and filled after, the expected path is dashed."""
    values = np.log(periods.values) if log and len(periods.values) else periods.values
    expected = np.array(found.expected) if found.expected else np.full(len(values), np.nan)
    margin = found.margin or 0.0
    n = periods.n
    shown = np.concatenate([values, expected[n:] - margin, expected[n:] + margin, expected])
    shown = shown[np.isfinite(shown)]
    low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
    room = (high - low) * 0.05 or 1.0
    low, high = low - room, high + room
    first = float(periods.positions[0]) if len(periods.positions) else 0.0
    last = float(periods.positions[-1]) if len(periods.positions) else 1.0
    across = np.interp(periods.positions, (first, max(last, first + 1)), (LEFT + 8, WIDTH - RIGHT - 8))

    def up(value: float) -> float:
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP)

    parts = [draw_frame(title, found, low, high, up), draw_dates(periods, across)]
    if n and n < len(across):
        middle = (across[n - 1] + across[n]) / 2
        parts.append(f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#555" stroke-dasharray="2 3"/>')
        parts.append(f'<text x="{middle + 4:.1f}" y="{TOP + 12}" fill="#333">change</text>')
    path = [(x, y) for x, y in zip(across, expected, strict=True) if np.isfinite(y)]
    after = [(x, y) for x, y in zip(across[n:], expected[n:], strict=True) if np.isfinite(y)]
    if after:
        if len(after) == 1:
            after = [(after[0][0] - 6, after[0][1]), (after[0][0] + 6, after[0][1])]
        edge = [f"{x:.1f},{up(y + margin):.1f}" for x, y in after] + [f"{x:.1f},{up(y - margin):.1f}" for x, y in reversed(after)]
        parts.append(f'<polygon points="{" ".join(edge)}" fill="#0b66c3" fill-opacity="0.15"/>')
        line = " ".join(f"{x:.1f},{up(y):.1f}" for x, y in (path if len(path) > 1 else after))
        parts.append(f'<polyline points="{line}" fill="none" stroke="#0b66c3" stroke-width="2" stroke-dasharray="7 4"/>')
    parts += [
        f'<circle cx="{x:.1f}" cy="{up(y):.1f}" r="3" fill="{"#222" if i >= n else "#fff"}" stroke="#222"/>'
        for i, (x, y) in enumerate(zip(across, values, strict=True))
    ]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">\n' + "\n".join(
        [f"<title>{html.escape(title)}</title>", *parts, "</svg>", ""]
    )


def draw_frame(title: str, found: SeriesEffect, low: float, high: float, up: Callable[[float], float]) -> str:
    """Background, headline, axis and legend."""
    from semantic.effects.method.words import write_number

    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="16" fill="#111">{html.escape(title)}</text>',
        f'<text x="{LEFT}" y="44" fill="#333">{html.escape(write_headline(found))}</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 12}" fill="#333">'
        "hollow before, filled after, dashed: expected, shaded: 95 % margin of their mean</text>",
    ]
    for tick in np.linspace(low, high, 5):
        y = up(float(tick))
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#333">{write_number(float(tick))}</text>')
    return "\n".join(parts)


def write_headline(found: SeriesEffect) -> str:
    """Verdict and effect in a line."""
    from semantic.effects.method.words import write_number

    if found.effect is None or found.effect_lower is None or found.effect_upper is None:
        return f"{found.verdict}: {found.reason}"
    margin = f"{write_number(found.effect_lower)} to {write_number(found.effect_upper)}"
    return f"{found.verdict}: {write_number(found.effect)} (95 % margin {margin})"


def draw_dates(periods: Periods, across: np.ndarray) -> str:
    """First days of some periods below the axis."""
    if not len(across):
        return ""
    chosen = sorted(set(np.linspace(0, len(across) - 1, min(6, len(across))).astype(int)))
    anchors = {chosen[0]: "start", chosen[-1]: "end"}
    texts = []
    for i in chosen:
        day = periods.starts[i]
        text = {"year": f"{day.year}", "month": f"{day:%Y-%m}"}.get(periods.grain, day.isoformat())
        texts.append(
            f'<text x="{across[i]:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="{anchors.get(i, "middle")}" fill="#333">{text}</text>'
        )
    return "\n".join(texts)
