"""Volume per day: the open days as a line, what stands out as marks, closed days and holidays left out of the line."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 2.9, 2.5  # inches
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.5, 0.15, 0.25, 0.32  # inches around the plot
_LINE = 0.2  # inches that a line of text needs
_EPOCH = dt.date(1970, 1, 1).toordinal()  # day 0 of the axis
_SILENT = ("holiday", "gap")
_MOST_LABELS, _MOST_LABELS_NARROW = 4, 2


@dataclass(frozen=True)
class Day:
    """One day. `mark`: "", closed, holiday, gap, collapse, spike or incomplete; `shown`: what to say about it."""

    date: dt.date
    rows: int
    mark: str = ""
    shown: str = ""


def volume(days: Sequence[Day], language: Language, shown: Callable[[float], str], *, weekly: bool = False) -> Draw:
    """Draw the days; gid of the n-th marked one (from 0) is day-n.

    Gaps are ticks on the base line, spikes, collapses and a cut last day are dots; the first few are named.

    Args:
        days: every day of the period.
        language: of the axis.
        shown: how a number of rows is written.
        weekly: the line is the mean of each week; marks stay single days.
    """
    if not days:
        raise ValueError("no days to draw")

    def draw(width: float, narrow: bool) -> Figure:
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        figure, axes = base.canvas(width, height, left=_LEFT, right=_RIGHT, top=_TOP, bottom=_BOTTOM)
        dates, heights = _line(days, weekly)
        axes.plot(
            [_number(date) for date in dates], heights, color=ROLE["s1"], linewidth=0.9 if narrow else 1.1, zorder=3
        )
        base.grid(axes, "y")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value)))
        axes.xaxis.set_major_locator(FixedLocator(_ticks(days, 3 if narrow else 6)))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: language.short_date(dt.date.fromordinal(_EPOCH + round(value))))
        )
        axes.margins(x=0.01)
        top = max([day.rows for day in days] + [1])
        axes.set_ylim(-0.04 * top, 1.08 * top)
        inches = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM
        _marks(axes, [day for day in days if day.mark not in ("", "closed", "holiday")], narrow, inches)
        return figure

    return draw


def _line(days: Sequence[Day], weekly: bool) -> tuple[list[dt.date], list[float]]:
    """The open days in order, broken where days are missing; or the mean of each week."""
    drawn = [day for day in days if day.mark != "closed"]
    if not weekly:
        return [day.date for day in drawn], [math.nan if day.mark in _SILENT else float(day.rows) for day in drawn]
    weeks: dict[dt.date, list[int]] = {}
    for day in drawn:
        if day.mark not in _SILENT:
            weeks.setdefault(day.date - dt.timedelta(days=day.date.weekday()), []).append(day.rows)
    return list(weeks), [sum(rows) / len(rows) for rows in weeks.values()]


def _marks(axes: Axes, marked: Sequence[Day], narrow: bool, inches: tuple[float, float]) -> None:
    """The marked days, the first few with their words where those touch no others; `inches`: size of the plot."""
    named = sorted(marked, key=lambda day: (day.mark == "gap", -day.rows))[
        : _MOST_LABELS_NARROW if narrow else _MOST_LABELS
    ]
    (low, high), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    taken: list[tuple[float, float, float]] = []  # left and right end and height of what is written
    for place, day in enumerate(marked):
        at = _number(day.date)
        if day.mark == "gap":
            drawn = axes.plot([at], [0], marker="|", color=ROLE["alert"], markersize=11, markeredgewidth=2.2, zorder=5)
        else:
            drawn = axes.plot([at], [day.rows], "o", color=ROLE["alert"], markersize=4.5, zorder=5)
        drawn[0].set_gid(f"day-{place}")
        if day not in named or not day.shown:
            continue
        left = at > (low + high) / 2
        wide = (base.text_width(day.shown, base.VALUE_SIZE, 600) + base.GAP) / inches[0] * (high - low)
        ends = (at - wide, at) if left else (at, at + wide)
        tall = _LINE / inches[1] * (top - bottom)
        if any(ends[0] < end and start < ends[1] and abs(day.rows - up) < tall for start, end, up in taken):
            continue
        taken.append((*ends, day.rows))
        base.label(
            axes, at, day.rows, day.shown, weight=600, role="alert", align="right" if left else "left",
            offset=(-6 if left else 6, 7 if day.mark == "gap" else 5),
        )  # fmt: skip


def _number(date: dt.date) -> float:
    """A day as the axis counts it."""
    return float(date.toordinal() - _EPOCH)


def _ticks(days: Sequence[Day], most: int) -> list[float]:
    """First days of months, evenly spaced and at most so many; the first and last day of a short period."""
    first, last = days[0].date, days[-1].date
    months = [
        dt.date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= dt.date(year, month, 1) <= last
    ]
    if len(months) < 2:
        return [_number(first), _number(last)]
    step = next((step for step in (1, 2, 3, 4, 6, 12) if len(months) <= step * most), 24)
    return [_number(month) for month in months if (month.year * 12 + month.month - 1) % step == 0]
