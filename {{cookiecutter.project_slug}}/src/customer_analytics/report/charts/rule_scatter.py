"""All rules at once: support across (on a log scale), confidence up, darker where the lift is higher.

Dots of one shade are one path of points with round ends: a dot costs twenty bytes of the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
_DOT = 4.6  # points across
_PIXEL = 0.025  # inches: dots nearer than this lie on one another
_SHADES = ("h2", "h3", "h4", "h5")
_LINE = 0.18  # inches that a line of text needs


@dataclass(frozen=True)
class RuleDot:
    """One rule: support, confidence and lift; `name`: written beside the dot, empty for none."""

    support: float
    confidence: float
    lift: float
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
    """Draw the rules, strong ones over weak ones; gid of the n-th shade from 0: shade-n, of the n-th named dot: rule-n.

    `words.shades`: one text for each end of `shade_ends`.

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
        figure, axes = base.canvas(width, height, left=0.5, right=0.15, top=0.62, bottom=0.52)
        low, high = _scales(axes, dots, words, language, narrow)
        wide, tall = width - 0.65, height - 1.14
        for place, role in enumerate(colours):
            inside = [dot for dot in dots if ends.index(next(end for end in ends if dot.lift <= end)) == place]
            patch = PathPatch(
                _points(_thinned(inside, low, high, wide, tall)), facecolor="none", edgecolor=ROLE[role],
                linewidth=_DOT, capstyle="round", zorder=2 + place,
            )  # fmt: skip
            patch.set_gid(f"shade-{place}")
            axes.add_patch(patch)
        _names(axes, dots, wide, tall, narrow)
        _key(axes, words.shades, colours, width, height, narrow)
        return figure

    return draw


def _scales(
    axes: Axes, dots: Sequence[RuleDot], words: ScatterWords, language: Language, narrow: bool
) -> tuple[float, float]:
    low, high = min(dot.support for dot in dots), max(dot.support for dot in dots)
    room = max((high / low) ** 0.05, 1.06)
    low, high = low / room, high * room
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    top = min(1.0, max(dot.confidence for dot in dots) * 1.12)
    axes.set_ylim(0, top * 1.02)
    places = ticks(low, high, 3 if narrow else 5)
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.xaxis.set_minor_locator(NullLocator())
    decimals = 0 if low >= 0.01 else (1 if low >= 0.001 else (2 if low >= 0.0001 else 4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value, decimals)))
    base.grid(axes, "y")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value)))
    axes.tick_params(length=0)
    axes.set_xlabel(words.support)
    base.at_edge(axes, top * 1.1, words.confidence, size=base.NOTE_SIZE, role="ink2")
    return low, high


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers (1, 2 and 5 of each power of ten) between two supports, at most `most` of them."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [digit * 10.0**power for power in powers for digit in (1, 2, 5) if low <= digit * 10.0**power <= high]
    step = math.ceil(len(found) / most) if found else 1
    return found[::step] or [math.sqrt(low * high)]


def _thinned(dots: Iterable[RuleDot], low: float, high: float, wide: float, tall: float) -> list[RuleDot]:
    """The dots without those that lie on another one of their shade."""
    seen: dict[tuple[int, int], RuleDot] = {}
    for dot in dots:
        across = wide * math.log(dot.support / low) / math.log(high / low)
        seen.setdefault((int(across / _PIXEL), int(dot.confidence * tall / _PIXEL)), dot)
    return list(seen.values())


def _points(dots: Sequence[RuleDot]) -> Path:
    """A path of lines without length, one a dot."""
    vertices = [(dot.support, dot.confidence) for dot in dots for _ in (0, 1)]
    path = Path(vertices or [(1.0, -1.0)], [Path.MOVETO, Path.LINETO] * len(dots) or [Path.MOVETO])
    path.should_simplify = False  # it would take lines without length away
    return path


def _names(axes: Axes, dots: Sequence[RuleDot], wide: float, tall: float, narrow: bool) -> None:
    """Names beside their dots, each with a ring; names that would touch are moved apart."""
    named = [(place, dot) for place, dot in enumerate(dots) if dot.name]
    named = named[:2] if narrow else named
    if not named:
        return
    low, high = axes.get_xlim()
    top = axes.get_ylim()[1]
    heights = base.spread([dot.confidence / top * tall for _, dot in named], _LINE)
    for number, ((_, dot), height) in enumerate(zip(named, heights, strict=True)):
        across = wide * math.log(dot.support / low) / math.log(high / low)
        ring = axes.plot(
            [dot.support], [dot.confidence], "o", markersize=8, markerfacecolor="none", markeredgecolor=ROLE["alert"],
            markeredgewidth=1.6, zorder=8,
        )  # fmt: skip
        ring[0].set_gid(f"rule-{number}")
        right = across < wide * 0.55
        room = (wide - across if right else across) - 0.12
        text = base.shortened(dot.name, room, base.NOTE_SIZE, 600)
        lift = 72 * (height - dot.confidence / top * tall)
        base.label(
            axes, dot.support, dot.confidence, text, weight=600, size=base.NOTE_SIZE,
            align="left" if right else "right", offset=(8 if right else -8, lift), grounded=True,
        )  # fmt: skip


def _key(axes: Axes, shades: Sequence[str], colours: Sequence[str], width: float, height: float, narrow: bool) -> None:
    """What the shades say, in one line above the plot: a dot, then the lift up to which it goes."""
    box = axes.get_position()
    at, up = 0.04, 1 + 0.5 / (box.height * height)
    for text, role in zip(shades, colours, strict=True):
        x = (at / width - box.x0) / box.width
        axes.plot(
            [x], [up], "o", color=ROLE[role], markersize=5, transform=axes.transAxes, clip_on=False, markeredgewidth=0
        )
        shift = (0.09 / width) / box.width
        axes.text(
            x + shift, up, text, transform=axes.transAxes, va="center", ha="left", fontsize=base.NOTE_SIZE - 0.4,
            color=ROLE["ink2"], clip_on=False,
        )  # fmt: skip
        at += base.text_width(text, base.NOTE_SIZE - 0.4) + (0.22 if narrow else 0.34)
