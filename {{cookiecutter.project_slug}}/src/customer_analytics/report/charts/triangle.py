"""A cohort triangle: one row a cohort, one column a period, the share written in each cell and said by its shade.

All cells of one shade are one path, each cell a stroke as thick as its row: a page with a hundred cells stays small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from customer_analytics.report import theme
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

NARROW_COLUMNS = 5  # of periods that fit a phone
_ROW, _NARROW_ROW = 0.31, 0.36  # inches
_HEAD = 0.5
_LINE = 0.05  # of a cell, between two cells
_SUMMARY_GAP = 0.35  # rows between the cohorts and their mean
_STROKES = 4  # of a hatched cell
_SIZE_GAP = 0.1  # inches between the sizes and the first period


@dataclass(frozen=True)
class TriangleCell:
    """One period of one cohort: its share and its words. `hatched`: the period is not complete, so no shade."""

    value: float | None
    shown: str
    hatched: bool = False


@dataclass(frozen=True)
class TriangleRow:
    """One cohort: name, size in words, one cell a period (None: not yet observed). `mean`: set apart, at the foot."""

    name: str
    size: str
    cells: Sequence[TriangleCell | None]
    mean: bool = False


@dataclass(frozen=True)
class TriangleWords:
    """Names of the periods, left first; what stands above the names, the sizes and the periods."""

    columns: Sequence[str]
    row_title: str
    size_title: str
    column_title: str


def triangle(rows: Sequence[TriangleRow], words: TriangleWords, narrow_columns: Sequence[int] | None = None) -> Draw:
    """Draw the rows, the first at the top.

    Args:
        rows: cohorts, and their mean at the end.
        words: of the periods and the heads.
        narrow_columns: indices of the periods shown on a phone; not given: the first ones.

    Raises:
        ValueError: no rows or columns, or a row longer than the columns.
    """
    if not rows or not words.columns:
        raise ValueError("a triangle needs a cohort and a period")
    if any(len(row.cells) > len(words.columns) for row in rows):
        raise ValueError("a cohort has more cells than there are periods")
    few = list(narrow_columns) if narrow_columns is not None else list(range(len(words.columns)))[:NARROW_COLUMNS]
    low, high = _range(rows)

    def draw(width: float, narrow: bool) -> Figure:
        columns = few if narrow else list(range(len(words.columns)))
        size = base.NOTE_SIZE
        names = min(base.widest([words.row_title, *(row.name for row in rows)], size, 600) + base.GAP, width * 0.3)
        sizes = base.widest([words.size_title, *(row.size for row in rows)], size, 600) + base.GAP * 1.6
        left = names + sizes
        tall = _NARROW_ROW if narrow else _ROW
        tops = _tops(rows)
        figure, axes = base.canvas(width, _HEAD + tall * (tops[-1] + 1) + 0.04, left=left, top=_HEAD, bottom=0.04)
        base.bare(axes)
        axes.set_xlim(0, len(columns))
        axes.set_ylim(tops[-1] + 1, 0)
        shades: dict[str, list[tuple[float, float]]] = {}
        for place, row in enumerate(rows):
            for across, column in enumerate(columns):
                cell = row.cells[column] if column < len(row.cells) else None
                if cell is not None:
                    step = 0 if cell.value is None else theme.heat_step(cell.value - low, high - low)
                    _cell(axes, across, tops[place], cell, step, shades)
        _fill(axes, shades, tall)
        inches = (width - left) / len(columns)
        _names(axes, rows, tops, names, -_SIZE_GAP / inches)
        _heads(axes, words, columns, names, tall, inches)
        title = base.shortened(words.column_title, width - 0.1, base.NOTE_SIZE)
        at, align = (len(columns), "right") if narrow else (0.06, "left")
        axes.text(
            at, -0.34 / tall, title, ha=align, va="center", fontsize=base.NOTE_SIZE, color=ROLE["ink2"], clip_on=False
        )
        return figure

    return draw


def _range(rows: Sequence[TriangleRow]) -> tuple[float, float]:
    """Shares of the lightest and the darkest shade; at least a third apart, so that noise is not painted large."""
    shares = [cell.value for row in rows for cell in row.cells if cell and cell.value is not None and not cell.hatched]
    high = max(shares, default=0.0)
    return min([*shares, high * 2 / 3]), high


def _tops(rows: Sequence[TriangleRow]) -> list[float]:
    """Upper edge of each row, in rows; the mean stands a little apart."""
    tops, at = [], 0.0
    for place, row in enumerate(rows):
        at += _SUMMARY_GAP if row.mean and place else 0.0
        tops.append(at)
        at += 1
    return tops


def _cell(
    axes: Axes,
    across: int,
    top: float,
    cell: TriangleCell,
    step: int,
    shades: dict[str, list[tuple[float, float]]],
) -> None:
    """Write the cell and put its corner under its shade."""
    if cell.hatched:
        shades.setdefault("hatched", []).append((across, top))
        ink, weight = "ink2", 400
    elif cell.value is None:
        ink, weight = "ink3", 400
    else:
        fill, ink = theme.heat_role(step)
        shades.setdefault(fill, []).append((across, top))
        weight = 600 if step >= theme.HEAT_STEPS - 2 else 400
    if cell.shown:
        axes.text(
            across + 0.5, top + 0.5, cell.shown, ha="center", va="center", fontsize=base.NOTE_SIZE, fontweight=weight,
            color=ROLE[ink], zorder=4,
        )  # fmt: skip


def _fill(axes: Axes, shades: dict[str, list[tuple[float, float]]], tall: float) -> None:
    """One path a shade, the cells as thick strokes; the hatched cells as thin ones from edge to edge."""
    for fill, corners in sorted(shades.items()):
        hatched = fill == "hatched"
        patch = PathPatch(_hatching(corners) if hatched else _strokes(corners), fill=False)
        patch.set_edgecolor(ROLE["rule" if hatched else fill])
        patch.set_linewidth(0.9 if hatched else 72 * tall * (1 - _LINE))
        patch.set_capstyle("butt")
        patch.set_gid(f"shade-{fill}")
        axes.add_patch(patch)


def _strokes(corners: Sequence[tuple[float, float]]) -> Path:
    near, far = _LINE / 2, 1 - _LINE / 2
    points = [point for x, y in corners for point in ((x + near, y + 0.5), (x + far, y + 0.5))]
    return Path(points, [Path.MOVETO, Path.LINETO] * len(corners))


def _hatching(corners: Sequence[tuple[float, float]]) -> Path:
    points: list[tuple[float, float]] = []
    for x, y in corners:
        for stroke in range(_STROKES):
            begin = stroke / _STROKES
            points += [(x + begin + 0.04, y + 1 - _LINE), (x + begin + 1 / _STROKES - 0.04, y + _LINE)]
    return Path(points, [Path.MOVETO, Path.LINETO] * (len(points) // 2))


def _names(axes: Axes, rows: Sequence[TriangleRow], tops: Sequence[float], room: float, size_at: float) -> None:
    """Names at the page's edge, sizes right-aligned before the first period."""
    for row, top in zip(rows, tops, strict=True):
        weight = 600 if row.mean else 400
        shown = base.shortened(row.name, room - base.GAP / 2, base.NOTE_SIZE, weight)
        base.at_edge(axes, top + 0.5, shown, weight=weight, size=base.NOTE_SIZE)
        axes.text(
            size_at, top + 0.5, row.size, ha="right", va="center", fontsize=base.NOTE_SIZE, color=ROLE["ink2"],
            fontweight=weight, clip_on=False,
        )  # fmt: skip


def _heads(axes: Axes, words: TriangleWords, columns: Sequence[int], names: float, tall: float, inches: float) -> None:
    """What the names, the sizes and the periods are."""
    line = -0.12 / tall  # in rows, above the first one
    base.at_edge(axes, line, base.shortened(words.row_title, names, base.NOTE_SIZE), size=base.NOTE_SIZE, role="ink2")
    head = {"va": "center", "fontsize": base.NOTE_SIZE, "color": ROLE["ink2"], "clip_on": False}
    axes.text(-_SIZE_GAP / inches, line, words.size_title, ha="right", **head)  # type: ignore[arg-type]
    for across, column in enumerate(columns):
        axes.text(across + 0.5, line, words.columns[column], ha="center", **head)  # type: ignore[arg-type]
