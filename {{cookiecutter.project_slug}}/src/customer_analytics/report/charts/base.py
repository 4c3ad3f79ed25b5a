"""What every chart shares: a canvas measured in inches, names at the page's edge, light grids, thin intervals.

A chart is a function draw(width, narrow). It never makes a legend, a title or a frame: the page has the title, and
labels stand beside what they name. Colours are roles of the theme.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from customer_analytics.report.theme import ROLE
from customer_analytics.report.typefaces import CHART_FAMILIES

Draw = Callable[[float, bool], Figure]

NAME_SIZE = 9.5  # points; 13 pixels on the page
VALUE_SIZE = 9.2
NOTE_SIZE = 8.8
GAP = 0.1  # inches between a name and what it names
ROW = 0.36  # inches for a bar with its name beside it
NARROW_ROW = 0.52  # inches for a bar with its name above it
_MOST_NAME_SHARE = 0.34  # of the width, for names at the left
_MOST_MARGINS = 0.9  # of the width, for both sides together


def canvas(
    width: float, height: float, *, left: float = 0, right: float = 0, top: float = 0.05, bottom: float = 0.05
) -> tuple[Figure, Axes]:
    """A figure with one axes, the margins in inches. Call it inside draw; theme.style() is active there.

    Where margins would leave nothing to draw in, because a text is as wide as the page, they are made less.
    """
    if left + right > _MOST_MARGINS * width:
        less = _MOST_MARGINS * width / (left + right)
        left, right = left * less, right * less
    figure = Figure(figsize=(width, height))
    box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    return figure, figure.add_axes(box)


def text_width(text: str, size: float = NAME_SIZE, weight: int = 400) -> float:
    """Width of a text in inches, in the fonts that the page uses."""
    return _text_width(str(text), size, weight)


@functools.lru_cache(maxsize=10_000)
def _text_width(text: str, size: float, weight: int) -> float:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the exporter lists those
        width = text_to_path.get_text_width_height_descent(text, _properties(size, weight), ismath=False)[0]
    return float(width) / 72


def widest(texts: Iterable[str], size: float = NAME_SIZE, weight: int = 400) -> float:
    """Width of the widest text in inches; 0 when there is none."""
    return max((text_width(text, size, weight) for text in texts), default=0.0)


def shortened(text: str, inches: float, size: float = NAME_SIZE, weight: int = 400) -> str:
    """The text, cut with an ellipsis when it is wider than `inches`."""
    text = " ".join(str(text).split())
    if text_width(text, size, weight) <= inches:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = text_width(text[:middle].rstrip() + "…", size, weight) <= inches
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low].rstrip() + "…"


def broken(text: str, inches: float, size: float = NAME_SIZE, weight: int = 400) -> str:
    """The text in lines of at most so many inches: between words, and between any two characters of Chinese."""
    lines = [""]
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", " ".join(str(text).split())):
        if lines[-1] and text_width((lines[-1] + piece).rstrip(), size, weight) > inches:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return "\n".join(line.rstrip() for line in lines)


def name_column(names: Sequence[str], width: float) -> float:
    """Inches to keep free at the left for names: as wide as the widest, but no more than a third of the chart."""
    return min(widest(names, NAME_SIZE, 600) + GAP, width * _MOST_NAME_SHARE)


def names_at_edge(
    axes: Axes, positions: Sequence[float], names: Sequence[str], *, bold: Iterable[int] = (), room: float | None = None
) -> None:
    """Write row names, left-aligned to the page's edge, at heights in data units.

    Args:
        bold: indices of the names to stress.
        room: inches for a name; longer ones are shortened.
    """
    heavy = set(bold)
    for index, (position, name) in enumerate(zip(positions, names, strict=True)):
        weight = 600 if index in heavy else 400
        shown = shortened(name, room - GAP / 2, NAME_SIZE, weight) if room else str(name)
        at_edge(axes, position, shown, weight=weight)


def at_edge(
    axes: Axes, position: float, text: str, *, weight: int = 400, size: float = NAME_SIZE, role: str = "ink"
) -> None:
    """One text at the page's left edge, at a height in data units."""
    figure = axes.get_figure()
    assert figure is not None
    left = -axes.get_position().x0 / axes.get_position().width  # the figure's edge in the axes' own units
    axes.text(
        left, position, text, transform=axes.get_yaxis_transform(), ha="left", va="center", fontsize=size,
        fontweight=weight, color=ROLE[role], clip_on=False,
    )  # fmt: skip


def bare(axes: Axes) -> None:
    """No ticks, no spines."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def grid(axes: Axes, axis: str = "y", lines: int = 4) -> None:
    """At most `lines` light grid lines behind the marks."""
    which = axes.yaxis if axis == "y" else axes.xaxis
    which.set_major_locator(MaxNLocator(nbins=lines, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(True, axis="y" if axis == "y" else "x")
    axes.spines["bottom"].set_visible(axis == "y")


def interval(axes: Axes, low: float, high: float, at: float, *, horizontal: bool = True, role: str = "ink") -> None:
    """A thin line from low to high, for a 95 % interval."""
    xs, ys = ((low, high), (at, at)) if horizontal else ((at, at), (low, high))
    axes.plot(xs, ys, color=ROLE[role], linewidth=1.3, solid_capstyle="butt", zorder=4)


def label(
    axes: Axes, x: float, y: float, text: str, *, weight: int = 400, role: str = "ink", size: float = VALUE_SIZE,
    align: str = "left", offset: tuple[float, float] = (5, 0), vertical: str = "center", upright: bool = False,
    grounded: bool = False,
) -> None:  # fmt: skip
    """A direct label beside a mark; `offset` in points; `upright`: written from below to above.

    `grounded`: on a ground of the page's colour, so that marks behind it do not cross its letters.
    """
    ground = {"facecolor": ROLE["paper"], "alpha": 0.8, "linewidth": 0, "pad": 0.8} if grounded else None
    axes.annotate(
        str(text), (x, y), xytext=offset, textcoords="offset points", ha=align, va=vertical, fontsize=size,
        fontweight=weight, color=ROLE[role], annotation_clip=False, rotation=90 if upright else 0, bbox=ground,
        zorder=9 if grounded else None,
    )  # fmt: skip


def spread(positions: Sequence[float], least: float) -> list[float]:
    """Heights moved apart so that no two are nearer than `least`; the order and the middle stay."""
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    moved = [positions[i] for i in order]
    for _ in range(100):
        pushed = False
        for k in range(len(moved) - 1):
            short = least - (moved[k + 1] - moved[k])
            if short > 1e-9:
                moved[k] -= short / 2
                moved[k + 1] += short / 2
                pushed = True
        if not pushed:
            break
    result = [0.0] * len(positions)
    for place, i in enumerate(order):
        result[i] = moved[place]
    return result


def thinned(x: Sequence[float], most: int) -> list[int]:
    """Places of at most about `most` of the ascending values, the last within each equal stretch, first and last kept.

    A line of several hundred points looks the same with one point for every few pixels, and weighs a tenth.
    """
    if len(x) <= most:
        return list(range(len(x)))
    first, last = float(x[0]), float(x[-1])
    width = (last - first) / most or 1.0
    chosen = {int((float(value) - first) / width): place for place, value in enumerate(x)}
    return sorted({0, *chosen.values(), len(x) - 1})


@functools.cache
def _properties(size: float, weight: int) -> FontProperties:
    return FontProperties(family=CHART_FAMILIES, size=size, weight=weight)
