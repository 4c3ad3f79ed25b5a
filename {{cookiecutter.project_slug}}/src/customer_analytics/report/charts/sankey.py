"""Who went where: states at two dates as bars, and between them a band for each move, as wide as it has customers."""

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

_BAR = 0.1  # inches, width of a state's bar
_GAP = 0.11  # inches between two states
_LEAST = 0.012  # inches, height of the thinnest band
_LINE = 0.17  # inches of height that a label of one line needs
_HEIGHT, _NARROW_HEIGHT = 4.1, 4.4
_CURVE = 0.45  # of the way, where a band has its control points
_OPACITY = 0.75


@dataclass(frozen=True)
class State:
    """A state on one side: its name, its size in words, and its size: the moves that are drawn may be fewer."""

    name: str
    shown: str
    value: float


@dataclass(frozen=True)
class Flow:
    """A move from the n-th state on the left to the m-th on the right. `role`: colour."""

    source: int
    goal: int
    value: float
    role: str = "faint"


def sankey(left: Sequence[State], right: Sequence[State], flows: Sequence[Flow], heads: tuple[str, str]) -> Draw:
    """Draw the states from top to bottom in the order given, so that exits stand last; gid of the n-th flow: flow-n.

    At each bar the bands lie in the order of the states at their other ends: no two bands of one bar cross. `heads`:
    names of the two dates, above the bars.
    """
    if not any(flow.value > 0 for flow in flows):
        raise ValueError("no moves to draw")

    def draw(width: float, narrow: bool) -> Figure:
        rooms = [_room(states, width, narrow) for states in (left, right)]
        height = _NARROW_HEIGHT if narrow else _HEIGHT
        head = 0.45 if narrow else 0.32
        figure, axes = base.canvas(width, height, left=rooms[0], right=rooms[1], top=head)
        inner_width, inner_height = width - sum(rooms), height - head - 0.05
        base.bare(axes)
        axes.set_xlim(0, inner_width)
        axes.set_ylim(inner_height, 0)
        scale = min((inner_height - _GAP * (len(side) - 1)) / sum(one.value for one in side) for side in (left, right))
        tops = (_tops(left, scale), _tops(right, scale))
        _bands(axes, flows, tops, scale, inner_width)
        _side(axes, left, tops[0], 0.0, rooms[0], width, narrow)
        _side(axes, right, tops[1], inner_width, rooms[1], width, narrow)
        outer = (-rooms[0], inner_width + rooms[1]) if narrow else (0.0, inner_width)  # dates at the page's edges
        for x, date, align in ((outer[0], heads[0], "left"), (outer[1], heads[1], "right")):
            base.label(
                axes, x, 0, date, weight=600, role="ink2", size=base.NOTE_SIZE, align=align,
                offset=(0, 15 if narrow else 6), vertical="bottom",
            )  # fmt: skip
        return figure

    return draw


def _room(states: Sequence[State], width: float, narrow: bool) -> float:
    """Inches for the labels of one side: as wide as the widest, but no more than a third of the chart."""
    texts = [text for state in states for text in _lines(state, width, narrow)]
    return min(base.widest(texts, base.VALUE_SIZE, 600) + base.GAP + 0.04, width / 3)


def _lines(state: State, width: float, narrow: bool) -> list[str]:
    room = width / 3 - base.GAP - 0.04
    if narrow:
        return [base.shortened(state.name, room, base.VALUE_SIZE, 600), state.shown]
    beside = base.text_width(f"  {state.shown}", base.VALUE_SIZE, 600)
    return [f"{base.shortened(state.name, room - beside, base.VALUE_SIZE, 600)}  {state.shown}"]


def _tops(states: Sequence[State], scale: float) -> list[tuple[float, float]]:
    """Top and bottom of each state's bar."""
    at, spans = 0.0, []
    for state in states:
        spans.append((at, at + state.value * scale))
        at += state.value * scale + _GAP
    return spans


def _bands(
    axes: Axes, flows: Sequence[Flow], tops: tuple[list[tuple[float, float]], ...], scale: float, width: float
) -> None:
    starts = _offsets(flows, tops[0], ("source", "goal"), scale)
    ends = _offsets(flows, tops[1], ("goal", "source"), scale)
    order = sorted(range(len(flows)), key=lambda place: (flows[place].role != "faint", -flows[place].value))
    for place in order:
        flow = flows[place]
        if flow.value <= 0:
            continue
        size = max(flow.value * scale, _LEAST)
        patch = PathPatch(_band(starts[place], ends[place], size, width), linewidth=0, alpha=_OPACITY)
        patch.set_facecolor(ROLE[flow.role])
        patch.set_gid(f"flow-{place}")
        axes.add_patch(patch)


def _offsets(
    flows: Sequence[Flow], spans: list[tuple[float, float]], sides: tuple[str, str], scale: float
) -> list[float]:
    """Where each band begins on a side: bands of one bar follow each other in the order of their other ends."""
    own, other = sides
    at = [top for top, _ in spans]
    result = [0.0] * len(flows)
    for place in sorted(range(len(flows)), key=lambda number: getattr(flows[number], other)):
        state = getattr(flows[place], own)
        result[place] = at[state]
        at[state] += flows[place].value * scale
    return result


def _band(start: float, end: float, size: float, width: float) -> Path:
    near, far = _BAR, width - _BAR
    bend = (far - near) * _CURVE
    points = [
        (near, start), (near + bend, start), (far - bend, end), (far, end),
        (far, end + size), (far - bend, end + size), (near + bend, start + size), (near, start + size), (near, start),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path(points, codes)


def _side(
    axes: Axes,
    states: Sequence[State],
    spans: list[tuple[float, float]],
    x: float,
    room: float,
    width: float,
    narrow: bool,
) -> None:
    """The bars and labels of one side; labels that would touch are moved apart."""
    is_left = x == 0
    lines = 2 if narrow else 1
    heights = base.spread([(top + bottom) / 2 for top, bottom in spans], _LINE * lines + 0.02)
    for state, (top, bottom), height in zip(states, spans, heights, strict=True):
        bar = Rectangle((x if is_left else x - _BAR, top), _BAR, max(bottom - top, _LEAST), linewidth=0)
        bar.set_facecolor(ROLE["ink3"])
        axes.add_patch(bar)
        for number, text in enumerate(_lines(state, width, narrow)):
            at = height + (number - (lines - 1) / 2) * _LINE
            weight, role = (400, "ink2") if number else (600 if narrow else 400, "ink")
            shift = -room * 72 if is_left else 7.0
            base.label(axes, x, at, text, weight=weight, role=role, offset=(shift, 0))
