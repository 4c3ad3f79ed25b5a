"""All rules at once: support across (on a log scale), confidence up, darker where the lift is higher.

Thousands of rules are squares of the plot, each in the shade of the rules that lie in it; what the reader should look
at are dots over them. Squares side by side are one thick line, so that all of them cost a few kilobytes of the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_HEIGHT, _NARROW_HEIGHT = 4.2, 3.7  # inches
_LEFT, _RIGHT = 0.5, 0.15  # inches beside the plot
_DOT = 4.4  # points across
_SQUARE = 0.1  # inches
_SHADES = ("h1", "h2", "h3", "h4")
_LINE = 0.18  # inches that a line of text needs


@dataclass(frozen=True)
class RuleDot:
    """One rule: support, confidence and lift; whether it is a dot of its own; its name beside it, empty for none."""

    support: float
    confidence: float
    lift: float
    stressed: bool = False
    name: str = ""


@dataclass(frozen=True)
class ScatterWords:
    """Labels of both axes, and the words before the lifts of the shades: lift up to 1.5."""

    support: str
    confidence: str
    shades: Sequence[str]


def shade_ends(lifts: Sequence[float]) -> list[float]:
    """Upper ends of the shades: the quartiles of the lifts, each once; the last is the highest."""
    ordered = sorted(lifts)
    ends = [ordered[min(len(ordered) - 1, math.ceil(len(ordered) * part / 4) - 1)] for part in (1, 2, 3, 4)]
    return sorted(set(ends))


def rule_scatter(dots: Sequence[RuleDot], words: ScatterWords, language: Language) -> Draw:
    """Draw the rules; gid of the n-th shade from 0: shade-n, of the stressed dots: stressed, of the named: rule-n.

    A square has the shade of the middle one of its rules by lift. `words.shades`: a text for each of `shade_ends`.

    Raises:
        ValueError: no rules, or another number of shades.
    """
    if not dots:
        raise ValueError("no rules to draw")
    ends = shade_ends([dot.lift for dot in dots])
    if len(words.shades) != len(ends):
        raise ValueError(f"{len(ends)} shades need as many texts, not {len(words.shades)}")
    colours = _SHADES[-len(ends) :]

    def draw(width: float, narrow: bool) -> Figure:
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        figure, axes = base.canvas(width, height, left=_LEFT, right=_RIGHT, top=0.62, bottom=0.52)
        plot = _scales(axes, dots, words, language, narrow, (width - _LEFT - _RIGHT, height - 1.14))
        for place, runs in sorted(squares(dots, ends, plot).items()):
            patch = PathPatch(
                _lines(runs, plot), facecolor="none", edgecolor=ROLE[colours[place]], linewidth=72 * _SQUARE - 0.4,
                capstyle="butt", zorder=2,
            )  # fmt: skip
            patch.set_gid(f"shade-{place}")
            axes.add_patch(patch)
        _stressed(axes, [dot for dot in dots if dot.stressed], plot)
        _names(axes, dots, plot, narrow)
        _key(axes, words.shades, colours, width, height, narrow)
        return figure

    return draw


class Plot(NamedTuple):
    """The plot: lowest and highest support, highest confidence, width and height in inches."""

    low: float
    high: float
    top: float
    wide: float
    tall: float

    def place(self, dot: RuleDot) -> tuple[float, float]:
        """Where a rule lies, in inches from the lower left corner."""
        across = self.wide * math.log(dot.support / self.low) / math.log(self.high / self.low)
        return across, self.tall * dot.confidence / self.top

    def support(self, across: float) -> float:
        """The support at so many inches from the left."""
        return float(self.low * (self.high / self.low) ** (across / self.wide))


def squares(dots: Sequence[RuleDot], ends: Sequence[float], plot: Plot) -> dict[int, list[tuple[int, int, int]]]:
    """Shade -> stretches of squares of it: (row, first column, last column)."""
    lifts: dict[tuple[int, int], list[float]] = {}
    for dot in dots:
        across, up = plot.place(dot)
        lifts.setdefault((int(up / _SQUARE), int(across / _SQUARE)), []).append(dot.lift)
    found: dict[int, list[tuple[int, int, int]]] = {}
    before: tuple[int, int, int] | None = None
    for (row, column), inside in sorted(lifts.items()):
        middle = sorted(inside)[len(inside) // 2]
        shade = next(place for place, end in enumerate(ends) if middle <= end)
        runs = found.setdefault(shade, [])
        if before == (row, column - 1, shade):
            runs[-1] = (row, runs[-1][1], column)
        else:
            runs.append((row, column, column))
        before = (row, column, shade)
    return found


def _lines(runs: Sequence[tuple[int, int, int]], plot: Plot) -> Path:
    vertices = []
    for row, first, last in runs:
        up = (row + 0.5) * _SQUARE / plot.tall * plot.top
        vertices += [(plot.support(first * _SQUARE), up), (plot.support((last + 1) * _SQUARE), up)]
    path = Path(vertices, [Path.MOVETO, Path.LINETO] * len(runs))
    path.should_simplify = False
    return path


def _stressed(axes: Axes, dots: Sequence[RuleDot], plot: Plot) -> None:
    """A path of lines without length with round ends: a dot costs twenty bytes; one for dots that lie on each other."""
    seen = {tuple(int(part / _DOT * 144) for part in plot.place(dot)): dot for dot in dots}
    if not seen:
        return
    vertices = [(dot.support, dot.confidence) for dot in seen.values() for _ in (0, 1)]
    path = Path(vertices, [Path.MOVETO, Path.LINETO] * len(seen))
    path.should_simplify = False  # it would take lines without length away
    patch = PathPatch(path, facecolor="none", edgecolor=ROLE["ink"], linewidth=_DOT, capstyle="round", zorder=4)
    patch.set_gid("stressed")
    axes.add_patch(patch)


def _scales(
    axes: Axes, dots: Sequence[RuleDot], words: ScatterWords, language: Language, narrow: bool,
    inches: tuple[float, float],
) -> Plot:  # fmt: skip
    low, high = min(dot.support for dot in dots), max(dot.support for dot in dots)
    room = max((high / low) ** 0.05, 1.06)
    low, high = low / room, high * room
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    top = min(1.0, max(dot.confidence for dot in dots) * 1.12)
    axes.set_ylim(0, top)
    places = ticks(low, high, 3 if narrow else 5)
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.xaxis.set_minor_locator(NullLocator())
    decimals = 0 if low >= 0.01 else (1 if low >= 0.001 else (2 if low >= 0.0001 else 4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value, decimals)))
    base.grid(axes, "y")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value)))
    axes.tick_params(length=0)
    axes.set_xlabel(words.support)
    room = inches[0] + _LEFT + _RIGHT
    base.at_edge(axes, top * 1.1, base.broken(words.confidence, room, base.NOTE_SIZE), size=base.NOTE_SIZE, role="ink2")
    return Plot(low, high, top, *inches)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers (1, 2 and 5 of each power of ten) between two supports, at most `most` of them."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [digit * 10.0**power for power in powers for digit in (1, 2, 5) if low <= digit * 10.0**power <= high]
    step = math.ceil(len(found) / most) if found else 1
    return found[::step] or [math.sqrt(low * high)]


def _names(axes: Axes, dots: Sequence[RuleDot], plot: Plot, narrow: bool) -> None:
    """Names beside their dots, each with a ring; names that would touch are moved apart."""
    named = [dot for dot in dots if dot.name][: 2 if narrow else None]
    if not named:
        return
    heights = base.spread([plot.place(dot)[1] for dot in named], _LINE)
    for number, (dot, height) in enumerate(zip(named, heights, strict=True)):
        across, up = plot.place(dot)
        ring = axes.plot(
            [dot.support], [dot.confidence], "o", markersize=8, markerfacecolor="none", markeredgecolor=ROLE["alert"],
            markeredgewidth=1.6, zorder=8,
        )  # fmt: skip
        ring[0].set_gid(f"rule-{number}")
        right = across < plot.wide * 0.55
        text = base.shortened(dot.name, (plot.wide - across if right else across) - 0.12, base.NOTE_SIZE, 600)
        base.label(
            axes, dot.support, dot.confidence, text, weight=600, size=base.NOTE_SIZE,
            align="left" if right else "right", offset=(8 if right else -8, 72 * (height - up)), grounded=True,
        )  # fmt: skip


def _key(axes: Axes, shades: Sequence[str], colours: Sequence[str], width: float, height: float, narrow: bool) -> None:
    """What the shades say, in one line above the plot: a square, then the lift up to which it goes."""
    box = axes.get_position()
    at, up = 0.04, 1 + 0.5 / (box.height * height)
    for text, role in zip(shades, colours, strict=True):
        x = (at / width - box.x0) / box.width
        axes.plot(
            [x], [up], "s", color=ROLE[role], markersize=6.5, transform=axes.transAxes, clip_on=False, markeredgewidth=0
        )
        shift = (0.09 / width) / box.width
        axes.text(
            x + shift, up, text, transform=axes.transAxes, va="center", ha="left", fontsize=base.NOTE_SIZE - 0.4,
            color=ROLE["ink2"], clip_on=False,
        )  # fmt: skip
        at += base.text_width(text, base.NOTE_SIZE - 0.4) + (0.22 if narrow else 0.34)
