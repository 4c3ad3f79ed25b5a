"""A grid of cells whose shade says an amount, with the amount written in each."""

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

_GAP = 0.04  # of a cell, between two cells


@dataclass(frozen=True)
class GridCell:
    """One cell: its shade (None: no shade, a frame only), its words, a second line, and whether it is outlined."""

    value: float | None
    shown: str
    note: str = ""
    outlined: bool = False


@dataclass(frozen=True)
class GridWords:
    """Names of rows (top first) and columns (left first), and what each of the two says."""

    rows: Sequence[str]
    columns: Sequence[str]
    row_title: str
    column_title: str


def heat_grid(cells: Sequence[Sequence[GridCell]], words: GridWords) -> Draw:
    """Draw the cells, rows from the top; gid of a cell: cell-<row>-<column>, counted from 0."""
    highest = max((cell.value for row in cells for cell in row if cell.value is not None), default=0.0)

    def draw(width: float, narrow: bool) -> Figure:
        size = base.NOTE_SIZE - (0.6 if narrow else 0)
        left = base.widest(words.rows, size) + base.GAP
        with_notes = not narrow and any(cell.note for row in cells for cell in row)
        tall = 0.44 if narrow else (0.62 if with_notes else 0.5)
        longest = base.widest(words.columns, size)
        upright = longest > (width - left) / max(len(words.columns), 1)  # names that would touch stand on end
        foot = longest + 0.08 if upright else 0.2
        height = tall * len(words.rows) + 0.55 + foot
        figure, axes = base.canvas(width, height, left=left, top=0.25, bottom=0.3 + foot)
        base.bare(axes)
        axes.set_xlim(0, len(words.columns))
        axes.set_ylim(len(words.rows), 0)
        for down, row in enumerate(cells):
            for across, cell in enumerate(row):
                _cell(axes, down, across, cell, highest, with_notes)
        _outline(axes, cells)
        for down, name in enumerate(words.rows):
            base.at_edge(axes, down + 0.5, name, size=size, role="ink2")
        for across, name in enumerate(words.columns):
            base.label(
                axes, across + 0.5, len(words.rows), name, size=size, role="ink2", align="center", offset=(0, -4),
                vertical="top", upright=upright,
            )  # fmt: skip
        middle = len(words.columns) / 2
        base.label(
            axes, middle, len(words.rows), words.column_title, size=size, role="ink2", align="center",
            offset=(0, -72 * foot - 5), vertical="top",
        )  # fmt: skip
        base.at_edge(axes, -0.13 if not narrow else -0.18, words.row_title, size=size, role="ink2")
        return figure

    return draw


def _cell(axes: Axes, down: int, across: int, cell: GridCell, highest: float, with_notes: bool) -> None:
    box = (across + _GAP / 2, down + _GAP / 2), 1 - _GAP, 1 - _GAP
    if cell.value is None:
        patch = Rectangle(*box, facecolor=ROLE["paper"], edgecolor=ROLE["rule"], linewidth=0.8)
        ink = "ink3"
    else:
        fill, ink = theme.heat_role(theme.heat_step(cell.value, highest))
        patch = Rectangle(*box, facecolor=ROLE[fill], linewidth=0)
    patch.set_gid(f"cell-{down}-{across}")
    axes.add_patch(patch)
    weight = 600 if cell.value is not None and highest > 0 and cell.value >= highest / 3 else 400
    lift = 0.1 if with_notes and cell.note else 0
    middle = down + 0.5 - lift
    base.label(axes, across + 0.5, middle, cell.shown, weight=weight, role=ink, align="center", offset=(0, 0))
    if with_notes and cell.note:
        base.label(
            axes, across + 0.5, down + 0.76, cell.note, role=ink, size=8.2, align="center", offset=(0, 0)
        )  # fmt: skip


def _outline(axes: Axes, cells: Sequence[Sequence[GridCell]]) -> None:
    """A line round the outlined cells together: an edge is drawn where the neighbour is not outlined."""
    marked = {(down, across) for down, row in enumerate(cells) for across, cell in enumerate(row) if cell.outlined}
    for down, across in sorted(marked):
        for (neighbour_down, neighbour_across), xs, ys in (
            ((down - 1, across), (across, across + 1), (down, down)),
            ((down + 1, across), (across, across + 1), (down + 1, down + 1)),
            ((down, across - 1), (across, across), (down, down + 1)),
            ((down, across + 1), (across + 1, across + 1), (down, down + 1)),
        ):
            if (neighbour_down, neighbour_across) not in marked:
                axes.plot(
                    xs, ys, color=ROLE["alert"], linewidth=2, solid_capstyle="projecting", zorder=5, clip_on=False
                )
