"""Charts of the report on campaigns: effects around zero, in both drawings, with hostile names and odd intervals."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from customer_analytics.report import theme
from customer_analytics.report.charts import Effect, EffectGroup, effect_dots
from customer_analytics.report.charts.effect_dots import limits
from customer_analytics.report.svg import draw_svg

HOSTILE = "<script>alert(1)</script> $x^2$ {0} a + b 客户 👍 " + "long " * 20
ROWS = [
    Effect("newsletter", 0.002, -0.03, 0.04, "+0.2 points", "mute"),
    Effect(HOSTILE, 0.05, 0.01, 0.09, HOSTILE[:40]),
    Effect("unknown", None, None, None, "not estimable"),
    Effect("without an interval", -0.01, None, None, "−1.0 points", "alert"),
]
CHARTS = {
    "rows": effect_dots([EffectGroup("", ROWS)], "no difference"),
    "groups": effect_dots([EffectGroup("", ROWS[:1]), EffectGroup(HOSTILE, ROWS), EffectGroup("", ROWS[:2])], HOSTILE),
    "one that is not known": effect_dots([EffectGroup("a", ROWS[2:3])], "no difference"),
    "all are zero": effect_dots([EffectGroup("", [Effect("a", 0.0, 0.0, 0.0, "0")])], "no difference"),
    "an endless interval": effect_dots([EffectGroup("", [Effect("a", 1.0, -1e9, 1e9, "+1")])], "no difference"),
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
    assert "<script>" not in markup and "mathdefault" not in markup


def dots(name: str) -> list[str]:
    with theme.style():
        lines = CHARTS[name](theme.WIDE, False).axes[0].lines
        return [str(line.get_gid()) for line in lines if line.get_gid()]


def test_a_row_without_a_value_draws_words_and_no_dot() -> None:
    assert dots("groups") == ["effect-0-0", "effect-1-0", "effect-1-1", "effect-1-3", "effect-2-0", "effect-2-1"]
    assert dots("one that is not known") == [] and "not estimable" in svg("one that is not known")


def test_zero_is_on_the_scale_and_a_huge_interval_does_not_flatten_the_rest() -> None:
    low, high = limits(ROWS)
    assert low < -0.03 and high > 0.09
    low, high = limits([Effect("a", 1.0, -1e9, 1e9, "+1")])
    assert -5 < low < 0 < 1 < high < 5
    low, high = limits([Effect("a", 0.3, 0.1, 0.5, "+0.3")])
    assert low < 0 < 0.5 < high
    assert limits([Effect("a", 0.0, 0.0, 0.0, "0")]) == (-1.0, 1.0)


def test_nothing_to_draw_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no rows"):
        effect_dots([EffectGroup("a", [])], "no difference")
