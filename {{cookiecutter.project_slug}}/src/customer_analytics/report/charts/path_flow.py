"""Where visits go stop by stop: a column a stop, places as bars, and between them bands as wide as they have visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_BAR = 0.09  # inches, width of a place's bar
_GAP = 0.13  # inches between two places
_LEAST = 0.012  # inches, height of the thinnest bar
_LINE = 0.17  # inches of height that a line of a label needs
_HEIGHT, _HEAD = 4.2, 0.34
_CURVE = 0.45  # of the way, where a band has its control points
_OPACITY = 0.7
_NARROW_COLUMNS = 3  # a phone shows the first stops


@dataclass(frozen=True)
class PathPlace:
    """A place in a column: its name, its size in words, its size, the colour of its bar."""

    name: str
    shown: str
    value: float
    role: str = "ink3"


@dataclass(frozen=True)
class PathBand:
    """Visits from the n-th place of a column (counted from 0) to the m-th of the next. `role`: colour."""

    column: int
    source: int
    goal: int
    value: float
    role: str = "faint"


def path_flow(columns: Sequence[Sequence[PathPlace]], bands: Sequence[PathBand], heads: Sequence[str]) -> Draw:
    """Draw the columns from left to right, places from the top in the order given; gid of the n-th band: band-n.

    `heads`: a name above each column. Bands of one bar lie in the order of their other ends, so that none of them
    cross there. On a phone the first columns only.

    Raises:
        ValueError: fewer than two columns, or no band.
    """
    if len(columns) < 2 or not any(band.value > 0 for band in bands):
        raise ValueError("no way to draw")

    def draw(width: float, narrow: bool) -> Figure:
        shown = columns[:_NARROW_COLUMNS] if narrow else columns
        kept = [(number, band) for number, band in enumerate(bands) if band.column + 1 < len(shown) and band.value > 0]
        figure, axes = base.canvas(width, _HEIGHT + _HEAD, top=_HEAD, bottom=0)
        base.bare(axes)
        axes.set_xlim(0, width)
        axes.set_ylim(_HEIGHT, 0)
        room = width / len(shown)  # the last column's labels stand at the right of it, as those of the others
        scale = min((_HEIGHT - 0.1 - _GAP * len(side)) / max(sum(one.value for one in side), 1e-9) for side in shown)
        tops = [_tops(side, scale) for side in shown]
        _bands(axes, kept, tops, scale, room)
        for number, side in enumerate(shown):
            _column(axes, side, tops[number], number * room, room)
            base.label(
                axes, number * room, 0, base.shortened(heads[number], room, base.NOTE_SIZE, 600), weight=600,
                role="ink2", size=base.NOTE_SIZE, offset=(0, 7), vertical="bottom",
            )  # fmt: skip
        return figure

    return draw


def _tops(places: Sequence[PathPlace], scale: float) -> list[tuple[float, float]]:
    """Top and bottom of each place's bar."""
    at, spans = 0.05, []
    for place in places:
        size = max(place.value * scale, _LEAST)
        spans.append((at, at + size))
        at += size + _GAP
    return spans


def _bands(
    axes: Axes, bands: Sequence[tuple[int, PathBand]], tops: list[list[tuple[float, float]]], scale: float, room: float
) -> None:
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    from_at = {(column, place): span[0] for column, side in enumerate(tops) for place, span in enumerate(side)}
    to_at = dict(from_at)
    for number, band in sorted(bands, key=lambda pair: (pair[1].column, pair[1].source, pair[1].goal)):
        starts[number] = from_at[band.column, band.source]
        from_at[band.column, band.source] += band.value * scale
    for number, band in sorted(bands, key=lambda pair: (pair[1].column, pair[1].goal, pair[1].source)):
        ends[number] = to_at[band.column + 1, band.goal]
        to_at[band.column + 1, band.goal] += band.value * scale
    for number, band in sorted(bands, key=lambda pair: (pair[1].role != "faint", -pair[1].value)):
        left = band.column * room + _BAR
        right = (band.column + 1) * room
        size = max(band.value * scale, _LEAST)
        patch = PathPatch(_band(left, right, starts[number], ends[number], size), linewidth=0, alpha=_OPACITY)
        patch.set_facecolor(ROLE[band.role])
        patch.set_gid(f"band-{number}")
        axes.add_patch(patch)


def _band(left: float, right: float, start: float, end: float, size: float) -> Path:
    bend = (right - left) * _CURVE
    points = [
        (left, start), (left + bend, start), (right - bend, end), (right, end),
        (right, end + size), (right - bend, end + size), (left + bend, start + size), (left, start + size),
        (left, start),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path(points, codes)


def _column(
    axes: Axes, places: Sequence[PathPlace], spans: Sequence[tuple[float, float]], left: float, room: float
) -> None:
    """The bars of a column with name and size at their right; labels that would touch are moved apart."""
    heights = base.spread([max((top + bottom) / 2, 0.12) for top, bottom in spans], 2 * _LINE - 0.01)
    for place, (top, bottom), height in zip(places, spans, heights, strict=True):
        bar = Rectangle((left, top), _BAR, bottom - top, linewidth=0)
        bar.set_facecolor(ROLE[place.role])
        axes.add_patch(bar)
        space = room - _BAR - 0.12
        height = min(height, _HEIGHT - _LINE)
        for line, (text, weight, role) in enumerate(((place.name, 600, "ink"), (place.shown, 400, "ink"))):
            at = height + (line - 0.5) * (_LINE - 0.015)
            shown = base.shortened(text, space, base.NOTE_SIZE, weight)
            base.label(axes, left + _BAR, at, shown, weight=weight, role=role, size=base.NOTE_SIZE, offset=(4, 0))
