"""What goes together as a network: items as dots, a line between two that are found together beyond chance.

Items that no line joins to the rest lie in a box of their own, side by side on shelves. Within a box the places come
from springs along the lines and repulsion between all dots (Fruchterman and Reingold 1991), begun on a circle and so
the same each time; then dots whose names would touch are pushed apart.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HIGHEST = {False: 5.2, True: 5.4}  # inches, by narrow
_MOST = {False: 20, True: 10}  # dots, by narrow
_LONGEST = {False: 1.55, True: 1.12}  # inches of a name
_DOT = (0.09, 0.26)  # inches across, the smallest and the largest
_LINE = (0.8, 4.5)  # points, the thinnest and the thickest
_NAME = 0.19  # inches below a dot that its name takes
_ROUNDS, _PUSHES = 300, 400
_NUMBERED = {False: 6, True: 1}  # thickest lines that carry their number

_Places = NDArray[np.float64]
_Box = tuple[float, float, float]  # inches: half the width, from the middle upwards, and downwards


@dataclass(frozen=True)
class NetworkNode:
    """One item: its name, and in how many baskets it is."""

    name: str
    value: float
    role: str = "s1"


@dataclass(frozen=True)
class NetworkEdge:
    """A line between two items, by their positions: its strength, and the strength in words."""

    a: int
    b: int
    value: float
    shown: str
    role: str = "s3"


def network(nodes: Sequence[NetworkNode], edges: Sequence[NetworkEdge]) -> Draw:
    """Draw the lines under the dots; gid of the n-th line and dot as given: edge-n, node-n.

    A phone shows the strongest lines that join at most ten items.

    Raises:
        ValueError: no lines, or one to an item that is not there.
    """
    if not edges or any(not {edge.a, edge.b} <= set(range(len(nodes))) or edge.a == edge.b for edge in edges):
        raise ValueError("a network needs lines between two of its items")

    def draw(width: float, narrow: bool) -> Figure:
        lines = strongest(edges, _MOST[narrow])
        shown = sorted({end for line in lines for end in (edges[line].a, edges[line].b)})
        names = {node: base.shortened(nodes[node].name, _LONGEST[narrow], base.NOTE_SIZE) for node in shown}
        across = _sizes([nodes[node].value for node in shown], *_DOT, root=True)
        room = [
            (max(base.text_width(names[node], base.NOTE_SIZE), size) / 2 + 0.05, size / 2, size / 2 + _NAME)
            for node, size in zip(shown, across, strict=True)
        ]
        pairs = [(shown.index(edges[line].a), shown.index(edges[line].b)) for line in lines]
        places, height = layout(tuple(pairs), tuple(room), width, _HIGHEST[narrow])
        figure, axes = base.canvas(width, height, top=0, bottom=0)
        base.bare(axes)
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        _lines(axes, edges, lines, {node: places[at] for at, node in enumerate(shown)}, _NUMBERED[narrow])
        for node, place, size in zip(shown, places, across, strict=True):
            _dot(axes, node, nodes[node], names[node], place, size)
        return figure

    return draw


def strongest(edges: Sequence[NetworkEdge], most: int) -> list[int]:
    """Positions of the strongest lines that join at most `most` items, strongest first."""
    order = sorted(range(len(edges)), key=lambda place: (-edges[place].value, place))
    kept: list[int] = []
    joined: set[int] = set()
    for place in order:
        ends = {edges[place].a, edges[place].b}
        if len(joined | ends) <= most:
            kept.append(place)
            joined |= ends
    return kept


def _sizes(values: Sequence[float], least: float, most: float, *, root: bool = False) -> list[float]:
    """Values as sizes between the two ends; `root`: so that areas, not widths, are as the values."""
    low, high = min(values), max(values)
    if high <= low:
        return [(least + most) / 2] * len(values)
    if root:
        return [max(least, most * math.sqrt(max(value, 0) / high)) for value in values]
    return [least + (most - least) * (value - low) / (high - low) for value in values]


@functools.lru_cache(maxsize=16)
def layout(
    pairs: tuple[tuple[int, int], ...], room: tuple[_Box, ...], width: float, highest: float
) -> tuple[_Places, float]:
    """Places of the dots in inches, n rows of (x, y), apart from each other with their names; and the height needed.

    `pairs`: the lines, strongest first, which is the order of boxes of the same size.
    """
    strength = {node: rank for rank, pair in reversed([*enumerate(pairs)]) for node in pair}
    parts = sorted(_parts(len(room), pairs), key=lambda part: (-len(part), min(strength[node] for node in part)))
    corners, height = _shelves([_box(len(part), width) for part in parts], width)
    scale = min(1.0, highest / height)
    height *= scale
    places = np.zeros((len(room), 2))
    for part, (left, top, wide, tall) in zip(parts, corners, strict=True):
        own = {node: place for place, node in enumerate(part)}
        unit = _unit(len(part), tuple((own[a], own[b]) for a, b in pairs if a in own))
        sides = np.array([room[node] for node in part])
        least, most = left + sides[:, 0], left + wide - sides[:, 0]
        upper, lower = top * scale + sides[:, 1] + 0.03, (top + tall) * scale - sides[:, 2] - 0.03
        places[part, 0] = least + unit[:, 0] * np.maximum(most - least, 0)
        places[part, 1] = upper + unit[:, 1] * np.maximum(lower - upper, 0)
    _apart(places, np.array(room), width, height)
    return places, height


def _parts(n: int, pairs: tuple[tuple[int, int], ...]) -> list[list[int]]:
    """The dots that lines join with each other, directly or by others; those who are joined stand near each other."""
    parts: list[list[int]] = []
    for start in range(n):
        if any(start in part for part in parts):
            continue
        part: list[int] = []
        waiting = [start]
        while waiting:
            one = waiting.pop()
            if one not in part:
                part.append(one)
                waiting += [b if a == one else a for a, b in pairs if one in (a, b)]
        parts.append(part)
    return parts


def _box(dots: int, width: float) -> tuple[float, float]:
    """Width and height in inches for so many dots."""
    if dots == 2:
        return min(width, 2.55), 0.62
    return min(width, 1.25 + 1.35 * math.sqrt(dots)), 0.5 + 1.0 * math.sqrt(dots)


def _shelves(
    boxes: Sequence[tuple[float, float]], width: float
) -> tuple[list[tuple[float, float, float, float]], float]:
    """Left, top, width and height of each box, from left to right and from above, and the height of all shelves."""
    corners: list[tuple[float, float, float, float]] = []
    left = top = tall = 0.0
    for wide, high in boxes:
        if left + wide > width + 1e-9:
            left, top, tall = 0.0, top + tall, 0.0
        corners.append((left, top, wide, high))
        left, tall = left + wide, max(tall, high)
    return corners, top + tall


def _unit(n: int, pairs: tuple[tuple[int, int], ...]) -> _Places:
    """Places between 0 and 1 of dots that are joined; two of them side by side."""
    if n == 2:
        return np.array([[0.0, 0.5], [1.0, 0.5]])
    places = _springs(n, pairs)
    span = np.ptp(places, axis=0)
    if span[1] > span[0]:
        places, span = places[:, ::-1], span[::-1]
    unit: _Places = (places - places.min(axis=0)) / np.where(span > 0, span, 1.0)
    return unit


def _apart(places: _Places, room: _Places, width: float, height: float) -> None:
    """Push dots apart until no name touches another, in place; none leaves the picture."""
    x, y = places[:, 0], places[:, 1]
    for _ in range(_PUSHES):
        if not _pushed(x, y, room):
            break
        x[:] = np.clip(x, room[:, 0], np.maximum(width - room[:, 0], room[:, 0]))
        y[:] = np.clip(y, room[:, 1] + 0.03, height - room[:, 2] - 0.03)


def _springs(n: int, pairs: tuple[tuple[int, int], ...]) -> _Places:
    """Forces between dots until they rest, in a square of side 1; every dot is drawn to the middle a little."""
    turn = 2 * math.pi * np.arange(n) / n
    places = np.column_stack([np.cos(turn), np.sin(turn)]) / 2
    joined = np.zeros((n, n))
    for a, b in pairs:
        joined[a, b] = joined[b, a] = 1.0
    ideal = 0.8 / math.sqrt(n)
    for step in range(_ROUNDS):
        apart = places[:, None, :] - places[None, :, :]
        far = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 1e-3)
        push = (ideal**2 / far**2 - joined * far / ideal)[..., None] * apart
        force = push.sum(axis=1) - 0.6 * places
        length = np.maximum(np.hypot(force[:, 0], force[:, 1]), 1e-9)[:, None]
        places = places + force / length * np.minimum(length, 0.1 * (1 - step / _ROUNDS))
    return places


def _pushed(x: NDArray[np.float64], y: NDArray[np.float64], room: NDArray[np.float64]) -> bool:
    """Move dots apart whose boxes touch, in place, along the shorter way; whether any did."""
    moved = False
    for a in range(len(x)):
        for b in range(a + 1, len(x)):
            wide = room[a, 0] + room[b, 0] - abs(x[a] - x[b])
            upper, lower = (a, b) if y[a] <= y[b] else (b, a)
            tall = room[upper, 2] + room[lower, 1] - (y[lower] - y[upper])
            if wide <= 0 or tall <= 0:
                continue
            moved = True
            if wide < tall:
                left, right = (a, b) if x[a] <= x[b] else (b, a)
                x[left] -= wide / 2 + 1e-4
                x[right] += wide / 2 + 1e-4
            else:
                y[upper] -= tall / 2 + 1e-4
                y[lower] += tall / 2 + 1e-4
    return moved


def _lines(
    axes: Axes, edges: Sequence[NetworkEdge], lines: Sequence[int], at: dict[int, NDArray[np.float64]], numbered: int
) -> None:
    widths = _sizes([edges[line].value for line in lines], *_LINE)
    for rank, (line, width) in sorted(enumerate(zip(lines, widths, strict=True)), key=lambda one: -one[0]):
        edge = edges[line]
        (x, y), (u, v) = at[edge.a], at[edge.b]
        drawn = axes.plot([x, u], [y, v], color=ROLE[edge.role], linewidth=width, solid_capstyle="round", zorder=2)
        drawn[0].set_gid(f"edge-{line}")
        if rank < numbered:
            base.label(
                axes, (x + u) / 2, (y + v) / 2, edge.shown, weight=600, role="ink2", size=base.NOTE_SIZE,
                align="center", offset=(0, 0), grounded=True,
            )  # fmt: skip


def _dot(axes: Axes, place: int, node: NetworkNode, name: str, at: NDArray[np.float64], size: float) -> None:
    x, y = float(at[0]), float(at[1])
    dot = axes.plot([x], [y], "o", color=ROLE[node.role], markersize=72 * size, markeredgewidth=0, zorder=4)
    dot[0].set_gid(f"node-{place}")
    base.label(
        axes, x, y + size / 2 + _NAME / 2, name, role="ink", size=base.NOTE_SIZE, align="center", offset=(0, 0),
        grounded=True,
    )  # fmt: skip
