"""From one amount to another, one step a row: gains to the right, losses to the left, the two totals from zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE


@dataclass(frozen=True)
class Fall:
    """One row: a total (drawn from zero) or a step (drawn from where the rows above it lead). `shown`: its words."""

    name: str
    value: float
    shown: str
    total: bool = False
    role: str = "faint"


def waterfall(rows: Sequence[Fall]) -> Draw:
    """Draw the rows in the order given; gid of the n-th (from 0): fall-n. The steps lead from total to total."""
    if not rows:
        raise ValueError("no rows to draw")
    spans = _spans(rows)

    def draw(width: float, narrow: bool) -> Figure:
        row = base.NARROW_ROW if narrow else base.ROW
        left = 0.0 if narrow else base.name_column([one.name for one in rows], width)
        beside = base.widest([one.shown for one in rows], base.VALUE_SIZE, 600) + base.GAP
        figure, axes = base.canvas(width, row * len(rows) + 0.1, left=left, right=beside)
        base.bare(axes)
        lowest, highest = min(0.0, *(low for low, _ in spans)), max(0.0, *(high for _, high in spans))
        axes.set_xlim(lowest, highest if highest > lowest else 1.0)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        for place, (one, span) in enumerate(zip(rows, spans, strict=True)):
            _row(axes, place, one, span, narrow)
            if place + 1 < len(rows):
                _join(axes, place, _end(one, span), narrow)
        positions = [place - 0.27 if narrow else place for place in range(len(rows))]
        bold = [place for place, one in enumerate(rows) if one.total]
        names = [one.name for one in rows]
        base.names_at_edge(axes, positions, names, bold=bold, room=width if narrow else left)
        axes.axvline(0, color=ROLE["mute"], linewidth=0.8, zorder=3)
        return figure

    return draw


def _spans(rows: Sequence[Fall]) -> list[tuple[float, float]]:
    """Lower and upper end of each bar."""
    at, spans = 0.0, []
    for one in rows:
        begin, at = (0.0, one.value) if one.total else (at, at + one.value)
        spans.append((min(begin, at), max(begin, at)))
    return spans


def _end(one: Fall, span: tuple[float, float]) -> float:
    return span[1] if one.value >= 0 else span[0]


def _middle(place: int, narrow: bool) -> float:
    return place + (0.17 if narrow else 0)


def _row(axes: Axes, place: int, one: Fall, span: tuple[float, float], narrow: bool) -> None:
    middle = _middle(place, narrow)
    height = 0.36 if narrow else 0.58
    drawn = axes.barh(middle, span[1] - span[0], height=height, left=span[0], color=ROLE[one.role], zorder=2)
    drawn[0].set_gid(f"fall-{place}")
    base.label(axes, span[1], middle, one.shown, weight=600 if one.total else 400)


def _join(axes: Axes, place: int, at: float, narrow: bool) -> None:
    """A thin line from the end of a row to the next one."""
    half = 0.18 if narrow else 0.29
    ends = [_middle(place, narrow) + half, _middle(place + 1, narrow) - half]
    axes.plot([at, at], ends, color=ROLE["mute"], linewidth=0.8, zorder=1)
