"""What the comparisons without a group held out have to say: what is left of the plain difference, and how sure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.comparison import found, main, reading, told
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    import pandas as pd

    from customer_analytics.narrative.campaign_evaluation.view import View


def findings(view: View) -> list[Finding]:
    """The campaign that can be told best, beside the plain difference that it would be credited with."""
    first = told(view)
    if not first:
        return []
    row = first[0]
    numbers = _numbers(view, row)
    sound = [one for one in first if one.grade == Grade.B]
    if not sound:
        return [_untold(view, row, numbers)]
    gained = [one for one in sound if bool(one.found)]
    statement = _statement(view, sound, gained, numbers)
    head = (
        view.language.say("{campaign} goes with more than what alike customers did", **numbers)
        if gained and float(row.effect) > 0
        else view.language.say("{campaign} goes with less than what alike customers did", **numbers)
        if gained
        else view.language.say("Against alike customers nothing sure is left of the gain of {campaign}", **numbers)
    )
    return [_finding(view, Grade.B, head, statement, row)]


def _statement(view: View, sound: list[Any], gained: list[Any], numbers: dict[str, Any]) -> Text:
    say = view.language.say
    own = say(
        "In {outcome}{within} the contacted of {campaign} differ from all others by {plain}; for the {kept} with "
        "partners who were like them before, **{change}** ({interval}) is left.", **numbers,
    )  # fmt: skip
    if len(sound) == 1:
        return own
    none = say("None of {all} compared like this differs beyond chance.", all=view.counted_campaigns(len(sound)))
    more = none if not gained else view.language.say_count(
        "Of {all} compared like this one differs beyond chance.",
        "Of {all} compared like this {count} differ beyond chance.",
        len(gained), all=view.counted_campaigns(len(sound)),
    )  # fmt: skip
    return say("{first} {second}", first=own, second=more)


def _untold(view: View, row: Any, numbers: dict[str, Any]) -> Finding:
    """A finding of grade D: what was, and why no effect is given."""
    say = view.language.say
    why = {
        "few": say("they are too few"), "no_partners": say("hardly any of them has a partner"),
        "support": say("most of them have no partner"), "unbalanced": say("their partners were unlike them"),
        "no_placebo": say("the time before is not known well enough to test it"),
        "placebo": say("they differed from their partners before the contact as well"),
        "others": say("other campaigns reached more of them in the same days"),
        "clusters": say("whole groups were chosen, not customers"), "same": say("all of them did the same"),
    }.get(str(row.reason)) or say("there is nothing to compare with")  # fmt: skip
    statement = say(
        "In {outcome}{within} the contacted of {campaign} were apart by {plain} from all others, and by **{change}** "
        "({interval}) from partners who were like them before; an effect is not given: {why}.", why=why, **numbers,
    )  # fmt: skip
    head = say("What {campaign} brought cannot be told: its customers were chosen", **numbers)
    return _finding(view, Grade.D, head, statement, row)


def _finding(view: View, grade: Grade, head: Text, statement: Text, row: Any) -> Finding:
    say = view.language.say
    return Finding(
        id="comparison", grade=grade, head=head, statement=statement, meaning=_meaning(view, row),
        action=say("Leave out a random part of them next time: nothing else tells what the contact itself brings."),
        section="comparison", value=float(row.effect), low=float(row.low), high=float(row.high), n=int(row.kept),
        unit=view.kind_of(main(view)), notable=grade == Grade.B,
    )  # fmt: skip


def _numbers(view: View, row: Any) -> dict[str, Any]:
    outcome, plain = main(view), reading(view, str(row.campaign), "not_contacted")
    return {
        "campaign": view.name(str(row.campaign)), "outcome": view.outcome(outcome),
        "within": view.within(outcome, str(row.campaign)),
        "plain": view.change(outcome, math.nan if plain is None else float(plain.effect)),
        "change": view.change(outcome, float(row.effect)), "kept": view.language.number(int(row.kept)),
        "interval": view.change_between(outcome, float(row.low), float(row.high)),
    }  # fmt: skip


def _sensitivity(view: View, campaign: str) -> pd.Series | None:
    made = found(view)
    if made is None:
        return None
    table = made.sensitivity
    own = table[(table["campaign"] == campaign) & (table["outcome"] == made.main)]
    return own.iloc[0] if len(own) and own["e_value"].notna().iloc[0] else None


def _meaning(view: View, row: Any) -> Text:
    """How much of the plain difference was whom it chose, and what something unknown would have to be."""
    say, number = view.language.say, view.language.number
    limits = _sensitivity(view, str(row.campaign))
    if limits is None or math.isnan(limits["explained"]):
        return say("Whom a campaign chooses shows in the plain difference just as what it does.")
    values = {
        "explained": number(float(limits["explained"]), 1), "e_value": number(float(limits["e_value"]), 1),
        "limit": number(float(limits["e_value_limit"]), 1), "ratio": number(float(limits["ratio"]), 2),
    }  # fmt: skip
    if float(limits["e_value_limit"]) > 1:
        return say(
            "What is known of the customers moved the ratio by a factor of {explained}. To explain the rest ({ratio}) "
            "away, something unknown would have to go with both contact and outcome by {e_value}, and by {limit} to "
            "reach the interval.", **values,
        )  # fmt: skip
    return say(
        "What is known of the customers moved the ratio by a factor of {explained}; what is not known may move it too, "
        "and the rest ({ratio}) needs nothing unknown: it may be chance.", **values,
    )  # fmt: skip


def remarks(view: View) -> list[Text]:
    """What the table does not say: who was left out, other campaigns in the way, who answered."""
    made = view.result.comparison
    if made is None:
        return []
    say, said = view.language.say, []
    unknown = rows(made.campaigns[made.campaigns["reason"] == "unknown"])
    if unknown:
        said.append(say(
            "{campaigns}: what their customers did before is not in the data, so nobody like them can be found.",
            campaigns=view.names([str(row.campaign) for row in unknown]),
        ))  # fmt: skip
    waiting = rows(made.campaigns[made.campaigns["reason"] == "not_over"])
    if waiting:
        said.append(say("{campaigns}: their window is not over.",
                        campaigns=view.names([str(row.campaign) for row in waiting])))  # fmt: skip
    several = [row for row in told(view) if not math.isnan(float(row.others)) and float(row.others) > 0]
    if several and told(view)[0].campaign in [row.campaign for row in several]:
        row = told(view)[0]
        said.append(say(
            "Other campaigns reached {own} of the contacted of {campaign} in the same days, and {partners} of their "
            "partners.", campaign=view.name(str(row.campaign)), own=view.language.percent(float(row.others)),
            partners=view.language.percent(float(row.others_partners)),
        ))  # fmt: skip
    if len(made.responses) and made.responders >= view.minimum_group:
        said.append(say(
            "Of {targeted} in any campaign without a group held out {responders} did something of their own with a "
            "campaign; what they would have bought anyway is in that too.",
            targeted=view.counted_customers(made.targeted), responders=view.language.number(made.responders),
        ))  # fmt: skip
    return said
