"""Lines over time or over a number, named at their ends instead of in a legend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 3.1, 2.6  # inches
_LINE_OF_TEXT = 0.17  # inches between two names at the right end


@dataclass(frozen=True)
class Line:
    """One line. `low` and `high`: a band around it; a None value is a gap; `role`: colour."""

    name: str
    x: Sequence[Any]
    y: Sequence[float | None]
    role: str = "s1"
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    dashed: bool = False


@dataclass(frozen=True)
class Mark:
    """A point to name: a peak, a gap, an event."""

    x: Any
    y: float
    text: str
    role: str = "alert"


@dataclass(frozen=True)
class Axis:
    """Labels of the two axes and how the values of the upright one are written."""

    shown: Callable[[float], str]
    x_label: str = ""
    from_zero: bool = True
    marks: Sequence[Mark] = field(default_factory=tuple)


def lines(series: Sequence[Line], axis: Axis, language: Language) -> Draw:
    """Draw lines; gid of the n-th (from 0) is line-n, of the n-th mark mark-n."""
    if not any(value is not None for line in series for value in line.y):
        raise ValueError("no values to draw")

    def draw(width: float, narrow: bool) -> Figure:
        names = base.widest([line.name for line in series], base.VALUE_SIZE, 600) if len(series) > 1 else 0.0
        right = min(names + base.GAP, width * 0.3) if names else 0.15
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        figure, axes = base.canvas(width, height, left=0.55, right=right, top=0.15, bottom=0.5 if axis.x_label else 0.3)
        for place, line in enumerate(series):
            _line(axes, place, line)
        _scales(axes, series, axis, language, narrow)
        if names:
            _names(axes, series, right)
        for place, mark in enumerate(axis.marks):
            _mark(axes, place, mark)
        return figure

    return draw


def _line(axes: Axes, place: int, line: Line) -> None:
    heights = [float("nan") if value is None else value for value in line.y]
    if line.low is not None and line.high is not None:
        axes.fill_between(line.x, line.low, line.high, color=ROLE[line.role], alpha=0.14, linewidth=0)
    drawn = axes.plot(
        line.x, heights, color=ROLE[line.role], linewidth=1.9, linestyle=(0, (4, 2)) if line.dashed else "-", zorder=3
    )
    drawn[0].set_gid(f"line-{place}")


def _scales(axes: Axes, series: Sequence[Line], axis: Axis, language: Language, narrow: bool) -> None:
    base.grid(axes, "y")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: axis.shown(value)))
    if axis.from_zero:
        lowest = min(
            (value for line in series for value in (*line.y, *(line.low or ())) if value is not None), default=0
        )
        axes.set_ylim(bottom=min(0, lowest))
    most = 3 if narrow else 6
    if isinstance(series[0].x[0], dt.date):
        places = mdates.AutoDateLocator(maxticks=most + 1, minticks=2)  # type: ignore[no-untyped-call]
        places.intervald[mdates.MONTHLY] = [1, 2, 3, 4, 6, 12]  # two years on a phone: one tick a year
        axes.xaxis.set_major_locator(places)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.short_date(_day(value))))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=most, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.number(value)))
    axes.margins(x=0.01)
    if axis.x_label:
        axes.set_xlabel(axis.x_label)


def _names(axes: Axes, series: Sequence[Line], room: float) -> None:
    """Names at the right ends, moved apart where lines end together."""
    figure = axes.get_figure()
    assert figure is not None
    ends = [next((value for value in reversed(line.y) if value is not None), 0.0) for line in series]
    low, high = axes.get_ylim()
    per_inch = (high - low) / (axes.get_position().height * figure.get_figheight())  # type: ignore[union-attr]
    heights = base.spread(ends, _LINE_OF_TEXT * per_inch)
    for line, height in zip(series, heights, strict=True):
        name = base.shortened(line.name, room - base.GAP, base.VALUE_SIZE, 600)
        axes.annotate(
            name, (1, height), xycoords=("axes fraction", "data"), xytext=(5, 0), textcoords="offset points",
            ha="left", va="center", fontsize=base.VALUE_SIZE, fontweight=600, color=ROLE[_readable(line.role)],
            annotation_clip=False,
        )  # fmt: skip


def _mark(axes: Axes, place: int, mark: Mark) -> None:
    point = axes.plot([mark.x], [mark.y], "o", color=ROLE[mark.role], markersize=5, zorder=5)
    point[0].set_gid(f"mark-{place}")
    low, high = axes.get_xlim()
    at = axes.convert_xunits(mark.x)  # type: ignore[no-untyped-call]
    right_half = at > (low + high) / 2
    base.label(
        axes, mark.x, mark.y, mark.text, weight=600, role=_readable(mark.role),
        align="right" if right_half else "left", offset=(-7 if right_half else 7, 6),
    )  # fmt: skip


def _day(value: float) -> dt.date:
    """A place on a date axis as a day."""
    moment: dt.datetime = mdates.num2date(value)  # type: ignore[no-untyped-call]
    return moment.date()


def _readable(role: str) -> str:
    """The role of a text beside a mark: only the strong colours are readable as text."""
    return role if role in ("s1", "alert", "ink", "ink2", "ink3") else "ink2"
