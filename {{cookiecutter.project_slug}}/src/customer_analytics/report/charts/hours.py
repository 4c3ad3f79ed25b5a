"""The hours of a day as upright bars: a clock that anybody can check at a glance."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT = 1.9  # inches


def hour_bars(shares: Sequence[float], shown: Sequence[str], stressed: Collection[int], role: str = "alert") -> Draw:
    """Draw 24 bars, one an hour from midnight; gid of an hour: hour-<n>.

    Args:
        shares: share of the rows in each hour.
        shown: the share in words, written over the busiest hour and over the stressed ones that hold any.
        stressed: hours that the title speaks of.
        role: colour of the stressed hours.
    """

    def draw(width: float, narrow: bool) -> Figure:
        figure, axes = base.canvas(width, _HEIGHT, left=0.02, right=0.02, top=0.28, bottom=0.3)
        base.bare(axes)
        for hour, share in enumerate(shares):
            colour = ROLE[role if hour in stressed else "faint"]
            axes.bar(hour, share, width=0.78, color=colour, zorder=2)[0].set_gid(f"hour-{hour}")
        axes.set_xlim(-0.6, 23.6)
        axes.set_ylim(0, max([*shares, 1e-9]) * 1.02)
        axes.axhline(0, color=ROLE["mute"], linewidth=0.8, zorder=3)
        busiest = max(range(len(shares)), key=lambda hour: shares[hour])
        base.label(axes, busiest, shares[busiest], shown[busiest], weight=600, align="center", offset=(0, 7))
        for hour in range(0, 24, 6 if narrow else 3):
            base.label(axes, hour, 0, f"{hour:02d}:00", role="ink2", align="center", offset=(0, -10))
        return figure

    return draw
