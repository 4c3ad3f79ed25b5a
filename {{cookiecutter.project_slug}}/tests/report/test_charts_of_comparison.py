"""The love plot: both drawings, hostile names, and where the dots stand against the limit."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from customer_analytics.report import theme
from customer_analytics.report.charts import Likeness, LoveWords, love_plot
from customer_analytics.report.svg import draw_svg

HOSTILE = "<script>alert(1)</script> $x^2$ {0} 客户 👍 " + "long " * 20
WORDS = LoveWords("all others", "partners", "alike up to 0.1")
ROWS = [Likeness("Orders", 1.2, 0.01, "0.01"), Likeness(HOSTILE, 0.05, 0.15, "0.15", "alert")]
CHARTS = {
    "two rows": love_plot(ROWS, 0.1, LoveWords(HOSTILE, HOSTILE, HOSTILE)),
    "alike": love_plot([Likeness("Orders", 0.0, 0.0, "0.00")], 0.1, WORDS),
}


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", CHARTS)
def test_each_drawing_is_text_that_stays_text_in_colours_that_dark_mode_can_change(name: str, narrow: bool) -> None:
    with theme.style():
        figure = CHARTS[name](theme.NARROW if narrow else theme.WIDE, narrow)
        markup = str(draw_svg(figure, alt=HOSTILE, css_class="wide"))
    tree = ElementTree.fromstring(markup)
    assert tree.get("aria-label") == HOSTILE and [*tree.iter("text")]
    assert "<script" not in markup.replace("&lt;script", "")
    for before in markup.split("#")[:-1]:
        assert before.endswith((",", "url(", 'href="')), before[-40:]


def test_a_property_that_is_not_alike_lies_beyond_the_limit_and_each_row_has_its_dot() -> None:
    with theme.style():
        figure = love_plot(ROWS, 0.1, WORDS)(theme.WIDE, False)
        axes = figure.axes[0]
        dots = {line.get_gid(): float(line.get_xdata()[0]) for line in axes.lines if line.get_gid()}
        assert dots == {"alike-0": 0.01, "alike-1": 0.15}
        assert axes.get_xlim()[0] == 0 and axes.get_xlim()[1] > 1.2


def test_nothing_to_draw_is_an_error_of_whoever_asks() -> None:
    with pytest.raises(ValueError, match="no rows"):
        love_plot([], 0.1, WORDS)
