"""Charts of the RFM report: geometry by hand, and both drawings of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.language import Language
from customer_analytics.report import theme
from customer_analytics.report.charts import (
    Area,
    GridCell,
    GridWords,
    Pair,
    Panel,
    dot_pairs,
    heat_grid,
    lorenz,
    spread,
    treemap,
)
from customer_analytics.report.charts.treemap import squarify

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


@pytest.mark.parametrize(("make", "nothing"), [(dot_pairs, ([], "a", "b")), (treemap, ([],)), (spread, ([], LANGUAGE))])
def test_a_chart_of_nothing_is_refused_by_name(make: object, nothing: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="no "):
        make(*nothing)  # type: ignore[operator]
