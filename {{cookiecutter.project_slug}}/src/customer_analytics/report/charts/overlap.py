"""Which properties occur together: one column a combination, with its bar and the dots of its members.

After UpSet (Lex, Gehlenborg, Strobelt, Vuillemot, Pfister 2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_BARS = 1.5  # inches of the tallest bar with its value
_ROW = 0.3  # inches of a property's row
_MOST = {False: 12, True: 6}  # columns, by narrow


@dataclass(frozen=True)
class Combination:
    """One column: positions of the properties it has, its size, the size in words."""

    members: frozenset[int]
    value: float
    shown: str
    role: str = "faint"


def overlap(names: Sequence[str], combinations: Sequence[Combination]) -> Draw:
    """Draw the combinations in the order given; the n-th bar's gid, counted from 0, is combination-n.

    Args:
        names: the properties, top first, each with its own size in words where that helps.
        combinations: members are positions in `names`; a phone shows the first six.

    Raises:
        ValueError: nothing to draw, or a member without a name.
    """
    if not names or not combinations:
        raise ValueError("an overlap needs properties and combinations")
    if any(not combination.members <= set(range(len(names))) for combination in combinations):
        raise ValueError("a member of a combination has no name")

    def draw(width: float, narrow: bool) -> Figure:
        shown = combinations[: _MOST[narrow]]
        left = min(base.widest(names) + base.GAP, width * (0.5 if narrow else 0.4))
        figure, axes = base.canvas(width, _BARS + _ROW * len(names) + 0.25, left=left, top=0.22, bottom=0.03)
        base.bare(axes)
        axes.set_xlim(-0.6, len(shown) - 0.4)
        axes.set_ylim(_BARS + _ROW * len(names), 0)
        highest = max(combination.value for combination in shown) or 1.0
        for place, combination in enumerate(shown):
            _column(axes, place, combination, highest, len(names))
        axes.plot([-0.5, len(shown) - 0.5], [_BARS] * 2, color=ROLE["mute"], linewidth=0.8, zorder=3)
        heights = [_BARS + _ROW * (row + 0.55) for row in range(len(names))]
        base.names_at_edge(axes, heights, names, room=left)
        return figure

    return draw


def _column(axes: Axes, place: int, combination: Combination, highest: float, rows: int) -> None:
    tall = (_BARS - 0.28) * combination.value / highest
    bar = axes.bar(place, -tall, bottom=_BARS, width=0.56, color=ROLE[combination.role], zorder=2)
    bar[0].set_gid(f"combination-{place}")
    stressed = combination.role not in ("faint", "mute")
    base.label(
        axes, place, _BARS - tall, combination.shown, weight=600 if stressed else 400, size=base.NOTE_SIZE,
        align="center", offset=(0, 3), vertical="bottom",
    )  # fmt: skip
    heights = [_BARS + _ROW * (row + 0.55) for row in range(rows)]
    inside = [height for row, height in enumerate(heights) if row in combination.members]
    outside = [height for row, height in enumerate(heights) if row not in combination.members]
    role = combination.role if stressed else "ink3"
    if outside:
        axes.plot([place] * len(outside), outside, "o", color=ROLE["grid"], markersize=6.5, zorder=2)
    if len(inside) > 1:
        axes.plot([place] * 2, [inside[0], inside[-1]], color=ROLE[role], linewidth=2, zorder=3)
    if inside:
        axes.plot([place] * len(inside), inside, "o", color=ROLE[role], markersize=6.5, zorder=4)
