"""A funnel: one bar a step, as long as the share that reached it; what the step lost stands beside it, in words below.

Bars from a common left edge, because lengths are compared there; centred trapezoids make the eye compare areas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from customer_analytics.report.charts import base
from customer_analytics.report.charts.base import Draw
from customer_analytics.report.theme import ROLE

_BAR, _ROW, _BETWEEN, _NAME = 0.24, 0.34, 0.27, 0.22  # inches: bar, its row, the words between, a name above a bar


@dataclass(frozen=True)
class StepBar:
    """One step. `share`: of those who entered, 0 to 1; `shown`: the value in words; `low`, `high`: its interval.

    `passage`: how many came here from the step before and how many did not, in words; it stands above the bar.
    `worst`: whether this is the step that the title speaks of.
    """

    name: str
    share: float
    shown: str
    passage: str = ""
    low: float | None = None
    high: float | None = None
    worst: bool = False


def funnel_steps(steps: Sequence[StepBar]) -> Draw:
    """Draw the steps from the top; gid of the n-th (from 0): step-n, and of what it lost: lost-n."""
    if not steps:
        raise ValueError("no steps to draw")
    before = [steps[0].share, *(step.share for step in steps[:-1])]

    def draw(width: float, narrow: bool) -> Figure:
        row = _ROW + (_NAME if narrow else 0)
        left = 0.0 if narrow else base.name_column([step.name for step in steps], width)
        beside = base.widest([step.shown for step in steps], base.VALUE_SIZE, 600) + base.GAP
        height = row * len(steps) + _BETWEEN * (len(steps) - 1)
        figure, axes = base.canvas(width, height + 0.1, left=left, right=beside)
        base.bare(axes)
        axes.set_xlim(0, max([*before, 1e-9]))
        axes.set_ylim(height, 0)  # inches from the top
        middles = [place * (row + _BETWEEN) + row - _ROW / 2 for place in range(len(steps))]
        for place, (step, share, middle) in enumerate(zip(steps, before, middles, strict=True)):
            _step(axes, place, step, share, middle)
        for (_, step), (above, _) in zip(pairwise(steps), pairwise(middles), strict=True):
            _passage(axes, step, above + (_ROW + _BETWEEN) / 2, width - left - base.GAP)
        names = [middle - (_ROW + _NAME) / 2 + 0.03 if narrow else middle for middle in middles]
        bold = [place for place, step in enumerate(steps) if step.worst]
        room = width if narrow else left
        base.names_at_edge(axes, names, [step.name for step in steps], bold=bold, room=room)
        axes.axvline(0, color=ROLE["mute"], linewidth=0.8, zorder=3)
        return figure

    return draw


def _step(axes: Axes, place: int, step: StepBar, before: float, middle: float) -> None:
    """The bar, behind it what was lost since the step before, and the value beyond both."""
    if before > step.share:
        role = "alert" if step.worst else "faint"
        lost = axes.barh(middle, before - step.share, _BAR, left=step.share, color=ROLE[role], zorder=1)
        lost[0].set_gid(f"lost-{place}")
    reached = axes.barh(middle, step.share, _BAR, color=ROLE["s1"], zorder=2)
    reached[0].set_gid(f"step-{place}")
    if step.low is not None and step.high is not None:
        base.interval(axes, step.low, step.high, middle)
    end = max(before, step.share, step.high or 0.0)
    base.label(axes, end, middle, step.shown, weight=600 if step.worst else 400)


def _passage(axes: Axes, step: StepBar, height: float, room: float) -> None:
    weight, role = (600, "alert") if step.worst else (400, "ink3")
    text = base.shortened(step.passage, room, base.NOTE_SIZE, weight)
    base.label(axes, 0, height, text, weight=weight, role=role, size=base.NOTE_SIZE)
