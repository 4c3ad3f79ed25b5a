"""Profit of a campaign by how many are contacted, riskiest first: where it is highest, and where it turns to loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 3.3, 2.9  # inches
_MOST_POINTS = 50  # of one curve
_LINE_OF_TEXT = 0.17  # inches between two names at the right end


@dataclass(frozen=True)
class ProfitLine:
    """One set of assumptions. `x`: share contacted, ascending within 0 to 1; `y`: profit in money."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    role: str = "s1"
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    dashed: bool = False


@dataclass(frozen=True)
class ProfitMark:
    """The place to stop: share contacted, profit there, in words."""

    x: float
    y: float
    text: str
    role: str = "alert"


@dataclass(frozen=True)
class ProfitWords:
    """Label of the axis of who is contacted, how money is written on the other, and the marks."""

    contacted: str
    shown: Callable[[float], str]
    marks: Sequence[ProfitMark] = ()


def profit(series: Sequence[ProfitLine], words: ProfitWords, language: Language) -> Draw:
    """Draw the curves over a line at zero, named at their right ends; gid of the n-th is line-n, of a mark mark-n."""
    if not series:
        raise ValueError("no curves to draw")

    def draw(width: float, narrow: bool) -> Figure:
        several = len(series) > 1
        right = min(base.widest([one.name for one in series], base.VALUE_SIZE, 600) + base.GAP, width * 0.3)
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        figure, axes = base.canvas(width, height, left=0.75, right=right if several else 0.15, top=0.3, bottom=0.48)
        axes.axhline(0, color=ROLE["ink3"], linewidth=0.9, zorder=2)
        for place, line in enumerate(series):
            _line(axes, place, line, len(series))
        axes.set_xlim(0, 1)
        axes.margins(y=0.08)
        base.grid(axes, "y")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.shown(value)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value)))
        axes.xaxis.set_major_locator(FixedLocator([0, 0.5, 1] if narrow else [0, 0.2, 0.4, 0.6, 0.8, 1]))
        axes.set_xlabel(words.contacted)
        if several:
            _names(axes, series, right)
        for place, mark in enumerate(words.marks):
            _mark(axes, place, mark)
        return figure

    return draw


def _line(axes: Axes, place: int, line: ProfitLine, of: int) -> None:
    keep = base.thinned(line.x, _MOST_POINTS)
    x, y = [line.x[point] for point in keep], [line.y[point] for point in keep]
    if line.low is not None and line.high is not None:
        low, high = ([band[point] for point in keep] for band in (line.low, line.high))
        axes.fill_between(x, low, high, color=ROLE[line.role], alpha=0.14, linewidth=0, zorder=1)
    drawn = axes.plot(
        x, y, color=ROLE[line.role], linewidth=2.2 if place == 0 else 1.4,
        linestyle=(0, (4, 2)) if line.dashed else "-", zorder=3 + (of - place) / 100,
    )  # fmt: skip
    drawn[0].set_gid(f"line-{place}")


def _names(axes: Axes, series: Sequence[ProfitLine], room: float) -> None:
    figure = axes.get_figure()
    assert figure is not None
    low, high = axes.get_ylim()
    per_inch = (high - low) / (axes.get_position().height * figure.get_figheight())  # type: ignore[union-attr]
    ends = [one.y[-1] if len(one.y) else 0.0 for one in series]
    for one, height in zip(series, base.spread(ends, _LINE_OF_TEXT * per_inch), strict=True):
        name = base.shortened(one.name, room - base.GAP, base.VALUE_SIZE, 600)
        role = one.role if one.role in ("s1", "alert", "ink", "ink2", "ink3") else "ink2"
        base.label(axes, 1, height, name, weight=600, role=role)


def _mark(axes: Axes, place: int, mark: ProfitMark) -> None:
    """The words stand above the plot, to the side that has more room; a thin line leads down to the point."""
    top = axes.get_ylim()[1]
    axes.plot([mark.x, mark.x], [mark.y, top], color=ROLE[mark.role], linewidth=0.8, zorder=3)
    point = axes.plot([mark.x], [mark.y], "o", color=ROLE[mark.role], markersize=6, zorder=5, clip_on=False)
    point[0].set_gid(f"mark-{place}")
    right_half = mark.x > 0.5
    base.label(
        axes, mark.x, top, mark.text, weight=600, role=mark.role, align="right" if right_half else "left",
        offset=(4 if right_half else -4, 4), vertical="bottom",
    )  # fmt: skip
    axes.set_ylim(top=top)
