"""How often each pair of items is found together, against chance: half a square, shaded by the lift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from customer_analytics.report import theme
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_TALL, _NARROW_TALL = 0.42, 0.38  # inches of a row
_GAP = 0.05  # of a cell, between two cells
_MOST = {False: 10, True: 6}  # items, by narrow
_FOOT = 0.24  # inches for the numbers below
_LEAST = 2.0  # the darkest shade is at least this lift, so that little above chance is not dark
_NAMES = 0.36  # of the width, at most, for names


@dataclass(frozen=True)
class PairCell:
    """One pair: how far above chance (the lift; None where nobody can say), in words, and which way it is sure.

    `sure`: 1 more often than chance gives, -1 less often, 0 neither.
    """

    lift: float | None
    shown: str
    sure: int = 0


def pair_matrix(names: Sequence[str], shares: Sequence[str], pairs: Sequence[Sequence[PairCell]]) -> Draw:
    """Draw the items from the top; gid of the pair of the n-th and the m-th item (counted from 0, m < n): pair-n-m.

    Args:
        names: the items; a phone shows the first six.
        shares: what stands on the diagonal: the share of baskets that hold the item, in words.
        pairs: row n holds the n pairs with the items above it.

    Raises:
        ValueError: fewer than two items, or rows of another length.
    """
    if len(names) < 2 or len(shares) != len(names) or [len(row) for row in pairs] != list(range(len(names))):
        raise ValueError("a matrix of pairs has a cell for each two of its items")

    def draw(width: float, narrow: bool) -> Figure:
        n = min(len(names), _MOST[narrow])
        tall = _NARROW_TALL if narrow else _TALL
        shown = [f"{place + 1}  {name}" for place, name in enumerate(names[:n])]
        left = min(base.widest(shown) + base.GAP, width * (_NAMES if not narrow else 0.4))
        figure, axes = base.canvas(width, n * tall + _FOOT, left=left, top=0, bottom=_FOOT)
        base.bare(axes)
        axes.set_xlim(0, n)
        axes.set_ylim(n, 0)
        highest = max((cell.lift or 0 for row in pairs[:n] for cell in row if cell.sure > 0), default=_LEAST)
        highest = max(highest, _LEAST)
        for down, row in enumerate(pairs[:n]):
            for across, cell in enumerate(row):
                _cell(axes, down, across, cell, highest)
            base.label(
                axes, down + 0.5, down + 0.5, shares[down], role="ink3", size=base.NOTE_SIZE, align="center",
                offset=(0, 0),
            )  # fmt: skip
            base.label(
                axes, down + 0.5, n, str(down + 1), role="ink2", size=base.NOTE_SIZE, align="center", offset=(0, -4),
                vertical="top",
            )  # fmt: skip
        base.names_at_edge(axes, [place + 0.5 for place in range(n)], shown, room=left)
        return figure

    return draw


def _cell(axes: Axes, down: int, across: int, cell: PairCell, highest: float) -> None:
    box = (across + _GAP / 2, down + _GAP / 2), 1 - _GAP, 1 - _GAP
    if cell.sure > 0 and cell.lift is not None:
        fill, ink = theme.heat_role(max(1, theme.heat_step(cell.lift - 1, max(highest - 1, 1e-9))))
        patch = Rectangle(*box, facecolor=ROLE[fill], linewidth=0)
    else:
        ink = "ink" if cell.sure < 0 else "ink3"
        edge, line = ("alert", 1.6) if cell.sure < 0 else ("rule", 0.8)
        patch = Rectangle(*box, facecolor=ROLE["paper"], edgecolor=ROLE[edge], linewidth=line)
    patch.set_gid(f"pair-{down}-{across}")
    axes.add_patch(patch)
    weight = 600 if cell.sure else 400
    base.label(
        axes, across + 0.5, down + 0.5, cell.shown, weight=weight, role=ink, align="center", offset=(0, 0),
        size=base.NOTE_SIZE,
    )  # fmt: skip
