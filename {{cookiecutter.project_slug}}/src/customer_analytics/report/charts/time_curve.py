"""A share that rises with time since entry, on a logarithmic axis of time: minutes and weeks in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 3.0, 2.6  # inches
_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_TICKS = (
    1.0, 10.0, _MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY, 7 * _DAY, 30 * _DAY, 90 * _DAY, 365 * _DAY,
)  # fmt: skip
_NEAR = 1.001  # an end that misses a round moment by a rounding still has its label
_TICK_ROOM = 0.85  # inches that a label of time needs


@dataclass(frozen=True)
class TimeCurve:
    """Points of a curve. `seconds`: since entry, above 0 and rising; `share`: by then; `low`, `high`: the band."""

    seconds: Sequence[float]
    share: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class TimeMark:
    """A moment to name on the curve."""

    seconds: float
    share: float
    text: str


def time_curve(curve: TimeCurve, marks: Sequence[TimeMark], language: Language, x_label: str = "") -> Draw:
    """Draw the curve; gid of the line: line-0, of the n-th mark (from 0): mark-n."""
    if len(curve.seconds) < 2 or min(curve.seconds) <= 0:
        raise ValueError("a curve over time has two points or more, all after entry")

    def draw(width: float, narrow: bool) -> Figure:
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        figure, axes = base.canvas(width, height, left=0.55, right=0.25, top=0.15, bottom=0.5 if x_label else 0.3)
        axes.set_xscale("log")
        axes.fill_between(curve.seconds, curve.low, curve.high, color=ROLE["s1"], alpha=0.14, linewidth=0)
        (line,) = axes.plot(curve.seconds, curve.share, color=ROLE["s1"], linewidth=1.9, zorder=3)
        line.set_gid("line-0")
        first, last = curve.seconds[0], curve.seconds[-1]
        axes.set_xlim(first, last)
        base.grid(axes, "y")
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value)))
        shown = ticks(first, last, int(width / _TICK_ROOM) - 1)
        axes.xaxis.set_major_locator(FixedLocator(shown))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.duration(value)))
        if x_label:
            axes.set_xlabel(x_label)
        for place, mark in enumerate(marks):
            _mark(axes, place, mark, (first * last) ** 0.5)
        return figure

    return draw


def ticks(first: float, last: float, most: int) -> list[float]:
    """Round moments within the span, evenly thinned to at most `most` (two at least)."""
    inside = [tick for tick in _TICKS if first <= tick <= last * _NEAR]
    step = max(1, -(-len(inside) // max(most, 2)))
    return inside[::-1][::step][::-1]


def _mark(axes: Axes, place: int, mark: TimeMark, middle: float) -> None:
    point = axes.plot([mark.seconds], [mark.share], "o", color=ROLE["alert"], markersize=5, zorder=5)
    point[0].set_gid(f"mark-{place}")
    right = mark.seconds > middle
    base.label(
        axes, mark.seconds, mark.share, mark.text, weight=600, role="alert",
        align="right" if right else "left", offset=(-8, 8) if right else (8, -10),
    )  # fmt: skip
