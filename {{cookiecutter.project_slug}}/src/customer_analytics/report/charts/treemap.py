"""Areas in proportion to an amount, largest first (squarified: Bruls, Huizing, van Wijk 2000)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

Box = tuple[float, float, float, float]  # left, top, width, height
_HAN = re.compile(r"[\u2e80-\u9fff]")
_WORDS = re.compile(r"[\u2e80-\u9fff]|[^\s\u2e80-\u9fff]+")
_LEAST_LETTERS = 6  # of a shortened name
_LINE = 0.17  # inches from line to line
_ON_FILL = {"s1": "paper", "alert": "paper", "h5": "hh", "h4": "hh"}  # text roles on dark fills; others take hl


@dataclass(frozen=True)
class Area:
    """One area: its amount (above 0), its name and its words."""

    name: str
    value: float
    shown: str
    role: str = "h1"


def treemap(areas: Sequence[Area]) -> Draw:
    """Draw the areas; gid of the n-th in the order given: area-n. Those at or below 0 are left out."""
    drawn = sorted(
        ((place, area) for place, area in enumerate(areas) if area.value > 0), key=lambda pair: -pair[1].value
    )
    if not drawn:
        raise ValueError("no areas to draw")

    def draw(width: float, narrow: bool) -> Figure:
        height = 3.4 if narrow else 3.3
        figure, axes = base.canvas(width, height, top=0.02, bottom=0.02)
        base.bare(axes)
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        boxes = squarify([area.value for _, area in drawn], (0, 0, width, height))
        for (place, area), box in zip(drawn, boxes, strict=True):
            _area(axes, place, area, box)
        return figure

    return draw


def squarify(values: Sequence[float], box: Box) -> list[Box]:
    """Boxes with areas in proportion to `values` (descending, above 0) that fill `box` exactly."""
    left, top, width, height = box
    scale = width * height / sum(values)
    sizes = [value * scale for value in values]
    result: list[Box] = []
    start = 0
    while start < len(sizes):
        side = min(width, height)
        end = start + 1
        while end < len(sizes) and _worst(sizes[start : end + 1], side) <= _worst(sizes[start:end], side):
            end += 1
        total = sum(sizes[start:end])
        thick = total / side if side > 0 else 0.0
        offset = 0.0
        for size in sizes[start:end]:
            long = size / thick if thick > 0 else 0.0
            result.append((left, top + offset, thick, long) if width >= height else (left + offset, top, long, thick))
            offset += long
        if width >= height:
            left, width = left + thick, width - thick
        else:
            top, height = top + thick, height - thick
        start = end
    return result


def _worst(sizes: Sequence[float], side: float) -> float:
    """The worst ratio of sides in a row of boxes along `side`."""
    total = sum(sizes)
    return max(side**2 * max(sizes) / total**2, total**2 / (side**2 * min(sizes)))


def _area(axes: Axes, place: int, area: Area, box: Box) -> None:
    left, top, width, height = box
    gap = 0.02
    patch = Rectangle((left + gap, top + gap), max(width - 2 * gap, 0), max(height - 2 * gap, 0), linewidth=0)
    patch.set_facecolor(ROLE[area.role])
    patch.set_gid(f"area-{place}")
    axes.add_patch(patch)
    ink = _ON_FILL.get(area.role, "hl")
    room = width - 0.18
    if height < 0.24 or room < 0.3:
        return
    lines = [(line, 600) for line in name_lines(area.name, room)]
    if not lines:
        return
    if base.text_width(area.shown, base.NOTE_SIZE) <= room:
        lines.append((area.shown, 400))
    fitting = int((height - 0.08) / _LINE)
    if sum(weight == 600 for _, weight in lines) > fitting:
        return
    for number, (line, weight) in enumerate(lines[:fitting]):
        at = top + 0.08 + number * _LINE
        base.label(
            axes, left + 0.09, at, line, weight=weight, role=ink, size=base.NOTE_SIZE, offset=(0, 0), vertical="top"
        )


def name_lines(name: str, room: float) -> list[str]:
    """The name broken into lines between words and between Han characters; shortened where that does not fit."""
    lines = [""]
    for word in _WORDS.findall(name):
        gap = " " if lines[-1] and not _HAN.match(word) else ""
        longer = lines[-1] + gap + word
        if lines[-1] and base.text_width(longer, base.NOTE_SIZE, 600) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    if all(base.text_width(line, base.NOTE_SIZE, 600) <= room for line in lines):
        return lines
    short = base.shortened(name, room, base.NOTE_SIZE, 600)
    return [short] if len(short) >= _LEAST_LETTERS else []
