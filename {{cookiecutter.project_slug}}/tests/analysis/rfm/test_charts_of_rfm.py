"""Charts of the RFM report: geometry by hand, and both drawings of each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.language import Language
from customer_analytics.report import theme
from customer_analytics.report.charts import (
    Area,
    Fall,
    Flow,
    GridCell,
    GridWords,
    Pair,
    Panel,
    State,
    dot_pairs,
    heat_grid,
    lorenz,
    sankey,
    spread,
    treemap,
    waterfall,
)
from customer_analytics.report.charts.sankey import _offsets, _tops
from customer_analytics.report.charts.treemap import squarify
from customer_analytics.report.charts.waterfall import _spans

LANGUAGE = Language("en", "EUR")
HOSTILE = "<script>alert(1)</script> $x^2$ {0} 客户 👍 " + "long " * 20


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=15))
def test_areas_are_in_proportion_and_fill_the_box(values: list[int]) -> None:
    ordered = sorted(values, reverse=True)
    boxes = squarify(ordered, (0.0, 0.0, 7.8, 3.3))
    for value, (left, top, width, height) in zip(ordered, boxes, strict=True):
        assert width * height == pytest.approx(7.8 * 3.3 * value / sum(values))
        assert left >= -1e-9 and top >= -1e-9
        assert left + width <= 7.8 + 1e-9 and top + height <= 3.3 + 1e-9


def test_equal_areas_do_not_overlap() -> None:
    boxes = squarify([1.0] * 6, (0.0, 0.0, 6.0, 4.0))
    for place, (left, top, width, height) in enumerate(boxes):
        for other_left, other_top, other_width, other_height in boxes[place + 1 :]:
            apart = (
                left + width <= other_left + 1e-9
                or other_left + other_width <= left + 1e-9
                or top + height <= other_top + 1e-9
                or other_top + other_height <= top + 1e-9
            )
            assert apart


CHARTS = {
    "dot_pairs": dot_pairs(
        [Pair(HOSTILE, 0.1, 0.5, "10%", "50%", "s1"), Pair("b", 0.5, -0.1, "50%", "−10%", "alert")], "first", "second"
    ),
    "all zero": dot_pairs([Pair("a", 0.0, 0.0, "0%", "0%")], "first", "second"),
    "heat_grid": heat_grid(
        [[GridCell(0.5, "50%", HOSTILE, True), GridCell(None, "few", "", True)], [GridCell(0, "0%"), GridCell(1, "1")]],
        GridWords(["b", "a"], [HOSTILE, "2"], "rows", "columns"),
    ),
    "treemap": treemap([Area(HOSTILE, 5, "5"), Area("不可流失客户", 3, "3", "alert"), Area("none", -1, "–")]),
    "lorenz": lorenz([(0, 0), (0.2, 0.7), (1, 1)], [(0.2, 0.7, "Top")], "share", "equal", LANGUAGE),
    "sankey": sankey(
        [State(HOSTILE, "9", 9), State("不可流失客户", "3", 3)],
        [State("a", "10", 10), State(HOSTILE, "2", 2)],
        [Flow(0, 0, 7), Flow(0, 1, 2, "alert"), Flow(1, 0, 3, "s1")],
        (HOSTILE, "now"),
    ),
    "waterfall": waterfall(
        [Fall("before", 5, "5", True, "mute"), Fall(HOSTILE, -7, "−7", role="alert"), Fall("now", -2, "−2", True)]
    ),
    "spread": spread([Panel(HOSTILE, [0, 1, 2], [3, 1], [1.0], LANGUAGE.number)] * 3, LANGUAGE),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(("width", "narrow"), [(theme.WIDE, False), (theme.NARROW, True)])
def test_each_chart_is_drawn_wide_and_narrow(name: str, width: float, narrow: bool) -> None:
    with theme.style():
        figure = CHARTS[name](width, narrow)
        figure.canvas.draw()
    assert figure.get_figwidth() == width
    assert figure.axes


@pytest.mark.parametrize(
    ("make", "nothing"),
    [
        (dot_pairs, ([], "a", "b")),
        (treemap, ([],)),
        (spread, ([], LANGUAGE)),
        (waterfall, ([],)),
        (sankey, ([], [], [], ("a", "b"))),
    ],
)
def test_a_chart_of_nothing_is_refused_by_name(make: object, nothing: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="no "):
        make(*nothing)  # type: ignore[operator]


flows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 500)), min_size=1, max_size=25)


@given(flows)
def test_bands_fill_their_bars_in_the_order_of_their_other_ends_so_that_none_of_one_bar_cross(
    triples: list[Any],
) -> None:
    own = [Flow(*triple) for triple in {(a, b): (a, b, n) for a, b, n in triples}.values()]
    for side, other in (("source", "goal"), ("goal", "source")):
        sizes = [sum(flow.value for flow in own if getattr(flow, side) == place) for place in range(5)]
        spans = _tops([State(str(place), "", size) for place, size in enumerate(sizes)], 0.01)
        starts = _offsets(own, spans, (side, other), 0.01)
        for place, (top, bottom) in enumerate(spans):
            here = sorted(
                ((start, flow) for start, flow in zip(starts, own, strict=True) if getattr(flow, side) == place),
                key=lambda pair: pair[0],
            )
            ends = [getattr(flow, other) for _, flow in here]
            assert ends == sorted(ends)
            at = top
            for start, flow in here:
                assert start == pytest.approx(at)
                at += flow.value * 0.01
            assert at == pytest.approx(bottom)


@given(st.lists(st.integers(-100, 100), max_size=8), st.integers(-100, 100))
def test_a_waterfall_leads_from_the_first_total_to_the_last(steps: list[int], first: int) -> None:
    rows = [Fall("before", first, "", True), *(Fall("step", step, "") for step in steps)]
    rows.append(Fall("now", first + sum(steps), "", True))
    spans, at = _spans(rows), 0.0
    for row, (low, high) in zip(rows, spans, strict=True):
        begin, at = (0.0, row.value) if row.total else (at, at + row.value)
        assert (low, high) == (min(begin, at), max(begin, at))
    assert at == first + sum(steps)
