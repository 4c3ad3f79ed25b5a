"""How unlike two groups are in each property, before and after an adjustment: a love plot (after Thomas Love)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_ROW = {False: 0.28, True: 0.46}  # inches, by narrow
_HEAD = 0.34  # inches for the names of the two dots
_SCALE = 0.32  # inches for the words at the limit


@dataclass(frozen=True)
class Likeness:
    """One property: size of the standardised difference before and after, and the latter in words."""

    name: str
    before: float
    after: float
    shown: str
    role: str = "s1"


@dataclass(frozen=True)
class LoveWords:
    """What stands beside the first row's dots, and at the limit."""

    before: str
    after: str
    limit: str


def love_plot(rows: Sequence[Likeness], limit: float, words: LoveWords) -> Draw:
    """Draw the rows in the order given: a ring before, a dot after, and the limit up to which groups are alike.

    gid of the n-th row's dot: alike-n.

    Raises:
        ValueError: there is no row.
    """
    if not rows:
        raise ValueError("no rows to draw")
    highest = max(*(max(row.before, row.after) for row in rows), 2 * limit) * 1.06

    def draw(width: float, narrow: bool) -> Figure:
        left = 0.0 if narrow else base.name_column([row.name for row in rows], width)
        right = base.widest([row.shown for row in rows], base.VALUE_SIZE, 600) + base.GAP
        height = _HEAD + _ROW[narrow] * len(rows) + _SCALE
        figure, axes = base.canvas(width, height, left=left + 0.08, right=right + 0.08, top=0, bottom=0)
        base.bare(axes)
        axes.set_xlim(0, highest)
        axes.set_ylim(height, 0)
        foot = height - _SCALE
        axes.axvspan(0, limit, ymin=_SCALE / height, ymax=1 - _HEAD / height, color=ROLE["grid"], zorder=0, linewidth=0)
        axes.plot([limit] * 2, [_HEAD, foot], color=ROLE["mute"], linewidth=0.9, zorder=1)
        for place, row in enumerate(rows):
            top = _HEAD + _ROW[narrow] * place
            middle = top + _ROW[narrow] * (0.7 if narrow else 0.5)
            _row(axes, row, middle, place)
            above = top + _ROW[narrow] * 0.22 if narrow else middle
            base.at_edge(axes, above, base.shortened(row.name, (width if narrow else left) - base.GAP / 2), role="ink2")
        _words(axes, rows[0], words, limit, foot, width - left - right)
        return figure

    return draw


def _row(axes: Axes, row: Likeness, middle: float, place: int) -> None:
    axes.plot([row.after, row.before], [middle] * 2, color=ROLE["faint"], linewidth=2, zorder=2)
    axes.plot(
        [row.before], [middle], "o", markersize=6, markerfacecolor=ROLE["paper"], markeredgecolor=ROLE["ink3"],
        markeredgewidth=1.4, zorder=3, clip_on=False,
    )  # fmt: skip
    dot = axes.plot([row.after], [middle], "o", markersize=6, color=ROLE[row.role], zorder=4, clip_on=False)
    dot[0].set_gid(f"alike-{place}")
    axes.annotate(
        row.shown, (1, middle), xycoords=axes.get_yaxis_transform(), xytext=(9, 0), textcoords="offset points",
        va="center", fontsize=base.VALUE_SIZE, fontweight=600, color=ROLE["ink"], annotation_clip=False,
    )  # fmt: skip


def _words(axes: Axes, top: Likeness, words: LoveWords, limit: float, foot: float, inches: float) -> None:
    """The names of the two dots over the first row, and the limit's words under the last."""
    per_unit = inches / axes.get_xlim()[1]
    wide = base.text_width(words.after, base.NOTE_SIZE, 600)
    for value, text, role, weight in ((top.after, words.after, "s1", 600), (top.before, words.before, "ink3", 400)):
        at = value
        if role == "ink3":  # never into the other one's words
            at = max(value, top.after + (wide + base.text_width(text, base.NOTE_SIZE)) / 2 / per_unit + 0.12 / per_unit)
        base.label(
            axes, at, _HEAD * 0.62, text, weight=weight, role=role, size=base.NOTE_SIZE,
            align="left" if role == "s1" and value * per_unit < wide / 2 else "center", offset=(0, 0),
        )  # fmt: skip
    base.label(
        axes, limit, foot + 0.06, words.limit, role="ink2", size=base.NOTE_SIZE, offset=(-2, 0), vertical="top"
    )  # fmt: skip
