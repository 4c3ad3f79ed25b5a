"""Campaigns without a group held out: against everybody else, and against customers who were like them before."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.comparison.balance import ALIKE
from customer_analytics.analysis.comparison.result import METHODS
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.comparison import Comparison
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST = 8  # campaigns in a table
LikenessRow = tuple[str, float, float, str, str]  # property, before, after, in words, role


def found(view: View) -> Comparison | None:
    """The comparisons; None where all campaigns were drawn by lot or nothing is known of the others."""
    made = view.result.comparison
    return made if made is not None and not made.reason and len(made.campaigns) else None


def shown(view: View) -> bool:
    """Whether there is a campaign without a group held out to speak of."""
    made = view.result.comparison
    return made is not None and made.reason not in ("no_campaigns", "")


def has(view: View) -> bool:
    """Whether the section is there: comparisons, or why there are none."""
    return found(view) is not None or shown(view)


def told(view: View) -> list[Any]:
    """The compared campaigns with a matched effect: grade B first, then those with most partners."""
    made = found(view)
    if made is None:
        return []
    table = made.campaigns[made.campaigns["effect"].notna()].copy()
    table["_b"] = table["grade"] != Grade.B
    table["_found"] = ~table["found"].astype(bool)
    ranked = table.sort_values(["_b", "_found", "kept", "campaign"], ascending=[True, True, False, True], kind="stable")
    return rows(ranked.drop(columns=["_b", "_found"]))


def reading(view: View, campaign: str, method: str) -> Any | None:
    """One reading of the deciding outcome of a campaign."""
    made = view.result.comparison
    assert made is not None
    table = made.readings
    own = table[(table["campaign"] == campaign) & (table["method"] == method) & (table["outcome"] == made.main)]
    return rows(own)[0] if len(own) else None


def main(view: View) -> str:
    """The outcome that decides the comparisons."""
    made = view.result.comparison
    return "" if made is None else made.main


def section(view: View) -> SectionWords:
    """Opening: why the plain difference misleads, or why there is nothing to compare with."""
    say, made = view.language.say, view.result.comparison
    title = say("Against customers who were like them")
    reason = "" if made is None else made.reason
    aimed = sum(one.kind == "targeted" for one in view.listed)
    why = {
        "no_orders": say("What customers did who were not contacted is not known: there is nothing to compare with."),
        "no_pool": say("Everybody was contacted: there is nobody to compare with."),
        "no_contacted": say("Nobody was contacted: all who are named were held out."),
        "no_start": say("No day of contact is known, or no window is over: there is nothing to compare yet."),
    }.get(reason)
    if why is not None:
        return SectionWords(title, "comparison", why)
    deck = view.language.say_count(
        "The customers of one campaign were chosen, not drawn. What they do differs from what others do for that "
        "reason alone, so they are held against customers who were like them before.",
        "The customers of {count} campaigns were chosen, not drawn. What they do differs from what others do for that "
        "reason alone, so they are held against customers who were like them before.",
        aimed,
    )  # fmt: skip
    return SectionWords(title, "comparison", deck)


def property_name(view: View, name: str) -> Text:
    """A property that customers are compared by."""
    say, days = view.language.say, view.language.number(view.parameters.before_days)
    return {
        "x_orders": say("Orders in {days} days before", days=days),
        "x_revenue": say("Revenue in {days} days before", days=days),
        "x_visits": say("Visits in {days} days before", days=days),
        "recency_days": say("Days since the last order before"),
        "orders_earlier": say("Orders further back"),
        "revenue_earlier": say("Revenue further back"),
        "days_known": say("Days known as a customer"),
    }.get(name) or say("Other campaigns shortly before")


def method_name(view: View, method: str) -> Text:
    """A way to compare."""
    say = view.language.say
    return {
        "before_after": say("The same customers, before and after"),
        "not_contacted": say("All who were not contacted"),
        "difference": say("Change, less that of all others"),
        "weighted": say("All others, weighted by likeness"),
    }.get(method) or say("Partners who were like them")


def has_figure(view: View) -> bool:
    """Whether the balance of a campaign can be drawn."""
    return bool(told(view)) and bool(likeness(view))


def likeness(view: View) -> list[LikenessRow]:
    """Arguments of charts.Likeness: the properties of the first campaign, the most unlike first."""
    made, first = found(view), told(view)
    if made is None or not first:
        return []
    own = made.balance[(made.balance["campaign"] == first[0].campaign) & made.balance["after"].notna()]
    own = own.assign(_size=own["before"].abs()).sort_values(["_size", "covariate"], ascending=[False, True])
    return [
        (
            property_name(view, str(row.covariate)), abs(float(row.before)), abs(float(row.after)),
            view.language.number(abs(float(row.after)), 2), "s1" if abs(float(row.after)) <= ALIKE else "alert",
        )
        for row in rows(own.drop(columns="_size"))
    ]  # fmt: skip


def likeness_words(view: View) -> tuple[str, str, str]:
    """Arguments of charts.LoveWords."""
    say = view.language.say
    return say("all others"), say("partners"), say("alike up to {limit}", limit=view.language.number(ALIKE, 1))


def figure(view: View) -> FigureWords:
    """The balance of the first campaign, before and after matching."""
    say, language, row = view.language.say, view.language, told(view)[0]
    numbers = {
        "campaign": view.name(row.campaign), "before": language.number(float(row.apart_before), 2),
        "after": language.number(float(row.apart_after), 2), "limit": language.number(ALIKE, 1),
        "kept": language.number(int(row.kept)), "n": view.counted_customers(int(row.n)),
    }  # fmt: skip
    title = (
        say("Partners of the contacted of {campaign} were like them in all that is known", **numbers)
        if float(row.apart_after) <= ALIKE
        else say("Even the partners of the contacted of {campaign} were unlike them", **numbers)
    )
    return FigureWords(
        title,
        say("Difference of the contacted from others before the contact, in standard deviations, without its sign"),
        say("The largest difference falls from {before} against all others to {after} against partners; up to {limit} "
            "counts as alike. {kept} of {n} found partners.", **numbers),
        view.source,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The campaigns, the ways to compare one of them, and what customers did of their own."""
    made = found(view)
    parts = [] if made is None or not told(view) else [_campaigns(view), _ways(view)]
    answered = _responses(view)
    return [*parts, *([answered] if answered is not None else [])]


def _campaigns(view: View) -> TableWords:
    say, outcome = view.language.say, main(view)
    shown_rows = told(view)[:MOST]
    return TableWords(
        (
            (say("Chosen customers of"), "name"), (say("With partners"), "number"),
            (say("Against all others"), "number"), (say("Against partners"), "text"),
            (say("The same before the contact"), "text"),
            (say("May be told"), "text"),
        ),
        tuple(_campaign_row(view, row) for row in shown_rows),
        say("{outcome}: campaigns without a group held out", outcome=view.outcome_label(outcome)),
        view.how(
            (say("Partners"), say(
                "Nearest in the chance of being contacted, as it follows from what was known before; same class of "
                "recency, orders and consent; corrected by regression within pairs")),
            (say("The same before the contact"), say(
                "The same comparison in windows of {window} before the {days} days that describe a customer: its "
                "interval should hold nothing",
                window=view.window(), days=view.language.number(view.parameters.before_days))),
            (say("May be told"), say("Partners alike up to {limit} standard deviations, nothing before the contact, no "
                                     "other campaign in the way", limit=view.language.number(ALIKE, 1))),
        ),
        file="compared_campaigns.csv",
    )  # fmt: skip


def _campaign_row(view: View, row: Any) -> Row:
    outcome, plain = main(view), reading(view, str(row.campaign), "not_contacted")
    difference = math.nan if plain is None else float(plain.effect)
    return (
        (view.label(str(row.campaign)), None), view.people_cell(int(row.kept)),
        (view.change(outcome, difference), difference),
        (_with_interval(view, float(row.effect), float(row.low), float(row.high)), float(row.effect)),
        (_with_interval(view, float(row.placebo), float(row.placebo_low), float(row.placebo_high)), float(row.placebo)),
        (grade_told(view, str(row.grade), str(row.reason)), None),
    )  # fmt: skip


def _with_interval(view: View, value: float, low: float, high: float) -> Text:
    """A difference with its interval, for a cell; a dash where it is not known."""
    outcome = main(view)
    if math.isnan(value) or math.isnan(low):
        return Text(view.language.number(None))
    shown = view.change(outcome, value)
    return view.language.say("{value} ({range})", value=shown, range=view.change_range(outcome, low, high))


def grade_told(view: View, grade: str, reason: str) -> Text:
    """The grade with its reason, for a cell."""
    say = view.language.say
    if grade == Grade.B:
        return say("yes, adjusted")
    return {
        "few": say("no: too few customers"), "no_partners": say("no: hardly any partners"),
        "support": say("no: most have no partner"), "unbalanced": say("no: partners are unlike"),
        "no_placebo": say("no: the time before is not known"), "placebo": say("no: they differed before as well"),
        "others": say("no: other campaigns in the way"), "clusters": say("no: whole groups were chosen"),
        "same": say("no: all did the same"),
    }.get(reason) or say("no: nothing to compare with")  # fmt: skip


def _ways(view: View) -> TableWords:
    say, row = view.language.say, told(view)[0]
    outcome, ways = main(view), [reading(view, str(row.campaign), method) for method in METHODS]
    return TableWords(
        (
            (say("Way to compare"), "name"), (say("The contacted"), "number"), (say("Held against"), "number"),
            (say("Difference of the two"), "number"), (say("Interval of the difference"), "number"),
        ),
        tuple(_way_row(view, outcome, one) for one in ways if one is not None and not math.isnan(float(one.effect))),
        say("Five ways to compare the customers of {campaign}", campaign=view.name(str(row.campaign))),
        view.how(
            (say("Before and after"), say("The {window} from the contact on less the {window} before it",
                                          window=view.window(str(row.campaign)))),
            (method_name(view, "difference"), say("Misleads where customers were chosen in a good or bad time, which "
                                                  "passes by itself")),
            (say("Weighted by likeness"), say("Others count by their odds of being contacted, corrected by regression: "
                                              "right if either of the two is")),
        ),
        file="comparisons.csv",
    )  # fmt: skip


def _way_row(view: View, outcome: str, row: Any) -> Row:
    is_change = row.method == "difference"
    mean = view.change(outcome, float(row.mean)) if is_change else view.level(outcome, float(row.mean))
    others = view.change(outcome, float(row.mean_others)) if is_change else view.level(outcome, float(row.mean_others))
    return (
        (method_name(view, str(row.method)), None), (mean, float(row.mean)), (others, float(row.mean_others)),
        (view.change(outcome, float(row.effect)), float(row.effect)),
        (view.change_range(outcome, float(row.low), float(row.high)), float(row.low)),
    )  # fmt: skip


def _responses(view: View) -> TableWords | None:
    made = view.result.comparison
    if made is None or not len(made.responses):
        return None
    say = view.language.say
    kept = made.responses[made.responses["customers"] >= view.minimum_group]
    ranked = kept.sort_values(["customers", "campaign", "event"], ascending=[False, True, True], kind="stable")
    if not len(ranked):
        return None
    return TableWords(
        (
            (say("Event of the campaign"), "name"), (say("Named by it"), "name"),
            (say("Customers who did it"), "number"), (say("Share of the contacted"), "number"),
            (say("Interval of those who did"), "number"),
        ),
        tuple(_response_row(view, row) for row in rows(ranked.head(MOST))),
        say("What customers did of their own with a campaign"),
        view.how((say("Not an effect"), say("Who redeems or answers might have bought anyway"))),
        file="responses.csv",
    )  # fmt: skip


def _response_row(view: View, row: Any) -> Row:
    share, n, base = float(row.share), int(row.customers), int(row.n)
    known = base >= view.minimum_base
    between = view.language.say("{low} to {high}", low=view.language.percent(float(row.low), 1),
                                high=view.language.percent(float(row.high), 1))  # fmt: skip
    return (
        (view.shortened(row.event), None), (view.label(str(row.campaign)), None), (view.language.number(n), n),
        (view.rate(share, base, 1), share), (between if known else Text(""), float(row.low)),
    )  # fmt: skip
