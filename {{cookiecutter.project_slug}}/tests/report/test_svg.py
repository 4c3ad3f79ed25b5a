from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from customer_analytics.report import theme
from customer_analytics.report.charts import Axis, Bar, Line, Pair, bars, dot_pairs, lines
from customer_analytics.report.charts import base as chart_base
from customer_analytics.report.svg import draw_svg
from customer_analytics.report.theme import ROLE


def drawn(draw, **more) -> str:
    with theme.style():
        return str(draw_svg(draw(7.8, False), **{"alt": "alt", "css_class": "wide", **more}))


def figure_with(text: str) -> Figure:
    figure, axes = chart_base.canvas(3, 1)
    axes.text(0.5, 0.5, text)
    return figure


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "$x^2$", "#0b5563 is a colour", "1.23456789", "url(#p1)", "a & b", "5 > 3 {x}"],
)
def test_text_in_a_chart_is_shown_to_the_letter(text: str) -> None:
    root = ElementTree.fromstring(drawn(lambda w, n: figure_with(text)))
    assert [element.text for element in root.iter("text") if element.text == text] == [text]


def test_control_characters_in_a_name_do_not_break_the_drawing() -> None:
    assert ">gnp.exe<" in drawn(lambda w, n: figure_with("\u202egnp\x00.exe\x0b"))


def test_a_chart_says_its_finding_to_those_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(drawn(lambda w, n: figure_with("x"), alt='A "B" <c>'))
    assert root.get("role") == "img" and root.get("aria-label") == 'A "B" <c>' and root.get("viewBox")


def test_drawn_colours_follow_the_page_and_the_brand() -> None:
    svg = drawn(bars([Bar("a", 1, "1", role="s1")]), colours={**ROLE, "s1": "#8e0038"})
    assert "fill:var(--s1,#8e0038)" in svg
    assert not re.findall(r"(?<!,)#[0-9a-f]{6}", svg)  # no colour outside a variable


def test_the_same_chart_twice_on_a_page_has_different_ids() -> None:
    chart = dot_pairs([Pair("a", 0.1, 0.5, "10%", "50%")], "first", "second")  # its dots are drawn by reference
    ids = [set(re.findall(r' id="([^"]+)"', drawn(chart, serial=serial))) for serial in ("1", "2")]
    assert ids[0] and not ids[0] & ids[1]
    assert drawn(chart, serial="1") == drawn(chart, serial="1")


def test_every_reference_inside_a_drawing_has_its_target() -> None:
    svg = drawn(lines([Line("a", [1, 2, 3], [1, None, 2], low=[0, 0, 1], high=[2, 2, 3])], Axis(str), _language()))
    targets = set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", svg))
    assert {a or b for a, b in targets} == set(re.findall(r' id="([^"]+)"', svg))


def test_a_tooltip_stands_in_its_mark() -> None:
    root = ElementTree.fromstring(drawn(bars([Bar("a", 1, "1")]), tips={"bar-0": "<b>12</b>"}))
    assert [element.text for element in root.iter("title")] == ["<b>12</b>"]


def test_thousands_of_marks_become_one_picture() -> None:
    def cloud(width: float, narrow: bool) -> Figure:
        figure, axes = chart_base.canvas(width, 3)
        points = np.random.default_rng(7).normal(size=(5_000, 2))
        axes.scatter(points[:, 0], points[:, 1], s=4, color=ROLE["s1"])
        return figure

    svg = drawn(cloud)
    assert svg.count("<use") == 0 and svg.count("data:image/png;base64,") == 1 and len(svg) < 200_000


def test_a_long_name_is_shortened_to_the_room_it_has() -> None:
    with theme.style():
        name = "A very long name of a segment that will never fit"
        short = chart_base.shortened(name, 1.5)
        assert short.endswith("…") and chart_base.text_width(short) <= 1.5
        assert chart_base.shortened("Short", 1.5) == "Short"


def test_names_of_lines_that_end_together_are_moved_apart() -> None:
    heights = chart_base.spread([1.0, 1.0, 5.0], 0.5)
    assert heights[1] - heights[0] == pytest.approx(0.5) or heights[0] - heights[1] == pytest.approx(0.5)
    assert heights[2] == 5.0 and heights[0] + heights[1] == pytest.approx(2.0)


def test_a_value_that_is_not_estimable_draws_no_bar() -> None:
    svg = drawn(bars([Bar("a", None, "not estimable"), Bar("b", 2, "2"), Bar("c", -1, "−1")]))
    assert "not estimable" in svg and svg.count("fill:var(--faint") == 2


def _language():
    from customer_analytics.language import Language

    return Language("en")


def test_marks_inside_their_box_are_not_clipped_and_those_that_stick_out_still_are() -> None:
    def line_to(high: float) -> str:
        def draw(width: float, narrow: bool) -> Figure:
            figure, axes = chart_base.canvas(width, 2)
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1)
            axes.plot([0.1, 0.9], [0.1, high], color=ROLE["s1"])
            return figure

        return drawn(draw)

    assert "clip" not in line_to(0.9)
    assert 'clip-path="url(#' in line_to(1.5) and "<clipPath" in line_to(1.5)
