"""Cumulative share of money, biggest customers first."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE


def lorenz(
    points: Sequence[tuple[float, float]],
    marks: Sequence[tuple[float, float, str]],
    axis_label: str,
    equal: str,
    language: Language,
) -> Draw:
    """Draw the curve through `points` (share of customers from the biggest down, their share of money).

    `marks`: (share of customers, share of money, words) of the points to name, gid mark-n; `equal`: words on the
    dashed line on which everybody would spend the same.
    """
    shares, money_shares = [share for share, _ in points], [money for _, money in points]

    def draw(width: float, narrow: bool) -> Figure:
        height = 2.9 if narrow else 3.2
        figure, axes = base.canvas(width, height, left=0.45, right=0.15, top=0.12, bottom=0.48)
        axes.fill_between(shares, money_shares, color=ROLE["h0"], linewidth=0, zorder=1)
        axes.plot([0, 1], [0, 1], color=ROLE["mute"], linewidth=1, linestyle=(0, (3, 3)), zorder=2)
        axes.plot(shares, money_shares, color=ROLE["s1"], linewidth=2.2, zorder=3)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.0)
        for which in (axes.xaxis, axes.yaxis):
            which.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value)))
        axes.xaxis.set_major_locator(FixedLocator([0, 0.5, 1] if narrow else [0, 0.2, 0.4, 0.6, 0.8, 1]))
        axes.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        axes.grid(True, axis="y")
        axes.tick_params(length=0)
        axes.set_xlabel(axis_label)
        base.label(axes, 0.62, 0.62, equal, role="ink3", size=base.NOTE_SIZE, offset=(6, -7), vertical="top")
        for place, (share, money, words) in enumerate(marks):
            point = axes.plot([share], [money], "o", color=ROLE["s1"], markersize=5.5, zorder=4, clip_on=False)
            point[0].set_gid(f"mark-{place}")
            base.label(axes, share, money, words, weight=600, role="s1", offset=(8, -5), vertical="top")
        return figure

    return draw
