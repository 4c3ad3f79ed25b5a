"""Upright bars over an ordered scale, for example how many people were active on so many days of a month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 2.7, 2.3  # inches
_WIDE = 0.4  # half a column, of the place that it has


@dataclass(frozen=True)
class ColumnBar:
    """One column: its name on the axis, its value, its words (empty: none written), its role."""

    name: str
    value: float
    shown: str = ""
    role: str = "faint"


def columns(items: Sequence[ColumnBar], shown: Callable[[float], str], x_label: str = "") -> Draw:
    """Draw columns from zero; gid of all the columns of a role: columns-<role>.

    Args:
        items: in the order of the scale.
        shown: how a value of the upright axis is written.
        x_label: what the names on the axis are.

    Raises:
        ValueError: no items.
    """
    if not items:
        raise ValueError("no columns to draw")

    def draw(width: float, narrow: bool) -> Figure:
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        figure, axes = base.canvas(width, height, left=0.55, right=0.1, top=0.25, bottom=0.5 if x_label else 0.3)
        for role in dict.fromkeys(item.role for item in items):
            _columns(axes, items, role)
        axes.set_xlim(-0.6, len(items) - 0.4)
        axes.set_ylim(0, max([item.value for item in items] + [0.0]) * 1.04 or 1)
        base.grid(axes, "y")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value)))
        step = -(-len(items) // (8 if narrow else 16))
        axes.xaxis.set_major_locator(FixedLocator([float(place) for place in range(0, len(items), step)]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: items[round(value)].name))
        for place, item in enumerate(items):
            if item.shown:
                base.label(
                    axes, place, item.value, item.shown, weight=600, align=_side(place, len(items)), offset=(0, 7)
                )
        if x_label:
            axes.set_xlabel(x_label)
        return figure

    return draw


def _columns(axes: Axes, items: Sequence[ColumnBar], role: str) -> None:
    """All columns of one role as one path."""
    points: list[tuple[float, float]] = []
    for place, item in enumerate(items):
        if item.role == role:
            left, right = place - _WIDE, place + _WIDE
            points += [(left, 0), (right, 0), (right, item.value), (left, item.value), (left, 0)]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * (len(points) // 5)
    patch = PathPatch(Path(points, codes), facecolor=ROLE[role], linewidth=0, zorder=2)
    patch.set_gid(f"columns-{role}")
    axes.add_patch(patch)


def _side(place: int, count: int) -> str:
    """A label at either end stays inside the drawing."""
    if count > 4 and place == 0:
        return "left"
    return "right" if count > 4 and place == count - 1 else "center"
