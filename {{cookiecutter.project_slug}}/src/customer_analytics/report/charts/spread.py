"""How many customers have which value: bars without gaps, with the cuts of the scores as upright lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from customer_analytics.language import Language
from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE


@dataclass(frozen=True)
class Panel:
    """One measure: bar edges, counts, the values at which a new score begins, its title and how values are written."""

    title: str
    edges: Sequence[float]
    counts: Sequence[int]
    cuts: Sequence[float]
    shown: Callable[[float], str]


def spread(panels: Sequence[Panel], language: Language) -> Draw:
    """Draw the panels side by side, on a phone one below the other."""
    if not panels:
        raise ValueError("no panels to draw")

    def draw(width: float, narrow: bool) -> Figure:
        columns = 1 if narrow else len(panels)
        rows = len(panels) if narrow else 1
        each = 1.75 if narrow else 2.35
        figure = Figure(figsize=(width, each * rows))
        gap, left = 0.3, 0.5
        inner = (width - columns * left - (columns - 1) * (gap - 0.1)) / columns
        for place, panel in enumerate(panels):
            across, down = (0, place) if narrow else (place, 0)
            box = (
                (left + across * (inner + left + gap - 0.1)) / width,
                1 - ((down + 1) * each - 0.3) / (each * rows),
                inner / width,
                (each - 0.62) / (each * rows),
            )
            _panel(figure.add_axes(box), panel, language)
        return figure

    return draw


def _panel(axes: Axes, panel: Panel, language: Language) -> None:
    edges = panel.edges
    axes.stairs(panel.counts, edges, fill=True, color=ROLE["s3"], linewidth=0, zorder=2)
    for cut in panel.cuts:
        if edges[0] < cut < edges[-1]:
            axes.axvline(cut, color=ROLE["ink2"], linewidth=0.9, linestyle=(0, (3, 2)), zorder=3)
    axes.set_xlim(edges[0], edges[-1])
    base.grid(axes, "y", 3)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10], integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: panel.shown(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: language.number(value)))
    axes.tick_params(length=0)
    axes.annotate(
        panel.title, (0, 1), xycoords="axes fraction", xytext=(0, 8), textcoords="offset points", ha="left",
        va="bottom", fontsize=base.NAME_SIZE, fontweight=600, color=ROLE["ink"], annotation_clip=False,
    )  # fmt: skip
