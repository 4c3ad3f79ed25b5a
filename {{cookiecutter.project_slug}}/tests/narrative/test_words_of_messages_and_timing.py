"""What the report says of messages, fatigue and the course of effects: bases, grades, and what it does not claim."""

from __future__ import annotations

import math
import re
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from customer_analytics.analysis.messages import Fatigue, Messages
from customer_analytics.analysis.messages.result import RATES, Cap, SendTime, Trend
from customer_analytics.analysis.timing import Timing
from customer_analytics.analysis.timing.result import COURSE, DAILY, MOVED, OVERLAPS
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import View, beside, fatigue, messages, responding, timing
from customer_analytics.narrative.finding import Grade

LANGUAGES = ("en", "zh_CN")
ENGLISH = re.compile(r"[A-Za-z]{4,}")
NAMES = (
    "Spring",
    "voucher",
    "email",
    "Wilson",
    "Mantel",
    "Haenszel",
    "Benjamini",
    "Hochberg",
    "Holm",
    "early",
    "strong",
)


def rate(dimension: str, value: str, metric: str, events: int, base: int, **more: Any) -> dict[str, Any]:
    share = events / base
    return dict.fromkeys(RATES, math.nan) | {
        "dimension": dimension, "value": value, "campaign": "", "sent": 1_000, "metric": metric, "events": events,
        "base": base, "denominator": "delivered", "rate": share, "low": share * 0.9, "high": share * 1.1,
        "differs": False, "within_campaign": False,
    } | more  # fmt: skip


def tired(rise: float = 0.5, p: float = 0.01, cap: Cap | None = None) -> Fatigue:
    curve = pd.DataFrame(
        [("window", n, "unsubscribe", 10 * n, 1_000, n / 100, n / 200, n / 50, n, n * 0.8, n * 1.2) for n in (1, 2, 3)],
        columns=["axis", "number", "metric", "events", "base", "rate", "low", "high", "ratio", "ratio_low",
                 "ratio_high"],
    )  # fmt: skip
    trend = Trend("unsubscribe", rise, rise - 0.3, rise + 0.4, p, p, 60, 3_000)
    return Fatigue("", 30, "window", curve, (trend,), cap=cap or Cap(2, "unsubscribe", 2, 3), seen=3, repeated=0.6)


def sent(**more: Any) -> Messages:
    table = pd.DataFrame([
        rate("all", "all", "delivery", 960, 1_000), rate("all", "all", "open", 400, 960),
        rate("all", "all", "conversion", 5, 20), rate("all", "all", "unsubscribe", 10, 960),
        rate("channel", "email", "open", 300, 500), rate("channel", "<b>sms</b>", "open", 100, 460,
             differs=True, others=0.6, difference=-0.38),
    ])  # fmt: skip
    return Messages("", **({"rates": table, "send_time": SendTime("one_hour", 0.0), "fatigue": tired(),
                            "contacted": 1_000, "responded": 150, "customers": 800} | more))  # fmt: skip


def followed(verdict: str = "all_moved", sound: bool = True) -> Timing:
    """Campaign S of the example: 7 more orders for each 100 in the window, and as many fewer after."""
    days = range(28)
    daily = pd.DataFrame([
        dict.fromkeys(DAILY, 0.0) | {"campaign": "S", "arm": "voucher", "measure": "orders", "day": day} for day in days
    ])  # fmt: skip
    row = dict.fromkeys(MOVED, 0.0) | {
        "campaign": "S", "arm": "voucher", "control": "control", "measure": "orders", "sound": sound, "n": 1_000,
        "n_control": 1_000, "window_days": 14, "after_days": 30, "effect": 0.07, "low": 0.04, "high": 0.10,
        "after": -0.065, "after_low": -0.10, "after_high": -0.03, "total": 0.005, "total_low": -0.03,
        "total_high": 0.04, "verdict": verdict,
    }  # fmt: skip
    course = dict.fromkeys(COURSE, math.nan) | {"campaign": "S", "arm": "voucher", "sound": sound, "course": "fades",
                                                "half_days": 3.0, "half_low": 2.0, "half_high": 5.0}  # fmt: skip
    return Timing("", daily, pd.DataFrame([course]), pd.DataFrame([row]))


def made(campaigns_made: ModuleType, language: str = "en", **parts: Any) -> View:
    view: View = campaigns_made.view(language=language, **parts)
    return view


def told(view: View) -> list[str]:
    """Every sentence and cell of the sections, as a client reads them."""
    found: list[str] = []
    for part in (messages, responding, fatigue, timing, beside):
        if part.has(view):
            section = part.section(view)
            found += [section.title, section.deck]
        for table in part.tables(view):
            found += [
                table.caption,
                *(head for head, _ in table.columns),
                *(str(cell[0]) for row in table.rows for cell in row),
            ]
            found += [str(text) for pair in table.how for text in pair]
        found += part.remarks(view)
    for part in (fatigue, timing, beside):
        for one in part.findings(view):
            found += [one.head, one.statement, one.meaning, one.action]
    return [str(text) for text in found]


def test_a_rate_stands_beside_what_it_is_a_share_of(campaigns_made: ModuleType) -> None:
    table = messages.tables(made(campaigns_made, messages=sent()))[0]
    rows = [[str(cell[0]) for cell in row] for row in table.rows]
    assert rows[0][:4] == ["Delivered", "960", "1,000 sent", "96.0%"]
    assert rows[2][3] == "not estimable: n = 20"  # twenty are no base for a rate
    assert rows[2][4] == "–"


def test_names_of_channels_are_shown_as_they_are_and_never_as_markup(campaigns_made: ModuleType) -> None:
    cells = [
        cell[0]
        for table in messages.tables(made(campaigns_made, messages=sent()))
        for row in table.rows
        for cell in row
    ]
    assert "<b>sms</b>" in cells
    assert not any("<b>" in str(cell.__html__()) for cell in cells if isinstance(cell, Text))


def test_being_on_a_list_is_told_not_to_be_a_message(campaigns_made: ModuleType) -> None:
    view = made(campaigns_made, messages=Messages("not_sent"))
    assert not messages.has(view) and not responding.has(view) and not fatigue.has(view)
    assert [str(text) for text in messages.remarks(view)] == [
        "Message rates: not estimable, nothing says that a message left. Being on a list is not being written to."
    ]


def test_fatigue_is_a_comparison_and_no_cause(campaigns_made: ModuleType) -> None:
    view = made(campaigns_made, messages=sent())
    (one,) = fatigue.findings(view)
    assert one.grade is Grade.C
    assert "differs by +50% of the first message’s (interval +20% to +90%): 60 of 3,000" in one.statement
    assert "Cap: 2 messages in 30 days (interval 2 to 3)" in one.action
    assert not re.search(r"caused|raised|because", one.statement + one.meaning)


@pytest.mark.parametrize("weak", [tired(p=0.2, cap=Cap()), tired(rise=-0.4, cap=Cap())])
def test_no_fatigue_is_found_on_chance_or_on_less_unsubscribing(campaigns_made: ModuleType, weak: Fatigue) -> None:
    view = made(campaigns_made, messages=sent(fatigue=weak))
    assert fatigue.findings(view) == []
    assert any("Cap: none follows. Up to 3 messages" in str(text) for text in fatigue.remarks(view))


def test_a_gain_that_was_only_moved_is_told_with_both_halves_and_their_sum(campaigns_made: ModuleType) -> None:
    (one,) = timing.findings(made(campaigns_made, timing=followed()))
    assert one.grade is Grade.A and one.n == 2_000
    assert (one.value, one.low, one.high) == pytest.approx((0.5, -3.0, 4.0))
    assert "raised them by 7.0 (interval +4.0 to +10.0); in the 30 days after it lowered them by 6.5" in one.statement
    assert "Both together: +0.5 (interval −3.0 to +4.0)" in one.statement


@pytest.mark.parametrize(("verdict", "sound"), [("kept", True), ("unclear", True), ("all_moved", False)])
def test_nothing_is_said_to_be_moved_without_a_dip_or_without_a_sound_draw(
    campaigns_made: ModuleType, verdict: str, sound: bool
) -> None:
    view = made(campaigns_made, timing=followed(verdict, sound))
    assert timing.findings(view) == []
    assert timing.has(view) is sound


def test_uneven_overlap_is_told_with_both_shares(campaigns_made: ModuleType) -> None:
    row = dict(zip(OVERLAPS, ("S", "N", 400, 0.2, 0.1, 0.3, 1e-9, True), strict=True))
    (one,) = beside.findings(made(campaigns_made, timing=Timing("", overlaps=pd.DataFrame([row]))))
    assert one.grade is Grade.C
    assert "30.0%" in one.statement and "10.0%" in one.statement


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_filled_in_both_languages(campaigns_made: ModuleType, language: str) -> None:
    texts = told(made(campaigns_made, language, messages=sent(), timing=followed()))
    assert len(texts) > 60
    assert not [text for text in texts if re.search(r"nan|None|\{(?!0\})", text)]
    assert not [text for text in texts if re.search(r"\b(proves?|significant)\b", text)]
    if language == "zh_CN":
        plain = [re.sub("|".join(NAMES), "", re.sub(r"<[^>]*>|“[^”]*”", "", text)) for text in texts]
        assert not [text for text in plain if ENGLISH.search(text)]
