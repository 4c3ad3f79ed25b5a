"""Gains: whoever is contacted first, by falling probability, and the share of all leavers who are reached so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 3.4, 3.0  # inches
_MOST_POINTS = 50  # of one line
_NAMED_AT, _BELOW_AT = 0.3, 0.5  # share contacted beside which the first line is named, and the others


@dataclass(frozen=True)
class GainsLine:
    """One way to rank. `x`: share contacted, ascending from 0 to 1; `y`: share of the leavers among them."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    role: str = "s1"
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    dashed: bool = False


@dataclass(frozen=True)
class GainsWords:
    """Labels of the axis of who is contacted and of the axis of who is reached, the words on the diagonal, and marks
    (share contacted, share reached, words) on the first line."""

    contacted: str
    reached: str
    chance: str
    marks: Sequence[tuple[float, float, str]] = field(default_factory=tuple)


def gains(series: Sequence[GainsLine], words: GainsWords, language: Language) -> Draw:
    """Draw the lines, the first on top and named above, the others below; gids: line-n and mark-n, from 0."""
    if not series:
        raise ValueError("no lines to draw")

    def draw(width: float, narrow: bool) -> Figure:
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        figure, axes = base.canvas(width, height, left=0.5, right=0.15, top=0.38, bottom=0.48)
        axes.plot([0, 1], [0, 1], color=ROLE["mute"], linewidth=1, linestyle=(0, (3, 3)), zorder=2)
        for place, line in enumerate(series):
            _line(axes, place, line, len(series))
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.02)
        for which in (axes.xaxis, axes.yaxis):
            which.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value)))
        axes.xaxis.set_major_locator(FixedLocator([0, 0.5, 1] if narrow else [0, 0.1, 0.2, 0.4, 0.6, 0.8, 1]))
        axes.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        axes.grid(True, axis="y")
        axes.tick_params(length=0)
        axes.set_xlabel(words.contacted)
        base.at_edge(axes, 1.08, words.reached, size=base.NOTE_SIZE, role="ink2")
        _names(axes, series, words, narrow)
        return figure

    return draw


def _line(axes: Axes, place: int, line: GainsLine, of: int) -> None:
    keep = base.thinned(line.x, _MOST_POINTS)
    x, y = [line.x[point] for point in keep], [line.y[point] for point in keep]
    if line.low is not None and line.high is not None:
        low, high = ([band[point] for point in keep] for band in (line.low, line.high))
        axes.fill_between(x, low, high, color=ROLE[line.role], alpha=0.14, linewidth=0, zorder=1)
    drawn = axes.plot(
        x, y, color=ROLE[line.role], linewidth=2.2 if place == 0 else 1.5,
        linestyle=(0, (4, 2)) if line.dashed else "-", zorder=4 + (of - place) / 100,
    )  # fmt: skip
    drawn[0].set_gid(f"line-{place}")


def _names(axes: Axes, series: Sequence[GainsLine], words: GainsWords, narrow: bool) -> None:
    """The first line is named above it; the others, and the marks, below the diagonal, where nothing is drawn."""
    first, others = series[0], list(series[1:])
    if others:
        top = height_at(first, _NAMED_AT)
        base.label(
            axes, _NAMED_AT, top, first.name, weight=600, role=_readable(first.role), align="right", offset=(-4, 8),
            vertical="bottom",
        )  # fmt: skip
    for place, one in enumerate(others):
        at, height = _BELOW_AT + 0.06, 0.4 - 0.09 * place
        begin = _BELOW_AT - 0.04 * (place + 1)
        axes.plot([begin, at], [height_at(one, begin), height], color=ROLE["mute"], linewidth=0.7, zorder=2)
        figure = axes.get_figure()
        assert figure is not None
        inches = (1 - at) * axes.get_position().width * figure.get_figwidth() - base.GAP  # type: ignore[union-attr]
        name = base.shortened(one.name, inches, base.VALUE_SIZE, 600)
        base.label(axes, at, height, name, weight=600, role=_readable(one.role), offset=(4, -1))
    at = 0.78 if narrow else 0.86
    base.label(axes, at, at, words.chance, role="ink3", size=base.NOTE_SIZE, offset=(4, -12), vertical="top")
    for place, (contacted, reached, text) in enumerate(words.marks):
        at, height = contacted + 0.07, 0.05 + 0.09 * place
        axes.plot([contacted, at], [reached, height], color=ROLE["mute"], linewidth=0.7, zorder=2)
        point = axes.plot([contacted], [reached], "o", color=ROLE[first.role], markersize=5.5, zorder=6, clip_on=False)
        point[0].set_gid(f"mark-{place}")
        base.label(axes, at, height, text, weight=600, role=_readable(first.role), offset=(4, 0))


def height_at(line: GainsLine, share: float) -> float:
    """The share reached where `share` is contacted, straight between two points of the line."""
    before = [(x, y) for x, y in zip(line.x, line.y, strict=True) if x <= share]
    after = [(x, y) for x, y in zip(line.x, line.y, strict=True) if x >= share]
    if not before or not after:
        return share
    (x0, y0), (x1, y1) = before[-1], after[0]
    return y0 if x1 == x0 else y0 + (y1 - y0) * (share - x0) / (x1 - x0)


def _readable(role: str) -> str:
    """The role of a text beside a line: only the strong colours are readable as text."""
    return role if role in ("s1", "alert", "ink", "ink2", "ink3") else "ink2"
