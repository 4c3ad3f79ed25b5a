"""Who was active in each period: returning, resurrecting and new above the line, those who stopped below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 3.4, 3.0  # inches
_LINE_OF_TEXT = 0.18  # inches between two names at the right end
_WIDE = 0.8  # of a bar, of the place that it has
_SWATCH = 0.16  # inches for the square before a name
_ROLES = ("s1", "warm", "s3", "alert")  # returning, resurrecting, new, dormant


@dataclass(frozen=True)
class Life:
    """One period: its first day and the people in each state; dormant: active the period before and not in this."""

    first_day: dt.date
    returning: int
    resurrecting: int
    new: int
    dormant: int


@dataclass(frozen=True)
class LifeWords:
    """Names of the four states, as they stand beside the last period."""

    returning: str
    resurrecting: str
    new: str
    dormant: str


def lifecycle(periods: Sequence[Life], words: LifeWords, language: Language, shown: Callable[[float], str]) -> Draw:
    """Draw the periods in the order given; gid of the bars of a state: state-<name>.

    Args:
        periods: consecutive, the first without dormant people.
        words: names of the states.
        language: of the dates.
        shown: how a number of people is written.

    Raises:
        ValueError: no periods.
    """
    if not periods:
        raise ValueError("no periods to draw")
    names = (words.returning, words.resurrecting, words.new, words.dormant)

    def draw(width: float, narrow: bool) -> Figure:
        right = min(base.widest(names, base.VALUE_SIZE, 600) + base.GAP + _SWATCH + 0.02, width * 0.3)
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        figure, axes = base.canvas(width, height, left=0.55, right=right, top=0.12, bottom=0.32)
        _bars(axes, periods, width - 0.55 - right)
        base.grid(axes, "y", 5)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(abs(value))))
        axes.spines["bottom"].set_visible(False)
        axes.axhline(0, color=ROLE["ink2"], linewidth=0.9, zorder=4)
        axes.set_xlim(-0.6, len(periods) - 0.4)
        places = _ticks(periods, 3 if narrow else 7)
        axes.xaxis.set_major_locator(FixedLocator([float(place) for place in places]))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: language.short_date(periods[round(value)].first_day))
        )
        _names(axes, periods[-1], names, height - 0.44, right)
        return figure

    return draw


def _bars(axes: Axes, periods: Sequence[Life], inches: float) -> None:
    places = range(len(periods))
    bottom = [0] * len(periods)
    thick = 72 * _WIDE * inches / (len(periods) + 0.2)
    for state, role in zip(("returning", "resurrecting", "new"), _ROLES[:3], strict=True):
        heights = [int(getattr(period, state)) for period in periods]
        _strokes(axes, bottom, heights, role, state, thick)
        bottom = [bottom[place] + heights[place] for place in places]
    _strokes(axes, [0] * len(periods), [-period.dormant for period in periods], "alert", "dormant", thick)


def _strokes(axes: Axes, bottom: Sequence[int], heights: Sequence[int], role: str, state: str, thick: float) -> None:
    """All bars of a state as one path of upright strokes, `thick` points wide."""
    points = [
        point
        for place, (low, tall) in enumerate(zip(bottom, heights, strict=True))
        if tall
        for point in ((float(place), float(low)), (float(place), float(low + tall)))
    ]
    if not points:
        return
    patch = PathPatch(Path(points, [Path.MOVETO, Path.LINETO] * (len(points) // 2)), fill=False, zorder=2)
    patch.set_edgecolor(ROLE[role])
    patch.set_linewidth(thick)
    patch.set_capstyle("butt")
    patch.set_gid(f"state-{state}")
    axes.add_patch(patch)
    axes.update_datalim(points)
    axes.autoscale_view()


def _names(axes: Axes, last: Life, names: Sequence[str], inches: float, room: float) -> None:
    """The four names beside the parts of the last period, moved apart where parts are thin."""
    low, high = axes.get_ylim()
    second = last.returning + last.resurrecting
    middles = [last.returning / 2, (last.returning + second) / 2, second + last.new / 2, -last.dormant / 2]
    heights = base.spread(middles, _LINE_OF_TEXT * (high - low) / inches)
    for name, role, height in zip(names, _ROLES, heights, strict=True):
        shown = base.shortened(name, room - base.GAP - _SWATCH, base.VALUE_SIZE, 600)
        for text, colour, size, offset in (("■", role, 9, 5), (shown, "ink", base.VALUE_SIZE, 5 + 72 * _SWATCH)):
            axes.annotate(
                text, (1, height), xycoords=("axes fraction", "data"), xytext=(offset, 0), textcoords="offset points",
                ha="left", va="center", fontsize=size, fontweight=600, color=ROLE[colour], annotation_clip=False,
            )  # fmt: skip


def _ticks(periods: Sequence[Life], most: int) -> list[int]:
    """Places of at most so many periods, evenly spaced from the first."""
    step = -(-len(periods) // most)
    return list(range(0, len(periods), step))
