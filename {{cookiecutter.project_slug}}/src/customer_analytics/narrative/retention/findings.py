"""What the report says first about coming back: how many, whether it changed, who stays away, what money stays."""

from __future__ import annotations

import math
from typing import NamedTuple

from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval, newcombe

YEAR = 360  # days from which a window is a year
RECENT_COHORTS = {"day": 7, "week": 4, "month": 3}  # cohorts that "lately" means, and as many before them


class Recent(NamedTuple):
    """The first return of the latest cohorts against the ones before: counts, rates, interval of the difference."""

    active: int
    eligible: int
    active_before: int
    eligible_before: int
    cohorts: int
    interval: Interval

    @property
    def rate(self) -> float:
        """Of the latest cohorts."""
        return self.active / self.eligible

    @property
    def rate_before(self) -> float:
        """Of as many cohorts before them."""
        return self.active_before / self.eligible_before

    @property
    def clear(self) -> bool:
        """Whether the difference is beyond chance."""
        return self.interval.low > 0 or self.interval.high < 0


def recent(view: View) -> Recent | None:
    """The latest cohorts against as many before, by who came back in the first period; None without enough of them.

    Cohorts in which people from before the data may hide are left out.
    """
    table = view.result.cohorts
    table = table[(table["period"] == 1) & table["complete"].astype(bool) & ~table["truncated"].astype(bool)]
    if len(table) < 2:
        return None
    count = min(RECENT_COHORTS[view.result.definition.period], len(table) // 2)
    table = table.sort_values("cohort")
    late, before = table.iloc[-count:], table.iloc[-2 * count : -count]
    active, eligible, active_before, eligible_before = (
        int(part[name].sum()) for part in (late, before) for name in ("active", "eligible")
    )
    if min(eligible, eligible_before) < view.least:
        return None
    interval = newcombe(active, eligible, active_before, eligible_before)
    return Recent(active, eligible, active_before, eligible_before, count, interval)


def findings(view: View) -> list[Finding]:
    """The findings of the frame, those on the return first."""
    found = [return_finding(view), change_finding(view), active_finding(view), money_finding(view), still_finding(view)]
    return [one for one in found if one is not None]


def return_finding(view: View) -> Finding:
    """How many come back after the period they began in."""
    say, language = view.language.say, view.language
    row = view.after.iloc[0]
    rate, interval = float(row["bounded"]), Interval(float(row["bounded_low"]), float(row["bounded_high"]))
    ever = view.far
    numbers = {
        "active": language.number(round(rate * float(row["eligible"]))), "people": view.counted(int(row["eligible"])),
        "rate": language.percent(rate), "interval": view.in_bracket(interval), "next": view.next,
        "back": language.percent(float(ever["on_or_before"])), "span": view.spans(int(ever["period"])),
        "gone": language.percent(1 - float(ever["on_or_before"])), "base": view.counted(int(ever["eligible"])),
    }  # fmt: skip
    most = rate >= 0.5
    never = 1 - float(ever["on_or_before"])
    return Finding(
        id="return", grade=Grade.C,
        head=say("Most come back {next}", **numbers) if most else say("Most are not back {next}", **numbers),
        statement=say("{active} of {people} (**{rate}**, {interval}) were active again {next}.", **numbers)
        if view.result.definition.clock == "24h"
        else say(
            "{active} of {people} (**{rate}**, {interval}) were active again {next} after the one they began in.",
            **numbers,
        ),
        meaning=say(
            "Of {base} who were followed for {span}, {back} were back at least once by then; **{gone}** never were.",
            **numbers,
        ),
        action=say("Work on the first weeks: those who never came back cannot be kept, only won again.")
        if never >= 0.25
        else say("Work on how often they come: nearly all have been back."),
        section="retention", value=rate, low=interval.low, high=interval.high, n=int(row["eligible"]), unit="share",
    )  # fmt: skip


def change_finding(view: View) -> Finding | None:
    """Whether newcomers come back more or less than those before them; None where it cannot be compared."""
    found = recent(view)
    if found is None:
        return None
    say, language = view.language.say, view.language
    numbers = {
        "rate": language.percent(found.rate, 1), "before": language.percent(found.rate_before, 1),
        "n": language.number(found.eligible), "n_before": language.number(found.eligible_before),
        "change": language.points(found.rate - found.rate_before), "cohorts": language.number(found.cohorts),
        "low": language.signed(100 * found.interval.low, 1), "high": language.signed(100 * found.interval.high, 1),
    }  # fmt: skip
    if not found.clear:
        return Finding(
            id="change", grade=Grade.D, head=say("The first return has not changed"),
            statement=say(
                "Of the newest cohorts ({cohorts}) {rate} came back in the next period (n = {n}), of as many before "
                "them {before} (n = {n_before}): {change}, interval {low} to {high}.", **numbers,
            ),
            meaning=say(
                "A true change of less than about {points} points could have gone unseen.",
                points=language.number(50 * (found.interval.high - found.interval.low) * 1.43, 1),
            ),
            action=say("Nothing to do; compare again at the next run."),
            section="retention", value=100 * (found.rate - found.rate_before), low=100 * found.interval.low,
            high=100 * found.interval.high, n=found.eligible, unit="points", notable=False,
        )  # fmt: skip
    better = found.rate > found.rate_before
    return Finding(
        id="change", grade=Grade.D,
        head=say("Newcomers come back more often than those before")
        if better
        else say("Newcomers come back less often than those before"),
        statement=say(
            "Of the newest cohorts ({cohorts}) {rate} came back in the next period (n = {n}), of as many before them "
            "{before} (n = {n_before}): **{change}** (interval {low} to {high}).", **numbers,
        ),
        meaning=say("Season and who came differ between the two; the sections below take them apart where they can."),
        action=say("Find out what newcomers met then that those before did not, before crediting a measure.")
        if better
        else say("Look at channel and first weeks of the newest cohorts before changing the product."),
        section="retention", value=100 * (found.rate - found.rate_before), low=100 * found.interval.low,
        high=100 * found.interval.high, n=found.eligible, unit="points",
    )  # fmt: skip


def active_finding(view: View) -> Finding | None:
    """Where the active people of the last complete period came from, against the one before."""
    table = view.result.activity
    table = table[table["complete"].astype(bool)]
    if len(table) < 3 or int(table["active"].iloc[-1]) < view.least or int(table["active"].iloc[-2]) < view.least:
        return None
    say, language = view.language.say, view.language
    last, before = table.iloc[-1], table.iloc[-2]
    gained, lost = int(last["new"] + last["resurrecting"]), int(last["dormant"])
    ago = {"day": 364, "week": 52, "month": 12}[view.result.definition.period]
    year = table.iloc[-1 - ago] if len(table) > ago + 1 and int(table["active"].iloc[-1 - ago]) >= view.least else None
    numbers = {
        "active": view.counted(int(last["active"])), "when": view.within(last["period"]),
        "before": language.number(int(before["active"])), "new": language.number(int(last["new"])),
        "back": language.number(int(last["resurrecting"])), "lost": language.number(lost),
        "stayed": language.number(int(last["returning"])),
    }  # fmt: skip
    return Finding(
        id="active", grade=Grade.C,
        head=say("Fewer were active than in the period before")
        if gained < lost
        else say("More were active than in the period before")
        if gained > lost
        else say("As many were active as in the period before"),
        statement=say(
            "{active} were active {when}, after {before} in the period before: {new} were new and {back} came "
            "back after a break, **{lost}** of those before stayed away.", **numbers,
        ),
        meaning=say("A year before, {then}, {active} were active.", then=view.within(year["period"]),
                    active=view.counted(int(year["active"])))
        if year is not None
        else say("{stayed} were active in both. One period alone may be the season's.", **numbers),
        action=say("Compare with the same season, and watch the quick ratio: above one the base grows."),
        section="lifecycle", value=float(gained - lost), n=int(last["active"]), unit="people", notable=False,
    )  # fmt: skip


def money_finding(view: View) -> Finding | None:
    """What part of the money of the customers of one window is still there in the next; None without money or time."""
    found = view.result.revenue
    if found is None or found.people < view.least:
        return None
    say, language = view.language.say, view.language
    numbers = {
        "people": view.counted(found.people), "base": language.money(found.base), "later": language.money(found.later),
        "days": language.number(found.days), "grr": language.percent(found.grr), "nrr": language.percent(found.nrr),
        "grr_in": view.in_bracket(found.grr_interval), "nrr_in": view.in_bracket(found.nrr_interval),
        "lost": language.percent(1 - found.grr), "more": language.percent(found.nrr - found.grr),
    }  # fmt: skip
    shrinks, grows = found.nrr_interval.high < 1, found.nrr_interval.low > 1
    return Finding(
        id="revenue_retention", grade=Grade.C,
        head=say("Existing customers bring less than a year before")
        if shrinks and found.days >= YEAR
        else say("Existing customers bring less than before")
        if shrinks
        else say("Existing customers bring more than before")
        if grows
        else say("Existing customers bring as much as before, within chance"),
        statement=say(
            "{people} brought {base} in {days} days and {later} in the {days} days after: **{nrr}** of it ({nrr_in}). "
            "Without those who spent more, {grr} ({grr_in}).", **numbers,
        ),
        meaning=say("{lost} of the money fell away; those who spent more brought back {more} of it.", **numbers)
        if found.nrr > found.grr
        else say("{lost} of the money fell away, and nobody spent more.", **numbers),
        action=say("Count what new customers must bring to make up for it, and whether their cost allows that.")
        if shrinks
        else say("Protect the customers who spend more: they carry the others' loss."),
        section="money", value=found.nrr, low=found.nrr_interval.low, high=found.nrr_interval.high, n=found.people,
        unit="share", notable=shrinks or grows,
    )  # fmt: skip


def still_finding(view: View) -> Finding | None:
    """How rarely people are active; said in its section."""
    found = view.result.stickiness
    if found is None or math.isnan(found.value):
        return None
    say, language = view.language.say, view.language
    mean_days = 28 * found.value
    return Finding(
        id="stickiness", grade=Grade.C,
        head=say("How often the active are active"),
        statement=say(
            "On a day of the last {days} **{value}** of the people of the past {window} days were active ({interval}): "
            "each of them on about {active} days of {window}.",
            days=language.number(found.days), value=language.percent(found.value, 1), window=language.number(28),
            interval=view.in_bracket(found.interval, 1), active=language.number(mean_days, 1),
        ),
        meaning=say(
            "The number of people moved by {growth} meanwhile: growth lowers this share, shrinking raises it.",
            growth=language.signed_percent(found.growth),
        ),
        action=say("Judge it by how often the thing is needed, not against other industries."),
        section="activity", value=found.value, low=found.interval.low, high=found.interval.high, n=view.n,
        unit="share", notable=False,
    )  # fmt: skip
