"""Charts of the personas report: geometry by hand, both drawings of each, hostile names."""

from __future__ import annotations

import itertools
import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.report import theme
from customer_analytics.report.charts import (
    Combination,
    Index,
    IndexGroup,
    Profile,
    WeekGrid,
    index_dots,
    overlap,
    radars,
    week_hours,
)
from customer_analytics.report.charts.index_dots import limits
from customer_analytics.report.charts.radar import corner
from customer_analytics.report.charts.week_hours import runs
from customer_analytics.report.svg import draw_svg

HOSTILE = "<script>alert(1)</script> $x^2$ {0} 客户 👍 " + "long " * 20
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
SHARES = [[1 / 168 * (hour + 1) / 12 for hour in range(24)] for _ in DAYS]

CHARTS = {
    "radars": radars([Profile(HOSTILE, [0.1, 0.5, None, 1.4]), Profile("b", [0.5] * 4)], ["a", HOSTILE, "c", "d"]),
    "one radar": radars([Profile("a", [0.1, 0.9, 0.5])], ["a", "b", "c"]),
    "index_dots": index_dots(
        [IndexGroup(HOSTILE, [Index(HOSTILE, 250, 180, 300, "250"), Index("b", 20, 1, 40, "20", "s3")])], "100: all"
    ),
    "week_hours": week_hours([WeekGrid(HOSTILE, SHARES, (5, 20, 3)), WeekGrid("b", SHARES)], DAYS),
    "no moments": week_hours([WeekGrid("a", [[0.0] * 24] * 7)], DAYS),
    "overlap": overlap(
        [HOSTILE, "b", "c"],
        [Combination(frozenset({0, 2}), 0.3, "30%", "s1"), Combination(frozenset({1}), 0, "0%")],
    ),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(("width", "narrow"), [(theme.WIDE, False), (theme.NARROW, True)])
def test_each_chart_is_text_that_stays_text_on_both_widths(name: str, width: float, narrow: bool) -> None:
    with theme.style():
        markup = draw_svg(CHARTS[name](width, narrow), alt=HOSTILE, css_class="wide")
    root = ElementTree.fromstring(markup)
    assert root.get("aria-label") == HOSTILE
    assert "<script" not in markup.replace("&lt;script", "")
    assert root.findall(".//text"), "labels are text"
    left, top, *_ = (float(number) for number in root.get("viewBox", "").split())
    assert (left, top) == (0, 0)


@pytest.mark.parametrize("name", ["radars", "index_dots", "week_hours", "overlap"])
def test_every_colour_is_a_role_that_dark_mode_can_change(name: str) -> None:
    with theme.style():
        markup = draw_svg(CHARTS[name](theme.WIDE, False), alt="x", css_class="wide")
    assert "#" not in markup.replace("var(--", "").split("<text")[0] or all(
        before.endswith(",") for before in markup.split("#")[:-1] if not before.endswith(("url(", 'href="'))
    )


def test_marks_carry_tips_by_their_names() -> None:
    tips = {"profile-0": "tip a", "index-0-1": "tip b", "week-1": "tip c", "combination-0": "tip d"}
    with theme.style():
        drawn = "".join(
            draw_svg(CHARTS[name](theme.WIDE, False), alt="x", css_class="wide", tips=tips)
            for name in ("radars", "index_dots", "week_hours", "overlap")
        )
    assert all(f"<title>{tip}</title>" in drawn for tip in tips.values())


@given(st.lists(st.integers(0, 5), max_size=24))
def test_runs_cover_every_hour_once_and_keep_its_shade(steps: list[int]) -> None:
    found = runs(steps)
    assert [step for first, beyond, step in found for _ in range(first, beyond)] == steps
    assert all(one[2] != other[2] for one, other in itertools.pairwise(found))


@given(st.integers(3, 12), st.integers(0, 11), st.floats(0, 3))
def test_a_corner_lies_at_its_distance_and_the_first_points_up(spokes: int, spoke: int, distance: float) -> None:
    x, y = corner((1.0, 2.0), spoke % spokes, spokes, distance)
    assert math.hypot(x - 1, y - 2) == pytest.approx(distance, abs=1e-9)
    assert corner((1.0, 2.0), 0, spokes, distance) == pytest.approx((1.0, 2.0 - distance))


@given(st.lists(st.floats(1, 5000), min_size=1, max_size=8))
def test_the_scale_of_indices_holds_every_value_and_the_middle(values: list[float]) -> None:
    low, high = limits([Index("a", value, value * 0.8, value * 1.2, "") for value in values])
    assert low < 100 < high
    for value in values:
        assert low <= max(value, 100 / 24) and high >= min(value, 2400)


def test_what_cannot_be_drawn_is_refused_before_it_is() -> None:
    with pytest.raises(ValueError, match="three spokes"):
        radars([Profile("a", [0.5, 0.5])], ["a", "b"])
    with pytest.raises(ValueError, match="one value for each"):
        radars([Profile("a", [0.5])], ["a", "b", "c"])
    with pytest.raises(ValueError, match="twenty-four"):
        week_hours([WeekGrid("a", [[0.0] * 23] * 7)], DAYS)
    with pytest.raises(ValueError, match="no rows"):
        index_dots([IndexGroup("a", [])], "100")
    with pytest.raises(ValueError, match="has no name"):
        overlap(["a"], [Combination(frozenset({1}), 0.5, "50%")])
