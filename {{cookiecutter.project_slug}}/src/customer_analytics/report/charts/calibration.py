"""Calibration: what was promised against what happened, a dot a class of customers, equality as the dashed diagonal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 4.0, 3.3  # inches
_STEP = 0.05  # of a probability: limits of the axes are multiples of it


@dataclass(frozen=True)
class CalibrationPoint:
    """One class: mean probability given, share seen, its interval. `role`: alert for a class that the title names."""

    predicted: float
    observed: float
    low: float | None = None
    high: float | None = None
    role: str = "s1"


@dataclass(frozen=True)
class CalibrationWords:
    """Labels of the axis of what was said and of the axis of what happened, and the words on the diagonal."""

    predicted: str
    observed: str
    equal: str


def calibration(points: Sequence[CalibrationPoint], words: CalibrationWords, language: Language) -> Draw:
    """Draw the classes; gid of the n-th (from 0) is point-n. Both axes have the same limits, so the diagonal is 45°.

    Several runs or methods can share the plot: give their points other roles.
    """
    if not points:
        raise ValueError("no classes to draw")
    lowest, highest = limits(points)

    def draw(width: float, narrow: bool) -> Figure:
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        across = min(width, height * 1.5)  # nearly square, at the page's left edge
        figure, axes = base.canvas(width, height, left=0.55, right=width - across + 0.15, top=0.35, bottom=0.5)
        axes.plot([lowest, highest], [lowest, highest], color=ROLE["mute"], linewidth=1, linestyle=(0, (3, 3)))
        for place, point in enumerate(points):
            if point.low is not None and point.high is not None:
                base.interval(axes, point.low, point.high, point.predicted, horizontal=False, role=point.role)
            dot = axes.plot([point.predicted], [point.observed], "o", color=ROLE[point.role], markersize=6, zorder=5)
            dot[0].set_gid(f"point-{place}")
        _scales(axes, words, language, narrow, (lowest, highest))
        return figure

    return draw


def limits(points: Sequence[CalibrationPoint]) -> tuple[float, float]:
    """The limits of both axes: all dots and intervals, on multiples of a twentieth within 0 to 1."""
    values = [
        value for one in points for value in (one.predicted, one.observed, one.low, one.high) if value is not None
    ]
    lowest = max(0.0, math.floor(min(values) / _STEP) * _STEP)
    highest = min(1.0, math.ceil(max(values) / _STEP) * _STEP)
    if lowest < 0.3:  # near enough to show the whole way from zero
        lowest = 0.0
    return (lowest, highest) if highest > lowest else (max(0.0, lowest - _STEP), min(1.0, lowest + _STEP))


def _scales(axes: Axes, words: CalibrationWords, language: Language, narrow: bool, ends: tuple[float, float]) -> None:
    lowest, highest = ends
    room = 0.02 * (highest - lowest)
    axes.set_xlim(lowest - room, highest + room)
    axes.set_ylim(lowest - room, highest + room)
    for which in (axes.xaxis, axes.yaxis):
        which.set_major_locator(MaxNLocator(nbins=4 if narrow else 5, steps=[1, 2, 2.5, 5, 10]))
        which.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value)))
    axes.grid(True, axis="y")
    axes.tick_params(length=0)
    axes.set_xlabel(words.predicted)
    base.at_edge(axes, highest + room + 0.06 * (highest - lowest), words.observed, size=base.NOTE_SIZE, role="ink2")
    free = lowest + (0.3 if narrow else 0.6) * (highest - lowest)  # below the diagonal there is room
    base.label(axes, highest, free, words.equal, role="ink3", size=base.NOTE_SIZE, align="right", offset=(0, 0))
