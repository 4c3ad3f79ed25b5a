"""The claim audit in words: how much of a change is left once what it owes to other things is taken off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.claim import Claim
    from customer_analytics.narrative.campaign_evaluation.view import View

FallRow = tuple[str, float, str, bool, str]  # name, value, in words, total, role
TAKEN_OFF = ("mix", "regression", "season")


def found(view: View) -> Claim | None:
    """The audit; None where there is none, or nothing before that a change could be relative to."""
    made = view.result.claim
    return made if made is not None and not made.reason and made.before > 0 else None


def has(view: View) -> bool:
    """Whether the section is there: an audit, or why a stated claim has none."""
    made = view.result.claim
    asked = bool(view.parameters.claim.strip()) or view.parameters.claim_day is not None
    return found(view) is not None or (made is not None and asked)


def metric(view: View, made: Claim) -> Text:
    """What the claim is about."""
    say = view.language.say
    return {
        "converted": say("share with an order in {days} days", days=view.language.number(made.days)),
        "orders": say("orders a head in {days} days", days=view.language.number(made.days)),
    }.get(made.metric) or say("revenue a head in {days} days", days=view.language.number(made.days))


def level(view: View, made: Claim, value: float) -> str:
    """A value of the metric."""
    if made.metric == "converted":
        return view.language.percent(value, 1)
    return view.language.number(value, 2) if made.metric == "orders" else view.language.money(value)


def section(view: View) -> SectionWords:
    """Opening: the claim, and what is taken off it."""
    say, made = view.language.say, found(view)
    title = say("What is left of a claim")
    if made is None:
        return SectionWords(title, "claim", _why_not(view))
    numbers = {
        "metric": metric(view, made), "before": level(view, made, made.before), "after": level(view, made, made.after),
        "day": view.day(made.day), "claim": view.language.signed_percent(made.claimed),
        "change": _relative(view, made, "before_after"), "who": _whom(view, made),
    }  # fmt: skip
    if math.isnan(made.claimed):
        deck = say("{who}: {metric} was {before} before {day} and {after} from that day on, {change}. Such a change is "
                   "easily claimed for an action; here is what else it owes itself to.", **numbers)  # fmt: skip
    else:
        deck = say("{claim} is claimed. {who}: {metric} was {before} before {day} and {after} from that day on, "
                   "{change}; here is what that owes itself to.", **numbers)  # fmt: skip
    return SectionWords(title, "claim", deck)


def _whom(view: View, made: Claim) -> Text:
    say, n = view.language.say, view.counted_customers(made.n)
    if made.whom == "contacted":
        return say("{n} contacted by {campaign}", n=n, campaign=view.name(made.campaign))
    return say("All {n}", n=n)


def _why_not(view: View) -> Text:
    say, made = view.language.say, view.result.claim
    reason = "few" if made is None else made.reason
    return {
        "": say("The claim cannot be audited: nobody ordered in the days before, so no change is relative to them."),
        "no_orders": say("The claim cannot be audited: the data hold no orders of customers."),
        "no_day": say("The claim cannot be audited: state its day (claim_day in engagement.yml)."),
        "too_early": say("The claim cannot be audited: the data do not reach back far enough before its day."),
        "not_over": say("The claim cannot be audited yet: the days after it are not over."),
    }.get(reason) or say("The claim cannot be audited: too few customers.")


def _relative(view: View, made: Claim, step: str) -> str:
    part = made.part(step)
    return view.language.signed_percent(None if part is None else float(part["relative"]))


def step_name(view: View, made: Claim, step: str) -> Text:
    """A step of the audit."""
    say = view.language.say
    return {
        "claimed": say("Claimed"),
        "not_in_data": say("Not found in the data"),
        "before_after": say("Before and after"),
        "mix": say("Less: other customers than before"),
        "regression": say("Less: what such customers do next anyway"),
        "season": (
            say("Less: what those not contacted did meanwhile")
            if made.season_from == "not_contacted"
            else say("Less: what the same weeks brought a year ago")
        ),
    }.get(step) or say("Left")


def falls(view: View) -> list[FallRow]:
    """Arguments of charts.Fall: from the claim to what is left, relative to before."""
    made = found(view)
    if made is None or not made.before > 0:
        return []
    drawn: list[FallRow] = []
    for _, row in made.parts.iterrows():
        step, value = str(row["step"]), float(row["relative"])
        if not _is_told(row):
            continue
        total = step in ("claimed", "before_after", "left")
        role = "s1" if step == "left" else "faint"
        drawn.append((step_name(view, made, step), value, view.language.signed_percent(value), total, role))
    return drawn


def _is_told(row: Any) -> bool:
    """Whether a step is known, and takes anything off."""
    value = float(row["relative"])
    return not math.isnan(value) and not (row["step"] in TAKEN_OFF and value == 0)


def has_figure(view: View) -> bool:
    """Whether there are steps to draw."""
    return len(falls(view)) > 1


def figure(view: View) -> FigureWords:
    """From the claim to what is left."""
    say, made = view.language.say, found(view)
    assert made is not None
    numbers = {
        "change": _relative(view, made, "before_after"), "left": _relative(view, made, "left"),
        "interval": _interval(view, made), "claim": view.language.signed_percent(made.claimed),
    }  # fmt: skip
    title = (
        _told(view, made, numbers) if math.isnan(made.claimed) else say("Of {claim} claimed, {left} is left", **numbers)
    )
    return FigureWords(
        title,
        say("Change of the {metric}, relative to the time before", metric=metric(view, made)),
        say("Before and after: {change}. After taking off what the steps between owe to other things: {left} "
            "({interval}).", **numbers),
        view.source,
    )  # fmt: skip


def _interval(view: View, made: Claim) -> Text:
    left = made.part("left")
    assert left is not None
    return view.language.say(
        "interval {low} to {high}", low=view.language.signed_percent(float(left["relative_low"])),
        high=view.language.signed_percent(float(left["relative_high"])),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The steps with their intervals."""
    made = found(view)
    if made is None:
        return []
    say = view.language.say
    body = tuple(_row(view, made, row) for _, row in made.parts.iterrows() if _is_told(row))
    return [
        TableWords(
            (
                (say("Step of the audit"), "name"), (say("Relative to before"), "number"),
                (say("Interval of the step"), "number"),
            ),
            body, say("From the change before and after to what is left"), view.how(*_how(view, made)),
            file="claim.csv",
        )
    ]  # fmt: skip


def _row(view: View, made: Claim, row: Any) -> Row:
    value, low, high = (float(row[name]) for name in ("relative", "relative_low", "relative_high"))
    signed = view.language.signed_percent
    between = Text("") if math.isnan(low) else view.language.say("{low} to {high}", low=signed(low), high=signed(high))
    return ((step_name(view, made, str(row["step"])), None), (signed(value), value), (between, low))


def _how(view: View, made: Claim) -> list[tuple[Text, Text]]:
    say = view.language.say
    season = (
        say("{n} who were not contacted, in the same states and the same days",
            n=view.counted_customers(made.n_reference))
        if made.season_from == "not_contacted"
        else say("The same weeks a year ago, for the same states")
        if made.season_from
        else say("Not known: the data reach back less than a year; it is still in what is left")
    )  # fmt: skip
    lines = [
        (
            say("Customers by state"),
            say(
                "What can be expected of them from all that was known before, days since the last order, new or not, "
                "consent"
            ),
        )
    ]
    if made.whom == "contacted":
        lines.append((say("What such customers do next anyway"), say(
            "Who was chosen in a good or bad time returns to the usual: what customers in these states did next, "
            "before the day")))  # fmt: skip
    return [*lines, (say("Season"), season)]


def findings(view: View) -> list[Finding]:
    """What is left of the claim."""
    made = found(view)
    if made is None or made.verdict == "":
        return []
    say, left, change = view.language.say, made.part("left"), made.part("before_after")
    assert left is not None and change is not None
    numbers = {
        "change": _relative(view, made, "before_after"), "left": _relative(view, made, "left"),
        "interval": _interval(view, made), "who": _whom(view, made), "metric": metric(view, made),
        "before": level(view, made, made.before), "after": level(view, made, made.after),
        "claim": view.language.signed_percent(made.claimed),
    }  # fmt: skip
    stated = not math.isnan(made.claimed)
    head = _told(view, made, numbers)
    if stated:
        head = say("Of {claim} claimed, {left} is left ({interval})", **numbers)
    statement = say(
        "{who}: the {metric} was {before} before and {after} after, {change}. Held against what such customers did "
        "anyway, **{left}** ({interval}) is left.", **numbers,
    )  # fmt: skip
    meaning = _largest(view, made)
    return [
        Finding(
            id="claim", grade=Grade.C, head=head, statement=statement,
            meaning=_with_trial(view, made, meaning),
            action=say("Quote what is left with its interval, never the change before and after."),
            section="claim", value=float(left["relative"]), low=float(left["relative_low"]),
            high=float(left["relative_high"]), n=made.n, unit="share", notable=stated,
        )
    ]  # fmt: skip


def _told(view: View, made: Claim, numbers: dict[str, Any]) -> Text:
    """The change before and after beside what is left of it."""
    say, left, change = view.language.say, made.part("left"), made.part("before_after")
    assert left is not None and change is not None
    if made.verdict == "reversed":
        return say("Before and after says {change}; against what such customers do anyway it is {left}", **numbers)
    if made.verdict != "holds":
        return say("Of {change} before and after nothing sure is left", **numbers)
    if float(left["relative"]) > float(change["relative"]):
        return say(
            "Before and after says {change} and hides a part: held against such customers it is {left}", **numbers
        )
    return say("Of {change} before and after, {left} is left", **numbers)


def _largest(view: View, made: Claim) -> Text:
    """The step that takes off or adds most, as a sentence."""
    say = view.language.say
    parts = made.parts[made.parts["step"].isin(TAKEN_OFF) & made.parts["relative"].notna()]
    row = parts.iloc[int(parts["relative"].abs().to_numpy().argmax())]
    change = view.language.signed_percent(float(row["relative"]))
    if row["step"] == "mix":
        return say(
            "Most is changed by taking off that there were other customers than before: {change}.", change=change
        )
    if row["step"] == "regression":
        return say("Most is changed by taking off what such customers do next anyway: {change}.", change=change)
    if made.season_from == "not_contacted":
        return say("Most is changed by taking off what those not contacted did meanwhile: {change}.", change=change)
    return say("Most is changed by taking off what the same weeks brought a year ago: {change}.", change=change)


def _with_trial(view: View, made: Claim, meaning: Text) -> Text:
    """The meaning, and what the arm held out says, where there is one."""
    if math.isnan(made.trial_low) or made.trial_n < view.minimum_base or not made.before > 0:
        return meaning
    signed = view.language.signed_percent
    return view.language.say(
        "{meaning} The customers of the same campaign held out say {trial} ({low} to {high}).", meaning=meaning,
        trial=signed(made.trial / made.before), low=signed(made.trial_low / made.before),
        high=signed(made.trial_high / made.before),
    )  # fmt: skip
