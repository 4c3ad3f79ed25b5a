"""Indices around 100 (as in all customers) with their intervals, in groups of rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_ROW = {False: 0.29, True: 0.46}  # inches, by narrow
_HEAD = 0.42  # inches for the name of a group
_SCALE = 0.3  # inches for the scale at the foot
_TICKS = (10, 25, 50, 100, 200, 400, 800, 1600)
_WIDEST = 24.0  # times 100, up or down: beyond it a dot stands at the edge


@dataclass(frozen=True)
class Index:
    """One row: 100 means as in all customers. `low`, `high`: interval; `shown`: the value in words."""

    name: str
    value: float
    low: float
    high: float
    shown: str
    role: str = "s1"


@dataclass(frozen=True)
class IndexGroup:
    """Rows under one name."""

    name: str
    rows: Sequence[Index]


def index_dots(groups: Sequence[IndexGroup], reference: str, *, per: int = 100) -> Draw:
    """Draw the groups one under the other on one logarithmic scale; gid of a row: index-<group>-<row>, from 0.

    Args:
        groups: the groups in the order of the page.
        reference: words at the line of 100.
        per: what the scale writes for 100; 1 for ratios.

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
        height = sum(_HEAD + _ROW[narrow] * len(group.rows) for group in groups) + _SCALE + 0.1
        figure, axes = base.canvas(width, height, left=left + 0.08, right=right + 0.08, top=0, bottom=0)
        base.bare(axes)
        axes.set_xlim(math.log(low), math.log(high))
        axes.set_ylim(height, 0)
        axes.plot([math.log(100)] * 2, [0.14, height - _SCALE], color=ROLE["mute"], linewidth=0.9, zorder=1)
        down = 0.1
        for number, group in enumerate(groups):
            base.at_edge(axes, down + _HEAD / 2, base.shortened(group.name, width * 0.7, 9.5, 600), weight=600)
            down += _HEAD
            for place, row in enumerate(group.rows):
                middle = down + _ROW[narrow] * (0.7 if narrow else 0.5)
                _row(axes, row, middle, f"index-{number}-{place}")
                above = down + _ROW[narrow] * 0.22 if narrow else middle
                room = width if narrow else left
                base.at_edge(axes, above, base.shortened(row.name, room - base.GAP / 2), role="ink2")
                down += _ROW[narrow]
        _scale(axes, (low, high), (width, height), reference, per / 100)
        return figure

    return draw


def limits(rows: Sequence[Index]) -> tuple[float, float]:
    """Lowest and highest index of the scale: all values, and the intervals as far as they help to read."""
    floor, ceiling = 100 / _WIDEST, 100 * _WIDEST
    low = min(max(min(row.value, math.sqrt(max(row.low, floor) * row.value)), floor) for row in rows)
    high = max(min(max(row.value, math.sqrt(min(row.high, ceiling) * row.value)), ceiling) for row in rows)
    return min(low * 0.9, 70.0), max(high * 1.1, 140.0)


def _row(axes: Axes, row: Index, middle: float, gid: str) -> None:
    first, last = axes.get_xlim()
    axes.plot([first, last], [middle] * 2, color=ROLE["grid"], linewidth=0.7, zorder=0)
    low, value, high = (
        min(max(math.log(max(each, 1e-9)), first), last) for each in (row.low, row.value, row.high)
    )  # fmt: skip
    axes.plot([low, high], [middle] * 2, color=ROLE["ink2"], linewidth=1.3, solid_capstyle="butt", zorder=3)
    dot = axes.plot([value], [middle], "o", color=ROLE[row.role], markersize=6.5, zorder=4, clip_on=False)
    dot[0].set_gid(gid)
    axes.annotate(
        row.shown, (1, middle), xycoords=axes.get_yaxis_transform(), xytext=(9, 0), textcoords="offset points",
        va="center", fontsize=base.VALUE_SIZE, fontweight=600, color=ROLE["ink"], annotation_clip=False,
    )  # fmt: skip


def _scale(axes: Axes, ends: tuple[float, float], size: tuple[float, float], reference: str, scale: float) -> None:
    """A few values under the rows; 100 with its words. `size`: of the figure, in inches."""
    (low, high), (width, height) = ends, size
    foot = height - _SCALE + 0.05
    first, last = axes.get_xlim()
    inches = axes.get_position().width * width / (last - first)
    free = base.text_width(reference, base.NOTE_SIZE) / 2 + 0.22  # around the words of 100
    for tick in _TICKS:
        apart = abs(math.log(tick / 100)) * inches
        if low * 1.02 < tick < high * 0.98 and apart > free:
            base.label(
                axes, math.log(tick), foot, f"{tick * scale:g}", role="ink2", size=base.NOTE_SIZE, align="center",
                offset=(0, 0), vertical="top",
            )  # fmt: skip
    base.label(
        axes, math.log(100), foot, reference, role="ink2", size=base.NOTE_SIZE, align="center", offset=(0, 0),
        vertical="top",
    )  # fmt: skip
