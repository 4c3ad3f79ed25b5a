"""Windows on a time line: what is looked at before each cut-off, the gap, and the days in which leaving is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_BAR = 0.5  # of a row
_TICK = 0.3  # inches that half of a date below the axis takes
_HEAD = 0.34  # inches above the first row for the names of the windows


@dataclass(frozen=True)
class WindowRow:
    """One cut-off. Days: [observed_from, cut) is looked at, [label_from, label_to) decides; between them lies the gap.

    `counted`: people and leavers in words, behind the bar; `ahead`: True where the outcome is not known yet.
    """

    name: str
    observed_from: dt.date
    cut: dt.date
    label_from: dt.date
    label_to: dt.date
    counted: str = ""
    ahead: bool = False


@dataclass(frozen=True)
class WindowWords:
    """Names of the window of features and of the window of the outcome, above the first row."""

    observed: str
    predicted: str


def window_line(rows: Sequence[WindowRow], words: WindowWords, language: Language) -> Draw:
    """Draw the rows in the order given; gid of the n-th: observed-n and label-n. What is ahead is only outlined."""
    if not rows:
        raise ValueError("no cut-offs to draw")

    def draw(width: float, narrow: bool) -> Figure:
        row = base.NARROW_ROW if narrow else base.ROW
        counted = [one.counted for one in rows]
        left = _TICK if narrow else base.name_column([one.name for one in rows], width)
        beside = _TICK if narrow else min(base.widest(counted, base.VALUE_SIZE) + base.GAP, width * 0.36)
        figure, axes = base.canvas(
            width, row * len(rows) + _HEAD + 0.35, left=left, right=max(beside, _TICK), top=_HEAD, bottom=0.35
        )
        first = min(mdates.date2num(one.observed_from) for one in rows)  # type: ignore[no-untyped-call]
        last = max(mdates.date2num(one.label_to) for one in rows)  # type: ignore[no-untyped-call]
        axes.set_xlim(first, last)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        for place, one in enumerate(rows):
            _row(axes, place, one, narrow)
            at = place - 0.27 if narrow else place
            room = width * 0.5 - _TICK if narrow else beside
            shown = base.shortened(one.counted, room, base.VALUE_SIZE)
            side = {"align": "right", "offset": (0, 0)} if narrow else {"align": "left", "offset": (5, 0)}
            base.label(axes, last, at, shown, role="ink2", **side)
        positions = [place - 0.27 if narrow else place for place in range(len(rows))]
        bold = [place for place, one in enumerate(rows) if one.ahead]
        names = [one.name for one in rows]
        base.names_at_edge(axes, positions, names, bold=bold, room=width * 0.5 if narrow else left)
        _months(axes, language, narrow)
        _heads(axes, rows[0], words)
        return figure

    return draw


def _row(axes: Axes, place: int, one: WindowRow, narrow: bool) -> None:
    middle = place + (0.17 if narrow else 0)
    height = 0.34 if narrow else _BAR
    start, cut, begin, end = (
        float(mdates.date2num(day))  # type: ignore[no-untyped-call]
        for day in (one.observed_from, one.cut, one.label_from, one.label_to)
    )
    seen = axes.barh(middle, cut - start, left=start, height=height, color=ROLE["s3"], zorder=2)
    seen[0].set_gid(f"observed-{place}")
    colours = {"facecolor": "none", "edgecolor": ROLE["s1"], "linewidth": 1.2, "linestyle": (0, (3, 2))}
    label = axes.barh(
        middle, end - begin, left=begin, height=height, zorder=2,
        **(colours if one.ahead else {"color": ROLE["s1"]}),
    )  # fmt: skip
    label[0].set_gid(f"label-{place}")
    axes.plot([cut, cut], [middle - height * 0.72, middle + height * 0.72], color=ROLE["ink"], linewidth=1.3, zorder=3)
    if begin > cut:
        axes.plot([cut, begin], [middle] * 2, color=ROLE["mute"], linewidth=1, linestyle=(0, (2, 2)), zorder=1)


def _months(axes: Axes, language: Language, narrow: bool) -> None:
    places = mdates.AutoDateLocator(maxticks=4 if narrow else 7, minticks=2)  # type: ignore[no-untyped-call]
    places.intervald[mdates.MONTHLY] = [1, 2, 3, 4, 6, 12]
    axes.xaxis.set_major_locator(places)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.short_date(_day(value))))
    axes.grid(True, axis="x")


def _heads(axes: Axes, top: WindowRow, words: WindowWords) -> None:
    """Both names above the first row: the first one before its cut-off, the other one from where leaving is counted."""
    cut = float(mdates.date2num(top.cut))  # type: ignore[no-untyped-call]
    begin = float(mdates.date2num(top.label_from))  # type: ignore[no-untyped-call]
    style = {"weight": 600, "vertical": "bottom", "size": base.NOTE_SIZE}
    base.label(axes, cut, -0.5, words.observed, role="ink2", align="right", offset=(-4, 4), **style)  # type: ignore[arg-type]
    base.label(axes, begin, -0.5, words.predicted, role="s1", align="left", offset=(4, 4), **style)  # type: ignore[arg-type]


def _day(value: float) -> dt.date:
    """A place on a date axis as a day."""
    moment: dt.datetime = mdates.num2date(value)  # type: ignore[no-untyped-call]
    return moment.date()
