"""What the churn report says first: how many leave, whether that changed, and whether it can be told who."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval, newcombe

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

TENTH = 0.1  # of the people, riskiest first
POWER = 1.43  # half an interval's width that a true difference needs to be seen four times in five (2.8 / 1.96)


class Leaving(NamedTuple):
    """Who left after the newest complete cut-off, against the one before (NaN without one)."""

    cut: int
    left: int
    people: int
    interval: Interval
    before: float
    difference: Interval

    @property
    def rate(self) -> float:
        """Share who left."""
        return self.left / self.people

    @property
    def clear(self) -> bool:
        """Whether the change is beyond chance."""
        return self.difference.low > 0 or self.difference.high < 0


def leaving(view: View) -> Leaving | None:
    """The share that left lately; None where too few were here."""
    table = view.study.population
    if not len(table) or int(table["people"].iloc[-1]) < view.least:
        return None
    last = table.iloc[-1]
    known = (
        int(last["cut"]),
        int(last["left"]),
        int(last["people"]),
        Interval(float(last["low"]), float(last["high"])),
    )
    if len(table) < 2 or int(table["people"].iloc[-2]) < view.least:
        return Leaving(*known, math.nan, Interval(math.nan, math.nan))
    before = table.iloc[-2]
    difference = newcombe(known[1], known[2], int(before["left"]), int(before["people"]))
    return Leaving(*known, int(before["left"]) / int(before["people"]), difference)


def expected(view: View) -> float:
    """People expected to leave of those here now; NaN where nothing was forecast, or for too few to tell of."""
    scoring = view.scoring
    if scoring is None or len(scoring.now) < view.least:
        return math.nan
    return float(scoring.now["probability"].sum())


def rounded(count: float) -> float:
    """A forecast count to three digits: 1,351 is known no better than 1,350."""
    if math.isnan(count) or count < 1:
        return count
    step = 10.0 ** max(0, math.floor(math.log10(count)) - 2)
    return round(count / step) * step


def captured(view: View, method: str) -> float:
    """Share of all leavers in the riskiest tenth by a method; NaN where not known."""
    scoring = view.scoring
    if scoring is None:
        return math.nan
    table = scoring.gains
    rows = table[(table["method"] == method) & (table["cut"] == "all") & ((table["share"] - TENTH).abs() < 1e-6)]
    return float(rows["captured"].iloc[0]) if len(rows) else math.nan


def findings(view: View) -> list[Finding]:
    """How many leave, and whether it can be told who."""
    return [one for one in (leaving_finding(view), telling_finding(view)) if one is not None]


def leaving_finding(view: View) -> Finding | None:
    """The base rate, how many of those here now will leave at that rate or by their scores, and whether it moved."""
    found = leaving(view)
    if found is None:
        return None
    say, language, soon = view.language.say, view.language, expected(view)
    numbers = {
        "people": view.counted(found.people), "rate": language.percent(found.rate),
        "interval": view.in_bracket(found.interval), "cut": view.day(found.cut), "days": view.horizon,
        "now": view.counted(view.n), "soon": language.number(rounded(soon)), "share": language.percent(soon / view.n)
        if view.n else "", "ahead": view.ahead,
    }  # fmt: skip
    if view.kind == "snapshot":
        statement = say(
            "Of {people} in the export **{rate}** ({interval}) have ended their contract; {now} are still here.",
            **numbers,
        )
    else:
        statement = say("Of {people} who were here on {cut}, **{rate}** ({interval}) had left after {days}.", **numbers)
    if not math.isnan(soon) and view.kind != "snapshot":
        statement = say(
            "{statement} Of {now} who are here now, about **{soon}** ({share}) are expected to leave {ahead}.",
            statement=statement, **numbers,
        )  # fmt: skip
    return Finding(
        id="leaving", grade=Grade.C, head=_leaving_head(view, found), statement=statement,
        meaning=_change(view, found),
        action=say("Set against this number what winning as many new ones costs, before any budget is decided."),
        section="definition", value=found.rate, low=found.interval.low, high=found.interval.high, n=found.people,
        unit="share",
    )  # fmt: skip


def _leaving_head(view: View, found: Leaving) -> Text:
    say = view.language.say
    if view.kind == "snapshot":
        return say("{rate} have ended so far", rate=view.language.percent(found.rate))
    if not found.clear:
        return say("{rate} leave within {days}", rate=view.language.percent(found.rate), days=view.horizon)
    if found.difference.low > 0:
        return say("{rate} leave within {days}, more than before", rate=view.language.percent(found.rate),
                   days=view.horizon)  # fmt: skip
    return say("{rate} leave within {days}, fewer than before", rate=view.language.percent(found.rate),
               days=view.horizon)  # fmt: skip


def _change(view: View, found: Leaving) -> Text:
    """The newest rate against the one before it, or why it cannot be compared."""
    say, language = view.language.say, view.language
    if view.kind == "snapshot":
        return say("The export has no dates: how fast they end cannot be told, only who is more like those who ended.")
    if math.isnan(found.before):
        return say("There is no earlier cut-off to compare with.")
    numbers = {
        "before": language.percent(found.before), "change": language.points(found.rate - found.before),
        "low": language.signed(100 * found.difference.low, 1), "high": language.signed(100 * found.difference.high, 1),
        "points": language.number(50 * POWER * (found.difference.high - found.difference.low), 1),
    }  # fmt: skip
    if found.clear:
        return say(
            "At the cut-off before it was {before}: {change} (interval {low} to {high}). Season and who was here "
            "differ between the two.", **numbers,
        )  # fmt: skip
    return say(
        "At the cut-off before it was {before}: no clear change ({change}, interval {low} to {high}); one of less than "
        "about {points} points could have gone unseen.", **numbers,
    )  # fmt: skip


def telling_finding(view: View) -> Finding | None:
    """Whether it can be told who leaves: by a model, as well by a rule, or by nothing."""
    scoring = view.scoring
    if scoring is None:
        return None
    if scoring.nothing_predicts:
        return _nothing_tells(view)
    say, language = view.language.say, view.language
    lift, rate = scoring.measure("lift"), scoring.measure("rate")
    low, high = scoring.measure("lift_low"), scoring.measure("lift_high")
    numbers = {
        "method": view.method(scoring.chosen), "tested": view.tested, "base": language.percent(rate),
        "top": language.percent(min(lift * rate, 1.0)), "lift": language.number(lift, lift_digits(view)),
        "interval": view.numbers_between(low, high, lift_digits(view)),
        "possible": language.percent(min(TENTH / rate, 1.0)),
        "captured": language.percent(captured(view, scoring.chosen)),
        "rule": view.method(scoring.best_rule) if scoring.best_rule else "",
    }  # fmt: skip
    if scoring.is_model:
        head = say("Who leaves can be told beforehand")
        action = say("Go by the action column of the list of scores; it names up to three reasons for each customer.")
        against = scoring.best_rule
    else:
        head = say("A simple rule tells it as well as a model")
        action = say("Use the rule: whoever asks why can be told in one sentence.")
        against = scoring.best_model
    if view.kind == "snapshot":
        head = say("Those who ended are not like those who stayed")
        action = say("Ask for the dates of beginning and end: only they show whether a later time can be foretold.")
    return Finding(
        id="telling", grade=Grade.B if view.is_tested_later else Grade.C, head=head,
        statement=_lift_words(view, numbers, scoring.measure("decile_left")),
        meaning=_against(view, against, numbers), action=action, section="performance", value=lift, low=low, high=high,
        n=len(scoring.predictions), unit="times",
    )  # fmt: skip


def lift_digits(view: View) -> int:
    """Decimals of the lift: two where the interval is narrow."""
    scoring = view.scoring
    narrow = scoring is not None and scoring.measure("lift_high") - scoring.measure("lift_low") < NARROW
    return 2 if narrow else 1


NARROW = 0.3  # times: the width of an interval below which a second decimal says something
FEW_IN_TENTH = 10  # leavers in the riskiest tenth below which only the interval is given


def _lift_words(view: View, numbers: Mapping[str, object], leavers: float) -> Text:
    say = view.language.say
    if leavers < FEW_IN_TENTH:
        return say(
            "The tenth that {method} puts first leaves more often than all ({base}): the times are not estimable, "
            "{interval} (tested on {tested}).", **numbers,
        )  # fmt: skip
    return say(
        "Of the tenth that {method} puts first **{top}** left, against {base} of all: **{lift} times** as many "
        "({interval}; tested on {tested}).", **numbers,
    )  # fmt: skip


def _against(view: View, other: str, numbers: Mapping[str, object]) -> Text:
    """What contacting the first tenth reaches, and what the best of the other kind reaches."""
    say, reached = view.language.say, captured(view, other) if other else math.nan
    if view.kind == "snapshot":
        return say("How long a contract has run is part of it: this is likeness to those who ended, and no forecast.")
    if math.isnan(reached):
        return say("Whoever contacts that tenth reaches {captured} of all who leave (at most {possible} is possible).",
                   **numbers)  # fmt: skip
    return say(
        "Whoever contacts that tenth reaches {captured} of all who leave (at most {possible} is possible); by {other} "
        "it would be {reached}.",
        other=view.method(other), reached=view.language.percent(reached), **numbers,
    )  # fmt: skip


def _nothing_tells(view: View) -> Finding:
    """The finding where no method beats the base rate: what was tried, and what could have been seen."""
    scoring = view.scoring
    assert scoring is not None
    say, language = view.language.say, view.language
    table = scoring.evaluation[(scoring.evaluation["cut"] == "all") & (scoring.evaluation["method"] != "rate")]
    best = table.sort_values("auc", ascending=False, kind="stable").iloc[0]
    auc, low, high = (float(best[name]) for name in ("auc", "auc_low", "auc_high"))
    return Finding(
        id="telling", grade=Grade.B if view.is_tested_later else Grade.C, head=say("Nothing tells who leaves"),
        statement=say(
            "Of {count} methods none did better than telling everybody the same {base} (tested on {tested}); the best, "
            "{method}, puts a leaver before a stayer in **{auc}** of cases ({interval}), where chance gives {half}.",
            count=language.number(len(table)), base=language.percent(scoring.measure("rate", "rate")),
            tested=view.tested, method=view.method(str(best["method"])), auc=language.percent(auc),
            interval=view.in_bracket(Interval(low, high)), half=language.percent(0.5),
        ),
        meaning=say(
            "With these data a ranking of above {high} would have been seen. Whoever leaves looks like whoever stays.",
            high=language.percent(high),
        ),
        action=say("Do not contact by risk. Test an offer on customers drawn at random, or collect what is missing."),
        section="performance", value=auc, low=low, high=high, n=len(scoring.predictions), unit="share",
    )  # fmt: skip
