"""Profiles of groups as radar charts side by side, each against the middle of all.

Each spoke is a measure on one common scale from 0 to 1, so that the shapes can be compared: the ring at 0.5 is the
middle of all. A radar is read for its shape; the figures stand in a table beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.charts.treemap import name_lines
from customer_analytics.report.theme import ROLE

_RADIUS = {False: 0.92, True: 0.86}  # inches, by narrow
_HEIGHT = {False: 2.95, True: 2.85}  # of a panel, with its name
_HEAD = 0.34
_LINE = 0.145  # inches from line to line of a spoke's name
_LEAST_SPOKES = 3
_NARROW_PANEL = 3.7  # inches of a panel, below which the name of the upright spoke takes two lines
MIDDLE = 0.5


@dataclass(frozen=True)
class Profile:
    """One group: its name, a value from 0 to 1 for each spoke (None: not known), and its colour."""

    name: str
    values: Sequence[float | None]
    role: str = "s1"


def radars(profiles: Sequence[Profile], spokes: Sequence[str]) -> Draw:
    """Draw one radar a group, two a row (one on a phone); gid of the n-th group's shape, counted from 0: profile-n.

    Raises:
        ValueError: no group, fewer than three spokes, or a group with another number of values.
    """
    if not profiles or len(spokes) < _LEAST_SPOKES:
        raise ValueError("a radar needs a group and at least three spokes")
    if any(len(profile.values) != len(spokes) for profile in profiles):
        raise ValueError("each group has one value for each spoke")

    def draw(width: float, narrow: bool) -> Figure:
        across = 1 if narrow or len(profiles) == 1 else 2
        rows = math.ceil(len(profiles) / across)
        tall, wide = _HEIGHT[narrow], width / across
        figure, axes = base.canvas(width, tall * rows, top=0, bottom=0)
        base.bare(axes)
        axes.set_xlim(0, width)
        axes.set_ylim(tall * rows, 0)
        for place, profile in enumerate(profiles):
            left, top = (place % across) * wide, (place // across) * tall
            centre = (left + wide / 2, top + _HEAD + (tall - _HEAD) / 2)
            _web(axes, centre, spokes, _RADIUS[narrow], wide)
            _shape(axes, centre, profile, _RADIUS[narrow], place)
            name = base.shortened(profile.name, wide - base.GAP, base.NAME_SIZE, 600)
            base.label(axes, left, top + 0.06, name, weight=600, size=base.NAME_SIZE, offset=(0, 0), vertical="top")
        return figure

    return draw


def corner(centre: tuple[float, float], spoke: int, spokes: int, distance: float) -> tuple[float, float]:
    """The point of a spoke at a distance from the centre; the first spoke points up, the others follow the clock."""
    angle = 2 * math.pi * spoke / spokes
    return centre[0] + distance * math.sin(angle), centre[1] - distance * math.cos(angle)


def _web(axes: Axes, centre: tuple[float, float], spokes: Sequence[str], radius: float, wide: float) -> None:
    """Outer ring, the middle of all, the spokes and their names."""
    count = len(spokes)
    for share, role, style in ((1.0, "rule", "-"), (MIDDLE, "ink3", (0, (3, 2)))):
        ring = [corner(centre, spoke, count, radius * share) for spoke in range(count)]
        axes.add_patch(Polygon(ring, fill=False, edgecolor=ROLE[role], linewidth=0.9, linestyle=style, zorder=3))
    ends = [corner(centre, spoke, count, radius) for spoke in range(count)]
    lines = Path([point for end in ends for point in (centre, end)], [Path.MOVETO, Path.LINETO] * count)
    axes.add_patch(PathPatch(lines, fill=False, edgecolor=ROLE["grid"], linewidth=0.8, zorder=1))
    for end, name in zip(ends, spokes, strict=True):
        _spoke_name(axes, centre, end, name, wide)


def _spoke_name(
    axes: Axes, centre: tuple[float, float], end: tuple[float, float], name: str, wide: float
) -> None:  # fmt: skip
    """The name outside the ring, in up to three lines, on the side where there is room."""
    beside = end[0] - centre[0]
    is_upright = abs(beside) < 0.05
    room = wide * (0.4 if wide < _NARROW_PANEL else 0.7) if is_upright else wide / 2 - abs(beside) - 0.12
    lines = name_lines(name, room)
    if len(lines) > 3 or not lines:
        lines = [base.shortened(name, room, base.NOTE_SIZE)]
    align = "center" if is_upright else "left" if beside > 0 else "right"
    shift = 0.0 if is_upright else math.copysign(0.07, beside)
    down = end[1] - centre[1]
    first = end[1] - _LINE * (len(lines) - 1) / 2 + (math.copysign(0.1 + _LINE * (len(lines) - 1) / 2, down))
    if not is_upright and abs(down) < 0.6 * abs(beside):
        first = end[1] - _LINE * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        base.label(
            axes, end[0] + shift, first + number * _LINE, line, role="ink2", size=base.NOTE_SIZE, align=align,
            offset=(0, 0),
        )  # fmt: skip


def _shape(axes: Axes, centre: tuple[float, float], profile: Profile, radius: float, place: int) -> None:
    """The group's own shape; a measure that is not known stands at the middle, without a dot."""
    count = len(profile.values)
    shares = [MIDDLE if value is None else min(max(value, 0.0), 1.0) for value in profile.values]
    points = [corner(centre, spoke, count, radius * share) for spoke, share in enumerate(shares)]
    fill = Polygon(points, facecolor=ROLE[profile.role], alpha=0.18, linewidth=0, zorder=2)
    fill.set_gid(f"profile-{place}")
    axes.add_patch(fill)
    axes.add_patch(Polygon(points, fill=False, edgecolor=ROLE[profile.role], linewidth=1.8, zorder=4))
    known = [point for point, value in zip(points, profile.values, strict=True) if value is not None]
    if known:
        xs, ys = zip(*known, strict=True)
        axes.plot(xs, ys, "o", color=ROLE[profile.role], markersize=3.6, zorder=5)
