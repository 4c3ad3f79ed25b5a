"""Survival curves: steps with a band, named at their ends, and below the axis how many are still under observation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 3.3, 2.7  # inches of the plot with its axis
_LINE_OF_TEXT = 0.17  # inches between two names at the right end, and between two rows of numbers
_AXIS = 0.5  # inches below the plot for ticks and their label
_NARROW_TICKS = 3
_MOST_STEPS = 48  # of one curve; more cannot be told apart on a page


@dataclass(frozen=True)
class StepCurve:
    """One curve. `x` ascending, `y` the level from each x on; before the first x it is 1. `low`, `high`: a band;
    `at_risk`: under observation at each tick of the axis, in words; `role`: colour."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    role: str = "s1"
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    at_risk: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class CurveAxis:
    """Ticks of the time axis with their words, its label, how levels are written, the heading of the numbers below."""

    ticks: Sequence[float]
    shown: Callable[[float], str]
    tick_names: Sequence[str]
    x_label: str
    at_risk_title: str = ""


def curves(series: Sequence[StepCurve], axis: CurveAxis) -> Draw:
    """Draw the curves; gid of the n-th (from 0) is curve-n. The last of the series lies on top."""
    if not series or not axis.ticks:
        raise ValueError("no curves to draw")

    def draw(width: float, narrow: bool) -> Figure:
        names = [curve.name for curve in series]
        right = min(base.widest(names, base.VALUE_SIZE, 600) + base.GAP, width * 0.32) if len(series) > 1 else 0.15
        counted = [curve for curve in series if curve.at_risk]
        below = _AXIS + (_LINE_OF_TEXT * (len(counted) + 1) + 0.12 if counted else 0.0)
        left = max(0.55, min(base.widest([c.name for c in counted], base.NOTE_SIZE) + 0.25, width * 0.24))
        height = (_NARROW_HEIGHT if narrow else _HEIGHT) + below - _AXIS
        figure, axes = base.canvas(width, height, left=left, right=right, top=0.12, bottom=below)
        last = axis.ticks[-1]
        for place, curve in enumerate(series):
            _curve(axes, place, curve, last)
        axes.set_xlim(0, last)
        axes.set_ylim(0, 1.02)
        base.grid(axes, "y")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: axis.shown(value)))
        step = max(1, -(-(len(axis.ticks) - 1) // _NARROW_TICKS)) if narrow else 1
        places = range(0, len(axis.ticks), step)
        axes.set_xticks([axis.ticks[place] for place in places], [axis.tick_names[place] for place in places])
        axes.set_xlabel(axis.x_label)
        if len(series) > 1:
            _names(axes, series, right, last)
        if counted:
            _numbers(axes, counted, axis, list(places), left)
        return figure

    return draw


def _curve(axes: Axes, place: int, curve: StepCurve, last: float) -> None:
    keep = base.thinned(curve.x, _MOST_STEPS)
    x = [0.0, *(curve.x[step] for step in keep), last]
    if curve.low is not None and curve.high is not None:
        bands = ([band[step] for step in keep] for band in (curve.low, curve.high))
        low, high = ([1.0, *band, band[-1] if len(band) else 1.0] for band in bands)
        axes.fill_between(x, low, high, step="post", color=ROLE[curve.role], alpha=0.14, linewidth=0)
    y = [1.0, *(curve.y[step] for step in keep), curve.y[-1] if len(curve.y) else 1.0]
    drawn = axes.step(x, y, where="post", color=ROLE[curve.role], linewidth=1.9, zorder=3 + place / 100)
    drawn[0].set_gid(f"curve-{place}")


def _names(axes: Axes, series: Sequence[StepCurve], room: float, last: float) -> None:
    """Names at the right ends, moved apart where curves end together."""
    figure = axes.get_figure()
    assert figure is not None
    low, high = axes.get_ylim()
    per_inch = (high - low) / (axes.get_position().height * figure.get_figheight())  # type: ignore[union-attr]
    ends = [curve.y[-1] if len(curve.y) else 1.0 for curve in series]
    for curve, height in zip(series, base.spread(ends, _LINE_OF_TEXT * per_inch), strict=True):
        role = curve.role if curve.role in ("s1", "alert", "ink", "ink2", "ink3") else "ink2"
        name = base.shortened(curve.name, room - base.GAP, base.VALUE_SIZE, 600)
        base.label(axes, last, height, name, weight=600, role=role)


def _numbers(axes: Axes, counted: Sequence[StepCurve], axis: CurveAxis, places: Sequence[int], left: float) -> None:
    """Rows of numbers below the axis, one a curve, a number at each tick."""
    figure = axes.get_figure()
    assert figure is not None
    inch = 1 / (axes.get_position().height * figure.get_figheight())  # type: ignore[union-attr]
    top = -(_AXIS + 0.1) * inch
    edge = -left / (axes.get_position().width * figure.get_figwidth())  # type: ignore[union-attr]
    style = {"fontsize": base.NOTE_SIZE, "va": "center", "clip_on": False, "transform": axes.transAxes}
    axes.text(edge, top, axis.at_risk_title, ha="left", color=ROLE["ink2"], **style)  # type: ignore[arg-type]
    for row, curve in enumerate(counted, start=1):
        height = top - row * _LINE_OF_TEXT * inch
        name = base.shortened(curve.name, left - 0.22, base.NOTE_SIZE)
        axes.text(edge, height, name, ha="left", color=ROLE["ink3"], **style)  # type: ignore[arg-type]
        for place in places:
            at = axis.ticks[place] / axis.ticks[-1]
            axes.text(at, height, curve.at_risk[place], ha="center", color=ROLE["ink3"], **style)  # type: ignore[arg-type]
