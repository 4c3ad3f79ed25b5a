"""Horizontal bars with names at the left, or above the bars on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE


@dataclass(frozen=True)
class Bar:
    """One bar. `shown`: its value in words; `role`: colour; `low`, `high`: interval. A None value draws no bar."""

    name: str
    value: float | None
    shown: str
    role: str = "faint"
    low: float | None = None
    high: float | None = None

    @property
    def stressed(self) -> bool:
        """Whether the title speaks of this bar."""
        return self.role not in ("faint", "mute")


def bars(items: Sequence[Bar]) -> Draw:
    """Draw bars from zero in the order given; gid of the n-th (from 0) is bar-n.

    Grey for all but the ones that the title names; the value stands behind each bar.
    """
    if not items:
        raise ValueError("no bars to draw")

    def draw(width: float, narrow: bool) -> Figure:
        row = base.NARROW_ROW if narrow else base.ROW
        left = 0.0 if narrow else base.name_column([item.name for item in items], width)
        lowest, highest = _limits(items)
        values = base.widest([item.shown for item in items], base.VALUE_SIZE, 600) + base.GAP
        figure, axes = base.canvas(width, row * len(items) + 0.1, left=left, right=values)
        base.bare(axes)
        axes.set_xlim(lowest, highest)
        axes.set_ylim(len(items) - 0.5, -0.5)
        for place, item in enumerate(items):
            _bar(axes, place, item, narrow)
        names = [item.name for item in items]
        positions = [place - 0.27 if narrow else place for place in range(len(items))]
        stressed = [place for place, item in enumerate(items) if item.stressed]
        base.names_at_edge(axes, positions, names, bold=stressed, room=width if narrow else left)
        axes.axvline(0, color=ROLE["mute"], linewidth=0.8, zorder=3)
        return figure

    return draw


def _bar(axes: Axes, place: int, item: Bar, narrow: bool) -> None:
    middle = place + (0.17 if narrow else 0)
    if item.value is None:
        base.label(axes, 0, middle, item.shown, role="ink3")
        return
    drawn = axes.barh(middle, item.value, height=0.36 if narrow else 0.58, color=ROLE[item.role], zorder=2)
    drawn[0].set_gid(f"bar-{place}")
    end = item.value
    if item.low is not None and item.high is not None:
        base.interval(axes, item.low, item.high, middle)
        end = max(item.value, item.high) if item.value >= 0 else min(item.value, item.low)
    behind = end >= 0 or not _fits_left(axes, end, item.shown)
    if end < 0 and behind:  # no room at the left: the other side of zero is free
        end = max(0.0, item.high or 0.0)
    base.label(
        axes, end, middle, item.shown, weight=600 if item.stressed else 400,
        align="left" if behind else "right", offset=(5 if behind else -5, 0),
    )  # fmt: skip


def _fits_left(axes: Axes, end: float, shown: str) -> bool:
    """Whether the words of a bar that goes to the left have room beyond its end."""
    figure = axes.get_figure()
    assert figure is not None
    first, last = axes.get_xlim()
    inches = (end - first) / (last - first) * axes.get_position().width * figure.bbox.width / figure.dpi
    return bool(inches >= base.text_width(shown, base.VALUE_SIZE, 600) + base.GAP)


def _limits(items: Sequence[Bar]) -> tuple[float, float]:
    """From zero to the longest bar or interval; below zero only where a bar is."""
    ends = [value for item in items for value in (item.value, item.low, item.high) if value is not None]
    highest = max([0.0, *ends])
    lowest = min([0.0, *(item.value for item in items if item.value is not None)])
    if lowest < 0:
        lowest *= 1.25  # room for the value behind a bar that goes to the left
    return (lowest, highest) if highest > lowest else (0.0, 1.0)
