"""Whom a contact keeps: what past randomised contacts changed, and whom to leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.churn.acting import found, known, quiet_name, undated, why_none
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from customer_analytics.analysis.uplift.result import Qini, UpliftResult
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

MOST_ROWS = 8
EVERY = 5  # hundredths between two points of the curve
PER = 1_000  # assigned customers that kept ones are told for


def _lifted(view: View) -> UpliftResult | None:
    actions = found(view)
    return actions.uplift if actions is not None else None


def has(view: View) -> bool:
    """Whether there is anything to say of past contacts or of whom to leave alone."""
    return _lifted(view) is not None


def has_campaigns(view: View) -> bool:
    """Whether past campaigns assigned customers."""
    lifted = _lifted(view)
    return lifted is not None and len(lifted.campaigns) > 0


def has_curve(view: View) -> bool:
    """Whether an order by what a contact changes is better than chance; where it is not, a sentence says so."""
    lifted = _lifted(view)
    return lifted is not None and lifted.qini is not None and lifted.qini.holds


def section(view: View) -> SectionWords:
    """Opening: risk is not response."""
    say, lifted = view.language.say, _lifted(view)
    title = say("Whom a contact keeps")
    if undated(view):
        deck = say("A risk says who leaves, not who can be kept. Without dates no contact can be followed.")
        return SectionWords(title, "saving", deck)
    if lifted is None:
        return SectionWords(title, "saving", why_none(view))
    if lifted.reason == "no_touches":
        deck = say(
            "A risk says who leaves, not who can be kept. The data hold no past contacts with a control group, so "
            "nobody knows yet whom a contact keeps: a pilot is the way to find out."
        )
    elif lifted.reason == "no_sound":
        deck = say(
            "A risk says who leaves, not who can be kept. Of the past campaigns none compares contacted customers "
            "with a sound control group over the whole window, so a pilot is the way to find out."
        )
    elif lifted.use:
        deck = say(
            "A risk says who leaves, not who can be kept. Past randomised contacts tell the two apart: customers are "
            "put in order by what a contact changes, and offers go by that order."
        )
    else:
        deck = say(
            "A risk says who leaves, not who can be kept. Past randomised contacts were followed over the same "
            "window; they do not tell apart whom a contact keeps, so offers go by risk and value, and first into a "
            "pilot."
        )
    return SectionWords(title, "saving", deck)


def tables(view: View) -> list[TableWords]:
    """Past campaigns, and the do-not-disturb list by reason."""
    campaigns = campaign_table(view) if has_campaigns(view) else None
    return [table for table in (campaigns, quiet_table(view)) if table is not None]


def campaign_table(view: View) -> TableWords:
    """One row a past campaign: what both arms did, or why it is not compared."""
    say, lifted = view.language.say, _lifted(view)
    assert lifted is not None
    table = lifted.campaigns.assign(used=(lifted.campaigns["verdict"] == "sound").astype(int))
    table = table.sort_values(["used", "day", "campaign_id"], ascending=[False, False, True], kind="stable")
    rows = tuple(_campaign_row(view, row) for row in table.head(MOST_ROWS).to_dict("records"))
    return TableWords(
        (
            (say("Past campaign"), "name"),
            (say("Contacted and here"), "number"),
            (say("Of these stayed"), "number"),
            (say("Control stayed"), "number"),
            (say("Change by the contact"), "number"),
            (say("Used"), "text"),
        ),
        rows,
        say("Past campaigns: did the contact keep anybody?"),
        view.how(
            (
                say("Stayed"),
                say("Was there again within {days} of the draw, whatever brought it; customers who counted as here on "
                    "that day, as assigned", days=view.horizon),
            ),
            (say("Change by the contact"), say("Difference of the two shares, Newcombe interval")),
            (
                say("Used"),
                say("An arm without any message, sizes as planned (chi-square), customers alike before the draw "
                    "(Hotelling), the window over"),
            ),
        ),
        file="past_campaigns.csv",
    )  # fmt: skip


def _campaign_row(view: View, row: dict[Any, Any]) -> Row:
    language, say = view.language, view.language.say
    none = language.number(None)
    if row["verdict"] != "sound":
        return (
            (str(row["campaign_id"]), None), (none, None), (none, None), (none, None), (none, None),
            (_refusal(view, str(row["verdict"])), str(row["verdict"])),
        )  # fmt: skip
    n_t, n_c = int(row["treated_n"]), int(row["control_n"])
    treated, control = row["treated_stayed"] / n_t, row["control_stayed"] / n_c
    change = say(
        "{change} ({low} to {high})", change=language.points(row["effect"]), low=language.signed(100 * row["low"], 1),
        high=language.signed(100 * row["high"], 1),
    )  # fmt: skip
    return (
        (str(row["campaign_id"]), None), (language.number(n_t), n_t), (view.rate(treated, n_t), treated),
        (view.rate(control, n_c), control), (change, float(row["effect"])), (say("yes"), "sound"),
    )  # fmt: skip


def _refusal(view: View, verdict: str) -> Text:
    say = view.language.say
    return {
        "no_arms": say("no: without arms, so aimed at somebody"),
        "no_control": say("no: nobody was left without a message"),
        "no_day": say("no: the day of the draw is not known"),
        "ratio": say("no: the arms are not as large as planned"),
        "unplanned_ratio": say("no: unequal arms, and no plan that says so"),
        "not_alike": say("no: the arms differed before the draw"),
        "not_over": say("no: its window is not over yet"),
        "few": say("no: too few customers in an arm"),
    }[verdict]


def curve_lines(view: View) -> list[tuple[Any, ...]]:
    """Arguments of charts.Line: customers kept for each thousand assigned, by the share contacted; and at random."""
    curve, say = _qini(view).curve.iloc[::EVERY], view.language.say
    share = [round(100 * value) for value in curve["share"].tolist()]
    scaled = {name: (curve[name] * PER).round(3).tolist() for name in ("gain", "low", "high", "random")}
    return [
        (str(say("by predicted change")), share, scaled["gain"], "s1", scaled["low"], scaled["high"]),
        (str(say("at random")), share, scaled["random"], "mute", None, None, True),
    ]


def curve_axis(view: View) -> tuple[Callable[[float], str], str]:
    """Arguments of charts.Axis."""
    language = view.language
    return language.number, str(language.say("Per cent contacted, largest predicted change first"))


def curve_figure(view: View) -> FigureWords:
    """Whether an order by what a contact changes is better than chance."""
    say, language, qini, lifted = view.language.say, view.language, _qini(view), _lifted(view)
    assert lifted is not None
    numbers = {
        "per": language.number(PER), "whole": language.number(PER * qini.whole, 1),
        "area": language.number(PER * qini.coefficient, 1), "low": language.number(PER * qini.interval.low, 1),
        "high": language.number(PER * qini.interval.high, 1), "n": language.number(lifted.n),
        "campaigns": language.number(lifted.pooled),
    }  # fmt: skip
    return FigureWords(
        say("Past contacts tell whom a contact keeps"),
        say("Customers kept for every {per} assigned, forecast for people left out; band: interval", **numbers),
        say("If all are contacted {whole} of every {per} are kept; area between the order and chance {area} (interval "
            "{low} to {high}).", **numbers),
        say("Source: {campaigns} randomised campaigns, {n} assignments.", **numbers),
    )  # fmt: skip


def _qini(view: View) -> Qini:
    lifted = _lifted(view)
    assert lifted is not None and lifted.qini is not None
    return lifted.qini


def quiet_table(view: View) -> TableWords | None:
    """The do-not-disturb list by reason."""
    actions = found(view)
    if actions is None or not len(actions.disturb):
        return None
    say = view.language.say
    rows: tuple[Row, ...] = tuple(
        ((quiet_name(view, str(row["do_not_disturb"])), None), view.people_cell(int(row["customers"])))
        for row in actions.disturb.to_dict("records")
    )
    return TableWords(
        ((say("Why to leave alone"), "name"), (say("Scored customers"), "number")), rows,
        say("Do-not-disturb list"),
        view.how((say("Order"), say("The first reason that applies; the list by customer is do_not_disturb.csv"))),
        file="do_not_disturb_reasons.csv",
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """What past contacts changed, and how many are better left alone."""
    told = [_past(view), _quiet(view)]
    return [one for one in told if one is not None]


def _past(view: View) -> Finding | None:
    lifted, say, language = _lifted(view), view.language.say, view.language
    if lifted is None or lifted.reason or not known(lifted.kept):
        return None
    low, high = lifted.kept_interval
    numbers = {
        "n": language.number(lifted.n), "campaigns": language.number(lifted.pooled),
        "kept": language.percent(lifted.kept, 1), "interval": view.in_bracket(Interval(low, high), 1),
        "days": view.horizon, "per": language.number(PER),
    }  # fmt: skip
    if lifted.use:
        return _savable(view, lifted, numbers)
    if lifted.measured:
        head, meaning = say("Past contacts kept some of the leaving"), _not_apart(view, lifted)
    else:
        head = say("Past contacts kept nobody beyond chance")
        meaning = say(
            "That they kept more than {high} is ruled out. An order that was only brought forward does not count "
            "here, but who was there again within the window.", high=language.percent(max(high, 0.0), 1),
        )  # fmt: skip
        meaning = say("{told} {order}", told=meaning, order=_not_apart(view, lifted))
    return Finding(
        id="past_contacts", grade=Grade.A, head=head,
        statement=say(
            "In {campaigns} randomised campaigns with {n} assignments the contact kept **{kept}** of those who would "
            "have left within {days} ({interval}).", **numbers,
        ),
        meaning=meaning,
        action=say("Do not repeat those offers to keep customers; test another one in the pilot.")
        if not lifted.measured
        else say("Use this share in place of the assumed acceptance, and order the list by risk and value."),
        section="saving", value=lifted.kept, low=low, high=high, n=lifted.n, unit="share",
    )  # fmt: skip


def _not_apart(view: View, lifted: UpliftResult) -> Text:
    say, language = view.language.say, view.language
    if lifted.qini is None:
        return say("Too few were assigned to tell whom.")
    return say(
        "They do not tell whom: the order by predicted change is no better than chance (interval {low} to {high} "
        "customers for every {per}).",
        low=language.number(PER * lifted.qini.interval.low, 1),
        high=language.number(PER * lifted.qini.interval.high, 1),
        per=language.number(PER),
    )  # fmt: skip


def _savable(view: View, lifted: UpliftResult, numbers: dict[str, Any]) -> Finding:
    say, language, actions = view.language.say, view.language, found(view)
    assert actions is not None and lifted.qini is not None
    first = lifted.groups.iloc[0]
    numbers |= {
        "change": language.points(float(first["effect"])), "low": language.signed(100 * float(first["low"]), 1),
        "high": language.signed(100 * float(first["high"]), 1), "n_first": language.number(int(first["n"])),
        "selected": language.number(actions.selected), "rest": language.points(float(lifted.groups["effect"].iloc[-1])),
    }  # fmt: skip
    harmed = say("Some groups are driven away by a contact; they are on the do-not-disturb list.")
    return Finding(
        id="savable", grade=Grade.A, head=say("Some customers can be kept by a contact, others cannot"),
        statement=say(
            "In {campaigns} randomised campaigns the contact raised the share that stayed by **{change}** ({low} to "
            "{high}) in the fifth that the forecast puts first ({n_first} assignments, left out of the forecast), and "
            "by {rest} in the last.", **numbers,
        ),
        meaning=harmed if lifted.harmed else say("No group was driven away by a contact beyond chance."),
        action=say("Make the offer to the {selected} on savable.csv, not to those with the highest risk.", **numbers),
        section="saving", value=float(first["effect"]), low=float(first["low"]), high=float(first["high"]), n=lifted.n,
        unit="share",
    )  # fmt: skip


def _quiet(view: View) -> Finding | None:
    actions, say, language = found(view), view.language.say, view.language
    if actions is None or not len(actions.disturb):
        return None
    n, of = int(actions.disturb["customers"].sum()), len(actions.scores)
    if n < view.least:
        return None
    largest = actions.disturb.sort_values("customers", ascending=False, kind="stable").iloc[0]
    return Finding(
        id="do_not_disturb", grade=Grade.C, head=say("Whom to leave alone"),
        statement=say(
            "**{n}** of {all} scored are to be left alone, most for this reason: {reason} ({count}).",
            n=language.number(n), all=view.counted(of), reason=quiet_name(view, str(largest["do_not_disturb"])),
            count=language.number(int(largest["customers"])),
        ),
        meaning=say("A contact that nobody wants costs money, consent, or the customer."),
        action=say("Take do_not_disturb.csv off every list before it leaves the house."),
        section="saving", value=float(n), n=of, unit="people", notable=False,
    )  # fmt: skip
