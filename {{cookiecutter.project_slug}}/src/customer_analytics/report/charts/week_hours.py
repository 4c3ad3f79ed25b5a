"""Hours of the week as shaded grids, one a group: when its people act.

Neighbouring cells of one shade are drawn as one line and each shade as one path: a page with many grids stays small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from customer_analytics.report import theme
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

HOURS = 24
_TALL = {False: 0.165, True: 0.18}  # inches of a weekday's row, by narrow
_HEAD, _FOOT, _BETWEEN = 0.34, 0.34, 0.3
_TICKS = (0, 6, 12, 18)
_LINE = 0.012  # inches between two rows


@dataclass(frozen=True)
class WeekGrid:
    """One group: `shares`: seven rows (Monday first) of 24; `marked`: (weekday, first hour, hours) to outline."""

    name: str
    shares: Sequence[Sequence[float]]
    marked: tuple[int, int, int] | None = None


def week_hours(grids: Sequence[WeekGrid], weekdays: Sequence[str]) -> Draw:
    """Draw the grids, two a row (one on a phone); gid of the n-th grid, counted from 0: week-n.

    The shade is the share of the group's own actions, on one scale for all grids.

    Raises:
        ValueError: no grid, or one that is not seven by twenty-four.
    """
    if not grids or len(weekdays) != 7:
        raise ValueError("a week needs a grid and seven names")
    if any(len(grid.shares) != 7 or any(len(row) != HOURS for row in grid.shares) for grid in grids):
        raise ValueError("a grid is seven rows of twenty-four")
    highest = max(share for grid in grids for row in grid.shares for share in row)

    def draw(width: float, narrow: bool) -> Figure:
        across = 1 if narrow or len(grids) == 1 else 2
        rows = math.ceil(len(grids) / across)
        names = base.widest(weekdays, base.NOTE_SIZE) + base.GAP
        wide = (width - _BETWEEN * (across - 1)) / across
        tall = _HEAD + 7 * _TALL[narrow] + _FOOT
        figure, axes = base.canvas(width, tall * rows, top=0, bottom=0)
        base.bare(axes)
        axes.set_xlim(0, width)
        axes.set_ylim(tall * rows, 0)
        for place, grid in enumerate(grids):
            left, top = (place % across) * (wide + _BETWEEN), (place // across) * tall
            name = base.shortened(grid.name, wide, base.NAME_SIZE, 600)
            base.label(axes, left, top + 0.06, name, weight=600, size=base.NAME_SIZE, offset=(0, 0), vertical="top")
            box = (left + names, top + _HEAD, (wide - names) / HOURS, _TALL[narrow])
            _cells(axes, grid, box, highest, place)
            _scale(axes, box, left, weekdays)
        return figure

    return draw


def runs(steps: Sequence[int]) -> list[tuple[int, int, int]]:
    """Neighbours of the same step in a row as (first, beyond the last, step)."""
    found: list[tuple[int, int, int]] = []
    for place, step in enumerate(steps):
        if found and found[-1][2] == step:
            found[-1] = (found[-1][0], place + 1, step)
        else:
            found.append((place, place + 1, step))
    return found


def _cells(axes: Axes, grid: WeekGrid, box: tuple[float, float, float, float], highest: float, place: int) -> None:
    """A ground in the lowest shade; on it each run as a line as thick as its row, all lines of a shade as one path."""
    left, top, wide, tall = box
    ground = Rectangle((left, top), HOURS * wide, 7 * tall, facecolor=ROLE[theme.heat_role(0)[0]], linewidth=0)
    ground.set_gid(f"week-{place}")
    axes.add_patch(ground)
    ends: dict[int, list[tuple[float, float]]] = {}
    for day, row in enumerate(grid.shares):
        middle = top + (day + 0.5) * tall
        for first, beyond, step in runs([theme.heat_step(share, highest) for share in row]):
            if step > 0:
                ends.setdefault(step, []).extend([(left + first * wide, middle), (left + beyond * wide, middle)])
    for step, points in sorted(ends.items()):
        codes = [Path.MOVETO, Path.LINETO] * (len(points) // 2)
        line = PathPatch(Path(points, codes), fill=False, edgecolor=ROLE[theme.heat_role(step)[0]])
        line.set_linewidth(72 * (tall - _LINE))
        line.set_capstyle("butt")
        axes.add_patch(line)
    if grid.marked is not None:
        day, hour, length = grid.marked
        frame = Rectangle((left + hour * wide, top + day * tall), length * wide, tall, fill=False, linewidth=2)
        frame.set_edgecolor(ROLE["alert"])
        axes.add_patch(frame)


def _scale(axes: Axes, box: tuple[float, float, float, float], edge: float, weekdays: Sequence[str]) -> None:
    """Names of the days at the left, a few hours under the grid."""
    left, top, wide, tall = box
    for day, name in enumerate(weekdays):
        base.label(axes, edge, top + (day + 0.46) * tall, name, role="ink2", size=base.NOTE_SIZE, offset=(0, 0))
    for hour in _TICKS:
        base.label(
            axes, left + hour * wide, top + 7 * tall + 0.06, f"{hour:02d}:00", role="ink2", size=base.NOTE_SIZE,
            offset=(0, 0), vertical="top",
        )  # fmt: skip
