"""Charts of the retention report: both drawings of each, hostile names, what stands in which cell."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

import pytest

from customer_analytics.language import Language
from customer_analytics.report import theme
from customer_analytics.report.charts import (
    ColumnBar,
    Life,
    LifeWords,
    TriangleCell,
    TriangleRow,
    TriangleWords,
    columns,
    lifecycle,
    triangle,
)
from customer_analytics.report.charts.triangle import _range, _tops
from customer_analytics.report.svg import draw_svg

HOSTILE = "<script>alert(1)</script> $x^2$ {0} 客户 👍 " + "long " * 20
ENGLISH = Language("en", "GBP")
WORDS = TriangleWords([str(age) for age in range(1, 8)], HOSTILE, "Customers", HOSTILE)
ROWS = [
    TriangleRow(HOSTILE, "948", [TriangleCell(0.38, "38%"), TriangleCell(0.33, "33%"), TriangleCell(None, "", True)]),
    TriangleRow("January", "421", [TriangleCell(None, "12"), None]),
    TriangleRow("All", "1,369", [TriangleCell(0.36, "36%")], mean=True),
]
LIVES = [Life(dt.date(2011, month, 1), 10 * month, month, 50, 0 if month == 1 else 20) for month in range(1, 7)]

CHARTS = {
    "triangle": triangle(ROWS, WORDS, [0, 6]),
    "one cell": triangle(ROWS[:1], TriangleWords(["1"] * 3, "a", "b", "c")),
    "lifecycle": lifecycle(LIVES, LifeWords("returning", HOSTILE, "new", "dormant"), ENGLISH, ENGLISH.number),
    "nobody": lifecycle([Life(dt.date(2011, 1, 1), 0, 0, 0, 0)], LifeWords("a", "b", "c", "d"), ENGLISH, str),
    "columns": columns([ColumnBar(str(day), 100 / day, str(day), "s1") for day in range(1, 29)], str, HOSTILE),
    "no people": columns([ColumnBar(HOSTILE, 0)], str),
}


def svg(name: str, *, narrow: bool = False) -> str:
    with theme.style():
        width = theme.NARROW if narrow else theme.WIDE
        return str(draw_svg(CHARTS[name](width, narrow), alt=HOSTILE, css_class="wide"))


def texts(markup: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(markup).iter("text")]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_is_text_that_stays_text_on_both_widths(name: str, narrow: bool) -> None:
    markup = svg(name, narrow=narrow)
    assert ElementTree.fromstring(markup).get("aria-label") == HOSTILE
    assert "<script" not in markup.replace("&lt;script", "") and texts(markup)


@pytest.mark.parametrize("name", ["triangle", "lifecycle", "columns"])
def test_every_colour_is_a_role_that_dark_mode_can_change(name: str) -> None:
    for before in svg(name).split("#")[:-1]:
        assert before.endswith((",", "url(", 'href="')), before[-40:]


def test_what_is_not_observed_is_empty_and_never_zero() -> None:
    shown = texts(svg("triangle"))
    assert shown.count("38%") == shown.count("33%") == shown.count("36%") == shown.count("12") == 1
    assert not any("0%" in text for text in shown)
    assert svg("triangle").count("<path") == 3  # two shades and the hatching


def test_a_phone_shows_the_chosen_ages_only() -> None:
    shown = texts(svg("triangle", narrow=True))
    assert "38%" in shown and "33%" not in shown
    assert [text for text in shown if text in WORDS.columns] == ["1", "7"]


def test_shades_begin_a_third_below_the_highest_so_that_noise_is_not_painted_large() -> None:
    near = [TriangleRow("a", "1", [TriangleCell(0.30, ""), TriangleCell(0.31, ""), TriangleCell(0.9, "", True)])]
    assert _range(near) == (pytest.approx(0.31 * 2 / 3), 0.31)
    assert _range([TriangleRow("a", "1", [TriangleCell(0.1, ""), TriangleCell(0.4, "")])]) == (0.1, 0.4)


def test_the_mean_stands_apart_from_the_cohorts() -> None:
    first, second, mean = _tops(ROWS)
    assert (first, second) == (0, 1) and mean > 2


def test_the_dormant_hang_below_the_line_and_the_active_stack_above_it() -> None:
    with theme.style():
        axes = CHARTS["lifecycle"](theme.WIDE, False).axes[0]
        spans = {
            patch.get_gid(): (min(patch.get_path().vertices[:, 1]), max(patch.get_path().vertices[:, 1]))  # type: ignore[attr-defined]
            for patch in axes.patches
        }
    assert spans["state-dormant"] == (-20, 0)
    assert spans["state-returning"] == (0, 60) and spans["state-resurrecting"] == (10, 66)
    assert spans["state-new"][1] == 60 + 6 + 50


def test_charts_without_data_are_refused() -> None:
    with pytest.raises(ValueError, match="cohort and a period"):
        triangle([], WORDS)
    with pytest.raises(ValueError, match="more cells"):
        triangle([TriangleRow("a", "1", [None] * 9)], WORDS)
    with pytest.raises(ValueError, match="no periods"):
        lifecycle([], LifeWords("a", "b", "c", "d"), ENGLISH, str)
    with pytest.raises(ValueError, match="no columns"):
        columns([], str)
