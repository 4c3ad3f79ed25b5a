"""Charts of the basket report: both drawings of each, hostile names, what stands where."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_hex

from customer_analytics.language import Language
from customer_analytics.report import theme
from customer_analytics.report.charts import (
    NetworkEdge,
    NetworkNode,
    PairCell,
    RuleDot,
    ScatterWords,
    network,
    pair_matrix,
    rule_scatter,
    shade_ends,
)
from customer_analytics.report.charts.network import _pushed, layout, strongest
from customer_analytics.report.charts.rule_scatter import Plot, squares, ticks
from customer_analytics.report.svg import draw_svg

HOSTILE = "<script>alert(1)</script> $x^2$ {0} a + b 客户 👍 " + "long " * 20
ENGLISH = Language("en", "GBP")
NODES = [NetworkNode(HOSTILE, 900.0), *(NetworkNode(f"item {n}", 100.0 * n) for n in range(1, 24))]
RING = [NetworkEdge(n, (n + 1) % 24, 1 + n / 10, HOSTILE if n == 23 else f"{n}") for n in range(24)]
CELLS = [[PairCell(1 + row / 4, f"{row}", (row + place) % 3 - 1) for place in range(row)] for row in range(10)]
DOTS = [RuleDot(0.001 * (n + 1), n / 200, 1 + n / 20, n % 2 == 0) for n in range(200)] + [
    RuleDot(0.002 * (n + 1), n / 10, 30.0, True, HOSTILE) for n in (1, 1, 9)
]
WORDS = ScatterWords(HOSTILE, HOSTILE, [HOSTILE, "b", "c", "d"])

CHARTS = {
    "network": network(NODES, RING),
    "two items": network(NODES[:2], [NetworkEdge(0, 1, 0.0, HOSTILE, "alert")]),
    "matrix": pair_matrix([HOSTILE] * 10, ["12%"] * 10, CELLS),
    "one pair": pair_matrix(["a", "b"], ["<1%", ">99%"], [[], [PairCell(None, "–")]]),
    "rules": rule_scatter(DOTS, WORDS, ENGLISH),
    "one rule": rule_scatter([RuleDot(1.0, 1.0, 1.0, "a")], ScatterWords("a", "b", ["c"]), ENGLISH),
}


def svg(name: str, *, narrow: bool = False) -> str:
    with theme.style():
        width = theme.NARROW if narrow else theme.WIDE
        return str(draw_svg(CHARTS[name](width, narrow), alt=HOSTILE, css_class="wide"))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_is_text_that_stays_text_on_both_widths(name: str, narrow: bool) -> None:
    markup = svg(name, narrow=narrow)
    tree = ElementTree.fromstring(markup)
    assert tree.get("aria-label") == HOSTILE and [*tree.iter("text")]
    assert "<script" not in markup.replace("&lt;script", "") and len(markup) < 25_000


@pytest.mark.parametrize("name", ["network", "matrix", "rules"])
def test_every_colour_is_a_role_that_dark_mode_can_change(name: str) -> None:
    for before in svg(name).split("#")[:-1]:
        assert before.endswith((",", "url(", 'href="')), before[-40:]


def test_the_same_items_lie_in_the_same_places_in_every_run() -> None:
    assert svg("network") == svg("network")


def test_no_name_of_the_network_lies_on_another_nor_outside_the_picture() -> None:
    boxes = tuple((0.7, 0.1, 0.3) for _ in range(16))
    places, height = layout(tuple((0, n) for n in range(1, 16)), boxes, 7.8, 5.0)
    assert height <= 5.0 and places[:, 1].min() >= 0.1 and places[:, 1].max() <= height - 0.3
    for (x, y), (u, v) in itertools.combinations(places, 2):
        assert abs(x - u) >= 1.4 - 1e-6 or abs(y - v) >= 0.4 - 1e-6
    assert places[:, 0].min() >= 0.7 - 1e-9 and places[:, 0].max() <= 7.1 + 1e-9
    assert not _pushed(places[:, 0].copy(), places[:, 1].copy(), np.array(boxes) - 1e-6)


def test_pairs_that_nothing_joins_lie_side_by_side_and_their_lines_do_not_cross() -> None:
    places, height = layout(((0, 1), (2, 3), (4, 5)), ((0.5, 0.1, 0.3),) * 6, 7.8, 5.0)
    for (a, b), (c, d) in itertools.combinations([(0, 1), (2, 3), (4, 5)], 2):
        apart = max(places[[a, b], 0]) < min(places[[c, d], 0]) or max(places[[c, d], 0]) < min(places[[a, b], 0])
        assert apart or places[a, 1] != places[c, 1]
    assert height < 1.0 and all(places[a, 1] == places[b, 1] for a, b in ((0, 1), (2, 3), (4, 5)))


def test_a_phone_keeps_the_strongest_lines_and_no_item_without_one() -> None:
    edges = [NetworkEdge(0, 1, 5, ""), NetworkEdge(2, 3, 4, ""), NetworkEdge(1, 2, 3, ""), NetworkEdge(3, 4, 9, "")]
    assert strongest(edges, 5) == [3, 0, 1, 2]
    assert strongest(edges, 4) == [3, 0]
    assert strongest(edges, 1) == []


@pytest.mark.parametrize("edges", [[], [NetworkEdge(0, 5, 1, "")], [NetworkEdge(1, 1, 1, "")]])
def test_a_line_needs_two_items_that_are_there(edges: list[NetworkEdge]) -> None:
    with pytest.raises(ValueError, match="two of its items"):
        network(NODES[:3], edges)


def test_a_matrix_has_a_cell_for_each_two_items_once() -> None:
    with pytest.raises(ValueError, match="each two of its items"):
        pair_matrix(["a", "b"], ["1%", "2%"], [[], []])
    drawn = CHARTS["matrix"](theme.WIDE, False)
    cells = [patch.get_gid() for patch in drawn.axes[0].patches]
    assert len(cells) == 45 and len(set(cells)) == 45
    assert len(CHARTS["matrix"](theme.NARROW, True).axes[0].patches) == 15


def test_a_pair_that_is_not_sure_is_not_shaded_and_one_below_chance_is_outlined() -> None:
    cells = [[], [PairCell(3.0, "3.0", 1)], [PairCell(0.2, "0.2", -1), PairCell(2.0, "2.0", 0)]]
    with theme.style():
        drawn = pair_matrix(["a", "b", "c"], ["", "", ""], cells)(theme.WIDE, False)
    more, less, unsure = drawn.axes[0].patches
    paper = theme.ROLE["paper"]
    assert to_hex(more.get_facecolor()) == theme.ROLE["h5"] and to_hex(less.get_edgecolor()) == theme.ROLE["alert"]
    assert to_hex(unsure.get_facecolor()) == paper and to_hex(unsure.get_edgecolor()) == theme.ROLE["rule"]


def test_shades_end_at_quartiles_and_equal_lifts_share_one() -> None:
    assert shade_ends([4, 1, 3, 2]) == [1, 2, 3, 4]
    assert shade_ends([2.0] * 9) == [2.0]
    assert shade_ends([1, 1, 1, 1, 1, 1, 1, 9]) == [1, 9]


def test_each_rule_lies_in_a_square_of_its_lift_and_thousands_cost_no_more_than_a_few_kilobytes() -> None:
    plot = Plot(0.01, 1.0, 1.0, 2.0, 1.0)
    dots = [RuleDot(0.011, 0.05, 1.0), RuleDot(0.0127, 0.05, 1.0), RuleDot(0.9, 0.95, 1.0), RuleDot(0.9, 0.95, 9.0)]
    assert squares(dots, [1.0, 9.0], plot) == {0: [(0, 0, 1)], 1: [(9, 19, 19)]}
    rng = np.random.default_rng(1)
    many = [RuleDot(*row) for row in np.exp(rng.normal((-5, -1.5, 1), 0.5, (20_000, 3))).clip(max=1).tolist()]
    ends = shade_ends([dot.lift for dot in many])
    with theme.style():
        figure = rule_scatter(many, ScatterWords("", "", ["x"] * len(ends)), ENGLISH)(theme.WIDE, False)
        assert len(draw_svg(figure, alt="x", css_class="wide")) < 25_000


def test_ticks_of_the_support_are_round_and_few() -> None:
    assert ticks(0.0009, 0.06, 5) == pytest.approx([0.001, 0.005, 0.02])
    assert ticks(0.011, 0.012, 5) == pytest.approx([0.011489], abs=1e-5)
