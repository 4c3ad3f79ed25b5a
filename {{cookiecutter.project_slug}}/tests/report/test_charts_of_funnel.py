"""Charts of the funnel report: geometry by hand, both drawings of each, hostile names."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.language import Language
from customer_analytics.report import theme
from customer_analytics.report.charts import StepBar, TimeCurve, TimeMark, funnel_steps, time_curve
from customer_analytics.report.charts.time_curve import ticks
from customer_analytics.report.svg import draw_svg

HOSTILE = "<script>alert(1)</script> $x^2$ {0} 客户 👍 " + "long " * 20
STEPS = [
    StepBar(HOSTILE, 1.0, "2,000 · 100%"),
    StepBar("b", 0.6, "1,200 · 60%", HOSTILE, 0.58, 0.62),
    StepBar("c", 0.0, "0 · 0%", "0% go on", 0.0, 0.01, worst=True),
]
CURVE = TimeCurve(
    [1.0, 60.0, 3600.0, 604800.0], [0.01, 0.1, 0.2, 0.3], [0.0, 0.09, 0.19, 0.29], [0.02, 0.11, 0.21, 0.31]
)
CHARTS = {
    "steps": funnel_steps(STEPS),
    "one step": funnel_steps(STEPS[:1]),
    "nobody": funnel_steps([StepBar("a", 0.0, "0"), StepBar("b", 0.0, "0", "nobody")]),
    "curve": time_curve(CURVE, [TimeMark(60.0, 0.1, HOSTILE)], Language("en"), "time since entry"),
    "curve in Chinese": time_curve(CURVE, [], Language("zh_CN")),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(("width", "narrow"), [(theme.WIDE, False), (theme.NARROW, True)])
def test_each_chart_is_text_that_stays_text_on_both_widths(name: str, width: float, narrow: bool) -> None:
    with theme.style():
        markup = draw_svg(CHARTS[name](width, narrow), alt=HOSTILE, css_class="wide")
    root = ElementTree.fromstring(markup)
    assert root.get("aria-label") == HOSTILE
    assert "<script" not in markup.replace("&lt;script", "")
    assert root.findall(".//text") or root.findall(".//{http://www.w3.org/2000/svg}text"), "labels are text"


def test_a_bar_is_as_long_as_its_share_and_what_is_lost_reaches_the_bar_before() -> None:
    with theme.style():
        axes = funnel_steps(STEPS)(theme.WIDE, False).axes[0]
    bars = {patch.get_gid(): patch for patch in axes.patches}
    assert bars["step-1"].get_width() == pytest.approx(0.6)
    assert bars["lost-1"].get_x() == pytest.approx(0.6) and bars["lost-1"].get_width() == pytest.approx(0.4)
    assert bars["lost-2"].get_width() == pytest.approx(0.6)
    assert "lost-0" not in bars


def test_only_the_step_that_the_title_names_is_red() -> None:
    with theme.style():
        axes = funnel_steps(STEPS)(theme.WIDE, False).axes[0]
    red = theme.ROLE["alert"]
    coloured = {patch.get_gid() for patch in axes.patches if theme_hex(patch.get_facecolor()) == red}
    assert coloured == {"lost-2"}


def theme_hex(colour: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])


def test_a_step_that_more_reach_than_the_one_before_draws_no_loss() -> None:
    """In an open funnel people may enter half-way."""
    rising = [StepBar("a", 0.5, "5"), StepBar("b", 1.0, "10", "all go on")]
    with theme.style():
        axes = funnel_steps(rising)(theme.WIDE, False).axes[0]
    assert "lost-1" not in {patch.get_gid() for patch in axes.patches}
    assert axes.get_xlim()[1] >= 0.5


def test_no_steps_and_no_points_are_refused() -> None:
    with pytest.raises(ValueError, match="no steps"):
        funnel_steps([])
    with pytest.raises(ValueError, match="after entry"):
        time_curve(TimeCurve([0.0, 1.0], [0, 1], [0, 1], [0, 1]), [], Language("en"))


@settings(deadline=None)
@given(first=st.floats(0.5, 1e4), factor=st.floats(10, 1e6), most=st.integers(2, 9))
def test_ticks_lie_within_the_span_and_are_few(first: float, factor: float, most: int) -> None:
    last = first * factor
    chosen = ticks(first, last, most)
    assert len(chosen) <= most + 1 and chosen == sorted(chosen)
    assert all(first <= tick <= last * 1.001 for tick in chosen)


def test_the_time_axis_is_written_in_words_of_time() -> None:
    with theme.style():
        markup = draw_svg(CHARTS["curve"](theme.WIDE, False), alt="a", css_class="wide")
    for word in ("1 minute", "1 hour", "7 days"):
        assert word in markup
