"""Two shares a row, joined by a line: what a group is of the customers, and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_OVER = 6 / 72  # inches that a name reaches over its dot towards the other


@dataclass(frozen=True)
class Pair:
    """One row: two values with their words. `role`: colour of the joining line."""

    name: str
    first: float
    second: float
    first_shown: str
    second_shown: str
    role: str = "faint"

    @property
    def stressed(self) -> bool:
        """Whether the title speaks of this row."""
        return self.role not in ("faint", "mute")


def dot_pairs(items: Sequence[Pair], first_name: str, second_name: str) -> Draw:
    """Draw the pairs in the order given: a ring for the first value, a dot for the second; gid of the n-th: pair-n.

    The two names stand above the first row, where a legend would otherwise be needed.
    """
    if not items:
        raise ValueError("no pairs to draw")

    def draw(width: float, narrow: bool) -> Figure:
        row = base.NARROW_ROW if narrow else base.ROW
        left = 0.0 if narrow else base.name_column([item.name for item in items], width)
        beside = base.widest([item.second_shown for item in items], base.VALUE_SIZE, 600) + base.GAP
        head = 0.5 if narrow else 0.34
        figure, axes = base.canvas(width, row * len(items) + head, left=left + beside, right=beside, top=head)
        base.bare(axes)
        highest = max(max(item.first, item.second) for item in items) or 1.0
        lowest = min(0.0, *(min(item.first, item.second) for item in items))
        axes.set_xlim(lowest, highest)
        axes.set_ylim(len(items) - 0.5, -0.5)
        for place, item in enumerate(items):
            _pair(axes, place, item, narrow)
        positions = [place - 0.3 if narrow else place for place in range(len(items))]
        stressed = [place for place, item in enumerate(items) if item.stressed]
        names = [item.name for item in items]
        base.names_at_edge(axes, positions, names, bold=stressed, room=width if narrow else left)
        _heads(axes, items[0], first_name, second_name, narrow, width)
        return figure

    return draw


def _middle(place: int, narrow: bool) -> float:
    return place + (0.16 if narrow else 0)


def _pair(axes: Axes, place: int, item: Pair, narrow: bool) -> None:
    middle = _middle(place, narrow)
    axes.axhline(middle, color=ROLE["grid"], linewidth=0.8, zorder=1)
    line = axes.plot([item.first, item.second], [middle] * 2, color=ROLE[item.role], linewidth=3, zorder=2)
    line[0].set_gid(f"pair-{place}")
    axes.plot(
        [item.first], [middle], "o", markersize=6.5, markerfacecolor=ROLE["paper"], markeredgecolor=ROLE["ink3"],
        markeredgewidth=1.5, zorder=4, clip_on=False,
    )  # fmt: skip
    dot = "alert" if item.role == "alert" else "s1"
    axes.plot([item.second], [middle], "o", markersize=6.5, color=ROLE[dot], zorder=3, clip_on=False)
    first_left = item.first <= item.second
    weight = 600 if item.stressed else 400
    side = {True: ("right", -7.0), False: ("left", 7.0)}
    for value, shown, is_left, bold in (
        (item.first, item.first_shown, first_left, 400),
        (item.second, item.second_shown, not first_left, weight),
    ):
        align, shift = side[is_left]
        role = "ink2" if value == item.first and bold == 400 else "ink"
        base.label(axes, value, middle, shown, weight=bold, role=role, align=align, offset=(shift, 0))


def _heads(axes: Axes, top: Pair, first_name: str, second_name: str, narrow: bool, width: float) -> None:
    """The names of the two dots above the first row: pushed apart when the dots are near, and never over the edge."""
    names = [
        (top.first, first_name, "ink3", 400),
        (top.second, second_name, "alert" if top.role == "alert" else "s1", 600),
    ]
    names.sort(key=lambda name: name[0])
    half = (width - base.GAP) / 2
    wide = [base.text_width(name, base.NOTE_SIZE, weight) for _, name, _, weight in names]
    if sum(wide) > 2 * half:  # both are cut alike
        names = [
            (at, base.shortened(name, half, base.NOTE_SIZE, weight), role, weight) for at, name, role, weight in names
        ]
        wide = [base.text_width(name, base.NOTE_SIZE, weight) for _, name, _, weight in names]
    box, (low, high) = axes.get_position(), axes.get_xlim()
    dots = [width * (box.x0 + box.width * (at - low) / (high - low)) for at, *_ in names]
    apart = max(base.GAP - (dots[1] - dots[0] - 2 * _OVER), 0.0) / 2
    left = min(max(dots[0] + _OVER - apart, wide[0]), width - wide[1] - base.GAP)
    right = min(max(dots[1] - _OVER + apart, left + base.GAP), width - wide[1])
    for (at, name, role, weight), dot, place, align in zip(names, dots, (left, right), ("right", "left"), strict=True):
        base.label(
            axes, at, _middle(0, narrow), name, weight=weight, role=role, size=base.NOTE_SIZE, align=align,
            offset=(72 * (place - dot), 28 if narrow else 13), vertical="bottom",
        )  # fmt: skip
