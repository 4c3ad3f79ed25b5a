"""What the churn report says of leaks, drift, groups and promises, in every state and both languages."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, cast

import pandas as pd
import pytest

from customer_analytics.analysis.model_checks.result import (
    DRIFT,
    FINDINGS,
    PREVALENCE,
    PROBES,
    PROMISES,
    RELIABILITY,
    SUBGROUPS,
    Drift,
    Promise,
    Screening,
    Subgroups,
)
from customer_analytics.narrative.churn import View, drift, leakage, model_card, promise, subgroups

LANGUAGES = ("en", "zh_CN")
HOSTILE = "customers.<b>{note}</b>\n**=1+1** 😀"
DAY = dt.date(2025, 10, 2)


def column(feature: str = HOSTILE, **changed: Any) -> dict[str, Any]:
    """One line of the screening: a note filled in after leaving."""
    plain = dict.fromkeys(FINDINGS, math.nan) | {
        "feature": feature, "source": feature, "dated": False, "verdict": "leak", "test": "filled", "people": 2762,
        "share_gone": 0.72, "share_here": 0.06, "odds_ratio": 33.0, "odds_low": 23.4, "odds_high": 46.5,
        "share_past": 0.35, "share_now": 0.11, "fall": 0.24, "auc": 0.67,
    }  # fmt: skip
    return plain | changed


def screening(*lines: dict[str, Any], reason: str = "", smallest: float | None = 0.2, false: bool = False) -> Screening:
    probes = [("filled", share, smallest is not None and share >= smallest, 99.0, 20.0) for share in (0.8, 0.2, 0.05)]
    probes.append(("chance", 0.3, false, 1.0, 0.8))
    findings = pd.DataFrame(lines or [column("region", verdict="sound")], columns=FINDINGS)
    table = pd.DataFrame([] if reason else probes, columns=PROBES)
    return Screening(cast(Any, None), findings, table, 0.5, 0.47, 0.53, len(findings), 5_000, reason)


def moved(p: float = 0.001, expected: float = 0.43) -> Drift:
    features = [("spend_90", "value", 0.4, 0.01, "large", 0, 0), ("gender", "profile", 0.0, 0.01, "none", 0, 0)]
    rates = [(20_100, 900, 380, 0.42, 0.39, 0.45), (20_200, 1_000, 470, 0.47, 0.44, 0.50)]
    return Drift(
        pd.DataFrame(features, columns=DRIFT), pd.DataFrame(rates, columns=PREVALENCE), p, expected, 1_900, 2_000
    )


def groups(difference: float = 0.08, p: float = 0.001) -> Subgroups:
    def line(column: str, group: str, gap: float, p_adjusted: float, people: int = 200) -> dict[str, Any]:
        return dict.fromkeys(SUBGROUPS, 0.5) | {
            "column": column, "group": group, "people": people, "rate": 0.5 + gap, "expected": 0.5, "difference": gap,
            "low": gap - 0.03, "high": gap + 0.03, "p": p_adjusted / 2, "p_adjusted": p_adjusted, "ratio": 1.1,
        }  # fmt: skip

    rows = [line("region", "<i>North</i> {x}", difference, p), line("region", "South", 0.0, 1.0),
            line("age", "under_25", 0.0, 1.0), line("age", "60_up", 0.0, 1.0),
            line("days_since_first", "365_up", 0, 1.0), line("region", "", 0.0, 1.0)]  # fmt: skip
    return Subgroups(pd.DataFrame(rows, columns=SUBGROUPS), {}, 5_000)


def kept(
    verdict: str = "kept", promised: float = 0.42, seen: float = 0.41, runs: int = 1, matched: int = 900
) -> Promise:
    rows, classes = [], []
    for number in range(runs):
        day = DAY - dt.timedelta(days=90 * (runs - 1 - number))
        rows.append([day, 90, 0, "trees", 950, matched, round(seen * matched), promised, seen, seen - 0.03, seen + 0.03,
                     1.02, 0.9, 1.15, 0.75, 0.19, 0.2, verdict])  # fmt: skip
        classes += [[day, n, matched // 2, 90, 0.2 * n, 0.2 * n, 0.1, 0.9] for n in (1, 2)]
    if runs > 1:
        classes += [[None, n, matched, 90, 0.2 * n, 0.2 * n, 0.1, 0.9] for n in (1, 2)]
    return Promise(pd.DataFrame(rows, columns=PROMISES), pd.DataFrame(classes, columns=RELIABILITY))


def without(reason: str) -> Promise:
    return Promise(pd.DataFrame(columns=PROMISES), pd.DataFrame(columns=RELIABILITY), reason)


def texts(words: Any) -> Iterator[str]:
    """Every text below section, figure or table words, findings and lists."""
    if isinstance(words, str):
        yield words
    elif isinstance(words, (list, tuple)):
        for each in words:
            yield from texts(each)
    elif hasattr(words, "keywords"):
        yield from texts([value for key, value in words.keywords.items() if key not in ("id", "file", "search")])
    elif hasattr(words, "statement"):
        yield from texts([words.head, words.statement, words.meaning, words.action])


def everything(view: View) -> list[str]:
    told: list[Any] = []
    if leakage.has(view):
        told += [leakage.section(view), leakage.leak_table(view), leakage.checks(view), leakage.findings(view)]
    if drift.has(view):
        told += [drift.section(view), drift.drift_table(view), drift.rates(view), drift.findings(view)]
    if subgroups.has(view):
        told += [subgroups.section(view), subgroups.group_table(view), subgroups.findings(view)]
    if promise.has(view):
        told += [promise.section(view), promise.findings(view)]
    if promise.checked(view):
        told += [promise.figure(view), promise.run_table(view), promise.caution(view), promise.axis(view)]
    return list(texts(told))


def test_the_leaking_column_is_named_with_its_numbers(churn_made: ModuleType) -> None:
    view = churn_made.view(screening=screening(column("customers.Closing note"), column("region", verdict="sound")))
    (found,) = leakage.findings(view)
    assert found.head == "“Closing note” is filled in after people have left"
    assert "marks 72% of those who have gone and 6% of those who are surely here" in found.statement
    assert "odds 33 times, interval 23 to 46" in found.statement
    assert "because" not in found.statement + found.meaning
    assert "1 was taken out: “Closing note”" in leakage.section(view).deck
    table = leakage.leak_table(view)
    assert table is not None and [row[0][0] for row in table.rows] == ["Closing note"]


def test_several_taken_out_columns_are_counted_and_the_first_named(churn_made: ModuleType) -> None:
    lines = [column(f"customers.c{n}") for n in range(5)] + [column("customers.no", verdict="identifies")]
    view = churn_made.view(screening=screening(*lines))
    assert "6 were taken out: “c0”, “c1”, “c2” and 3 others" in leakage.section(view).deck
    assert "4 other columns are like it." in leakage.findings(view)[0].meaning


def test_a_running_total_is_told_by_its_rank(churn_made: ModuleType) -> None:
    line = column("customers.points", test="ranks", share_gone=math.nan, share_here=math.nan, fall=-0.12)
    view = churn_made.view(screening=screening(line))
    assert "its rank among alike people moves by 12.0 points of a hundred" in leakage.findings(view)[0].statement
    table = leakage.leak_table(view)
    assert table is not None and table.rows[0][2][0] == "–"


@pytest.mark.parametrize(
    ("screened", "sentence"),
    [
        (screening(reason="few"), "Not estimable: it takes 30 people who have gone"),
        (screening(reason="snapshot"), "Cannot be tested: without dates"),
        (screening(smallest=None), "none was caught: these data are too small for it"),
        (screening(smallest=0.05), "A column filled in for 5% of the leavers would have been caught"),
        (screening(false=True), "but one dealt out at random was called a leak too"),
    ],
)
def test_what_could_not_be_seen_is_said(churn_made: ModuleType, screened: Screening, sentence: str) -> None:
    view = churn_made.view(screening=screened)
    assert any(sentence in meaning for _, meaning in leakage.checks(view))
    assert leakage.findings(view) == []
    assert leakage.leak_table(view) is None
    assert "none had to be taken out" in leakage.section(view).deck


def test_a_group_is_named_only_where_it_is_off_beyond_chance(churn_made: ModuleType) -> None:
    (found,) = subgroups.findings(churn_made.view(subgroups=groups()))
    assert found.head == "Scores are too low for “Region: <i>North</i> {x}”"
    assert found.notable
    assert "50% were said to leave and 58% left: +8.0 points (interval +5.0 to +11.0" in found.statement
    quiet = churn_made.view(subgroups=groups(0.02, 0.4))
    assert subgroups.findings(quiet) == []
    assert "For none of 6 groups" in subgroups.section(quiet).deck
    shown = [str(row[0][0]) for row in subgroups.group_table(quiet).rows]
    assert {"Age in years: 0 to 24", "Age in years: 60 and more", "Region: unknown"} <= set(shown)
    assert "Days since the first order: 365 and more" in shown


def test_a_group_below_the_smallest_that_may_be_shown_is_not_there(churn_made: ModuleType) -> None:
    small = groups()
    small.table.loc[small.table["group"] == "South", "people"] = 12
    shown = " ".join(everything(churn_made.view(subgroups=small)))
    assert "South" not in shown


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            without("none"),
            "There is no earlier run whose time is over. The scores of this one can be checked",
        ),
        (without("executive"), "with the privacy level executive no run writes scores"),
        (without("other_kind"), "earlier runs meant something else by leaving"),
        (without("unreadable"), "the scores of earlier runs cannot be read"),
        (without("uncovered"), "the data end before the time that the scores were about is over"),
        (without("unmatched"), "nobody scored by an earlier run is found"),
        (kept("few", math.nan, 0.4, matched=5), "too few people scored by an earlier run"),
    ],
)
def test_where_no_promise_can_be_checked_the_reason_stands(
    churn_made: ModuleType, made: Promise, sentence: str
) -> None:
    view = churn_made.view(promise=made)
    assert sentence in promise.section(view).deck
    assert not promise.checked(view)
    assert promise.findings(view) == []


@pytest.mark.parametrize(
    ("verdict", "head"),
    [
        ("kept", "The last scores kept their promise"),
        ("too_high", "Fewer left than the last scores said"),
        ("too_low", "More left than the last scores said"),
    ],
)
def test_a_checked_promise_is_told_with_said_and_seen(churn_made: ModuleType, verdict: str, head: str) -> None:
    view = churn_made.view(promise=kept(verdict, runs=3))
    (found,) = promise.findings(view)
    assert found.head == head
    assert "42% of them were said to leave within 90 days, and 41% did (interval 38% to 44%)" in found.statement
    assert promise.section(view).deck == (
        "The scores of 2 October 2025 said that 42% would leave within 90 days; 41% did."
    )
    assert len(promise.run_table(view).rows) == 3
    roles = [row[4] for row in promise.points(view)]
    assert roles == ["mute", "mute", "s1", "s1"]
    assert "grey: all 3 runs together" in promise.figure(view).subtitle


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_can_be_told_in_both_languages(churn_made: ModuleType, language: str) -> None:
    states: list[dict[str, Any]] = [
        {"screening": screening(column(), column("x.n", verdict="identifies"), column("x.y", verdict="too_good"),
                                column("x.z", verdict="unproven"), column("spend_90", verdict="suspect", dated=True))},
        {"screening": screening(reason="few")}, {"screening": screening(reason="snapshot")},
        {"drift": moved()}, {"drift": moved(0.5, 0.9)}, {"subgroups": groups()}, {"subgroups": groups(-0.01, 0.9)},
        *({"promise": kept(verdict, runs=2)} for verdict in ("kept", "too_high", "too_low")),
        *({"promise": without(reason)} for reason in ("none", "executive", "other_kind", "unreadable")),
        {"promise": without("uncovered")}, {"promise": without("unmatched")},
    ]  # fmt: skip
    for state in states:
        told = everything(churn_made.view(language=language, **state))
        assert told
        assert all(text.strip() for text in told)
        if language == "zh_CN":
            long = [text for text in told if len(text) > 40 and not re.search(r"[\u4e00-\u9fff]", text)]
            assert not long, long


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_model_card_is_whole_and_holds_no_markup_of_the_client(churn_made: ModuleType, language: str) -> None:
    parts = {"screening": screening(column()), "drift": moved(), "subgroups": groups(), "promise": kept()}
    (name, text), = model_card.documents(churn_made.view(language=language, **parts)).items()  # fmt: skip
    assert name == "model_card.md"
    assert text.count("\n## ") == len(model_card.parts(churn_made.view(language=language, **parts)))
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert "<i>" not in text.replace("\\<i\\>", "")
    assert "😀" in text  # the column is named, on one line, as text
    for method in ("logistic", "trees"):
        assert str(churn_made.view(language=language).method_name(method)) in text
    assert "nan" not in text.lower()


def test_there_is_no_model_card_where_nothing_was_forecast(churn_made: ModuleType) -> None:
    from customer_analytics.language import Language

    view = View(churn_made.few(), Language("en", "GBP"), 10)
    assert model_card.documents(view) == {}
    assert not leakage.has(view)
    assert not drift.has(view)
    assert everything(view) == []


def test_contracts_without_dates_have_no_promise_and_no_drift(churn_made: ModuleType) -> None:
    view = churn_made.view(churn_made.study("snapshot", left=((500, 200),)), promise=without("none"), drift=moved())
    assert not promise.has(view)
    assert not drift.has(view)
