"""Charts of the churn report: both drawings of each, hostile names, what stands where."""

from __future__ import annotations

import datetime as dt
import itertools
from xml.etree import ElementTree

import matplotlib.dates as mdates
import pytest

from customer_analytics.language import Language
from customer_analytics.report import theme
from customer_analytics.report.charts import (
    CalibrationPoint,
    CalibrationWords,
    GainsLine,
    GainsWords,
    ProfitLine,
    ProfitMark,
    ProfitWords,
    WindowRow,
    WindowWords,
    calibration,
    gains,
    profit,
    window_line,
)
from customer_analytics.report.charts.base import thinned
from customer_analytics.report.charts.calibration import limits
from customer_analytics.report.charts.gains import height_at
from customer_analytics.report.svg import draw_svg

HOSTILE = "<script>alert(1)</script> $x^2$ {0} 客户 👍 " + "long " * 20
ENGLISH = Language("en", "GBP")
SHARES = [place / 10 for place in range(11)]
DOTS = [CalibrationPoint(0.1, 0.12, 0.08, 0.16), CalibrationPoint(0.6, 0.55, role="alert")]
DOT_WORDS = CalibrationWords(HOSTILE, HOSTILE, HOSTILE)
BEST = GainsLine("Model", SHARES, [1 - (1 - share) ** 2 for share in SHARES], "s1", SHARES, [1.0] * 11)
RULE = GainsLine(HOSTILE, SHARES, [share**0.8 for share in SHARES], "s2", dashed=True)
HILL = ProfitLine("10%", SHARES, [300 * share - 400 * share**2 for share in SHARES], "s1", [-1.0] * 11, [99.0] * 11)
LOSS = ProfitLine(HOSTILE, SHARES, [-50 * share for share in SHARES], "mute", dashed=True)
CUT, NOW = dt.date(2025, 10, 1), dt.date(2026, 1, 6)
PAST = WindowRow(HOSTILE, dt.date(2024, 1, 1), CUT, CUT + dt.timedelta(7), CUT + dt.timedelta(97), "2,310, 31%")
AHEAD = WindowRow("Now", dt.date(2024, 1, 1), NOW, NOW, NOW + dt.timedelta(90), HOSTILE, ahead=True)

CHARTS = {
    "calibration": calibration(DOTS, DOT_WORDS, ENGLISH),
    "one class": calibration([CalibrationPoint(1.0, 1.0)], CalibrationWords("a", "b", "c"), ENGLISH),
    "gains": gains([BEST, RULE], GainsWords(HOSTILE, HOSTILE, HOSTILE, [(0.1, 0.19, HOSTILE)]), ENGLISH),
    "one line": gains([BEST], GainsWords("a", "b", "c"), ENGLISH),
    "profit": profit([HILL, LOSS], ProfitWords(HOSTILE, ENGLISH.money, [ProfitMark(0.4, 56.0, HOSTILE)]), ENGLISH),
    "one curve": profit([LOSS], ProfitWords("a", str, [ProfitMark(0.9, -45.0, "b")]), ENGLISH),
    "windows": window_line([PAST, AHEAD], WindowWords(HOSTILE, HOSTILE), ENGLISH),
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
    assert "<script" not in markup.replace("&lt;script", "")


@pytest.mark.parametrize("name", ["calibration", "gains", "profit", "windows"])
def test_every_colour_is_a_role_that_dark_mode_can_change(name: str) -> None:
    for before in svg(name).split("#")[:-1]:
        assert before.endswith((",", "url(", 'href="')), before[-40:]


def test_both_axes_of_the_calibration_have_the_same_limits_so_that_the_diagonal_is_equality() -> None:
    with theme.style():
        axes = CHARTS["calibration"](theme.WIDE, False).axes[0]
    assert axes.get_xlim() == axes.get_ylim()
    assert limits(DOTS) == (0.0, pytest.approx(0.6))
    assert limits([CalibrationPoint(0.82, 0.9, 0.86, 0.93)]) == (pytest.approx(0.8), pytest.approx(0.95))


def test_a_share_between_two_points_of_the_gains_is_read_straight_between_them() -> None:
    line = GainsLine("", [0.0, 0.5, 1.0], [0.0, 0.8, 1.0])
    assert [height_at(line, share) for share in (0.0, 0.25, 0.5, 1.0)] == pytest.approx([0.0, 0.4, 0.8, 1.0])


def test_a_line_of_many_points_is_thinned_to_its_ends_and_one_point_a_stretch() -> None:
    assert thinned([0, 1, 5], 10) == [0, 1, 2]
    many = [place / 1000 for place in range(1001)]
    kept = thinned(many, 50)
    assert kept[0] == 0 and kept[-1] == 1000 and 50 <= len(kept) <= 52
    assert max(later - earlier for earlier, later in itertools.pairwise(kept)) <= 21
    assert thinned([2.0] * 99, 50) == [0, 98]


def test_a_loss_is_drawn_below_zero_and_not_cut_off() -> None:
    with theme.style():
        low, high = CHARTS["one curve"](theme.WIDE, False).axes[0].get_ylim()
    assert low < -50 and high >= 0


def test_the_windows_stand_on_their_days_and_what_is_ahead_is_not_filled() -> None:
    with theme.style():
        axes = CHARTS["windows"](theme.WIDE, False).axes[0]
        bars = {bar.get_gid(): bar for bar in axes.patches}
        first, later = bars["label-0"], bars["label-1"]
        assert first.get_x() == mdates.date2num(PAST.label_from)  # type: ignore[attr-defined]
        assert first.get_width() == 90  # type: ignore[attr-defined]
        seen = bars["observed-0"]
        assert seen.get_x() + seen.get_width() == mdates.date2num(CUT)  # type: ignore[attr-defined]
        assert first.get_facecolor()[3] == 1 and later.get_facecolor()[3] == 0


def test_charts_without_data_are_refused() -> None:
    with pytest.raises(ValueError, match="no classes"):
        calibration([], DOT_WORDS, ENGLISH)
    with pytest.raises(ValueError, match="no lines"):
        gains([], GainsWords("a", "b", "c"), ENGLISH)
    with pytest.raises(ValueError, match="no curves"):
        profit([], ProfitWords("a", str), ENGLISH)
    with pytest.raises(ValueError, match="no cut-offs"):
        window_line([], WindowWords("a", "b"), ENGLISH)
