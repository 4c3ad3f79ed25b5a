"""Effects around zero with their intervals, in groups of rows: a forest plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_ROW = {False: 0.3, True: 0.48}  # inches, by narrow
_HEAD = 0.38  # inches for the name of a group
_APART = 0.16  # inches before rows without a name that follow a named group
_SCALE = 0.3  # inches for the words at zero
_FURTHEST = 4.0  # times the largest value: an interval that reaches further ends at the edge of the plot


@dataclass(frozen=True)
class Effect:
    """One row. `low`, `high`: interval; `shown`: the effect in words; a value of None draws only its words."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    shown: str
    role: str = "s1"


@dataclass(frozen=True)
class EffectGroup:
    """Rows under one name; without a name they stand by themselves."""

    name: str
    rows: Sequence[Effect]


def effect_dots(groups: Sequence[EffectGroup], reference: str) -> Draw:
    """Draw the groups one under the other on one scale; gid of a row: effect-<group>-<row>, from 0.

    Args:
        groups: the groups in the order of the page.
        reference: words at the line of zero: no difference.

    Raises:
        ValueError: there is no row.
    """
    rows = [row for group in groups for row in group.rows]
    if not rows:
        raise ValueError("no rows to draw")
    low, high = limits(rows)

    def draw(width: float, narrow: bool) -> Figure:
        left = 0.0 if narrow else base.name_column([row.name for row in rows], width)
        right = base.widest([row.shown for row in rows], base.VALUE_SIZE, 600) + base.GAP
        heads = sum(_above(groups, number) for number in range(len(groups)))
        height = heads + _ROW[narrow] * len(rows) + _SCALE + 0.1
        figure, axes = base.canvas(width, height, left=left + 0.08, right=right + 0.08, top=0, bottom=0)
        base.bare(axes)
        axes.set_xlim(low, high)
        axes.set_ylim(height, 0)
        down, middles = 0.05, []
        for number, group in enumerate(groups):
            if group.name:
                base.at_edge(axes, down + _HEAD / 2, base.shortened(group.name, width * 0.7, 9.5, 600), weight=600)
            down += _above(groups, number)
            indent = "  " if group.name and not narrow else ""
            for place, row in enumerate(group.rows):
                middle = down + _ROW[narrow] * (0.7 if narrow else 0.5)
                _row(axes, row, middle, f"effect-{number}-{place}")
                middles.append(middle)
                above = down + _ROW[narrow] * 0.22 if narrow else middle
                room = width if narrow else left
                base.at_edge(axes, above, indent + base.shortened(row.name, room - base.GAP), role="ink2")
                down += _ROW[narrow]
        half = 0.13 if narrow else _ROW[narrow] / 2  # on a phone the names stand in the way of the line of zero
        _lines(axes, [(0.0, 0.0, middle - half, middle + half) for middle in middles], "mute", 0.9, 1)
        _lines(axes, [(*axes.get_xlim(), middle, middle) for middle in middles], "grid", 0.7, 0)
        spans = [_span(axes, row) for row in rows]
        between = [(*span, at, at) for span, at in zip(spans, middles, strict=True) if span is not None]
        _lines(axes, between, "ink2", 1.3, 3)
        _reference(axes, reference, height - _SCALE + 0.05)
        return figure

    return draw


def _above(groups: Sequence[EffectGroup], number: int) -> float:
    """Inches above the first row of a group: its name, or a gap that ends the named group before it."""
    if groups[number].name:
        return _HEAD
    return _APART if number and groups[number - 1].name else 0.0


def limits(rows: Sequence[Effect]) -> tuple[float, float]:
    """Ends of the scale: zero, all values, and the intervals as far as they help to read."""
    known = [row for row in rows if row.value is not None]
    largest = max((abs(row.value or 0.0) for row in known), default=0.0)
    ends = [end for row in known for end in (row.low, row.high) if end is not None]
    furthest = _FURTHEST * largest if largest else max((abs(end) for end in ends), default=0.0)
    values = [row.value or 0.0 for row in known]
    low = min([0.0, *values, *(max(end, -furthest) for end in ends)])
    high = max([0.0, *values, *(min(end, furthest) for end in ends)])
    if low == high:
        return -1.0, 1.0
    room = (high - low) * 0.04
    return low - room, high + room


def _span(axes: Axes, row: Effect) -> tuple[float, float] | None:
    """The interval of a row, as far as it is on the scale."""
    if row.value is None or row.low is None or row.high is None:
        return None
    first, last = axes.get_xlim()
    return min(max(row.low, first), last), min(max(row.high, first), last)


def _lines(axes: Axes, lines: Sequence[tuple[float, float, float, float]], role: str, wide: float, above: int) -> None:
    """Straight lines (from x to x, from y to y) as one mark, which weighs a fraction of many."""
    xs = [x for first, last, _, _ in lines for x in (first, last, math.nan)]
    ys = [y for _, _, first, last in lines for y in (first, last, math.nan)]
    axes.plot(xs, ys, color=ROLE[role], linewidth=wide, solid_capstyle="butt", zorder=above)


def _row(axes: Axes, row: Effect, middle: float, gid: str) -> None:
    if row.value is not None:
        dot = axes.plot([row.value], [middle], "o", color=ROLE[row.role], markersize=6.5, zorder=4, clip_on=False)
        dot[0].set_gid(gid)
    role, weight = ("ink3", 400) if row.value is None else ("ink", 600 if row.role not in ("mute", "faint") else 400)
    axes.annotate(
        row.shown, (1, middle), xycoords=axes.get_yaxis_transform(), xytext=(9, 0), textcoords="offset points",
        va="center", fontsize=base.VALUE_SIZE, fontweight=weight, color=ROLE[role], annotation_clip=False,
    )  # fmt: skip


def _reference(axes: Axes, words: str, foot: float) -> None:
    """The words under the line of zero, moved inwards where they would leave the plot."""
    first, last = axes.get_xlim()
    share = (0 - first) / (last - first)
    align = "left" if share < 0.15 else "right" if share > 0.85 else "center"
    base.label(axes, 0, foot, words, role="ink2", size=base.NOTE_SIZE, align=align, offset=(0, 0), vertical="top")
